"""What is no scenario file at all is refused with what it is instead."""

import pytest

from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load

BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", ":1: is empty; a scenario needs at least 'name' and 'topology'"),
        ("# nothing but words\n", ":1: is empty; a scenario needs at least 'name' and 'topology'"),
        ("- a\n- b\n", ":1: holds a list; a scenario is a mapping of sections"),
        ("\n\njust text\n", ":3: holds 'just text'; a scenario is a mapping of sections"),
        (b"\x7fELF\x02\x01\x00\x00", ": is binary; a scenario is YAML, in UTF-8 text"),
        (b"name: a\nseed: \xe9\n", ":2: byte 0xe9 is not UTF-8; a scenario is YAML, in UTF-8 text"),
        ("name: a\nseed: \x07\n", ":2: is not YAML: it holds characters that no text has"),
        (
            "name: [1\n",
            ":2: is not YAML: did not find expected ',' or ']' while parsing a flow sequence that starts on line 1",
        ),
        ("name: a\n\tseed: 1\n", ":2: is not YAML: the line is indented with a tab; YAML indents with spaces"),
        ("name: a: b\n", ":1: is not YAML: a second ': ' in one line; put text that holds ': ' in quotes"),
        ("name: a\n---\nname: b\n", ":2: a second YAML document starts here; a scenario file holds one"),
        (
            "name: !!python/name:os.system x\n",
            ":1: name: tag 'tag:yaml.org,2002:python/name:os.system'; scenario files have",
        ),
        ("name: *other\n", ":1: name: alias *other has no anchor &other before it"),
        ("name: &own [*own]\n", ":1: name: grows beyond 40 levels; does an alias (*name) hold itself?"),
        (BOMB, ":6: f: grows beyond 200000 values; does an alias (*name) hold itself?"),
        ("[" * 60 + "]" * 60, ":1: 0: grows beyond 40 levels; does an alias (*name) hold itself?"),
        ("base: &b {a: 1}\n<<: *b\n", ":2: merge keys (<<) are not read in scenario files; write the keys out"),
        ('"a\\nb": 1\n"a\\nb": 2\n', ":2: a\\nb: duplicate key; it already stands on line 1"),
        ("? [a]\n: 1\n", ":1: a key must be a plain text, not a list, mapping or alias"),
        (
            "seed: " + "9" * 5000,
            ":1: seed: '99999999999999999999999999999999999999999999999999999999... has too many digits",
        ),
    ],
)
def test_a_file_that_holds_no_scenario_is_refused(problems, content, message):
    (found,) = problems(content)
    assert found.startswith(f"x.scenario.yaml{message}")


def test_a_missing_file_names_the_nearest_one(tmp_path):
    (tmp_path / "first-walk.scenario.yaml").write_text("name: first-walk\n")
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "frist-walk.scenario.yaml")
    assert str(caught.value) == (
        f"{tmp_path}/frist-walk.scenario.yaml: no such file; did you mean '{tmp_path}/first-walk.scenario.yaml'?"
    )


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(ScenarioError, match="is a folder, not a scenario file"):
        load(tmp_path)


def test_a_name_that_no_file_can_have_is_refused():
    with pytest.raises(ScenarioError, match="cannot be read: embedded null byte"):
        load("a\0b")


def test_a_huge_file_is_refused(problems):
    (found,) = problems("#" * 10_000_001)
    assert found == "x.scenario.yaml: is larger than 10 MB; no scenario is"

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.scenarios import document
from wayfare.scenarios.document import Document
from wayfare.scenarios.errors import ScenarioError

TEXT = """\
# a comment
name: walk
topology:
  nodes:
    a: {tier: edge}
    b.c: {tier: edge}
    1: {tier: cloud}
traffic:
  transfers:
    - from: a
      size: 10 MB
    - {from: b, size: 5 MB}
"""


def parse(text: str) -> Document:
    return document.parse(text, "x.yaml")


def what_becomes_of(reading: Callable[[], Document]) -> dict | ScenarioError:
    try:
        return reading().data
    except ScenarioError as error:
        return error


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("name", 2),
        ("topology.nodes.a.tier", 5),
        (("topology", "nodes", "b.c", "tier"), 6),
        ("topology.nodes.1.tier", 7),
        ("traffic.transfers.0.from", 10),
        ("traffic.transfers.0.size", 11),
        ("traffic.transfers.1", 12),
        ("traffic.transfers.1.start", 12),
        ("traffic.forwarding", 8),
        ("stop", 2),
    ],
)
def test_every_key_knows_its_line_and_a_missing_one_that_of_what_is_around_it(key, line):
    assert parse(TEXT).where(key) == ("x.yaml", line)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 1e-3),
        ("1E3", 1000.0),
        ("-.5", -0.5),
        ("-.INF", float("-inf")),
        ("12", 12),
        ("-3", -3),
        ("010", 10),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("'null'", "null"),
        ('"5"', "5"),
        ("|\n  two\n  lines", "two\nlines\n"),
    ],
)
def test_plain_values_are_those_of_the_yaml_core_schema(text, value):
    assert parse(f"key: {text}\n").data == {"key": value}


def test_an_anchored_value_is_written_once_and_used_twice():
    data = parse("a: &one {rate: 5}\nb: *one\n").data
    assert data["a"] == data["b"] == {"rate": 5}
    assert data["a"] is not data["b"]


@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_a_document_or_a_scenario_error(text):
    assert isinstance(what_becomes_of(lambda: parse(text)), dict | ScenarioError)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_document_or_a_scenario_error(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.scenario.yaml"
    file.write_bytes(content)
    assert isinstance(what_becomes_of(lambda: document.read(file)), dict | ScenarioError)


def test_a_setting_replaces_a_value_and_is_where_it_comes_from():
    written = parse(TEXT).with_setting("traffic.transfers.0.size=3 MB")
    assert written.data["traffic"]["transfers"][0] == {"from": "a", "size": "3 MB"}
    assert written.where("traffic.transfers.0.size") == ("--set traffic.transfers.0.size=3 MB", None)
    assert written.where("traffic.transfers.0.from") == ("x.yaml", 10)


def test_a_setting_makes_the_sections_it_needs_and_leaves_the_document_alone():
    before = parse("name: a\n")
    after = before.with_setting("links.access.rate=1 Gbit/s")
    assert after.data["links"] == {"access": {"rate": "1 Gbit/s"}}
    assert after.where("links") == ("--set links.access.rate=1 Gbit/s", None)
    assert before.data == {"name": "a"}


def test_a_setting_appends_at_the_end_of_a_list_and_its_value_is_yaml():
    written = parse("expect: [a]\n").with_setting("expect.1=[1, {b: 2.5}]")
    assert written.data == {"expect": ["a", [1, {"b": 2.5}]]}


def test_a_setting_with_equals_signs_splits_at_the_first():
    assert parse("name: a\n").with_setting("expect=[a == b]").data["expect"] == ["a == b"]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("name", "--set name: not of the form KEY=VALUE; for example --set learning.steps=10"),
        ("=5", "--set =5: not of the form KEY=VALUE; for example --set learning.steps=10"),
        ("a..b=5", "--set a..b=5: not of the form KEY=VALUE; for example --set learning.steps=10"),
        ("name.x=5", "--set name.x=5: name: is 'walk', with nothing inside it to set"),
        (
            "traffic.transfers.7.size=5",
            "--set traffic.transfers.7.size=5: traffic.transfers: is a list; 7 is not an index from 0 to 1",
        ),
        (
            "traffic.transfers.x=5",
            "--set traffic.transfers.x=5: traffic.transfers: is a list; 'x' is not an index from 0 to 2",
        ),
    ],
)
def test_a_setting_that_leads_nowhere_is_refused(setting, message):
    with pytest.raises(ScenarioError) as caught:
        parse(TEXT).with_setting(setting)
    assert str(caught.value) == message


def test_nothing_inside_an_empty_list_can_be_set():
    with pytest.raises(ScenarioError, match=r"^--set faults\.0\.at=1 s: faults: is an empty list$"):
        parse("faults: []\n").with_setting("faults.0.at=1 s")


def test_a_setting_that_is_not_yaml_is_refused():
    with pytest.raises(ScenarioError, match=r"^--set stop=\[1: is not YAML: "):
        parse(TEXT).with_setting("stop=[1")

"""`extends`, and the rules by which one document is laid over another."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.scenarios import document
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load, read_document, scenario_hash
from wayfare.scenarios.patching import patched, whole

BASE = """\
name: base
topology: {generator: three-tier, clouds: 1, edges: 2, devices: 6}
data:
  dataset: digits
  partition: {kind: dirichlet, alpha: 0.5, minimum: 5}
model: mlp
learning: {method: mfd, packets: 3, steps: 10}
stop: 1 s
expect:
  - packets.dropped == 0
"""


@pytest.fixture
def base(tmp_path):
    (tmp_path / "base.scenario.yaml").write_text(BASE)
    return tmp_path


def extended(folder, text: str, name: str = "new.scenario.yaml"):
    (folder / name).write_text(f"extends: base.scenario.yaml\n{text}")
    return folder / name


def laid(before: str, over: str) -> dict:
    return patched(document.parse(before, "before"), [whole(document.parse(over, "over"))]).data


def test_what_a_file_does_not_say_is_as_in_the_one_it_extends(base):
    scenario = load(extended(base, "name: more\ntopology: {devices: 9}\n"))
    assert (scenario.name, scenario.topology.devices, scenario.topology.edges) == ("more", 9, 2)
    assert scenario.learning.packets == 3
    assert len(scenario.expect) == 1


def test_a_file_that_changes_nothing_is_the_same_scenario(base):
    assert scenario_hash(load(extended(base, ""))) == scenario_hash(load(base / "base.scenario.yaml"))


def test_files_extend_files_and_each_key_knows_its_own(base):
    extended(base, "topology: {devices: 9}\nseed: 4\n", "middle.scenario.yaml")
    (base / "sub").mkdir()
    last = base / "sub" / "last.scenario.yaml"
    last.write_text("extends: ../middle.scenario.yaml\nseed: 5\n")
    scenario = load(last)
    assert (scenario.seed, scenario.topology.devices) == (5, 9)
    assert scenario.where("seed") == (str(last), 2)
    file, line = scenario.where("topology.devices")
    assert (file.endswith("middle.scenario.yaml"), line) == (True, 2)
    assert scenario.where("learning.steps")[0].endswith("base.scenario.yaml")


def test_a_mistake_in_an_inherited_key_names_the_file_that_it_stands_in(base):
    text = (base / "base.scenario.yaml").read_text().replace("stop: 1 s", "stop: 1 sec")
    (base / "base.scenario.yaml").write_text(text)
    path = extended(base, "topology: {devices: many}\n")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    places = {(problem.file.rpartition("/")[2], problem.line, problem.key) for problem in caught.value.problems}
    assert places == {("base.scenario.yaml", 8, "stop"), ("new.scenario.yaml", 2, "topology.devices")}


def test_files_that_a_scenario_names_are_sought_beside_the_file_that_names_them(base):
    (base / "net").mkdir()
    (base / "net" / "ring.json").write_text(
        '{"nodes": [{"id": "a", "tier": "edge"}, {"id": "b", "tier": "edge"}], '
        '"edges": [{"source": "a", "target": "b"}]}'
    )
    (base / "net" / "base.scenario.yaml").write_text("name: x\ntopology: {file: ring.json}\nstop: 1 s\n")
    child = base / "child.scenario.yaml"
    child.write_text("extends: net/base.scenario.yaml\nstop: 2 s\n")
    assert load(child).topology.file == str(base / "net" / "ring.json")
    assert load(child, ["topology.file=net/ring.json"]).topology.file == str(base / "net" / "ring.json")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("extends: bsae.scenario.yaml", "there is no such file; did you mean"),
        ("extends: [a, b]", "is a list; it must be the path of a scenario file"),
        ("extends: 5", "is 5; it must be the path"),
        ("extends: ''", "is empty"),
        ("extends: .", "is a folder"),
        ("extends: new.scenario.yaml", "extends itself"),
    ],
)
def test_what_cannot_be_extended_is_said_at_its_line(base, line, message):
    path = base / "new.scenario.yaml"
    path.write_text(f"# a comment\n{line}\n")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.key) == (str(path), 2, "extends")
    assert message in problem.message


def test_files_that_extend_each_other_are_named_in_a_row(base):
    (base / "a.scenario.yaml").write_text("extends: b.scenario.yaml\n")
    (base / "b.scenario.yaml").write_text("extends: a.scenario.yaml\n")
    with pytest.raises(
        ScenarioError, match=r"b\.scenario\.yaml:1.*a\.scenario\.yaml > .*b\.scenario.* > .*a\.scenario"
    ):
        load(base / "a.scenario.yaml")


@pytest.mark.parametrize(
    ("before", "over", "after"),
    [
        ("a: {b: 1, c: 2}", "a: {c: 3}", {"a": {"b": 1, "c": 3}}),
        ("a: {b: 1, c: 2}", "a: {c: null}", {"a": {"b": 1}}),
        ("a: [1, 2]", "a: [3]", {"a": [3]}),
        ("a: 1", "a: {b: 1}", {"a": {"b": 1}}),
        ("a: {b: 1}", "a: 1", {"a": 1}),
        ("a: 1", "b: null", {"a": 1}),
    ],
)
def test_mappings_merge_null_removes_and_the_rest_replaces_as_in_rfc_7396(before, over, after):
    assert laid(before, over) == after


PLAIN = st.recursive(
    st.integers(0, 3) | st.sampled_from(["x", "y"]),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner | st.none(), max_size=3),
    max_leaves=6,
)
MAPPINGS = st.dictionaries(st.sampled_from("abcd"), PLAIN, min_size=1, max_size=3)


def merge_patch(target, patch):
    """RFC 7396, section 2, word by word."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = merge_patch(target.get(name), value)
    return target


@given(MAPPINGS, MAPPINGS)
@settings(max_examples=60, deadline=None)
def test_without_choices_it_is_the_merge_of_rfc_7396(before, over):
    document_of = lambda data, name: document.Document(name, data, {(): (name, 1)})  # noqa: E731
    result = patched(document_of(before, "before"), [whole(document_of(over, "over"))])
    assert result.data == merge_patch(before, over)


@pytest.mark.parametrize(
    ("over", "section", "after"),
    [
        ("learning: {method: fedavg}", "learning", {"method": "fedavg", "steps": 10}),
        ("learning: fedavg", "learning", {"method": "fedavg", "steps": 10}),
        ("learning: {method: mfd, steps: 5}", "learning", {"method": "mfd", "packets": 3, "steps": 5}),
        ("data: {partition: {alpha: 1}}", "data", {"kind": "dirichlet", "alpha": 1, "minimum": 5}),
        ("data: {partition: iid}", "data", {"kind": "iid", "minimum": 5}),
        ("topology: {generator: ring, nodes: 5}", "topology", {"generator": "ring", "nodes": 5}),
        ("topology: {file: net.json}", "topology", {"file": "net.json"}),
        ("topology: {nodes: {a: {tier: edge}}}", "topology", {"nodes": {"a": {"tier": "edge"}}}),
        ("model: {hidden: [8]}", "model", {"family": "mlp", "hidden": [8]}),
    ],
)
def test_where_another_component_is_chosen_what_only_the_old_one_has_falls_away(over, section, after):
    data = laid(BASE, over)[section]
    assert (data["partition"] if section == "data" else data) == after


def test_a_number_of_nodes_changes_a_ring_and_makes_no_list_of_nodes():
    assert laid("topology: {generator: ring, nodes: 3}", "topology: {nodes: 5}") == {
        "topology": {"generator": "ring", "nodes": 5}
    }


def test_a_key_that_no_method_has_does_not_fall_away_but_is_a_mistake(base):
    path = base / "base.scenario.yaml"
    path.write_text(path.read_text().replace("packets: 3", "packtes: 3"))
    with pytest.raises(ScenarioError, match=r"base\.scenario\.yaml:7: learning\.packtes: unknown key"):
        load(extended(base, "learning: {method: fedavg}\n"))


def test_settings_of_the_command_line_come_after_what_is_extended(base):
    path = extended(base, "topology: {devices: 9}\n")
    assert load(path, ["topology.devices=4"]).topology.devices == 4
    written, _ = read_document(path, ["topology.devices=4"])
    assert written.where("topology.devices") == ("--set topology.devices=4", None)

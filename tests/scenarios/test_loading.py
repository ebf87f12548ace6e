import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.emulator.links import DEFAULT_LINKS
from wayfare.emulator.methods import Mfd
from wayfare.emulator.nodes import DEFAULT_NODES
from wayfare.models.digits import Digits
from wayfare.models.mlp import MLP
from wayfare.models.partition import Dirichlet
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load, resolved_yaml, scenario_hash
from wayfare.scenarios.networks import InlineLink, InlineNode, InlineTopology, TopologyFile
from wayfare.scenarios.schema import SCHEMA_FILE, Transfer
from wayfare.topologies import ThreeTier, write_topology

CATALOGUE = sorted(SCHEMA_FILE.parent.glob("*.scenario.yaml"))

LEARNING = """\
name: walk
seed: 7
topology: {generator: three-tier, devices: 12, cell_radius: 80 m}
links:
  backhaul: {rate: 2 Gbit/s}
cells: {carrier: 3.5 GHz}
nodes:
  device: {compute: 5 GFLOP/s, memory: 2 GiB}
data: {dataset: digits, partition: {kind: dirichlet, alpha: 0.5}, holders: edge}
model: {family: mlp, hidden: [16, 8]}
learning: {method: mfd, packets: 3, learning_rate: 1e-2}
record: {bin: 50 ms}
stop: 8 s
expect:
  - accuracy.final >= 0.93
  - energy.total <= 5 kJ
"""

INLINE = """\
name: radio
topology:
  nodes:
    site: {tier: edge, position: [0 m, 0 m]}
    phone: {tier: device, position: [0.1 km, -5 m]}
    cloud: {tier: cloud}
  links:
    - {between: [site, phone], medium: radio}
    - {between: [site, cloud], rate: 100 Mbit/s, delay: 5 ms, duplex: half}
traffic: {transfers: [{from: phone, to: cloud, size: 10 MB}]}
"""


@pytest.fixture
def written(tmp_path):
    def write(text, name="x.scenario.yaml"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_a_scenario_has_typed_values_in_si(written):
    scenario = load(written(LEARNING))
    assert (scenario.name, scenario.seed, scenario.stop_s, scenario.record_bin_s) == ("walk", 7, 8.0, 0.05)
    assert scenario.topology == ThreeTier(devices=12, cell_radius_m=80.0)
    assert scenario.cells.carrier_hz == 3.5e9
    assert (scenario.data.dataset, scenario.data.partition, scenario.data.holders) == (Digits(), Dirichlet(0.5), "edge")
    assert scenario.model == MLP(hidden=(16, 8))
    assert scenario.learning == Mfd(packets=3, learning_rate=0.01)
    assert [(promise.text, promise.line) for promise in scenario.expect] == [
        ("accuracy.final >= 0.93", 15),
        ("energy.total <= 5 kJ", 16),
    ]


def test_what_a_tier_or_link_class_leaves_out_comes_from_its_own_defaults(written):
    scenario = load(written(LEARNING))
    assert scenario.nodes["device"].compute_flop_per_s == 5e9
    assert scenario.nodes["device"].power_busy_w == DEFAULT_NODES["device"].power_busy_w
    assert scenario.nodes["cloud"] == DEFAULT_NODES["cloud"]
    assert (scenario.links["backhaul"].rate_bps, scenario.links["backhaul"].delay_s) == (
        2e9,
        DEFAULT_LINKS["backhaul"].delay_s,
    )
    assert scenario.links["core"] == DEFAULT_LINKS["core"]


def test_an_inline_topology_becomes_a_graph(written):
    scenario = load(written(INLINE))
    assert scenario.topology == InlineTopology(
        {
            "site": InlineNode("edge", (0.0, 0.0)),
            "phone": InlineNode("device", (100.0, -5.0)),
            "cloud": InlineNode("cloud"),
        },
        (InlineLink(("site", "phone"), medium="radio"), InlineLink(("site", "cloud"), 100e6, 5e-3, "half")),
    )
    assert scenario.traffic.transfers == (Transfer("phone", "cloud", 10_000_000),)
    graph = scenario.topology.build(lambda name: pytest.fail("an inline topology draws nothing"))
    assert list(graph.nodes(data=True)) == [
        ("site", {"tier": "edge", "x_m": 0.0, "y_m": 0.0}),
        ("phone", {"tier": "device", "x_m": 100.0, "y_m": -5.0}),
        ("cloud", {"tier": "cloud"}),
    ]
    assert graph.edges["site", "phone"] == {"medium": "radio"}
    assert graph.edges["site", "cloud"] == {"medium": "wire", "rate_bps": 100e6, "delay_s": 5e-3, "duplex": "half"}


def test_a_network_experiment_needs_no_learning_and_no_stop(written):
    scenario = load(written(INLINE))
    assert (scenario.data, scenario.model, scenario.learning, scenario.stop_s) == (None, None, None, None)


@pytest.mark.parametrize("text", [LEARNING, INLINE])
def test_the_resolved_text_loads_as_the_same_scenario_and_resolves_to_the_same_bytes(written, text):
    scenario = load(written(text))
    again = load(written(resolved_yaml(scenario), "resolved.scenario.yaml"))
    assert again == scenario
    assert resolved_yaml(again) == resolved_yaml(scenario)
    assert scenario_hash(again) == scenario_hash(scenario)


@pytest.mark.parametrize("file", CATALOGUE, ids=lambda file: file.name)
def test_every_scenario_of_the_catalogue_resolves_to_itself(written, file):
    scenario = load(file)
    assert load(written(resolved_yaml(scenario))) == scenario


def test_the_resolved_text_shows_every_default_with_its_unit(written):
    text = resolved_yaml(load(written(LEARNING)))
    for line in (
        "min_distance: 10 m",
        "delay: 5 ms",
        "site_power: 33 dBm",
        "memory: 2 GiB",
        "forwarding: whole-packet",
    ):
        assert line in text


@settings(max_examples=40)
@given(name=st.text(min_size=1).filter(lambda name: name.isprintable() and name == name.strip()))
def test_any_name_of_a_node_survives_writing(tmp_path_factory, name):
    file = tmp_path_factory.getbasetemp() / "names.scenario.yaml"
    nodes = json.dumps({name: {"tier": "edge"}}, ensure_ascii=False)
    file.write_text(f"name: n\nstop: 1 s\ntopology: {{nodes: {nodes}}}\n", encoding="utf-8")
    scenario = load(file)
    assert list(scenario.topology.nodes) == [name]
    file.write_text(resolved_yaml(scenario), encoding="utf-8")
    assert load(file) == scenario


def test_the_hash_follows_what_the_scenario_says_and_not_how(written):
    scenario = load(written(LEARNING))
    rewritten = load(written("# a comment\n" + LEARNING.replace("8 s", "8000 ms"), "y.scenario.yaml"))
    assert scenario_hash(rewritten) == scenario_hash(scenario)
    assert scenario_hash(load(written(LEARNING), seed=8)) != scenario_hash(scenario)
    assert len(scenario_hash(scenario)) == 64


def test_the_hash_is_the_same_under_another_hash_seed(written):
    file = written(LEARNING)
    code = f"from wayfare.scenarios import load, scenario_hash; print(scenario_hash(load({str(file)!r})))"
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, check=True, capture_output=True, text=True
        ).stdout
        for seed in ("1", "2")
    }
    assert hashes == {scenario_hash(load(file)) + "\n"}


def test_settings_and_the_seed_replace_what_the_file_says(written):
    scenario = load(
        written(LEARNING), ["stop=2 s", "learning.packets=4", "model.hidden.1=9", "expect.2=packets.dropped == 0"], 11
    )
    assert (scenario.stop_s, scenario.learning.packets, scenario.model.hidden, scenario.seed) == (2.0, 4, (16, 9), 11)
    assert [promise.line for promise in scenario.expect] == [15, 16, None]


def test_later_settings_win(written):
    assert load(written(LEARNING), ["stop=2 s", "stop=3 s"]).stop_s == 3.0


def test_learning_can_be_set_away(written):
    assert load(written(LEARNING), ["learning=", "data=null", "model=~", "expect=[]"]).learning is None


def test_every_key_knows_its_line(written):
    file = written(LEARNING)
    scenario = load(file, ["stop=2 s"])
    assert scenario.where("data.partition.alpha") == (str(file), 9)
    assert scenario.where("stop") == ("--set stop=2 s", None)
    assert str(scenario.error("learning.packets", "are too many")) == f"{file}:11: learning.packets: are too many"


@pytest.fixture
def topology_file(tmp_path):
    (tmp_path / "campus").mkdir()
    write_topology(load_inline(tmp_path), tmp_path / "campus" / "net.json")
    traffic = "traffic: {transfers: [{from: phone, to: cloud, size: 1 MB}]}"
    return f"name: campus\ntopology: {{file: campus/net.json}}\n{traffic}\n"


def load_inline(folder):
    file = folder / "inline.scenario.yaml"
    file.write_text(INLINE)
    return load(file).topology.build(lambda name: pytest.fail("nothing is drawn"))


def test_a_topology_file_is_found_beside_the_scenario(written, topology_file, tmp_path, monkeypatch):
    file = written(topology_file)
    monkeypatch.chdir(tmp_path.parent)
    scenario = load(file)
    assert scenario.topology == TopologyFile(str(tmp_path / "campus" / "net.json"))
    assert set(scenario.topology.build(lambda name: pytest.fail("nothing is drawn"))) == {"site", "phone", "cloud"}


def test_a_resolved_scenario_with_a_topology_file_loads_from_another_folder(written, topology_file, tmp_path):
    scenario = load(written(topology_file))
    (tmp_path / "elsewhere").mkdir()
    assert load(written(resolved_yaml(scenario), "elsewhere/y.scenario.yaml")) == scenario


def test_the_hash_counts_a_topology_file_by_its_content(written, topology_file, tmp_path):
    scenario = load(written(topology_file))
    before = scenario_hash(scenario)
    (tmp_path / "campus").rename(tmp_path / "moved")
    moved = load(written(topology_file.replace("campus/", "moved/")))
    assert scenario_hash(moved) == before
    net = tmp_path / "moved" / "net.json"
    net.write_text(net.read_text().replace("100000000.0", "200000000.0"))
    assert scenario_hash(moved) != before


def test_bases_of_models_are_found_beside_the_scenario_and_count_by_their_content(written, tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(f'{{"model_type": "bert", "name": "{name}"}}')
    lora = LEARNING.replace("{family: mlp, hidden: [16, 8]}", "{family: lora, base: one.json}")
    file = written(lora.replace("packets: 3", "packets: 3, models: [linear, {family: lora, base: ./two.json}, lora]"))
    monkeypatch.chdir(tmp_path.parent)
    scenario = load(file)
    _, two, usual = scenario.learning.models
    assert (scenario.model.base, two.base, usual.base) == (
        str(tmp_path / "one.json"),
        str(tmp_path / "two.json"),
        "tiny",
    )
    assert load(written(resolved_yaml(scenario), "y.scenario.yaml")) == scenario
    (tmp_path / "two.json").rename(tmp_path / "moved.json")
    moved = load(written(file.read_text().replace("two.json", "moved.json")))
    before = scenario_hash(moved)
    (tmp_path / "moved.json").write_text("{}")
    assert scenario_hash(moved) != before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, ":2: topology.file: "),
        ("{", ":2: topology.file: "),
        ('{"nodes": [{"id": "a", "tier": "edge"}, {"id": "b", "tier": "edge"}], "edges": []}', "'a' cannot reach 'b'"),
    ],
)
def test_a_topology_file_that_holds_none_is_named_with_its_line(written, tmp_path, content, message):
    if content is not None:
        (tmp_path / "net.json").write_text(content)
    with pytest.raises(ScenarioError) as caught:
        load(written("name: x\ntopology: {file: net.json}\nstop: 1 s\n"))
    assert message in str(caught.value)
    assert "net.json" in str(caught.value)


def test_import_options_of_a_topology_file_reach_the_import_and_the_hash(tmp_path):
    graph = {
        "multigraph": True,
        "nodes": [{"id": "a", "tier": "edge"}, {"id": "b", "tier": "edge"}],
        "edges": [{"source": "a", "target": "b", "rate_bps": 1e6, "key": 0}, {"source": "a", "target": "b", "key": 1}],
    }
    (tmp_path / "net.json").write_text(json.dumps(graph))
    scenario = tmp_path / "x.scenario.yaml"
    text = "name: x\ntopology: {file: net.json, import: {parallel: %s}}\nstop: 1 s\n"
    scenario.write_text(text % "merge")
    merged = load(scenario)
    assert merged.topology.import_.parallel == "merge"
    scenario.write_text(text % "first")
    assert scenario_hash(load(scenario)) != scenario_hash(merged)

import numpy as np
import pytest

from wayfare.scenarios.checks import built_topology
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load

TEXT = """\
name: x
topology: {generator: three-tier, devices: 3, edges: 2}
traffic:
  transfers:
    - {from: device1, to: cloud, size: 1 MB}
    - {from: device7, to: clod, size: 1 MB}
"""


def loaded(tmp_path, text):
    file = tmp_path / "x.scenario.yaml"
    file.write_text(text)
    return load(file)


def stream(name):
    return np.random.default_rng(sum(map(ord, name)))


def test_names_that_a_generated_network_does_not_have_are_all_named(tmp_path):
    with pytest.raises(ScenarioError) as caught:
        built_topology(loaded(tmp_path, TEXT), stream)
    unknown = "unknown node {!r}; did you mean {!r}? allowed: cloud, edge1, edge2, device1, device2, device3"
    assert str(caught.value).replace(str(tmp_path), "").splitlines() == [
        f"/x.scenario.yaml:6: traffic.transfers.1.from: {unknown.format('device7', 'device3')}",
        f"/x.scenario.yaml:6: traffic.transfers.1.to: {unknown.format('clod', 'cloud')}",
    ]


def test_a_network_that_fits_its_scenario_is_built(tmp_path):
    text = TEXT.replace("device7", "device2").replace("clod", "edge2")
    assert len(built_topology(loaded(tmp_path, text), stream)) == 6


def test_data_needs_nodes_that_hold_it(tmp_path):
    text = (
        "name: x\nstop: 1 s\ntopology: {generator: ring, nodes: 4}\nmodel: mlp\nlearning: mfd\n"
        "data:\n  dataset: digits\n  partition: iid\n"
    )
    with pytest.raises(
        ScenarioError, match=r":6: data.holders: the network has no node of tier 'device' to hold the data"
    ):
        built_topology(loaded(tmp_path, text), stream)


def test_long_lists_of_names_are_cut(tmp_path):
    text = TEXT.replace("devices: 3", "devices: 500")
    with pytest.raises(ScenarioError, match=r"device27 and 473 more"):
        built_topology(loaded(tmp_path, text.replace("clod", "x").replace("device7", "device8")), stream)

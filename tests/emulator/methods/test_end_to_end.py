"""Every method from a scenario file to a run folder."""

import pytest
import yaml

from wayfare.emulator.methods import METHODS
from wayfare.scenarios import load, run
from wayfare.scenarios.schema import SCHEMA_FILE

ADAPTERS = ("fedit", "flora")
MARKOV = {
    "dataset": {"kind": "markov-text", "windows": 60, "length": 12, "letters": 4},
    "partition": {"kind": "groups", "order": "given"},
}
DIGITS = {"dataset": "digits", "partition": "iid"}
PUBLIC = {"fedmd": {"public_fraction": 0.1}}
OWN = {
    "mfd": {"packets": 2},
    "gossip": {"period": "300 ms"},
    "fedbuff": {"buffer": 2},
    "diloco": {"learning_rate": 0.01},
}

SHIPPED = {
    "fedmd": ("data.public_fraction=0.1",),
    "gossip": ("learning.period=10 ms",),
    "diloco": ("learning.learning_rate=0.003", "learning.steps=20"),
}


def write(folder, method):
    """Write a scenario of a cloud, two sites and four devices."""
    adapters = method in ADAPTERS
    nodes = {"cloud": "cloud", "s1": "edge", "s2": "edge"} | {f"d{number}": "device" for number in range(1, 5)}
    pairs = [("cloud", "s1"), ("cloud", "s2"), ("s1", "d1"), ("s1", "d2"), ("s2", "d3"), ("s2", "d4")]
    learning = {"method": method, "steps": 4, "batch_size": 8, **OWN.get(method, {})}
    scenario = {
        "name": "end-to-end",
        "stop": "2 s",
        "record": {"bin": "1 s"},
        "topology": {
            "nodes": {name: {"tier": tier} for name, tier in nodes.items()},
            "links": [{"between": [*pair], "rate": "20 Mbit/s", "delay": "2 ms"} for pair in pairs],
        },
        "nodes": {"device": {"compute": "500 MFLOP/s" if adapters else "4 MFLOP/s"}},
        "data": (MARKOV if adapters else DIGITS) | PUBLIC.get(method, {}),
        "model": {"family": "lora", "rank": 2} if adapters else {"family": "linear"},
        "learning": learning,
    }
    file = folder / "end.scenario.yaml"
    file.write_text(yaml.safe_dump(scenario))
    return load(file)


@pytest.mark.parametrize("method", METHODS)
def test_a_method_learns_and_does_the_same_twice(tmp_path, method):
    first, second = (run(write(tmp_path, method), tmp_path, cache=False).summary for _ in range(2))
    assert first["digest"] == second["digest"]
    assert first["training"]["jobs"] >= 3
    assert first["packets"]["dropped"] == 0
    if method not in ADAPTERS:
        assert first["accuracy"]["best"] > 0.2


@pytest.mark.slow
@pytest.mark.parametrize("method", [method for method in METHODS if method not in ADAPTERS])
def test_on_the_shipped_network_every_method_passes(tmp_path, method):
    changes = [f"learning.method={method}", "stop=500 ms", *SHIPPED.get(method, ())]
    outcome = run(load(SCHEMA_FILE.parent / "all-methods.scenario.yaml", changes), tmp_path, cache=False)
    assert outcome.passed, outcome.expectations

"""Parallel and sequential learning on quadratics, against closed forms (Li and Lyu, NeurIPS 2023, arXiv 2311.03154)."""

from dataclasses import replace

import pytest
import yaml

from wayfare.emulator.methods import Cyclic, FedAvg
from wayfare.emulator.records import RunWriter
from wayfare.emulator.world import World
from wayfare.scenarios import load
from wayfare.scenarios.build import build

STEPS, ETA = 10, 0.02
EQUAL, UNEQUAL = ((0.5, 0.5), (10.0, -10.0)), ((1.0, 0.0), (100.0, -100.0))


def local_pass(x, a, b):
    """Return what K steps of size eta on a x^2 + b x make of x."""
    if a == 0:
        return x - ETA * STEPS * b
    q = (1 - 2 * a * ETA) ** STEPS
    return q * x - b * (1 - q) / (2 * a)


def followed(kind):
    """Return a method that notes every answer in its list ``seen``."""

    class Followed(kind):
        def program(self, node, roles):
            answer = node.answer
            node.answer = lambda model, packet=-1: (self.seen.append(model), answer(model, packet))[1]
            return super().program(node, roles)

    method = Followed(steps=STEPS, batch_size=16, learning_rate=ETA)
    object.__setattr__(method, "seen", [])
    return method


@pytest.fixture
def trajectory(tmp_path):
    """Run a method with two clients; return the one weight of all its answers, in order."""

    def follow(kind, clients):
        names = ("server", "a", "b")
        scenario = {
            "name": "quadratics",
            "stop": "2 s",
            "record": {"bin": "1 s"},
            "topology": {
                "nodes": {name: {"tier": "edge" if name == "server" else "device"} for name in names},
                "links": [{"between": ["server", name], "rate": "1 Mbit/s", "delay": "1 ms"} for name in names[1:]],
            },
            "nodes": {"device": {"compute": "20 kFLOP/s", "jitter": 0.0}},
            "data": {
                "dataset": {"kind": "quadratics", "curvatures": [*clients[0]], "slopes": [*clients[1]]},
                "partition": {"kind": "groups", "order": "given"},
            },
            "model": {"family": "linear", "bias": False},
            "learning": {"method": "fedavg", "steps": STEPS, "batch_size": 16, "learning_rate": ETA},
        }
        file = tmp_path / "quadratics.scenario.yaml"
        file.write_text(yaml.safe_dump(scenario))
        loaded, method = load(file), followed(kind)
        experiment = build(loaded).experiment(None)
        experiment = replace(experiment, lesson=replace(experiment.lesson, method=method))
        writer = RunWriter.create(tmp_path, "quadratics", {"name": "quadratics"})
        writer.finish(World(experiment, writer).run(lambda progress: None))
        return [float(model.weights["layer1.weight"]) for model in method.seen]

    return follow


@pytest.mark.parametrize("clients", [EQUAL, UNEQUAL])
def test_sequential_learning_composes_the_local_maps(trajectory, clients):
    seen = trajectory(Cyclic, clients)
    expected = [seen[0]]
    for number in range(len(seen) - 1):
        expected.append(local_pass(expected[-1], clients[0][number % 2], clients[1][number % 2]))
    assert len(seen) > 6
    assert seen == pytest.approx(expected, rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("clients", [EQUAL, UNEQUAL])
def test_parallel_learning_averages_the_local_maps(trajectory, clients):
    seen = trajectory(FedAvg, clients)
    expected = [seen[0]]
    for _ in seen[1:]:
        expected.append(sum(local_pass(expected[-1], a, b) for a, b in zip(*clients, strict=True)) / 2)
    assert len(seen) > 6
    assert seen == pytest.approx(expected, rel=1e-4, abs=1e-3)


def test_with_equal_curvatures_parallel_learning_ends_at_the_minimum_and_sequential_does_not(trajectory):
    """The minimum is at 0; going round ends where one pass of both leads back to itself."""
    q = (1 - 2 * 0.5 * ETA) ** STEPS
    assert trajectory(FedAvg, EQUAL)[-1] == pytest.approx(0.0, abs=1e-3)
    ends = trajectory(Cyclic, EQUAL)[-2:]
    assert sorted(map(abs, ends)) == pytest.approx([10 * (1 - q) / (1 + q)] * 2, abs=0.2)

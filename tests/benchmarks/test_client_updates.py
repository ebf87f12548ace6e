"""What is compared does the same work: minibatches are whole shards here, so all ways come to the same weights."""

import pytest
import torch
from client_updates import MLP_STRUCTURE, numpy_by_hand, plain_loop, trainer, tutorial, vmapped
from training import family_ways, save_work, scenario_text

from wayfare.models import CNN, Shard


@pytest.fixture(scope="module")
def shards():
    generator = torch.Generator().manual_seed(1)
    return [
        Shard(
            torch.randint(0, 17, (held, 8, 8), dtype=torch.uint8, generator=generator),
            torch.randint(0, 10, (held,), generator=generator),
            1 / 16,
        )
        for held in (20, 21, 32, 3)
    ]


def same(one, other):
    assert list(one) == list(other)
    for name, weights in one.items():
        torch.testing.assert_close(weights, other[name], rtol=1e-4, atol=1e-6)


def test_all_ways_train_the_mlp_to_the_same_weights(shards):
    expected = trainer(MLP_STRUCTURE, shards, 5)
    assert not torch.equal(expected["layer1.weight"][0], expected["layer1.weight"][1])
    for found in (
        tutorial(shards, 5),
        plain_loop(MLP_STRUCTURE, shards, 5),
        vmapped(MLP_STRUCTURE, shards, 5),
        numpy_by_hand(shards, 5),
    ):
        same(found, expected)


def test_all_ways_train_a_cnn_to_the_same_weights(shards):
    structure = CNN("tiny").structure((8, 8), 10)
    expected = trainer(structure, shards, 1)
    same(plain_loop(structure, shards, 1), expected)
    same(vmapped(structure, shards, 1), expected)


def test_each_family_is_measured_in_three_ways():
    families = [name.rpartition(", ")[0] for name in family_ways(1)]
    assert all(families.count(family) == 3 for family in families)


def test_the_work_is_a_scenario_whose_clients_hold_no_more_than_a_minibatch(tmp_path):
    scenario = tmp_path / "work.scenario.yaml"
    scenario.write_text(scenario_text(64, 1), encoding="utf-8")
    held = save_work(scenario, tmp_path / "work.npz")
    assert len(held) == 64
    assert {len(shard) for shard in held} == {20, 21}

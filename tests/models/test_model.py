import dataclasses
import os
import subprocess
import sys

import pytest
import torch

from wayfare.models import MLPStructure, Model, same_weights, scale_bits, weights_digest

STRUCTURE = MLPStructure((4, 3, 2))


def changed(model, name="layer1.weight", by=1e-6):
    return Model(model.structure, {**model.weights, name: model.weights[name] + by})


def test_a_model_keeps_its_weights_in_the_order_of_its_structure():
    model = STRUCTURE.initial(1)
    backwards = Model(STRUCTURE, dict(reversed(model.weights.items())))
    assert list(backwards.weights) == list(STRUCTURE.shapes)
    assert weights_digest({"a": backwards}) == weights_digest({"a": model})


def test_a_model_is_frozen():
    model = STRUCTURE.initial(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.bits = 16
    with pytest.raises(TypeError):
        model.weights["layer1.bias"] = torch.zeros(3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"layer1.weight": torch.zeros(4, 3)},
        {"layer1.weight": torch.zeros(3, 4, dtype=torch.float64)},
        {"layer1.weight": torch.zeros(4, 3).T},
        {"layer9.weight": torch.zeros(3, 4)},
    ],
    ids=["shape", "type", "strides", "name"],
)
def test_weights_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError, match=r"layer1\.weight must be|do not fit"):
        Model(STRUCTURE, {**STRUCTURE.initial(1).weights, **wrong})


def test_size_is_the_bytes_of_the_weights():
    model = STRUCTURE.initial(1)
    assert model.size_bytes == 4 * STRUCTURE.parameters == 4 * 23
    assert scale_bits(model, 16).size_bytes == 2 * 23


def test_same_weights_sees_a_single_bit():
    model = STRUCTURE.initial(1)
    assert same_weights(model, STRUCTURE.initial(1))
    assert not same_weights(model, changed(model, "layer2.bias"))
    assert not same_weights(model, Model(MLPStructure((4, 3, 2), "tanh"), model.weights))


def test_the_digest_depends_on_names_and_weights_and_not_on_their_order():
    one, two = STRUCTURE.initial(1), STRUCTURE.initial(2)
    digest = weights_digest({"a": one, "b": two})
    assert digest == weights_digest({"b": two, "a": one})
    assert digest != weights_digest({"a": two, "b": one})
    assert digest != weights_digest({"a": one, "c": two})
    assert digest != weights_digest({"a": changed(one), "b": two})


PRINT_KEYS = """
from wayfare.models import MLPStructure, Shard, TrainingJob, TrainingPlan, job_seed, weights_digest
import torch
model = MLPStructure((4, 3, 2)).initial(7)
shard = Shard(torch.arange(20, dtype=torch.uint8).view(5, 4), torch.tensor([0, 1, 0, 1, 1]), 1 / 16)
job = TrainingJob(model, shard, TrainingPlan(2, 3), job_seed(1, "device1", "task", 4))
print(job.key({"torch": "x", "numpy": "y"}), weights_digest({"b": model, "a": model}))
"""


def test_keys_and_digests_do_not_depend_on_the_hash_seed_of_python():
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", PRINT_KEYS], env=os.environ | {"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE
        )
        for seed in ("0", "1")
    ]
    first, second = (run.communicate()[0] for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    assert first == second != b""

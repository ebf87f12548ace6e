import copy
import pickle

import numpy as np
import pytest
import torch

from wayfare.models import MLPStructure
from wayfare.models.flat_weights import FlatWeights
from wayfare.models.model import Model, weights_digest
from wayfare.models.packing import pack_model, unpack_model

STRUCTURE = MLPStructure((3, 5, 2))


@pytest.fixture
def model():
    return unpack_model(pack_model(STRUCTURE.initial(1)), STRUCTURE)


def test_flat_weights_are_those_that_were_laid_side_by_side(model):
    own = STRUCTURE.initial(1).weights
    assert list(model.weights) == list(own)
    assert all(torch.equal(model.weights[name], own[name]) for name in own)
    assert weights_digest({"": model}) == weights_digest({"": STRUCTURE.initial(1)})


def test_they_are_packed_to_the_same_bytes_before_and_after_they_became_tensors(model):
    before, packed = pack_model(model), model.packed.copy()
    assert model.weights["layer1.weight"].shape == (5, 3)
    assert pack_model(model) == before
    assert np.array_equal(model.packed, packed)


def test_each_tensor_begins_on_a_64_byte_boundary(model):
    assert all(tensor.data_ptr() % 64 == 0 for tensor in model.weights.values())


def test_packed_weights_cannot_be_changed(model):
    with pytest.raises(ValueError, match="read-only"):
        model.packed[0] = 1.0


def test_a_change_of_a_tensor_in_place_is_noticed(model):
    assert model.is_unchanged
    model.weights["layer2.bias"].add_(1.0)
    assert not model.is_unchanged


def test_those_of_another_structure_are_looked_at(model):
    with pytest.raises(ValueError, match="must be contiguous float32"):
        Model(MLPStructure((4, 5, 2)), model.weights)
    assert Model(MLPStructure((3, 5, 2)), model.weights).weights is model.weights


def test_copies_lie_as_a_file_has_them():
    arrangement = STRUCTURE.arrangement
    flat = FlatWeights.of(arrangement, STRUCTURE.initial(1).weights)
    place = arrangement.places["layer2.weight"]
    assert flat.packed.shape == (arrangement.weights,)
    assert flat.packed[place.first : place.first + place.size].tolist() == flat["layer2.weight"].flatten().tolist()


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda weights: pickle.loads(pickle.dumps(weights))])
def test_a_copy_is_of_the_bytes_and_cannot_be_changed_either(model, copied):
    again = copied(model.weights)
    assert (again.file, again.packed.tolist()) == (model.weights.file, model.weights.packed.tolist())
    with pytest.raises(ValueError, match="read-only"):
        again.packed[0] = 42.0

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import MLPStructure, pack_model, same_weights, scale_bits, unpack_model
from wayfare.models.scaling import sparsify

STRUCTURE = MLPStructure((20, 12, 5))
MODEL = STRUCTURE.initial(1)


@given(st.floats(0, 0.999))
@settings(max_examples=30)
def test_the_largest_weights_of_each_matrix_stay(sparsity):
    sparse = sparsify(MODEL, sparsity)
    for name, tensor in MODEL.weights.items():
        kept = sparse.weights[name] != 0
        if tensor.ndim == 1:
            assert torch.equal(sparse.weights[name], tensor)
            continue
        assert (1 - sparsity) * tensor.numel() - 1e-6 <= int(kept.sum()) < (1 - sparsity) * tensor.numel() + 1
        assert torch.equal(sparse.weights[name][kept], tensor[kept])
        if not bool(kept.all()):
            assert tensor[kept].abs().min() >= tensor[~kept].abs().max()


@pytest.mark.parametrize("bits", [32, 16, "bf16", 8, "int8-tensor", 4])
@pytest.mark.parametrize("sparsity", [0.0, 0.01, 0.5, 0.9, 0.999])
def test_a_sparse_model_unpacks_to_what_was_packed(bits, sparsity):
    sparse = scale_bits(sparsify(MODEL, sparsity), bits)
    data = pack_model(sparse)
    back = unpack_model(data, STRUCTURE)
    assert same_weights(back, sparse)
    assert back.bits == bits
    assert pack_model(back) == data
    assert back.size_bytes == sparse.size_bytes < len(data)


def test_a_sparser_model_is_smaller():
    sizes = [sparsify(MODEL, sparsity).size_bytes for sparsity in (0, 0.25, 0.5, 0.75, 0.9, 0.99)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 4 * STRUCTURE.parameters
    # Half of 300 weights and a bit for each of them, rounded up to bytes by matrix; 17 biases.
    assert sizes[2] == 4 * 150 + 30 + 8 + 4 * 17


def test_a_dense_model_again_sends_its_zeros():
    assert sparsify(sparsify(MODEL, 0.9), 0).size_bytes == MODEL.size_bytes


@pytest.mark.parametrize("sparsity", [-0.1, 1.0, float("nan")])
def test_a_sparsity_that_leaves_nothing_is_refused(sparsity):
    with pytest.raises(ValueError, match="sparsity"):
        sparsify(MODEL, sparsity)

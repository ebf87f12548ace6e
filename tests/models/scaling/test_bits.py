import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wayfare.models import MLPStructure, Model, same_weights, scale_bits

STRUCTURE = MLPStructure((1, 1))
FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)


def single(weight, bias=0.0):
    return Model(STRUCTURE, {"layer1.weight": torch.tensor([[weight]]), "layer1.bias": torch.tensor([bias])})


@given(FINITE)
def test_at_16_bits_a_weight_is_the_nearest_half_precision_number(weight):
    scaled = scale_bits(single(weight), 16).weights["layer1.weight"].item()
    assert scaled == np.float32(np.float16(np.clip(weight, -65504, 65504)))


@given(FINITE)
def test_scaling_twice_is_scaling_once(weight):
    once = scale_bits(single(weight), 16)
    assert same_weights(scale_bits(once, 16), once)


def test_scaling_up_again_keeps_the_rounded_values():
    once = scale_bits(single(0.1), 16)
    back = scale_bits(once, 32)
    assert back.bits == 32
    assert same_weights(back, once)
    assert not same_weights(back, single(0.1))


def test_a_model_in_other_bits_is_refused():
    with pytest.raises(ValueError, match="int8-tensor"):
        scale_bits(single(0.1), 3)


@pytest.mark.parametrize(
    ("bits", "error"), [(16, 2**-11), ("bf16", 2**-8), (8, 0.01), ("int8-tensor", 0.02), (4, 0.15)]
)
def test_fewer_bits_move_a_model_further(bits, error):
    model = MLPStructure((64, 32, 10)).initial(1)
    scaled = scale_bits(model, bits)
    apart = torch.cat([(scaled.weights[name] - tensor).flatten() for name, tensor in model.weights.items()])
    whole = torch.cat([tensor.flatten() for tensor in model.weights.values()])
    assert 0 < float(apart.norm() / whole.norm()) < error
    assert scaled.bits == bits


@pytest.mark.parametrize("bits", [16, "bf16", 8, "int8-tensor", 4])
def test_rounding_twice_is_rounding_once_in_every_format(bits):
    once = scale_bits(MLPStructure((33, 9, 10)).initial(1), bits)
    assert same_weights(scale_bits(once, bits), once)

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
    with pytest.raises(ValueError, match="16 or 32"):
        scale_bits(single(0.1), 8)

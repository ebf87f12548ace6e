import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from wayfare.models.formats import FORMATS, format_of

FEW = [bits for bits in FORMATS if bits != 32]
MATRICES = arrays(
    np.float32, array_shapes(min_dims=2, max_dims=3, max_side=9), elements=st.floats(-(2.0**100), 2.0**100, width=32)
)


@pytest.mark.parametrize("bits", FORMATS)
@given(values=MATRICES)
@settings(max_examples=25)
def test_what_a_format_rounds_to_it_carries_exactly(bits, values):
    form = FORMATS[bits]
    rounded = form.nearest(values)
    codes, scales = form.encode(rounded)
    again = form.decode(codes, scales, values.shape)
    assert again.tobytes() == rounded.tobytes()
    assert (codes.size, None if scales is None else scales.shape) == (values.size, form.scales(values.shape))


@pytest.mark.parametrize(("bits", "most"), [(8, 127), ("int8-tensor", 127), (4, 7)])
@given(values=MATRICES)
@settings(max_examples=25)
def test_an_integer_is_off_by_at_most_half_of_its_blocks_scale(bits, most, values):
    codes, scales = FORMATS[bits].encode(values)
    off = np.abs(FORMATS[bits].decode(codes, scales, values.shape).astype(np.float64) - values)
    assert np.abs(codes).max() in ((most,) if np.abs(values).max() > 2**-100 else (0,))
    assert off.max() <= max(2**-100, 0.5 * float(scales.max()) * (1 + 1e-6))
    assert float(scales.max()) <= np.abs(values).max() / most * (1 + 2**-7)


def test_each_row_has_a_scale_of_its_own_at_8_bits_and_shares_one_per_tensor():
    values = np.array([[1000.0, -1000.0], [0.001, -0.0005]], np.float32)
    np.testing.assert_allclose(FORMATS[8].nearest(values), values, rtol=0.01)
    assert FORMATS["int8-tensor"].nearest(values)[1].tolist() == [0, 0]


def test_32_weights_in_order_share_a_scale_at_4_bits():
    values = np.concatenate([np.full(32, 700.0), np.full(3, 0.7)]).astype(np.float32).reshape(5, 7)
    np.testing.assert_allclose(FORMATS[4].nearest(values), values, rtol=0.01)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_bfloat16_is_torchs(value):
    import torch

    rounded = FORMATS["bf16"].nearest(np.array([value], np.float32))[0]
    expected = torch.tensor([value]).to(torch.bfloat16).float().item()
    assert rounded == expected or np.isinf(expected)
    assert np.isfinite(rounded)


@pytest.mark.parametrize("bits", FEW)
def test_what_is_no_number_stays_none_and_infinity_becomes_the_largest(bits):
    nan, infinite = (FORMATS[bits].nearest(np.array([[value, 1.0]], np.float32)) for value in (np.nan, np.inf))
    assert np.isnan(nan[0, 0])
    assert infinite[0, 0] == pytest.approx(FORMATS[bits].limit, rel=0.01)


def test_vectors_are_half_precision_beside_integers():
    assert [format_of(bits, (5,)).name for bits in FORMATS] == ["F32", "F16", "BF16", "F16", "F16", "F16"]

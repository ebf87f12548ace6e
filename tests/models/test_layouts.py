import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models.formats import FORMATS
from wayfare.models.layouts import lay_out, shape_bytes, take_up, tensor_bytes

SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 40))


def drawn(shape, zeros, seed):
    rng = np.random.default_rng(seed)
    return np.where(rng.random(shape) >= zeros, rng.normal(size=shape), 0.0).astype(np.float32)


@pytest.mark.parametrize("bits", FORMATS)
@pytest.mark.parametrize("sparse", [False, True])
@given(shape=SHAPES, zeros=st.sampled_from([0, 0.3, 0.9, 0.99, 1]), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_what_was_laid_out_is_taken_up_and_has_the_size_it_says(bits, sparse, shape, zeros, seed):
    values = FORMATS[bits].nearest(drawn(shape, zeros, seed))
    arrays = lay_out(values, bits, sparse)
    assert take_up(arrays, bits, shape).tobytes() == values.tobytes()
    scales = FORMATS[bits].scale_bytes(shape)
    laid = sum(array.nbytes for part, array in arrays.items() if part != ":scale")
    assert laid + scales == tensor_bytes(values, bits, sparse)


@given(shape=SHAPES, zeros=st.floats(0, 1), seed=st.integers(0, 99))
@settings(max_examples=30)
def test_leaving_zeros_out_never_costs(shape, zeros, seed):
    values = drawn(shape, zeros, seed)
    assert tensor_bytes(values, 16, True) <= tensor_bytes(values, 16, False) == 2 * values.size


def test_a_mask_serves_many_and_places_serve_few():
    assert lay_out(drawn((100, 100), 0.5, 1), 16, True).keys() == {"", ":mask"}
    assert lay_out(drawn((100, 100), 0.99, 1), 16, True).keys() == {"", ":places"}
    assert lay_out(drawn((100, 100), 0.0, 1), 16, True).keys() == {""}


def test_places_take_two_bytes_up_to_65536_weights_and_then_four():
    assert shape_bytes((256, 256), 32, 10) == 10 * (4 + 2)
    assert shape_bytes((256, 257), 32, 10) == 10 * (4 + 4)


def test_minus_zero_is_not_left_out():
    values = np.array([[-0.0] + [0.0] * 99], np.float32)
    assert take_up(lay_out(values, 32, True), 32, values.shape).tobytes() == values.tobytes()


def places(*numbers):
    return np.array(numbers, np.uint16)


@pytest.mark.parametrize(
    "arrays",
    [
        {"": np.ones(2, np.float32), ":places": places(3, 10)},
        {"": np.ones(2, np.float32), ":places": places(3, 3)},
        {"": np.ones(2, np.float32), ":places": places(4, 3)},
        {"": np.ones(2, np.float32), ":places": places(4)},
        {"": np.ones(2, np.float32), ":places": places(3, 4).astype(np.int64)},
        {"": np.ones(1, np.float32), ":mask": np.array([1], np.uint8)},
        {"": np.ones(1, np.float32), ":mask": np.array([0, 4], np.uint8)},
        {"": np.ones(2, np.float32), ":mask": np.array([1, 0], np.uint8)},
        {"": np.ones((2, 5), np.float32), ":scale": np.ones(2, np.float32)},
        {"": np.ones(10, np.float32)},
        {"": np.ones(1, np.float32), ":mask": np.array([1, 0], np.uint8), ":places": places(0)},
    ],
    ids=[
        "beyond the end", "twice", "falling", "too few", "other type", "short mask", "bits after the end",
        "too many codes", "scales of floats", "flat", "mask and places",
    ],
)  # fmt: skip
def test_arrays_that_do_not_fit_a_tensor_are_refused(arrays):
    with pytest.raises(ValueError, match=r"places|mask|codes|scales|arrays"):
        take_up(arrays, 32, (2, 5))


def test_a_code_that_no_value_has_is_refused():
    with pytest.raises(ValueError, match="below -127"):
        take_up({"": np.full((1, 2), -128, np.int8), ":scale": np.ones(1, np.float32)}, 8, (1, 2))
    with pytest.raises(ValueError, match="after the last"):
        take_up({"": np.array([0x11], np.uint8), ":scale": np.ones(1, np.float32)}, 4, (1, 1))

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import (
    LinearStructure,
    MLPStructure,
    Model,
    PackingError,
    pack,
    pack_model,
    same_weights,
    scale_bits,
    unpack,
    unpack_model,
)
from wayfare.models.cnn import CNNStructure
from wayfare.models.packing import is_dense
from wayfare.models.scaling import sparsify
from wayfare.models.transformer import TransformerStructure

STRUCTURE = MLPStructure((64, 32, 10))
MODEL = STRUCTURE.initial(1)
PACKED = pack_model(MODEL)
SMALL = MLPStructure((9, 7, 3)).initial(2)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.float64, torch.uint8, torch.int64, torch.bool])
def test_what_was_packed_unpacks(dtype):
    tensors = {"b": torch.arange(6).view(2, 3).to(dtype), "a": torch.zeros(0, 4, dtype=dtype)}
    back = unpack(pack(tensors))
    assert back.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert back[name].dtype == dtype
        assert torch.equal(back[name], tensor)


def test_arrays_and_strided_and_shared_tensors_pack_too():
    base = torch.arange(6.0).view(2, 3)
    back = unpack(pack({"array": np.arange(3), "turned": base.T, "base": base}))
    assert back["array"].tolist() == [0, 1, 2]
    assert torch.equal(back["turned"], base.T)


def test_the_bytes_do_not_depend_on_the_order_of_the_tensors():
    assert pack(dict(reversed(MODEL.weights.items()))) == PACKED


def test_what_safetensors_cannot_carry_is_a_packing_error():
    with pytest.raises(PackingError):
        pack({"dates": np.array(["2020-01-01"], dtype="datetime64[D]")})


PACKED_SO = [(bits, sparsity) for bits in (32, 16, "bf16", 8, "int8-tensor", 4) for sparsity in (0.0, 0.5, 0.95)]


@pytest.mark.parametrize(("bits", "sparsity"), PACKED_SO)
@given(place=st.integers(0, 10**6), flip=st.integers(1, 255))
@settings(max_examples=25)
def test_a_flipped_byte_makes_no_model_or_one_that_packs_again(bits, sparsity, place, flip):
    damaged = bytearray(pack_model(scale_bits(sparsify(SMALL, sparsity), bits)))
    damaged[place % len(damaged)] ^= flip
    try:
        model = unpack_model(bytes(damaged), SMALL.structure)
    except PackingError:
        return
    assert same_weights(unpack_model(pack_model(model), SMALL.structure), model)


def test_few_bytes_that_promise_many_weights_are_a_packing_error():
    huge = MLPStructure((2**20, 2**20, 2**20))
    tensors = {}
    for name in huge.shapes:
        tensors |= {name: np.zeros(0, np.float32), f"{name}:places": np.zeros(0, np.uint32)}
    with pytest.raises(PackingError, match="cannot be"):
        unpack_model(pack(tensors), huge)


def test_a_model_packed_in_another_form_than_ours_is_a_packing_error():
    matrix = MODEL.weights["layer1.weight"].numpy().ravel()
    places = {"layer1.weight": matrix, "layer1.weight:places": np.arange(len(matrix), dtype=np.uint16)}
    with pytest.raises(PackingError, match="another form"):
        unpack_model(pack({**MODEL.weights, **places}), STRUCTURE)


@pytest.mark.parametrize(
    "change",
    [
        {"layer1.weight:scale": torch.ones(31)},
        {"layer1.weight:scale": torch.ones(32, dtype=torch.float16)},
        {"layer1.bias": torch.zeros(32)},
        {"layer2.weight": torch.zeros(10, 32)},
        {"more": torch.zeros(1)},
    ],
    ids=["too few scales", "half scales", "a whole vector", "a whole matrix", "something more"],
)
def test_integers_with_something_wrong_are_a_packing_error(change):
    with pytest.raises(PackingError):
        unpack_model(pack(unpack(pack_model(scale_bits(MODEL, 8))) | change), STRUCTURE)


def test_int8_takes_a_byte_and_int4_half_a_byte_and_their_scales():
    matrices, vectors, rows = 64 * 32 + 32 * 10, 42, 42
    assert scale_bits(MODEL, 8).size_bytes == matrices + 2 * vectors + 4 * rows
    assert scale_bits(MODEL, "int8-tensor").size_bytes == matrices + 2 * vectors + 4 * 2
    assert scale_bits(MODEL, 4).size_bytes == matrices // 2 + 2 * vectors + 2 * matrices // 32
    for bits in (8, "int8-tensor", 4, "bf16", 16, 32):
        scaled = scale_bits(MODEL, bits)
        assert 0 < len(pack_model(scaled)) - scaled.size_bytes < 700


def test_a_model_travels_in_its_weights_and_a_small_header():
    for bits in (16, 32):
        packed = pack_model(scale_bits(MODEL, bits))
        assert STRUCTURE.parameters * bits // 8 < len(packed) < STRUCTURE.parameters * bits // 8 + 512


@pytest.mark.parametrize("bits", [16, 32])
def test_a_model_unpacks_to_the_same_weights_and_bits(bits):
    scaled = scale_bits(MODEL, bits)
    back = unpack_model(pack_model(scaled), STRUCTURE)
    assert same_weights(back, scaled)
    assert back.bits == bits


def test_infinities_and_nan_survive_the_trip_in_16_bits():
    broken = Model(
        MLPStructure((1, 2)),
        {"layer1.weight": torch.tensor([[torch.inf], [torch.nan]]), "layer1.bias": torch.zeros(2)},
        16,
    )
    back = unpack_model(pack_model(broken), broken.structure).weights["layer1.weight"]
    assert back[0] == torch.inf
    assert back[1].isnan()


def test_weights_that_16_bits_would_change_do_not_pack_unscaled():
    with pytest.raises(PackingError, match="scale_bits"):
        pack_model(MODEL, bits=16)
    assert len(pack_model(scale_bits(MODEL, 16), bits=32)) > len(pack_model(scale_bits(MODEL, 16)))


@given(st.binary(max_size=300))
def test_garbage_is_a_packing_error(data):
    with pytest.raises(PackingError):
        unpack_model(data, STRUCTURE)


@given(st.integers(0, len(PACKED) - 1))
def test_truncated_bytes_are_a_packing_error(length):
    with pytest.raises(PackingError):
        unpack(PACKED[:length])


@given(st.binary(min_size=1, max_size=50))
def test_something_appended_is_a_packing_error(more):
    with pytest.raises(PackingError):
        unpack(PACKED + more)


@given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_an_error_or_other_tensors_but_never_a_crash(place, flip):
    damaged = bytearray(PACKED)
    damaged[place] ^= flip
    try:
        unpacked = unpack(bytes(damaged))
    except PackingError:
        return
    assert pack(unpacked) != PACKED or place < 8 + int.from_bytes(PACKED[:8], "little")


def test_more_bytes_than_allowed_are_a_packing_error():
    assert unpack(PACKED, limit_bytes=len(PACKED))
    with pytest.raises(PackingError, match="at most"):
        unpack(PACKED, limit_bytes=len(PACKED) - 1)


def test_a_header_that_promises_the_world_is_a_packing_error():
    header = json.dumps({"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}).encode()
    with pytest.raises(PackingError):
        unpack(len(header).to_bytes(8, "little") + header)
    with pytest.raises(PackingError):
        unpack((2**63).to_bytes(8, "little") + header)


@pytest.mark.parametrize(
    "other",
    [
        pack_model(MLPStructure((64, 31, 10)).initial(1)),
        pack({"layer1.weight": torch.zeros(32, 64)}),
        pack({name: tensor.to(torch.float64) for name, tensor in MODEL.weights.items()}),
        pack({}),
    ],
    ids=["other widths", "a layer missing", "other type", "nothing"],
)
def test_bytes_of_something_else_are_not_a_model(other):
    with pytest.raises(PackingError):
        unpack_model(other, STRUCTURE)


@pytest.mark.parametrize(
    "structure",
    [
        LinearStructure((5, 3)),
        LinearStructure((5, 3), bias=False),
        *(MLPStructure((9, *[7] * depth, 3)) for depth in (0, 1, 10)),
        CNNStructure((8, 8, 3), 10, (3, 5), 3, (7,), norm="group"),
        TransformerStructure(12, 11, 2, 6, tied=False),
    ],
    ids=repr,
)
def test_a_model_in_32_bits_is_packed_as_the_safetensors_library_does(structure):
    model = structure.initial(1)
    packed = pack_model(model)
    assert packed == pack(model.weights)
    assert is_dense(packed, structure)
    back = unpack_model(packed, structure)
    assert same_weights(back, model)
    assert all(tensor.data_ptr() % 64 == 0 for tensor in back.weights.values())


def test_a_model_whose_tensors_lie_in_another_order_is_taken_too():
    names, at, table, data = sorted(MODEL.weights, reverse=True), 0, {}, b""
    for name in names:
        tensor = MODEL.weights[name].numpy()
        table[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + tensor.nbytes]}
        at, data = at + tensor.nbytes, data + tensor.tobytes()
    text = json.dumps(table, separators=(",", ":")).encode()
    packed = len(text).to_bytes(8, "little") + text + data
    assert not is_dense(packed, STRUCTURE)
    assert same_weights(unpack_model(packed, STRUCTURE), MODEL)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_model_that_arrives_says_whether_its_numbers_are_finite(value):
    assert unpack_model(PACKED, STRUCTURE).is_finite
    wrong = MODEL.weights["layer2.bias"].clone()
    wrong[3] = value
    diverged = Model(STRUCTURE, {**MODEL.weights, "layer2.bias": wrong})
    assert not diverged.is_finite
    assert not unpack_model(pack_model(diverged), STRUCTURE).is_finite


def test_numbers_whose_squares_are_beyond_float32_are_finite():
    large = {name: torch.full_like(tensor, 3e38) for name, tensor in MODEL.weights.items()}
    model = Model(STRUCTURE, large)
    assert model.is_finite
    assert unpack_model(pack_model(model), STRUCTURE).is_finite

"""What a payload promises is checked before anything is made of it."""

import json
import struct

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.packets import PacketError, RefuseReason, check_tensors, limits

shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)
kinds = st.sampled_from(["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u4", "u2", "u1"])


def payload(table, data=b"", spaces=0):
    """A payload with any list of tensors."""
    text = table if isinstance(table, bytes) else json.dumps(table, separators=(",", ":")).encode()
    text += b" " * spaces
    return struct.pack("<Q", len(text)) + text + data


def tensor(shape, begin, end, kind="F32"):
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


@given(
    st.dictionaries(st.text(max_size=8).filter(lambda name: name != "__metadata__"), st.tuples(kinds, shapes)),
)
def test_whatever_the_library_writes_is_taken(tensors):
    check_tensors(safetensors.numpy.save({name: np.zeros(shape, kind) for name, (kind, shape) in tensors.items()}))


def test_metadata_have_no_place_in_a_packet():
    with pytest.raises(PacketError, match="cannot be understood"):
        check_tensors(safetensors.numpy.save({"a": np.zeros(1)}, {"key": "value"}))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"", "MALFORMED"),
        (b"1234567", "MALFORMED"),
        (struct.pack("<Q", 2**63), "OVERSIZED"),
        (struct.pack("<Q", 100) + b"{}", "MALFORMED"),
        (payload(b""), "MALFORMED"),
        (payload(b"[]"), "MALFORMED"),
        (payload(b"[" * 100_000), "MALFORMED"),
        (payload(b'{"__metadata__":' * 10_000), "MALFORMED"),
        (payload(b'{"' + rb"\"" * 100_000), "MALFORMED"),
        (payload({"a": tensor([10**12], 0, 4 * 10**12)}, bytes(4)), "MALFORMED"),
        (payload({"a": tensor([10**12, 0], 0, 0)}), "MALFORMED"),
        (payload({"a": tensor([2**31, 2**31, 2**31], 0, 4)}, bytes(4)), "MALFORMED"),
        (payload({"a": tensor([10**30], 0, 4)}, bytes(4)), "MALFORMED"),
        (payload({"a": tensor([-1], 0, 4)}, bytes(4)), "MALFORMED"),
        (payload({"a": tensor([1.0], 0, 4)}, bytes(4)), "MALFORMED"),
        (payload(b'{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}', bytes(4)), "MALFORMED"),
        (payload({"a": tensor([1], 4, 0)}, bytes(4)), "MALFORMED"),
        (payload({"a": tensor([1], 0, 4), "b": tensor([1], 0, 4)}, bytes(4)), "MALFORMED"),
        (payload({"a": tensor([1], 0, 4), "b": tensor([1], 2, 6)}, bytes(6)), "MALFORMED"),
        (payload({"a": tensor([1], 0, 4), "b": tensor([1], 8, 12)}, bytes(12)), "MALFORMED"),
        (payload({"a": tensor([1], 0, 4)}, bytes(5)), "MALFORMED"),
        (payload({"a": tensor([2], 0, 4)}, bytes(4)), "MALFORMED"),
        (payload({"a": tensor([4], 0, 4, "BOOL")}, b"\x02" * 4), "MALFORMED"),
        (payload({"a": tensor([4], 0, 4, "F8_E5M2")}, bytes(4)), "MALFORMED"),
        (payload({"a": tensor([1] * 9, 0, 4)}, bytes(4)), "OVERSIZED"),
        (payload({f"{n}": tensor([0], 0, 0) for n in range(limits.TENSORS_MAX + 2)}), "OVERSIZED"),
        (payload(b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},' * 2, bytes(4)), "MALFORMED"),
        (payload(b'{"\\q":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)), "MALFORMED"),
        (payload(b'{"\xff":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)), "MALFORMED"),
        (payload(b"{}", bytes(4)), "MALFORMED"),
    ],
)
def test_a_payload_that_promises_what_is_not_there_is_refused(bad, reason):
    with pytest.raises(PacketError) as refused:
        check_tensors(bad)
    assert refused.value.reason == RefuseReason[reason]


def test_one_name_for_two_tensors_is_refused():
    entry = b'"a":{"dtype":"U8","shape":[1],"data_offsets":[%d,%d]}'
    with pytest.raises(PacketError, match="cannot be understood"):
        check_tensors(payload(b"{" + entry % (0, 1) + b"," + entry % (1, 2) + b"}", b"12"))


def test_the_library_alone_would_take_a_tensor_of_10_to_the_12_rows():
    """Should it refuse this one day, our own check is no longer needed for it."""
    hostile = payload({"a": tensor([10**12, 0], 0, 0)})
    assert safetensors.numpy.load(hostile)["a"].shape == (10**12, 0)

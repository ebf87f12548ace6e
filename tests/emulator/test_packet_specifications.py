"""The specification in a packet has one form, and fits the weights beside it."""

from dataclasses import replace

import pytest

from wayfare.emulator.forgery import with_specification
from wayfare.emulator.packets import ModelPacket, PacketError, RefuseReason
from wayfare.models.mlp import MLPStructure
from wayfare.models.packing import pack_model


def test_weights_that_do_not_fit_the_specification_are_refused(sample):
    wrong = replace(sample, payload=pack_model(MLPStructure((6, 5, 3)).initial(1)))
    with pytest.raises(PacketError, match="holds no model"):
        wrong.to_model()


@pytest.mark.parametrize("specification", [{}, {"family": "mlp"}, {"family": "mlp", "widths": 3}, {"family": "gnn"}])
def test_a_specification_that_makes_no_sense_is_refused(sample, specification):
    with pytest.raises(PacketError, match="holds no model"):
        replace(sample, specification=specification).to_model()


@pytest.mark.parametrize(
    "text",
    [
        b"[1,2]",
        b'"mlp"',
        b"null",
        b"",
        b'{"a":1',
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{"a": 1}',
        b'{"a":"\xff"}',
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_a_specification_has_one_form_and_anything_else_is_refused(sample, text):
    """A sender can put a right checksum on a wrong header."""
    with pytest.raises(PacketError) as refused:
        ModelPacket.decode(with_specification(sample.encode(), text))
    assert refused.value.reason == RefuseReason.MALFORMED


@pytest.mark.parametrize(
    "text", [b"[" * 60_000, b'{"a":' + b"[" * 33 + b"]" * 33 + b"}", b" " * 70_000, b'{"a":"' + b"a" * 70_000 + b'"}']
)
def test_a_specification_too_deep_or_too_long_is_refused(sample, text):
    with pytest.raises(PacketError) as refused:
        ModelPacket.decode(with_specification(sample.encode(), text))
    assert refused.value.reason == RefuseReason.OVERSIZED


def test_brackets_in_a_text_are_no_nesting(sample):
    deep = replace(sample, specification={"a": '["' * 1000})
    assert ModelPacket.decode(deep.encode()).specification == deep.specification

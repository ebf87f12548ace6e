"""Parcel: several models of one structure in one packet, for what travels beside the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from wayfare.emulator.packets import PacketKind

if TYPE_CHECKING:
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model
    from wayfare.models.structure import Structure


def with_models(packet: ModelPacket, models: Mapping[str, Model], **notes: int) -> ModelPacket:
    """Return the packet with several named models inside, in their true size, and notes in its specification."""
    from wayfare.models.packing import pack

    tensors = {f"{part}/{name}": tensor for part, model in models.items() for name, tensor in model.weights.items()}
    return replace(packet, kind=PacketKind.TENSORS, payload=pack(tensors), specification={"models": [*models], **notes})


def models_in(packet: ModelPacket, structure: Structure) -> dict[str, Model]:
    """Return the named models of a structure inside a packet.

    Raises:
        ValueError: They are not of this structure.
    """
    from wayfare.models.model import Model

    weights: dict[str, dict[str, object]] = {}
    for key, tensor in packet.to_tensors().items():
        part, _, name = key.partition("/")
        weights.setdefault(part, {})[name] = tensor
    return {part: Model(structure, tensors) for part, tensors in weights.items()}  # type: ignore[arg-type]

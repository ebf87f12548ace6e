"""Parcel: several models in one packet, for what travels beside the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from wayfare.emulator.packets import PacketKind

if TYPE_CHECKING:
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model


def with_models(packet: ModelPacket, models: Mapping[str, Model], **notes: int) -> ModelPacket:
    """Return the packet with several named models inside, in their true size, and notes in its specification."""
    from wayfare.models.packing import pack

    tensors = {f"{part}/{name}": tensor for part, model in models.items() for name, tensor in model.weights.items()}
    specifications = {part: model.structure.specification() for part, model in models.items()}
    specification = {"models": specifications, **notes}
    return replace(packet, kind=PacketKind.TENSORS, payload=pack(tensors), specification=specification)


def models_in(packet: ModelPacket) -> dict[str, Model]:
    """Return the named models inside a packet.

    Raises:
        ValueError: It holds none, or not what it says.
    """
    from wayfare.models.families import structure_from
    from wayfare.models.model import Model

    tensors, models = packet.to_tensors(), {}
    for part, specification in packet.specification["models"].items():
        structure = structure_from(specification)
        models[part] = Model(structure, {name: tensors[f"{part}/{name}"] for name in structure.shapes})
    return models

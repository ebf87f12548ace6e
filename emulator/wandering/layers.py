"""Layers: which of a model's layers a node trains, and what a packet says of them when the model changes size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from wayfare.emulator.packets import LayerUpdate, ScaleStamp

if TYPE_CHECKING:
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model
    from wayfare.models.scaling import Scale

Trained = Literal["all", "head", "least-trained", "surgical"]


def frozen_layers(
    trained: Literal["all", "head", "least-trained"], layers: Sequence[str], updates: Sequence[LayerUpdate]
) -> tuple[str, ...]:
    """Return the layers that a node leaves as they are.

    Args:
        trained: What it trains: all; the last layer; or the half of the layers that have learned from the fewest
            samples, of equal ones the later, which in turn trains every layer.
        layers: The model's, in order.
        updates: What the packet's header says of each; nothing before the first training.
    """
    if trained == "all" or len(layers) == 1:
        return ()
    if trained == "head":
        return tuple(layers[:-1])
    samples = [update.samples for update in updates] or [0] * len(layers)
    order = sorted(range(len(layers)), key=lambda place: (samples[place], -place))
    chosen = {layers[place] for place in order[: (len(layers) + 1) // 2]}
    return tuple(layer for layer in layers if layer not in chosen)


def flat_layers(gradients: Mapping[str, float], share: float) -> tuple[str, ...]:
    """Return the layers that a node leaves as they are, as its own samples have little to say about them.

    Args:
        gradients: How strongly the samples pull at each layer.
        share: Of all of that, what the layers that it trains hold together: the fewest that do, of equal ones the
            later. Where nothing pulls it trains all.
    """
    wanted, held = share * sum(gradients.values()), 0.0
    if not wanted:
        return ()
    rest = sorted(gradients, key=gradients.__getitem__)
    while rest and held < wanted:
        held += gradients[rest.pop()]
    return tuple(layer for layer in gradients if layer in rest)


def resized(packet: ModelPacket, model: Model, scale: Scale | None = None) -> ModelPacket:
    """Return the packet with its model at another size; without a scale, at its whole size again.

    The updates of layers that are left out are forgotten, and layers that are new have none; the head is the last.
    """
    before = aligned(packet.updates, len(model.structure.layers))
    stamp = ScaleStamp() if scale is None else _stamp(packet.scale, scale)
    return replace(packet, updates=before, scale=stamp).with_model(model)


def aligned(updates: tuple[LayerUpdate, ...], count: int) -> tuple[LayerUpdate, ...]:
    """Return updates for so many layers: further ones before the head have none, and those left out are forgotten."""
    if not updates or len(updates) == count:
        return updates
    return (*(*updates[:-1], *(LayerUpdate(-1, 0),) * count)[: count - 1], updates[-1])


def _stamp(before: ScaleStamp, scale: Scale) -> ScaleStamp:
    """Return the stamp of a packet after one more scaling."""
    return before._replace(
        width=before.width * scale.width,
        depth=before.depth * scale.depth,
        rank=scale.rank or before.rank,
        sparsity=max(before.sparsity, scale.sparsity),
    )

"""Joining: packets that are at a node at one moment merge, and all go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wayfare.emulator.packets import PacketKind

if TYPE_CHECKING:
    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.merging import Merger
    from wayfare.models.model import Model


def join(node: Node, packet: ModelPacket, model: Model, merger: Merger) -> tuple[ModelPacket, Model]:
    """Merge a packet that has just been trained with those that wait at the node, by how much each has learned.

    Only packets that have learned something, with a model of the same structure, take part. All carry the merged model
    from then on, each on its own way, and have each other in their lineage. Those that wait are trained here in turn.

    Args:
        node: Where they are.
        packet: The one that was trained, its header as it came.
        model: Its model after training; the base of the merger.
        merger: How they merge.
    """
    waiting = [(other, other.to_model()) for other in node.waiting if other.kind is PacketKind.MODEL]
    alike = [(o, met) for o, met in waiting if o.learned_samples and met.structure == model.structure]
    models = [model, *(met for _, met in alike)]
    if not alike or not node.can_merge(models, merger):
        return packet, model
    weights = [packet.learned_samples + node.samples, *(other.learned_samples for other, _ in alike)]
    merged = node.merge(models, weights, merger, model)
    for other, _ in alike:
        node.exchange((other.joined_by(packet) if packet.updates else other).with_model(merged))
        packet = packet.joined_by(other)
    return packet, merged

"""FedBuff: federated learning with buffered asynchronous aggregation."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge, Gt

from .asynchrony import Asynchronous

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model


@dataclass(frozen=True, kw_only=True)
class FedBuff(Asynchronous):
    """FedBuff (Nguyen et al., AISTATS 2022, arXiv 2106.06639, Algorithm 1), without secure aggregation.

    Clients send how their training changed the model. The server gathers K changes, and then moves its model by their
    mean, each counted 1 / sqrt(1 + staleness). Its answer is the server's model.
    """

    buffer: Annotated[int, "Changes that the server gathers for a new model; the paper's K.", Ge(1)] = 10
    server_learning_rate: Annotated[float, "How far the server goes; the paper's global step size.", Gt(0)] = 1.0

    def learn(self, node: Node, packet: ModelPacket) -> Generator[simpy.Event, Any, ModelPacket]:
        """Train the model that came, and answer what changed."""
        from wayfare.models.algebra import combine

        before = packet.to_model()
        after = yield self.train(node, before)
        node.store["model"] = after
        return node.stamp(node.packet(before, task=packet.task), combine([after, before], [1, -1]))

    def take(self, node: Node, model: Model, answer: ModelPacket, age: int) -> Model:
        """Gather; return w + eta_g / K times the sum of the K changes."""
        from wayfare.emulator.records import EventKind
        from wayfare.models.algebra import combine

        gathered = [*node.store.get("gathered", ()), (answer.to_model(), (1 + age) ** -0.5)]
        full = len(gathered) >= self.buffer
        node.store["gathered"] = [] if full else gathered
        if not full:
            return model
        node.log(EventKind.MERGE, value=float(len(gathered)))
        step = self.server_learning_rate / self.buffer
        return combine([model, *(change for change, _ in gathered)], [1, *(step * factor for _, factor in gathered)])

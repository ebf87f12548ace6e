"""Served: what methods with a server have in common, with rounds or without."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Gt, Le

from .method import Method, Roles

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model

    from .method import Program


@dataclass(frozen=True, kw_only=True)
class Served(Method):
    """A server gives models to its clients, and they give back what they make of them."""

    fraction: Annotated[float, "Share of the clients that work at one time.", Gt(0), Le(1)] = 1.0
    timeout_s: Annotated[float, "How long the server waits for an answer.", Gt(0)] = 60.0

    def check(self, roles: Roles) -> None:
        """Refuse a network without clients."""
        if not roles.clients:
            raise ValueError(
                f"{type(self).__name__.lower()} needs data at a node other than its server {roles.server!r}"
            )

    def program(self, node: Node, roles: Roles) -> Program | None:
        """Serve at the server, work at the holders."""
        if node.name == roles.server:
            return self.serve(node, roles)
        return self.work(node) if node.samples else None

    @abstractmethod
    def serve(self, node: Node, roles: Roles) -> Program:
        """Run at the server."""

    def work(self, node: Node) -> Program:
        """Learn from what comes and send back what came of it; of several that wait only the newest counts."""
        while True:
            packet = yield node.receive_newest()
            answer = yield from self.learn(node, packet)
            node.send(node.name_of(packet.source), answer)

    def learn(self, node: Node, packet: ModelPacket) -> Generator[simpy.Event, Any, ModelPacket]:
        """Train the model that came, keep it and return the answer."""
        model = yield self.train(node, packet.to_model())
        node.store["model"] = model
        return node.stamp(node.packet(model, task=packet.task), model)

    def train(self, node: Node, model: Model) -> simpy.Event:
        """Train a model at a client."""
        return node.train(model)

    def clients_at_once(self, clients: int) -> int:
        """Return how many of so many clients work at one time."""
        return min(clients, max(1, round(self.fraction * clients)))

"""Asynchronous: what methods have in common whose server waits for nobody in particular."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .method import Roles
from .served import Served

if TYPE_CHECKING:
    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model

    from .method import Program


@dataclass(frozen=True, kw_only=True)
class Asynchronous(Served):
    """The server takes up each answer when it comes, and at once gives its model of then to a client that is idle.

    A client that does not answer before the timeout makes room for another, and may be asked again; its answer still
    counts when it comes. A server that was down goes on with the model that it has in store.
    """

    def serve(self, node: Node, roles: Roles) -> Program:
        """Keep the clients busy; the version counts the server's models."""
        model, version = node.store.get("model", node.initial_model()), node.store.get("version", 0)
        node.answer(model)
        due_s: dict[str, float] = {}
        while roles.clients:
            idle = [client for client in roles.clients if client not in due_s]
            room = self.clients_at_once(len(roles.clients)) - len(due_s)
            for place in sorted(node.rng.choice(len(idle), room, replace=False)):
                due_s[idle[place]] = node.now + self.timeout_s
                node.send(idle[place], node.packet(model, task=version))
            slowest = min(due_s, key=due_s.__getitem__)
            packet = yield node.receive(timeout=max(0.0, due_s[slowest] - node.now))
            due_s.pop(slowest if packet is None else node.name_of(packet.source), None)
            if packet is not None:
                taken = self.take(node, model, packet, version - packet.task)
                if taken is not model:
                    model, version = taken, version + 1
                    node.store |= {"model": model, "version": version}
                    node.answer(model)

    @abstractmethod
    def take(self, node: Node, model: Model, answer: ModelPacket, age: int) -> Model:
        """Return the server's model after an answer to one of so many versions ago, or the same if nothing changes."""

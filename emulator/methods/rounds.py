"""Rounds: what methods have in common whose server waits for a round's clients before it goes on."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from .method import Roles, when_lost
from .served import Served

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model

    from .method import Program


@dataclass(frozen=True, kw_only=True)
class Rounds(Served):
    """In every round the server asks a sample of its clients, and makes its next model of their answers.

    A client is left out of a round when the question cannot be delivered, or when the next answer is too late. A server
    that was down goes on with the model that it has in store.
    """

    def serve(self, node: Node, roles: Roles) -> Program:
        """Run round after round."""
        model = node.store.get("model", node.initial_model())
        node.answer(model)
        while roles.clients:
            answers = yield from self.ask(node, self.below(node, roles), model, self.patience_s)
            if self.can_update(node, model, answers):
                model = self.update(node, model, answers)
                node.store["model"] = model
                node.answer(model)

    @property
    def patience_s(self) -> float:
        """Return how long the server waits for the next answer of a round [s]."""
        return self.timeout_s

    def below(self, node: Node, roles: Roles) -> Sequence[str]:
        """Return whom a node that serves may ask."""
        return roles.clients

    def ask(
        self, node: Node, clients: Sequence[str], model: Model, timeout_s: float
    ) -> Generator[simpy.Event, Any, list[ModelPacket]]:
        """Send a model to a sample of the clients; return their answers, in the order of their ids."""
        node.store["task"] = task = node.store.get("task", 0) + 1
        asked: set[str] = set()
        lost: set[str] = set()
        for place in sorted(node.rng.choice(len(clients), self.clients_at_once(len(clients)), replace=False)):
            asked.add(clients[place])
            sending = node.send(clients[place], self.question(node, clients[place], model, task))
            when_lost(sending, partial(lost.add, clients[place]))
        answers: dict[int, ModelPacket] = {}
        while len(answers) + len(lost) < len(asked) or not asked:
            packet = yield node.receive(timeout=timeout_s)
            if packet is None:
                break
            if packet.task == task and node.name_of(packet.source) in asked:
                answers[packet.source] = packet
        return [answers[client] for client in sorted(answers)]

    def question(self, node: Node, client: str, model: Model, task: int) -> ModelPacket:
        """Return what the server sends to a client."""
        return node.packet(model, task=task)

    def can_update(self, node: Node, model: Model, answers: Sequence[ModelPacket]) -> bool:
        """Return whether a next model can be made of the answers: where there are any."""
        return bool(answers)

    @abstractmethod
    def update(self, node: Node, model: Model, answers: Sequence[ModelPacket]) -> Model:
        """Return the server's next model."""

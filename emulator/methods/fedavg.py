"""Federated averaging."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Gt, Le

from .method import Method, Roles

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket

    from .method import Program


@dataclass(frozen=True, kw_only=True)
class FedAvg(Method):
    """FederatedAveraging (McMahan et al., AISTATS 2017, arXiv 1602.05629, Algorithm 1).

    The server sends its model to a sample of clients, each trains it on its own data, and the server averages what
    returns, weighted by the clients' numbers of samples. A client whose answer misses the round's timeout is left out
    of it. Its answer is the server's model.
    """

    fraction: Annotated[float, "Share of the clients that take part in a round.", Gt(0), Le(1)] = 1.0
    timeout_s: Annotated[float, "How long the server waits for the next answer of a round.", Gt(0)] = 60.0

    def check(self, roles: Roles) -> None:
        """Refuse a network without clients."""
        if not roles.clients:
            raise ValueError(f"fedavg needs data at a node other than its server {roles.server!r}")

    def program(self, node: Node, roles: Roles) -> Program | None:
        """Serve at the server, work at the holders."""
        if node.name == roles.server:
            return self.serve(node, roles.clients)
        return self.work(node, roles.server) if node.samples else None

    def serve(self, node: Node, clients: Sequence[str]) -> Program:
        """Run round after round (the paper's "Server executes")."""
        model = node.store.get("model", node.initial_model())
        sample_size = max(1, round(self.fraction * len(clients)))
        task = node.store.get("task", 0)
        node.answer(model)
        while clients:
            node.store["task"] = task = task + 1
            for client in sorted(node.rng.choice(len(clients), sample_size, replace=False)):
                node.send(clients[client], node.packet(model, task=task))
            updates = yield from self.collect(node, task, sample_size)
            if updates:
                model = node.merge([packet.to_model() for packet in updates], [sum(packet.seen) for packet in updates])
                node.store["model"] = model
                node.answer(model)

    def collect(self, node: Node, task: int, expected: int) -> Generator[simpy.Event, Any, list[ModelPacket]]:
        """Gather a round's updates, in the order of their senders, until all are here or the next one is too late."""
        updates: dict[int, ModelPacket] = {}
        while len(updates) < expected:
            packet = yield node.receive(timeout=self.timeout_s)
            if packet is None:
                break
            if packet.task == task:
                updates[packet.source] = packet
        return [updates[client] for client in sorted(updates)]

    def work(self, node: Node, server: str) -> Program:
        """Train what the server sends and send it back (the paper's "ClientUpdate")."""
        while True:
            packet = yield node.receive()
            model = yield node.train(packet.to_model())
            node.store["model"] = model
            node.send(server, node.stamp(node.packet(model, task=packet.task), model))

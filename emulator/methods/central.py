"""The data travels, the model stays: what edge learning is compared with."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Gt

from wayfare.emulator.failures import SendFailed

from .method import Method, Roles

if TYPE_CHECKING:
    from wayfare.emulator.node import Node

    from .method import Program


@dataclass(frozen=True, kw_only=True)
class Central(Method):
    """Every data holder sends its raw samples to the server, which trains on all of them.

    Training begins when the last holder's data is there, or when the next is too late after the one before. A server
    that was down goes on with the data and the model that it has in store. Its answer is the server's model, which
    never returns to the devices: they keep the untrained one.
    """

    budget: Annotated[
        int, "Training jobs of the server; it may do them in milliseconds, so time does not bound them.", Ge(1)
    ] = 200
    timeout_s: Annotated[float, "How long the server waits for the next holder's data.", Gt(0)] = 60.0

    def program(self, node: Node, roles: Roles) -> Program | None:
        """Gather and train at the server, send from the others."""
        if node.name == roles.server:
            return self.gather(node, len(roles.clients))
        return self.give(node, roles.server) if node.samples else None

    def give(self, node: Node, server: str) -> Program:
        """Send the node's raw samples."""
        if "given" not in node.store:
            with suppress(SendFailed):  # the drop is recorded, and the server waits for its timeout only
                yield node.send(server, node.data_packet())
                node.store["given"] = True

    def gather(self, node: Node, senders: int) -> Program:
        """Collect all samples, then train on them."""
        from wayfare.models.shard import Shard

        own = [] if node.data is None else [node.data]
        given: list[Shard] = node.store.setdefault("shards", [])
        while len(given) < senders:
            packet = yield node.receive(timeout=self.timeout_s if own or given else None)
            if packet is None:
                break
            given.append(packet.to_shard())
        model = node.store.get("model", node.initial_model())
        for number in range(node.store.get("jobs", 0), self.budget):
            model = yield node.train(model, data=Shard.concatenate([*own, *given]))
            node.store |= {"model": model, "jobs": number + 1}
            node.answer(model)

"""The data travels, the model stays: what edge learning is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from .method import Method, Roles

if TYPE_CHECKING:
    from wayfare.emulator.node import Node

    from .method import Program


@dataclass(frozen=True, kw_only=True)
class Central(Method):
    """Every data holder sends its raw samples to the server, which trains on all of them.

    Training begins when the last holder's data is there. Its answer is the server's model, which never returns to the
    devices: they keep the untrained one.
    """

    budget: Annotated[
        int, "Training jobs of the server; it may do them in milliseconds, so time does not bound them.", Ge(1)
    ] = 200

    def program(self, node: Node, roles: Roles) -> Program | None:
        """Gather and train at the server, send from the others."""
        if node.name == roles.server:
            return self.gather(node, len(roles.clients))
        return self.give(node, roles.server) if node.samples else None

    def give(self, node: Node, server: str) -> Program:
        """Send the node's raw samples."""
        yield node.send(server, node.data_packet())

    def gather(self, node: Node, senders: int) -> Program:
        """Collect all samples, then train on them."""
        from wayfare.models.shard import Shard

        shards = [] if node.data is None else [node.data]
        for _ in range(senders):
            packet = yield node.receive()
            shards.append(packet.to_shard())
        data = Shard.concatenate(shards)
        model = node.initial_model()
        for _ in range(self.budget):
            model = yield node.train(model, data=data)
            node.store["model"] = model
            node.answer(model)

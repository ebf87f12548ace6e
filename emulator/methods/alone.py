"""Nobody shares: every device trains its own model on its own data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .method import Method, Roles

if TYPE_CHECKING:
    from wayfare.emulator.node import Node

    from .method import Program


@dataclass(frozen=True, kw_only=True)
class Alone(Method):
    """Each data holder trains by itself, without a byte sent: the baseline that cooperation has to beat.

    Its answers are the devices' models.
    """

    def program(self, node: Node, roles: Roles) -> Program | None:
        """Train again and again where there is data."""
        return self.learn(node) if node.samples else None

    def learn(self, node: Node) -> Program:
        """Train the node's own model, job after job."""
        model = node.store.get("model", node.initial_model())
        while True:
            model = yield node.train(model)
            node.store["model"] = model
            node.answer(model)

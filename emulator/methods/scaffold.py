"""SCAFFOLD: federated averaging with control variates against the drift of clients."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Gt

from .method import Roles
from .parcel import models_in, with_models
from .rounds import Rounds

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model

    from .method import Program


@dataclass(frozen=True, kw_only=True)
class Scaffold(Rounds):
    """SCAFFOLD (Karimireddy et al., ICML 2020, arXiv 1910.06378, Algorithm 1, option II).

    Client i adds c - c_i to each of its gradients: the server's control variate less its own, which remember the mean
    gradients of all clients and of this one. Both travel with the model, so packets are twice as large, both ways.
    Clients count alike, whatever their samples. An answer that comes too late is left out of the round with its change
    of the control variate. The paper's clients run plain SGD, so the optimiser is fixed to that.
    """

    server_learning_rate: Annotated[
        float, "How far the server goes towards its clients' mean; the paper's global step size.", Gt(0)
    ] = 1.0

    def __post_init__(self) -> None:
        """Refuse optimisers for which option II does not give the mean gradient."""
        if self.optimiser != "sgd" or self.momentum:
            raise ValueError("scaffold works with plain sgd only: leave out 'optimiser' and 'momentum'")

    def serve(self, node: Node, roles: Roles) -> Program:
        """Run round after round; the number of clients weighs the change of the control variate."""
        node.store["clients"] = len(roles.clients)
        return super().serve(node, roles)

    def question(self, node: Node, client: str, model: Model, task: int) -> ModelPacket:
        """Send (x, c)."""
        return with_models(node.packet(model, task=task), {"x": model, "c": self.control(node)})

    def learn(self, node: Node, packet: ModelPacket) -> Generator[simpy.Event, Any, ModelPacket]:
        """Train with the correction, find the new c_i, and answer (y_i, c_i+ - c_i)."""
        from wayfare.models.algebra import combine

        given = models_in(packet)
        x, c, c_i = given["x"], given["c"], self.control(node)
        y_i = yield node.train(x, correction=combine([c, c_i], [1, -1]).weights)
        per_step = 1 / (self.steps * self.learning_rate)
        c_i_plus = combine([c_i, c, x, y_i], [1, -1, per_step, -per_step])
        node.store |= {"model": y_i, "control": c_i_plus}
        answer = node.stamp(node.packet(y_i, task=packet.task), y_i)
        return with_models(answer, {"y": y_i, "dc": combine([c_i_plus, c_i], [1, -1])})

    def update(self, node: Node, model: Model, answers: Sequence[ModelPacket]) -> Model:
        """Move x towards the mean of y_i by the server's step, and c by |S| / N times the mean change."""
        from wayfare.models.algebra import combine

        given = [models_in(answer) for answer in answers]
        changes = [each["dc"] for each in given]
        share = 1 / node.store["clients"]
        node.store["control"] = combine([self.control(node), *changes], [1, *[share] * len(changes)])
        mean = node.merge([each["y"] for each in given], [1] * len(given))
        return combine([model, mean], [1 - self.server_learning_rate, self.server_learning_rate])

    def control(self, node: Node) -> Model:
        """Return a node's control variate; at first zero."""
        from wayfare.models.algebra import zeros

        return node.store.get("control") or zeros(node.initial_model())

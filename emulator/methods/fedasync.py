"""FedAsync: asynchronous federated optimisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Gt, Le

from .asynchrony import Asynchronous

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model


@dataclass(frozen=True, kw_only=True)
class FedAsync(Asynchronous):
    """FedAsync (Xie, Koyejo and Gupta, OPT 2020, arXiv 1903.03934, Algorithm 1).

    When a client's model arrives, the server's moves towards it by alpha times a function of its staleness: how many
    versions the server's model has had since the client got it. With rho above 0 clients solve the paper's
    regularised problem, which holds them near what they got. Its answer is the server's model.
    """

    # Section 5 of the paper: alpha .6; a .5 for the polynomial; a 10 and b 4 for the hinge.
    alpha: Annotated[float, "How far a fresh model moves the server's.", Gt(0), Le(1)] = 0.6
    staleness: Annotated[
        Literal["constant", "polynomial", "hinge"],
        "What staleness t does to alpha: nothing; times (1 + t)^-a; or 1 up to b, then times 1 / (a (t - b) + 1).",
    ] = "polynomial"
    decay: Annotated[float | None, "The a; by default 0.5 for the polynomial and 10 for the hinge.", Gt(0)] = None
    patience: Annotated[float, "The b of the hinge.", Ge(0)] = 4.0
    rho: Annotated[float, "How strongly the model that a client got pulls as it trains.", Ge(0)] = 0.0

    def train(self, node: Node, model: Model) -> simpy.Event:
        """Minimise the client's loss plus rho / 2 |x - x_t|^2."""
        return node.train(model, proximal=self.rho)

    def take(self, node: Node, model: Model, answer: ModelPacket, age: int) -> Model:
        """Return (1 - alpha_t) x + alpha_t x_new."""
        from wayfare.emulator.records import EventKind
        from wayfare.models.merging import Contribution
        from wayfare.models.merging.staleness import Staleness

        node.log(EventKind.MERGE, value=1.0)
        merger = Staleness(self.alpha, self.staleness, self.decay, self.patience)
        return merger.merge([Contribution(answer.to_model(), age=age)], model)

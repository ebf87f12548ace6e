"""FedProx: federated averaging whose clients stay near the server's model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from .fedavg import FedAvg

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.models.model import Model


@dataclass(frozen=True, kw_only=True)
class FedProx(FedAvg):
    """FedProx (Li et al., MLSys 2020, arXiv 1812.06127, Algorithm 2).

    As FedAvg, but each client minimises its own loss plus mu / 2 |w - w_t|^2, where w_t is what the server sent.
    Clients are drawn alike and count by their samples, as in FedAvg. Not modelled: slow clients that return less than
    all steps.
    """

    # Section 5 of the paper tunes mu among 0.001, 0.01, 0.1 and 1; on MNIST 1 was best.
    mu: Annotated[float, "How strongly the server's model pulls; at 0 this is FedAvg.", Ge(0)] = 1.0

    def train(self, node: Node, model: Model) -> simpy.Event:
        """Minimise h_k(w; w_t) = F_k(w) + mu / 2 |w - w_t|^2."""
        return node.train(model, proximal=self.mu)

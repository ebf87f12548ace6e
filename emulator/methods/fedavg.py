"""Federated averaging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .merged import Merged

if TYPE_CHECKING:
    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model


@dataclass(frozen=True, kw_only=True)
class FedAvg(Merged):
    """FederatedAveraging (McMahan et al., AISTATS 2017, arXiv 1602.05629, Algorithm 1).

    The server sends its model to a sample of clients, each trains it on its own data, and the server averages what
    returns, weighted by the clients' numbers of samples. A client whose answer misses the round's timeout is left out
    of it. With another `merger` than the mean the server makes its model otherwise. Its answer is the server's model.
    """

    def update(self, node: Node, model: Model, answers: Sequence[ModelPacket]) -> Model:
        """Return the sum over clients of n_k / n w_k; or what else the merger makes of them."""
        return self.merge(node, model, answers)

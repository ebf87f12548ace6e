"""FedAdam: adaptive federated optimisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Gt, Lt

from .merged import Merged

if TYPE_CHECKING:
    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model


@dataclass(frozen=True, kw_only=True)
class FedAdam(Merged):
    """FedAdam (Reddi et al., ICLR 2021, arXiv 2003.00295, Algorithm 2).

    As FedAvg, but the server takes the change from its model to the clients' mean for a gradient, and takes a step of
    Adam with it, without bias correction. The mean is weighted by samples, as in FedAvg; the paper's listing has
    clients count alike. Its answer is the server's model.
    """

    # The paper tunes the server's step for each task; 0.1 is the default of Flower's FedAdam.
    server_learning_rate: Annotated[float, "The server's step.", Gt(0)] = 0.1
    # Section 5.1 of the paper: .9, .99 and 1e-3.
    beta1: Annotated[float, "What is kept of the first moment.", Ge(0), Lt(1)] = 0.9
    beta2: Annotated[float, "What is kept of the second moment.", Ge(0), Lt(1)] = 0.99
    tau: Annotated[float, "How little adaptivity there is: it is added to the root of the second moment.", Gt(0)] = 1e-3

    def update(self, node: Node, model: Model, answers: Sequence[ModelPacket]) -> Model:
        """Return x + eta m / (sqrt(v) + tau); v begins at tau^2."""
        import numpy as np

        from wayfare.models.algebra import combine, zeros
        from wayfare.models.merging.merger import by_tensor

        delta = combine([self.merge(node, model, answers), model], [1, -1])
        none = zeros(model)
        m = combine([node.store.get("m", none), delta], [self.beta1, 1 - self.beta1])
        v = node.store.get("v") or by_tensor([none], lambda _, tensors: tensors[0] + self.tau**2)
        v = by_tensor([v, delta], lambda _, tensors: self.beta2 * tensors[0] + (1 - self.beta2) * tensors[1] ** 2)
        node.store |= {"m": m, "v": v}
        return by_tensor(
            [model, m, v],
            lambda _, tensors: tensors[0] + self.server_learning_rate * tensors[1] / (np.sqrt(tensors[2]) + self.tau),
        )

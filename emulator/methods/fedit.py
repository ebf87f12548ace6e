"""FedIT: federated averaging of low-rank adapters, factor by factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from wayfare.emulator.choice import Choice
from wayfare.models.merging import MERGERS, FactorsApart, Merger

from .merged import Merged

if TYPE_CHECKING:
    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model
    from wayfare.models.structure import Structure


@dataclass(frozen=True, kw_only=True)
class FedIT(Merged):
    """FedIT (Zhang et al., ICASSP 2024, arXiv 2305.05644, Algorithm 1), for models of the family `lora`.

    FedAvg of adapters: the server averages the factors A and B apart, weighted by samples. That is the wrong way, here
    for comparison: the product of two means is not the mean of the products (Wang et al. 2024, arXiv 2409.05976). Its
    answer is the server's model. With the merger `product` it takes the mean of the products, brought back to the rank.
    """

    merger: Annotated[
        Merger, "How the server makes one model of its clients'; its own is the base.", Choice("kind", MERGERS)
    ] = field(default_factory=FactorsApart)

    def check_model(self, structure: Structure) -> None:
        """Refuse a model without adapters."""
        if structure.family != "lora":
            raise ValueError(f"fedit is for low-rank adapters, the family lora, not {structure.family}")

    def update(self, node: Node, model: Model, answers: Sequence[ModelPacket]) -> Model:
        """Return the means of A and of B; or what else the merger makes of them."""
        return self.merge(node, model, answers)

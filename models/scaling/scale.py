"""Scale: how large a model is, relative to what it was, in every way that models scale; and which may be chosen."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Len

from wayfare.models.formats import Bits

Share = Annotated[float, Gt(0), Le(1)]
Units = Literal["copies", "fresh"]


@dataclass(frozen=True)
class Scale:
    """How a model changes size: narrower, shallower, of lower rank, sparser, in fewer bits; or larger."""

    width: Annotated[
        float, "Share of the units of each hidden layer, the first of them; above 1 the model grows.", Gt(0), Le(64)
    ] = 1.0
    depth: Annotated[
        float, "Share of the layers before the head, the first of them; above 1 the model grows.", Gt(0), Le(64)
    ] = 1.0
    rank: Annotated[int | None, "Rank of adapters; by default it stays.", Gt(0), Le(1024)] = None
    sparsity: Annotated[float, "Share of each matrix, the smallest weights, that becomes zero.", Ge(0), Le(0.999)] = 0.0
    bits: Annotated[
        Bits,
        "Bits a weight takes on links: 32, 16 (float16), bf16, 8 (int8, a scale for each row), int8-tensor (one scale "
        "for each tensor), or 4 (int4, a scale for each 32 weights).",
    ] = 32
    units: Annotated[
        Units, "What new units are where it grows wider: copies of those there are, or fresh ones without a say yet."
    ] = "copies"

    def __post_init__(self) -> None:
        if not (0 < self.width <= 64 and 0 < self.depth <= 64):
            raise ValueError(f"width and depth are shares above 0 and up to 64, not {self.width} and {self.depth}")


@dataclass(frozen=True)
class Choices:
    """The scales that a model may be sent or trained at; what its family cannot do is left out."""

    # The shares of HeteroFL's five levels (Diao et al. 2021, arXiv 2010.01264, section 4).
    widths: Annotated[tuple[Share, ...], "Shares of the units of hidden layers.", Len(1)] = (
        1.0,
        0.5,
        0.25,
        0.125,
        0.0625,
    )
    depths: Annotated[tuple[Share, ...], "Shares of the layers before the head.", Len(1)] = (1.0, 0.75, 0.5, 0.25)
    ranks: Annotated[
        tuple[Annotated[int, Gt(0), Le(1024)], ...],
        "Ranks of adapters; those above the model's are left out. None given: the model's, its half, its quarter, ...",
    ] = ()
    sparsities: Annotated[
        tuple[Annotated[float, Ge(0), Le(0.999)], ...], "Shares of weights that become zero.", Len(1)
    ] = (0.0, 0.5, 0.75, 0.9)
    bits: Annotated[tuple[Bits, ...], "Bits a weight takes on links.", Len(1)] = (32, 16, 8, 4)

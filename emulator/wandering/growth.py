"""Growth: when a travelling model becomes larger, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Gt, Le

from .layers import resized

if TYPE_CHECKING:
    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.scaling import Scale
    from wayfare.models.structure import Structure


@dataclass(frozen=True, kw_only=True)
class Growth:
    """A stage: the model becomes wider, deeper or of higher rank at the first node where all that is asked for holds.

    It says the same right after as before (Net2Net, Chen et al. 2016, arXiv 1511.05641; of adapters the product stays)
    and learns on from there. Each stage starts from the one before it, and the structure in the packet's header says
    which one a packet is at, so no node needs to know its past. A model that a link has made smaller waits until it is
    whole again.
    """

    width: Annotated[float, "How many times as many units each hidden layer gets.", Ge(1), Le(64)] = 1.0
    depth: Annotated[float, "How many times as many layers there are before the head.", Ge(1), Le(64)] = 1.0
    rank: Annotated[int | None, "Rank that adapters get.", Gt(0), Le(1024)] = None
    units: Annotated[
        Literal["copies", "fresh"],
        "What new units are: copies of those there are, which share what is read from them (Net2Net); or fresh ones, "
        "to which nobody listens yet (network morphism, Wei et al. 2016, arXiv 1603.01670).",
    ] = "copies"
    at_s: Annotated[float | None, "Virtual time before which it does not grow.", Ge(0)] = None
    samples: Annotated[
        int | None, "Samples it must have learned from, each counted once a visit, as its header counts them.", Gt(0)
    ] = None
    memory_bytes: Annotated[float | None, "Memory that the node must have, at least.", Gt(0)] = None
    learning_rate: Annotated[
        float | None,
        "Step size from then on; by default it stays. The paper takes a tenth: copies of a unit add up their steps.",
        Gt(0),
    ] = None

    def __post_init__(self) -> None:
        """Refuse a stage that is none."""
        if self.width == self.depth == 1 and self.rank is None:
            raise ValueError("a stage of growth says what grows: 'width', 'depth' or 'rank'")
        if self.at_s is None and self.samples is None and self.memory_bytes is None:
            raise ValueError("a stage of growth says when it is due: 'at', 'samples' or 'memory'")

    def is_due(self, node: Node, packet: ModelPacket) -> bool:
        """Return whether a packet grows at a node now."""
        return (
            node.now >= (self.at_s or 0.0)
            and packet.learned_samples >= (self.samples or 0)
            and node.hardware.memory_bytes >= (self.memory_bytes or 0.0)
        )

    def scale(self, **more: Any) -> Scale:
        """Return how the model scales."""
        from wayfare.models.scaling import Scale

        return Scale(self.width, self.depth, self.rank, units=self.units, **more)

    def grown(self, structure: Structure) -> Structure:
        """Return the structure that a model has after it.

        Raises:
            ValueError: The family does not grow so.
        """
        from wayfare.models.scaling import lengthened
        from wayfare.models.scaling import resized as widened

        if self.depth > 1:
            structure = lengthened(structure, self.depth)
        if self.width > 1:
            structure = widened(structure, self.width)
        if self.rank is None:
            return structure
        if structure.family != "lora":
            raise ValueError(f"a model of family {structure.family} has no rank: only adapters (lora) do")
        return replace(structure, rank=self.rank)  # type: ignore[type-var]


def learning_rate(node: Node, structure: Structure, stages: Sequence[Growth]) -> float | None:
    """Return the step size for a model of a structure, by the stages it has behind it; None: the scenario's."""
    rate, known = None, node.initial_model().structure
    for stage in stages:
        if known == structure:
            break
        known, rate = stage.grown(known), stage.learning_rate or rate
    return rate if known == structure else None


def grow(node: Node, packet: ModelPacket, stages: Sequence[Growth]) -> ModelPacket:
    """Return a packet after all stages of growth that are due at a node; itself, where none is."""
    structure, left = node.initial_model().structure, list(stages)
    while left and structure != packet.structure:
        structure = left.pop(0).grown(structure)
    while left and structure == packet.structure and left[0].is_due(node, packet):
        stage, model = left.pop(0), packet.to_model()
        seed = int(node.rng.integers(2**31))
        model = node.scalings.scale(model, stage.scale(bits=model.bits), "growth", packet.packet, seed)
        packet, structure = resized(packet, model), model.structure
        if packet.learned_samples:
            node.answer(model, packet.packet)
    return packet


def check_growth(structure: Structure, stages: Sequence[Growth]) -> None:
    """Check that models of a structure can go through all stages, on a model with its first weights.

    Raises:
        ValueError: They cannot.
    """
    from wayfare.models.scaling import scale_model

    model = structure.initial(0)
    for number, stage in enumerate(stages, 1):
        before = model.structure
        model, _ = scale_model(model, stage.scale())
        if model.structure.parameters <= before.parameters:
            raise ValueError(f"stage {number} of growth does not make the model larger: it is {before}")

"""Scalings: what nodes do to the size of models, and what the run says of it."""

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from .records import EventKind, RejectReason

if TYPE_CHECKING:
    from wayfare.models.model import Model
    from wayfare.models.scaling import Choices, Footprint, Scale, ScaleReport

    from .node import Node

Why = Literal["link", "admission", "precision", "growth", "restore"]
"""For its next link; for a node that is too small; to bits; grown; and back to what it was before one of the first."""


@dataclass
class Tally:
    """How often things that are not in the tables of a network happened in a run.

    Attributes:
        scaled: Scalings, by what for.
        rejected: Visits of models that a node's admission left untrained, by what it lacked.
        void: Merges that came to nothing, for there were too few models for the merger.
    """

    scaled: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    void: int = 0

    def summary(self) -> dict[str, dict[str, int]]:
        """Return what the summary says of it; what did not happen counts zero."""
        return {
            "scalings": {why: self.scaled[why] for why in get_args(Why)},
            "rejected": {reason.name.lower(): self.rejected[reason.name.lower()] for reason in RejectReason},
            "merges": {"void": self.void},
        }


class Scalings:
    """Scales models at a node, each time with an event, and a row that says what it saved and lost.

    Scaling takes no virtual time: it is one pass over the weights, where a training step makes six for each sample.
    """

    def __init__(self, node: "Node", tally: Tally) -> None:
        self._node, self._tally = node, tally

    def __repr__(self) -> str:
        return f"<Scalings at {self._node.name}>"

    def scale(self, model: "Model", scale: "Scale", why: Why, packet: int = -1, seed: int = 0) -> "Model":
        """Return the model at a scale.

        Args:
            model: What is scaled.
            scale: How.
            why: What for.
            packet: The packet that carries it, if one does.
            seed: For what is drawn where it grows.

        Raises:
            ValueError: A model of this family does not scale so.
        """
        from wayfare.models.scaling import scale_model

        scaled, report = scale_model(model, scale, seed)
        self._note(scaled, report, why, packet)
        return scaled

    def fit(
        self, model: "Model", choices: "Choices", why: Why, packet: int = -1, **limits: float
    ) -> "tuple[Model, ScaleReport]":
        """Return the model at the scale that loses least and stays within the limits of `scale_to`, and the report.

        Raises:
            ValueError: Nothing that may be chosen is so small.
        """
        from wayfare.models.scaling import scale_to

        scaled, report = scale_to(model, choices=choices, **limits)
        self._note(scaled, report, why, packet)
        return scaled, report

    def put_back(self, whole: "Model", part: "Model", packet: int = -1) -> "Model":
        """Return a model with its part replaced, by coverage; adapters get their rank back, with their product."""
        from wayfare.models.merging import Coverage
        from wayfare.models.scaling import Scale, footprint

        if part.structure.family == "lora":
            return self.scale(part, Scale(rank=whole.structure.rank), "restore", packet)  # type: ignore[attr-defined]
        model = self._node.merge([part], [1.0], Coverage(), whole)
        self._write(footprint(part), footprint(model), (0.0, math.nan, math.nan, -1, "32", 0.0), "restore", packet)
        self._log(model, packet)
        return model

    def reject(self, model: "Model", reason: RejectReason, packet: int) -> None:
        """Record that a model is left untrained."""
        from wayfare.models.scaling import footprint

        self._tally.rejected[reason.name.lower()] += 1
        needs_bytes = footprint(model).memory_bytes
        self._node.log(EventKind.REJECT, packet=packet, size_bytes=needs_bytes, value=float(reason))

    def _note(self, scaled: "Model", report: "ScaleReport", why: Why, packet: int) -> None:
        scale, rank = report.scale, getattr(scaled.structure, "rank", -1)
        chosen = report.error, scale.width, scale.depth, rank, str(scale.bits), scale.sparsity
        self._write(report.before, report.after, chosen, why, packet)
        self._log(scaled, packet)

    def _write(self, before: "Footprint", after: "Footprint", chosen: tuple[Any, ...], why: Why, packet: int) -> None:
        self._tally.scaled[why] += 1
        figures = [
            (getattr(before, name), getattr(after, name)) for name in ("size_bytes", "memory_bytes", "training_flop")
        ]
        self._node.write_scaling(packet, why, *(figure for pair in figures for figure in pair), *chosen)

    def _log(self, model: "Model", packet: int) -> None:
        bits = 8 * model.size_bytes / model.structure.parameters
        self._node.log(EventKind.SCALE, packet=packet, size_bytes=model.size_bytes, value=bits)

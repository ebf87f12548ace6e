"""How a file from elsewhere is made into a topology, and the report of what that took."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Gt

from .errors import TopologyError
from .wires import Tier

LISTED_PLACES = 4
"""A finding names this many nodes or links and counts the others."""


@dataclass(frozen=True)
class Import:
    """What to do about what a file leaves out or a topology cannot have; by default it is refused, never guessed.

    Two things are left as they are unless this says otherwise: links without a rate or a delay, because they take those
    of their class in the scenario, and nodes without a position, because wires do not mind.
    """

    tier: Annotated[Tier | None, "Tier of nodes without one; by default they are refused."] = None
    names: Annotated[
        Literal["id", "label"], "What nodes are called after; a label that is taken gets the id behind it."
    ] = "id"
    parallel: Annotated[
        Literal["refuse", "merge", "first"],
        "Several links between two nodes: refuse them, merge them into one (known rates add up, the shortest delay "
        "counts), or keep the first.",
    ] = "refuse"
    directed: Annotated[
        Literal["refuse", "merge"],
        "Links that go one way: refuse them, or merge each with its opposite into one for both ways, at the lower rate "
        "and the longer delay where they differ; a lone one becomes a link for both ways.",
    ] = "refuse"
    loops: Annotated[Literal["refuse", "drop"], "Links of a node with itself: refuse or drop them."] = "refuse"
    disconnected: Annotated[
        Literal["refuse", "largest"], "A graph in several parts: refuse it, or keep the largest part."
    ] = "refuse"
    missing_rate: Annotated[
        Literal["class", "refuse"], "Wires without a rate: leave it to their class, or refuse them."
    ] = "class"
    default_rate_bps: Annotated[float | None, "Rate of wires without one, instead of that of their class.", Gt(0)] = (
        None
    )
    missing_position: Annotated[
        Literal["keep", "neighbours", "refuse"],
        "Nodes without a position: keep them so, put them in the middle of their neighbours, or refuse them.",
    ] = "keep"
    delays: Annotated[
        Literal["fibre", "class"],
        "Delay of wires without one between nodes with longitude and latitude: light in fibre, or that of their class.",
    ] = "fibre"

    def __post_init__(self) -> None:
        if self.missing_rate == "refuse" and self.default_rate_bps is not None:
            raise TopologyError("missing_rate: refuse and default_rate contradict each other; keep one of them")


REPAIR = Import(tier="edge", parallel="merge", directed="merge", loops="drop", disconnected="largest")
"""Repairs whatever can be repaired, without inventing rates or positions."""


@dataclass(frozen=True)
class Finding:
    """One thing that an import did, and where.

    Attributes:
        action: Whether it converted what the file says in other words, repaired it, or left it to a default.
        what: What it did, in words.
        where: The nodes or links, as messages call them.
    """

    action: Literal["converted", "repaired", "left"]
    what: str
    where: Sequence[str]

    def __str__(self) -> str:
        places = ", ".join(self.where[:LISTED_PLACES])
        more = f" and {len(self.where) - LISTED_PLACES} more" if len(self.where) > LISTED_PLACES else ""
        return f"{self.action} {len(self.where)}: {self.what}: {places}{more}"


@dataclass(frozen=True)
class ImportReport:
    """All that an import did; `str` gives a line for each finding."""

    findings: tuple[Finding, ...] = ()

    @property
    def repairs(self) -> tuple[Finding, ...]:
        """Return what was changed or made up, without what was only put in other words or left."""
        return tuple(finding for finding in self.findings if finding.action == "repaired")

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings))

"""What a file draws before it is a topology: parallel links, missing tiers and all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import networkx as nx

from .imports import Finding


class Stroke(NamedTuple):
    """A link as a file draws it; if the sketch is directed, from the first to the second."""

    first: str
    second: str
    attributes: dict[str, Any]

    @property
    def name(self) -> str:
        """Return how messages call it."""
        return f"{self.first!r} - {self.second!r}"


@dataclass(frozen=True)
class Sketch:
    """Nodes and links in the order of the file, with the attributes that it gives them.

    Attributes:
        nodes: The attributes of each node, by name.
        links: The links; there may be parallel ones, and links of a node with itself.
        directed: Whether each link goes one way only.
        attributes: What the file says about the whole.
        findings: What was left out of the file already.
    """

    nodes: dict[str, dict[str, Any]]
    links: list[Stroke]
    directed: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, graph: "nx.Graph[Any]") -> "Sketch":
        """Return a networkx graph of any kind as a sketch: names as text, attributes that are values, no edge keys."""
        nodes = {str(name): _values(attributes) for name, attributes in graph.nodes(data=True)}
        links = [Stroke(str(first), str(second), _values(link)) for first, second, link in graph.edges(data=True)]
        return cls(nodes, links, graph.is_directed(), _values(graph.graph))


def _values(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes that are numbers, texts or truth values; what draws them (shapes, colours) is left out."""
    return {str(key): value for key, value in attributes.items() if isinstance(value, str | int | float)}

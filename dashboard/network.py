"""The network of a run as columns: nodes by id, links by directed id."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wayfare.emulator.records import directed_links

from .node_positions import place
from .quantity_text import number

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Network:
    """Nodes and links of one run.

    Attributes:
        names: Node names; a node's id is its place.
        tiers: ``device``, ``edge``, ``cloud``, or whatever the run says, by node.
        position: Where each node is drawn, ``(nodes, 2)``: [m] when ``geographic``, without unit otherwise.
        geographic: Whether the positions are the run's own.
        source: Node id by directed link.
        target: Node id by directed link.
        link_class: ``access-up``, ``backhaul``, ... by directed link.
        radio: Whether the edge is a radio link, by edge (directed id // 2).
        rate_bps: By directed link; NaN where the rate is not fixed, as on a radio link.
    """

    names: list[str]
    tiers: list[str]
    position: Floats
    geographic: bool
    source: Ints
    target: Ints
    link_class: list[str]
    radio: NDArray[np.bool_]
    rate_bps: Floats

    @classmethod
    def from_topology(cls, topology: Mapping[str, Any]) -> "Network":
        """Read ``topology.json``.

        Raises:
            KeyError: Something is missing.
            ValueError: Ids do not count from 0, or a link's end is no node.
        """
        nodes = sorted(topology["nodes"], key=lambda node: int(node["index"]))
        edges = sorted(topology["edges"], key=lambda edge: int(edge["index"]))
        for what, items in (("node", nodes), ("link", edges)):
            if [item["index"] for item in items] != list(range(len(items))):
                raise ValueError(f"the {what}s' indices do not count from 0 to {len(items) - 1}")
        names = [str(node["id"]) for node in nodes]
        tiers = [str(node["tier"]) for node in nodes]
        ids = {name: index for index, name in enumerate(names)}
        directed = [ends for _, ends in sorted(directed_links(dict(topology)).items())]
        source = np.array([ids[ends[0]] for ends in directed], dtype=np.int64)
        target = np.array([ids[ends[1]] for ends in directed], dtype=np.int64)
        rates = [number(edge.get(f"rate_{way}_bps")) for edge in edges for way in ("forward", "backward")]
        given = _given_positions(nodes)
        return cls(
            names=names,
            tiers=tiers,
            position=place(tiers, source, target) if given is None else given,
            geographic=given is not None,
            source=source,
            target=target,
            link_class=[str(ends[2]) for ends in directed],
            radio=np.array([edge["medium"] == "radio" for edge in edges], dtype=bool),
            rate_bps=np.array([np.nan if rate is None else rate for rate in rates], dtype=float),
        )


def _given_positions(nodes: list[dict[str, Any]]) -> Floats | None:
    """Return the nodes' positions [m], or None unless every node has one."""
    pairs = [(number(node.get("x_m")), number(node.get("y_m"))) for node in nodes]
    if not pairs or any(value is None for pair in pairs for value in pair):
        return None
    return np.array(pairs, dtype=float)

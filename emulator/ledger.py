"""The ledger: joules by node, by link and by cause."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .links import Link
from .records import RunWriter

CAUSES = ("compute", "radio", "link", "idle")

Joules = npt.NDArray[np.float64]


class Ledger:
    """Adds up what nodes and links used; what a radio link sends is its link's, and so its sender's, cause radio."""

    def __init__(self, links: Sequence[Link], nodes: int) -> None:
        self._links = links
        self._radio = np.array([link.radio for link in links], dtype=bool)
        self._node_j, self._link_j = np.zeros((2, nodes)), np.zeros((2, len(links)))

    def add_links(self, idle_j: Joules | float, active_j: Joules | float) -> None:
        """Add what each link used."""
        self._link_j[0] += idle_j
        self._link_j[1] += active_j

    def add_nodes(self, idle_j: Joules | float, active_j: Joules | float) -> None:
        """Add what each node used, what it sent left out."""
        self._node_j[0] += idle_j
        self._node_j[1] += active_j

    def by_cause(self) -> dict[str, float]:
        """Return the joules of each cause."""
        active_j = self._link_j[1]
        return {
            "compute": float(self._node_j[1].sum()),
            "radio": float(active_j[self._radio].sum()),
            "link": float(active_j[~self._radio].sum()),
            "idle": float(self._node_j[0].sum() + self._link_j[0].sum()),
        }

    def of_node(self, node: int) -> float:
        """Return what a node used, without what it sent [J]."""
        return float(self._node_j[0, node] + self._node_j[1, node])

    def of_link(self, link: int) -> float:
        """Return what sending over a link used [J]."""
        return float(self._link_j[1, link])

    def write(self, writer: RunWriter) -> None:
        """Record what each node and each link used for each cause, where it used any."""
        for cause, joules in zip(("idle", "compute"), self._node_j, strict=True):
            for node in map(int, np.flatnonzero(joules)):
                writer.energy(cause, float(joules[node]), node=node)
        for index in map(int, np.flatnonzero(self._link_j.any(axis=0))):
            causes = ("idle", "radio" if self._radio[index] else "link")
            for cause, joules in zip(causes, self._link_j[:, index].tolist(), strict=True):
                if joules:
                    writer.energy(cause, joules, link=index)

"""What links and nodes did, by time bin and in all: bytes, utilisation, queue and energy."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import laws
from .ledger import Ledger
from .links import LINK_CLASSES, Link
from .nodes import NodeClass
from .records import RunWriter
from .sharing import Sums


class Meter:
    """Adds up bits carried and slots busy; a bin is written when its time is over.

    Energy of a directed link or a node is linear in its utilisation u: idle + (busy - idle) u [W]. A link's part above
    idle is caused by ``link`` or ``radio`` (there the transmitter: power / amplifier efficiency, while it has airtime),
    a node's by ``compute``.

    Attributes:
        sums: What links carried in the current bin; the fluid network adds to it.
        total_bits: What each link carried in all closed bins, each bit once.
        resent_bits: What each link carried besides, because it had been lost, until the sums were last brought up.
        ledger: Energy of all closed bins.
    """

    def __init__(self, links: Sequence[Link], nodes: Sequence[NodeClass], writer: RunWriter) -> None:
        self._links, self._nodes, self._writer = links, nodes, writer
        self._bin_start_s = 0.0
        self.sums = Sums(np.zeros(len(links)), np.zeros(len(links)))
        self.total_bits, self.resent_bits = np.zeros((2, len(links)))
        self.ledger = Ledger(links, len(nodes))
        self._written_j = 0.0
        self._off_s, self._total_off_s = np.zeros((2, len(nodes)))
        self._off_since_s: dict[int, float] = {}
        self._busy_s, self._queued_s, self._total_busy_s = np.zeros((3, len(nodes)))
        self._radio = np.array([link.radio for link in links], dtype=bool)
        self._link_w = _powers(links)
        self._node_w = _powers(nodes)
        self._load_per_bps = np.array([link.load_per_bps for link in links])
        self._resent_per_bit = np.array([link.resent_per_bit for link in links])
        self._loaded_bits, self._airtime_s, self._total_airtime_s = np.zeros((3, len(links)))
        self._slots = np.array([node.slots for node in nodes])

    def computed(self, node: int, running: int, waiting: int, duration_s: float) -> None:
        """Count what a node's slots did during a part of the current bin."""
        self._busy_s[node] += running * duration_s
        self._queued_s[node] += (running + waiting) * duration_s

    def switch(self, node: int, on: bool, now_s: float) -> None:
        """Note that a node draws no power from now on, or draws it again."""
        if on:
            self._off_s[node] += now_s - self._off_since_s.pop(node)
        else:
            self._off_since_s[node] = now_s

    def rerate(self, links: Iterable[Link]) -> None:
        """Note that links have another rate or loss from now on; the sums must hold all that was carried until now."""
        changed = list(links)
        places = [link.index for link in changed]
        self._load(places)
        self._load_per_bps[places] = [link.load_per_bps for link in changed]
        self._resent_per_bit[places] = [link.resent_per_bit for link in changed]

    def _load(self, links: Any) -> None:
        """Turn bits carried since the last time into time at full load, and bits sent again, at what held for them."""
        fresh_bits = self.sums.carried_bits[links] - self._loaded_bits[links]
        self._airtime_s[links] += fresh_bits * self._load_per_bps[links]
        self.resent_bits[links] += fresh_bits * self._resent_per_bit[links]
        self._loaded_bits[links] = self.sums.carried_bits[links]

    def loaded_s(self) -> npt.NDArray[np.float64]:
        """Return for how long each link was at full load, or the equal of it, until the sums were last brought up."""
        self._load(slice(None))
        return self._total_airtime_s + self._airtime_s

    def close_bin(self, now_s: float) -> None:
        """Write the current bin and begin the next.

        Links and nodes that did nothing and took no power are left out of the record.
        """
        span_s = now_s - self._bin_start_s
        if span_s <= 0:
            return
        for node, since_s in self._off_since_s.items():
            self._off_s[node] += now_s - since_s
            self._off_since_s[node] = now_s
        self._close_links(span_s)
        self._close_nodes(span_s)
        self.total_bits += self.sums.carried_bits
        self._total_airtime_s += self._airtime_s
        self._total_busy_s += self._busy_s
        self._total_off_s += self._off_s
        for sums in (*self.sums, self._loaded_bits, self._airtime_s, self._busy_s, self._queued_s, self._off_s):
            sums[:] = 0.0
        self._bin_start_s = now_s

    def _close_links(self, span_s: float) -> None:
        carried_bits, flow_s = self.sums
        self._load(slice(None))
        load = self._airtime_s / span_s
        idle_j, active_j = self._link_w[0] * span_s, self._link_w[1] * load * span_s
        self.ledger.add_links(idle_j, active_j)
        for index in map(int, np.flatnonzero((carried_bits > 0) | (idle_j > 0))):
            self._writer.bin(
                self._bin_start_s,
                link=index,
                carried_bytes=float(carried_bits[index]) / 8,
                utilisation=float(load[index]),
                queue=float(flow_s[index]) / span_s,
                energy_j=self._written(idle_j[index] + active_j[index]),
            )

    def _close_nodes(self, span_s: float) -> None:
        load = self._busy_s / (self._slots * span_s)
        idle_j, active_j = self._node_w[0] * (span_s - self._off_s), self._node_w[1] * load * span_s
        self.ledger.add_nodes(idle_j, active_j)
        for node in map(int, np.flatnonzero((self._busy_s > 0) | (idle_j > 0))):
            self._writer.bin(
                self._bin_start_s,
                node=node,
                carried_bytes=0.0,
                utilisation=float(load[node]),
                queue=float(self._queued_s[node]) / span_s,
                energy_j=self._written(idle_j[node] + active_j[node]),
            )

    def drawn_j(self, node: int, sending: Sequence[Link], now_s: float) -> float:
        """Return what a node drew until now, and sent over radio links; the sums must be up to date [J]."""
        span_s = now_s - self._bin_start_s
        off_s = self._off_s[node] + (now_s - self._off_since_s[node] if node in self._off_since_s else 0.0)
        idle_w, active_w = self._node_w[:, node]
        bin_j = idle_w * (span_s - off_s) + active_w * self._busy_s[node] / self._slots[node]
        self._load(slice(None))
        sent_j = sum(
            self.ledger.of_link(link.index) + self._link_w[1, link.index] * self._airtime_s[link.index]
            for link in sending
        )
        return float(self.ledger.of_node(node) + bin_j + sent_j)

    def _written(self, energy_j: float) -> float:
        self._written_j += float(energy_j)
        return float(energy_j)

    def bytes_by_class(self) -> dict[str, int]:
        """Return the bytes that all links of each class carried; a packet counts on every link it crosses."""
        sums = dict.fromkeys(LINK_CLASSES, 0.0)
        for link in self._links:
            sums[link.link_class] += float(self.total_bits[link.index]) / 8
        return {name: round(amount) for name, amount in sums.items()}

    def check_energy(self, until_s: float) -> None:
        """Check that the energy, and that of the bins as written, is what powers, totals and durations give.

        Raises:
            LawBroken: It is not.
        """
        idle_w = sum(link.power_idle_w for link in self._links) + sum(node.power_idle_w for node in self._nodes)
        by_cause: Mapping[str, float] = {
            "idle": idle_w * until_s - float(self._node_w[0] @ self._total_off_s),
            "link": self._active_link_j(radio=False),
            "radio": self._active_link_j(radio=True),
            "compute": sum(
                (node.power_busy_w - node.power_idle_w) * float(self._total_busy_s[i]) / node.slots
                for i, node in enumerate(self._nodes)
            ),
        }
        found_j = self.ledger.by_cause()
        for cause, amount_j in by_cause.items():
            tolerance_j = laws.TOLERANCE * amount_j + np.finfo(float).tiny
            laws.conserved(f"energy of {cause} [J]", amount_j, found_j[cause], tolerance_j)
        total_j = sum(by_cause.values())
        laws.conserved("energy of all bins [J]", total_j, self._written_j, laws.TOLERANCE * total_j)

    def _active_link_j(self, *, radio: bool) -> float:
        return sum(
            (link.power_busy_w - link.power_idle_w) * float(self._total_airtime_s[link.index])
            for link in self._links
            if link.radio == radio
        )


def _powers(things: Sequence[Link] | Sequence[NodeClass]) -> npt.NDArray[np.float64]:
    """Return the idle powers, and what full load adds to them [W]."""
    idle_w = np.array([thing.power_idle_w for thing in things])
    return np.stack([idle_w, np.array([thing.power_busy_w for thing in things]) - idle_w])

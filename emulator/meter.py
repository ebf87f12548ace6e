"""What links and nodes did, by time bin and in all: bytes, utilisation, queue and energy."""

from collections.abc import Mapping, Sequence

import numpy as np

from . import laws
from .links import LINK_CLASSES, Link
from .nodes import NodeClass
from .records import RunWriter

CAUSES = ("compute", "radio", "link", "idle")


class Meter:
    """Adds up bits carried and slots busy; a bin is written when its time is over.

    Energy of a directed link or a node is linear in its utilisation u: idle + (busy - idle) u [W]. A link's part above
    idle is caused by ``link`` or ``radio`` (there the transmitter: power / amplifier efficiency, while it has airtime),
    a node's by ``compute``.
    """

    def __init__(self, links: Sequence[Link], nodes: Sequence[NodeClass], writer: RunWriter) -> None:
        self._links, self._nodes, self._writer = links, nodes, writer
        self._bin_start_s = 0.0
        self._carried_bits = np.zeros(len(links))
        self._flow_s = np.zeros(len(links))
        self._busy_s = np.zeros(len(nodes))
        self._queued_s = np.zeros(len(nodes))
        self.total_bits = np.zeros(len(links))
        self.energy_j = dict.fromkeys(CAUSES, 0.0)
        self._total_busy_s = np.zeros(len(nodes))

    def carried(self, link: Link, rate_bps: float, duration_s: float) -> None:
        """Count what one flow put on a link during a part of the current bin."""
        self._carried_bits[link.index] += rate_bps * duration_s
        self._flow_s[link.index] += duration_s

    def computed(self, node: int, running: int, waiting: int, duration_s: float) -> None:
        """Count what a node's slots did during a part of the current bin."""
        self._busy_s[node] += running * duration_s
        self._queued_s[node] += (running + waiting) * duration_s

    def close_bin(self, now_s: float) -> None:
        """Write the current bin and begin the next.

        Links and nodes that did nothing are left out of the record; their idle energy still counts.
        """
        span_s = now_s - self._bin_start_s
        if span_s <= 0:
            return
        for link in self._links:
            self._close_link(link, span_s)
        for node in range(len(self._nodes)):
            self._close_node(node, span_s)
        self.total_bits += self._carried_bits
        self._total_busy_s += self._busy_s
        for sums in (self._carried_bits, self._flow_s, self._busy_s, self._queued_s):
            sums[:] = 0.0
        self._bin_start_s = now_s

    def _close_link(self, link: Link, span_s: float) -> None:
        carried_bits = float(self._carried_bits[link.index])
        load = carried_bits * link.load_per_bps / span_s
        idle_j = link.power_idle_w * span_s
        active_j = (link.power_busy_w - link.power_idle_w) * load * span_s
        self.energy_j["idle"] += idle_j
        self.energy_j["radio" if link.radio else "link"] += active_j
        if carried_bits > 0:
            self._writer.bin(
                self._bin_start_s,
                link=link.index,
                carried_bytes=carried_bits / 8,
                utilisation=load,
                queue=float(self._flow_s[link.index]) / span_s,
                energy_j=idle_j + active_j,
            )

    def _close_node(self, node: int, span_s: float) -> None:
        hardware, busy_s = self._nodes[node], float(self._busy_s[node])
        load = busy_s / (hardware.slots * span_s)
        idle_j = hardware.power_idle_w * span_s
        active_j = (hardware.power_busy_w - hardware.power_idle_w) * load * span_s
        self.energy_j["idle"] += idle_j
        self.energy_j["compute"] += active_j
        if busy_s > 0:
            self._writer.bin(
                self._bin_start_s,
                node=node,
                carried_bytes=0.0,
                utilisation=load,
                queue=float(self._queued_s[node]) / span_s,
                energy_j=idle_j + active_j,
            )

    def bytes_by_class(self) -> dict[str, int]:
        """Return the bytes that all links of each class carried; a packet counts on every link it crosses."""
        sums = dict.fromkeys(LINK_CLASSES, 0.0)
        for link in self._links:
            sums[link.link_class] += float(self.total_bits[link.index]) / 8
        return {name: round(amount) for name, amount in sums.items()}

    def check_energy(self, until_s: float) -> None:
        """Check that the bins' energy is what powers, totals and durations give in one product each.

        Raises:
            LawBroken: It is not.
        """
        idle_w = sum(link.power_idle_w for link in self._links) + sum(node.power_idle_w for node in self._nodes)
        by_cause: Mapping[str, float] = {
            "idle": idle_w * until_s,
            "link": self._active_link_j(radio=False),
            "radio": self._active_link_j(radio=True),
            "compute": sum(
                (node.power_busy_w - node.power_idle_w) * float(self._total_busy_s[i]) / node.slots
                for i, node in enumerate(self._nodes)
            ),
        }
        for cause, amount_j in by_cause.items():
            laws.conserved(f"energy of {cause} [J]", amount_j, self.energy_j[cause], laws.TOLERANCE * amount_j)

    def _active_link_j(self, *, radio: bool) -> float:
        return sum(
            (link.power_busy_w - link.power_idle_w) * float(self.total_bits[link.index]) * link.load_per_bps
            for link in self._links
            if link.radio == radio
        )

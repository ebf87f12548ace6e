"""Everything the page of one run draws from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from wayfare.emulator.records import RecordError

from .flows import Flows
from .learning import Learning
from .ledger import Ledger
from .lives import Lives
from .network import Ints, Network
from .overview import Overview
from .traffic import Traffic


@dataclass(frozen=True)
class RunData:
    """One run, read at one moment; what comes from its events is read when it is first asked for.

    Attributes:
        overview: The headline figures.
        network: Nodes and links.
        traffic: What the links carried.
        learning: How accuracy went.
        end_s: The last virtual time there is anything to see at [s].
        stamp: Changes whenever anything of the run on disk does.
        read: Reads a part by name, or remembers it.
    """

    overview: Overview
    network: Network
    traffic: Traffic
    learning: Learning
    end_s: float
    stamp: str
    read: Callable[[str], Any]

    @classmethod
    def assemble(
        cls,
        overview: Overview,
        network: Network,
        traffic: Traffic,
        learning: Learning,
        stamp: str,
        read: Callable[[str], Any],
    ) -> "RunData":
        """Put the parts together, after checking that they speak of the same nodes and links.

        Raises:
            RecordError: A table names a node or link that the topology has not.
        """
        _check("bins", "link", traffic.link, len(network.source))
        _check("metrics", "node", learning.held_node, len(network.names))
        last_bin_s = float(traffic.bin[-1] + 1) * traffic.bin_s if len(traffic.bin) else 0.0
        run = cls(overview, network, traffic, learning, overview.virtual_s or last_bin_s, stamp, read)
        return run if overview.status == "finished" else run._so_far()

    @property
    def flows(self) -> Flows:
        """Return how many transfers there were, and were in progress when.

        Raises:
            RecordError: The events name a node that the topology has not, or are damaged.
        """
        flows: Flows = self.read("flows")
        _check("events", "node", flows.nodes, len(self.network.names))
        return flows

    @property
    def lives(self) -> Lives:
        """Return what models did: transfers, training, merges.

        Raises:
            RecordError: The events name a node that the topology has not, or are damaged.
        """
        lives: Lives = self.read("lives")
        for nodes in (lives.transfers.node, lives.transfers.peer, lives.trainings.node, lives.merge_node):
            _check("events", "node", nodes, len(self.network.names))
        return lives

    @property
    def ledger(self) -> Ledger:
        """Return the energy by node, link and cause; empty while the run has not ended.

        Raises:
            RecordError: The ledger names what the topology has not, or is damaged.
        """
        ledger: Ledger = self.read("ledger")
        _check("energy", "node", ledger.node[ledger.node >= 0], len(self.network.names))
        _check("energy", "link", ledger.link[ledger.link >= 0], len(self.network.source))
        return ledger

    def _so_far(self) -> "RunData":
        """Return the run with the figures so far, which a run without a summary does not say itself."""
        flows, known = self.flows, self.overview
        end_s = max(self.end_s, flows.last_s)
        overview = replace(
            known,
            accuracy_final=_first(known.accuracy_final, self.learning.answer.last),
            accuracy_nodes=_first(known.accuracy_nodes, self.learning.nodes.last),
            bytes_total=_first(known.bytes_total, self.traffic.total_bytes),
            virtual_s=_first(known.virtual_s, end_s),
            energy_j=_first(known.energy_j, self.traffic.energy_j),
            packets_sent=_first(known.packets_sent, flows.sent),
            packets_delivered=_first(known.packets_delivered, flows.delivered),
            packets_dropped=_first(known.packets_dropped, flows.dropped),
            flows=_first(known.flows, flows.sent),
        )
        return replace(self, overview=overview, end_s=end_s)


def _first(known: float | None, so_far: float | None) -> float | None:
    return so_far if known is None else known


def _check(table: str, what: str, ids: Ints, count: int) -> None:
    if len(ids) and not 0 <= ids.min() <= ids.max() < count:
        raise RecordError(f"{table}: names a {what} that topology.json has not ({count} {what}s)")

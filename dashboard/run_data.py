"""Everything the page of one run draws from."""

from dataclasses import dataclass, replace

from wayfare.emulator.records import RecordError

from .journeys import Journeys
from .learning import Learning
from .network import Network
from .overview import Overview
from .traffic import Traffic


@dataclass(frozen=True)
class RunData:
    """One run, read at one moment.

    Attributes:
        overview: The headline figures.
        network: Nodes and links.
        traffic: What the links carried.
        journeys: What travelled.
        learning: How accuracy went.
        end_s: The last virtual time there is anything to see at [s].
        stamp: Changes whenever anything of the run on disk does.
    """

    overview: Overview
    network: Network
    traffic: Traffic
    journeys: Journeys
    learning: Learning
    end_s: float
    stamp: str

    @classmethod
    def assemble(
        cls, overview: Overview, network: Network, traffic: Traffic, journeys: Journeys, learning: Learning, stamp: str
    ) -> "RunData":
        """Put the parts together, after checking that they speak of the same nodes and links.

        Raises:
            RecordError: A table names a node or link that the topology has not.
        """
        nodes, links = len(network.names), len(network.source)
        ids = (
            ("bins", "link", traffic.link, links),
            ("events", "node", journeys.node, nodes),
            ("events", "node", journeys.peer, nodes),
            ("metrics", "node", learning.held_node, nodes),
        )
        for table, what, column, count in ids:
            if len(column) and not 0 <= column.min() <= column.max() < count:
                raise RecordError(f"{table}: names a {what} that topology.json has not ({count} {what}s)")
        last_bin_s = float(traffic.bin[-1] + 1) * traffic.bin_s if len(traffic.bin) else 0.0
        end_s = overview.virtual_s or max(journeys.last_s, last_bin_s)
        end_s = max(end_s, journeys.last_s)
        if overview.status != "finished":
            overview = _live_figures(overview, traffic, journeys, learning, end_s)
        return cls(overview, network, traffic, journeys, learning, end_s, stamp)


def _live_figures(
    overview: Overview, traffic: Traffic, journeys: Journeys, learning: Learning, end_s: float
) -> Overview:
    """Return the overview with the figures that a run without a summary has so far."""
    return replace(
        overview,
        accuracy_final=learning.answer.last if overview.accuracy_final is None else overview.accuracy_final,
        accuracy_nodes=learning.nodes.last if overview.accuracy_nodes is None else overview.accuracy_nodes,
        bytes_total=traffic.total_bytes if overview.bytes_total is None else overview.bytes_total,
        virtual_s=end_s if overview.virtual_s is None else overview.virtual_s,
        energy_j=traffic.energy_j if overview.energy_j is None else overview.energy_j,
        packets_sent=journeys.sent if overview.packets_sent is None else overview.packets_sent,
        packets_delivered=journeys.delivered if overview.packets_delivered is None else overview.packets_delivered,
        packets_dropped=journeys.dropped if overview.packets_dropped is None else overview.packets_dropped,
        flows=journeys.sent if overview.flows is None else overview.flows,
    )

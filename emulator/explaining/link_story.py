"""The story of a link, one direction after the other: what it is, what it carried, and for whom."""

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from wayfare.emulator.records import EventKind, RunRecord

from .recorded_network import RecordedNetwork
from .rows import chosen, listed, read_rows

MOST_BINS = 5


@dataclass(frozen=True)
class RateChange:
    """What a link has from a time on; the ratio and the site where it is in the air."""

    time_s: float
    rate_bps: float
    sinr_db: float | None
    site: str | None


@dataclass(frozen=True)
class DelayChange:
    """The delay of what leaves a link from a time on."""

    time_s: float
    delay_s: float


@dataclass(frozen=True)
class Outage:
    """A time in which a link or a node was down; ``end_s`` is None where it did not come back."""

    start_s: float
    end_s: float | None


@dataclass(frozen=True)
class Period:
    """A bin of the record: utilisation (0 to 1), bytes, and the mean number of transfers in progress."""

    start_s: float
    utilisation: float
    carried_bytes: float
    queue: float


@dataclass(frozen=True)
class Crossing:
    """A transfer on a link.

    Attributes:
        carried_bytes: What of it passed and stayed, with what had to be sent again; None while that is not over.
        share: That over all of these, None where it is not known.
        arrived_s: When its last bit had passed, None if it did not.
    """

    transfer: int
    source: str
    target: str
    size_bytes: int
    packet: int | None
    first_bit_in_s: float
    arrived_s: float | None
    interruptions: int
    carried_bytes: float | None
    share: float | None


@dataclass(frozen=True)
class DirectionStory:
    """All that a run says of a directed link.

    Attributes:
        duplex: Whether the other direction has a capacity or an airtime of its own (``full``).
        until_s: When the record ends.
        utilisation: Its mean until then.
        busiest: The bins of the highest utilisation, the highest first.
        energy_j: By cause; where the run does not tell causes apart, under ``all``.
    """

    source: str
    target: str
    link: int
    link_class: str
    medium: str
    duplex: str
    rate_bps: float
    delay_s: float
    until_s: float
    carried_bytes: float
    utilisation: float
    busiest: tuple[Period, ...]
    rate_changes: tuple[RateChange, ...]
    delay_changes: tuple[DelayChange, ...]
    outages: tuple[Outage, ...]
    crossings: tuple[Crossing, ...]
    energy_j: dict[str, float]


@dataclass(frozen=True)
class LinkStory:
    """A link in its directions, as many as the run has between the two nodes."""

    directions: tuple[DirectionStory, ...]


def tell_link(run: RunRecord, source: str, target: str) -> LinkStory:
    """Return the story of the links between two nodes, those from the first to the second first.

    Raises:
        NotRecorded: There is no such node or link.
        RecordError: The folder is damaged.
    """
    network = RecordedNetwork(run)
    ends = network.node(source), network.node(target)
    links = [*network.links_between(*ends), *network.links_between(*ends[::-1])]
    return LinkStory(tuple(_tell(network, link) for link in links))


def _tell(network: RecordedNetwork, link: int) -> DirectionStory:
    bins = read_rows(network.run, "bins")
    own = chosen(bins, bins["link"] == link)
    source, target = network.ends(link, 0)
    until_s = network.until_ns / 1e9
    return DirectionStory(
        source=network.names[source],
        target=network.names[target],
        link=link,
        link_class=network.link_class(link),
        medium="radio" if network.is_radio(link) else "wire",
        duplex=str(network.edge(link)["duplex"]),
        rate_bps=network.rate_bps(link, 0),
        delay_s=network.delay_s(link, 0),
        until_s=until_s,
        carried_bytes=float(own["bytes"].sum()),
        utilisation=network.busy_s(own) / (until_s or math.inf),
        busiest=tuple(_busiest(listed(own))),
        rate_changes=tuple(_rate_changes(network, link)),
        delay_changes=tuple(DelayChange(at_ns / 1e9, delay_s) for at_ns, delay_s in network.delay_changes(link)),
        outages=tuple(
            Outage(down_ns / 1e9, None if up_ns is None else up_ns / 1e9) for down_ns, up_ns in network.down_times(link)
        ),
        crossings=tuple(_crossings(network, link)),
        energy_j=energy_j(network, "link", link, own["energy_j"].sum()),
    )


def _busiest(bins: list[dict[str, Any]]) -> list[Period]:
    busy = sorted((row for row in bins if row["bytes"] > 0), key=lambda row: (-row["utilisation"], row["time_ns"]))
    return [Period(row["time_ns"] / 1e9, row["utilisation"], row["bytes"], row["queue"]) for row in busy[:MOST_BINS]]


def _rate_changes(network: RecordedNetwork, link: int) -> list[RateChange]:
    """Return what a link has from which time on, where it is not what it had before."""
    changes = [
        RateChange(
            state.since_ns / 1e9,
            state.rate_bps,
            None if math.isnan(state.sinr_db) else state.sinr_db,
            network.names[state.site],
        )
        for state in network.radio_states(link)
    ]
    known = {change.time_s for change in changes}
    changes += [
        RateChange(at_ns / 1e9, rate_bps, None, None)
        for at_ns, rate_bps in network.rate_changes(link)
        if at_ns / 1e9 not in known
    ]
    return sorted(changes, key=lambda change: change.time_s)


@dataclass
class _Visit:
    """A transfer on a link, while its events are read."""

    transfer: int
    first_ns: int
    arrived_ns: int | None = None
    interruptions: int = 0
    again_bytes: float = 0.0


def _crossings(network: RecordedNetwork, link: int) -> list[Crossing]:
    """Return the transfers that a link's events tell of, in the order of their first bits."""
    events, starts = network.events, {}
    for row in listed(network.events_where("kind", EventKind.FLOW_START)):
        starts[row["flow"]] = row
    ends = [network.ends(link, 0), *(later for _, later in network.handovers(link))]
    on_link = np.zeros(len(events["kind"]), dtype=bool)
    for node, peer in ends:
        on_link |= (events["node"] == node) & (events["peer"] == peer)
    kinds = np.isin(events["kind"], (EventKind.HOP_START, EventKind.HOP_END, EventKind.INTERRUPT))
    visits: list[_Visit] = []
    latest: dict[int, _Visit] = {}
    for row in listed(chosen(events, on_link & kinds)):
        if row["kind"] == EventKind.HOP_START:
            latest[row["flow"]] = _Visit(row["flow"], row["time_ns"])
            visits.append(latest[row["flow"]])
        elif row["flow"] in latest and row["kind"] == EventKind.HOP_END:
            latest[row["flow"]].arrived_ns = row["time_ns"]
        elif row["flow"] in latest:
            latest[row["flow"]].interruptions += 1
            latest[row["flow"]].again_bytes += row["value"]
    carried = [_carried(visit, starts) for visit in visits]
    total = math.fsum(amount for amount in carried if amount is not None)
    return [
        _crossing(network, visit, starts[visit.transfer], amount, total)
        for visit, amount in zip(visits, carried, strict=True)
    ]


def _carried(visit: _Visit, starts: dict[int, dict[str, Any]]) -> float | None:
    if visit.arrived_ns is None:
        return None
    return float(starts[visit.transfer]["size_bytes"]) + visit.again_bytes


def _crossing(
    network: RecordedNetwork, visit: _Visit, start: dict[str, Any], carried_bytes: float | None, total_bytes: float
) -> Crossing:
    return Crossing(
        transfer=visit.transfer,
        source=network.names[start["node"]],
        target=network.names[start["peer"]],
        size_bytes=start["size_bytes"],
        packet=start["packet"] if start["packet"] >= 0 else None,
        first_bit_in_s=visit.first_ns / 1e9,
        arrived_s=None if visit.arrived_ns is None else visit.arrived_ns / 1e9,
        interruptions=visit.interruptions,
        carried_bytes=carried_bytes,
        share=carried_bytes / total_bytes if carried_bytes is not None and total_bytes else None,
    )


def energy_j(network: RecordedNetwork, column: str, number: int, of_bins_j: float) -> dict[str, float]:
    """Return what a link or a node used, by cause where the run tells causes apart.

    Args:
        network: The run's.
        column: ``link`` or ``node``.
        number: Its id.
        of_bins_j: What its bins add up to [J].
    """
    rows = read_rows(network.run, "energy")
    by_cause: dict[str, float] = defaultdict(float)
    for row in listed(chosen(rows, rows[column] == number)):
        by_cause[row["cause"]] += row["energy_j"]
    return dict(by_cause) or {"all": float(of_bins_j)}

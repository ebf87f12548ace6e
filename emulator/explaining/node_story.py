"""The story of a node: its links, jobs, packets, failures, energy, and where it was."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from wayfare.emulator.records import DropReason, EventKind, RunRecord

from .link_story import Outage, energy_j
from .recorded_network import RecordedNetwork
from .resizing import Resizing, rejections, resizings
from .rows import chosen, listed, read_rows


@dataclass(frozen=True)
class NodeLink:
    """A link of a node at the start: where it leads, what it is, and what it carried in all, out and in."""

    neighbour: str
    link_class: str
    medium: str
    rate_out_bps: float
    rate_in_bps: float
    delay_s: float
    carried_out_bytes: float
    carried_in_bytes: float


@dataclass(frozen=True)
class Packets:
    """How many transfers, and how many bytes."""

    count: int
    total_bytes: int


@dataclass(frozen=True)
class Jobs:
    """Training jobs of a node.

    Attributes:
        begun: How many began; ``ended``: how many ended.
        busy_s: How long those that began last, added up.
        last_loss: Mean loss of the last that ended, None if none did.
    """

    begun: int
    ended: int
    busy_s: float
    first_s: float | None
    last_end_s: float | None
    last_loss: float | None


@dataclass(frozen=True)
class Move:
    """A handover: when, from which site to which."""

    time_s: float
    old_site: str
    new_site: str


@dataclass(frozen=True)
class Place:
    """Where a node was at a time; between two places it went straight."""

    time_s: float
    x_m: float
    y_m: float


@dataclass(frozen=True)
class NodeStory:
    """All that a run says of a node.

    Attributes:
        x_m: Where it was at the start, with ``y_m``; None where the topology has no places.
        utilisation: Of its slots, the mean until the end of the record, 0 to 1.
        events: How often it did what else there is: merge, evaluate, scale, launch, retire.
        last_accuracy: Of its last evaluation.
        passed_on: What it received and sent on.
        dropped: Transfers that ended there, by reason.
        scalings: Of models, in order.
        rejected: Visits of models that it left untrained, by what it lacked.
        energy_j: By cause; where the run does not tell causes apart, under ``all``.
    """

    name: str
    tier: str
    x_m: float | None
    y_m: float | None
    until_s: float
    utilisation: float
    links: tuple[NodeLink, ...]
    jobs: Jobs
    events: dict[str, int]
    last_accuracy: float | None
    sent: Packets
    received: Packets
    passed_on: Packets
    dropped: dict[str, int]
    scalings: tuple[Resizing, ...]
    rejected: dict[str, int]
    failures: tuple[Outage, ...]
    handovers: tuple[Move, ...]
    places: tuple[Place, ...]
    energy_j: dict[str, float]
    link_ids: tuple[int, ...]


def tell_node(run: RunRecord, name: str) -> NodeStory:
    """Return the story of a node.

    Raises:
        NotRecorded: There is none of that name.
        RecordError: The folder is damaged.
    """
    network = RecordedNetwork(run)
    node = network.node(name)
    own = network.events_where("node", node)
    rows, bins = listed(own), read_rows(run, "bins")
    at_node = chosen(bins, bins["node"] == node)
    record = next(entry for entry in run.topology["nodes"] if entry["id"] == name)
    links = [link for link in range(2 * len(network.edges)) if network.ends(link, 0)[0] == node]
    return NodeStory(
        name=name,
        tier=record["tier"],
        x_m=record.get("x_m"),
        y_m=record.get("y_m"),
        until_s=network.until_ns / 1e9,
        utilisation=network.busy_s(at_node) / (network.until_ns / 1e9 or math.inf),
        links=tuple(_link(network, link, bins) for link in links),
        jobs=_jobs(rows),
        events=dict(Counter(kind.name.lower() for row in rows if (kind := EventKind(row["kind"])) in _DEEDS)),
        last_accuracy=_last(rows, EventKind.EVALUATE, "value"),
        sent=_packets(rows, EventKind.FLOW_START),
        received=_packets(rows, EventKind.FLOW_END),
        passed_on=_passed_on(network, node, rows),
        dropped=dict(Counter(_reason(row) for row in rows if row["kind"] == EventKind.FLOW_DROP)),
        scalings=tuple(resizings(run, node)),
        rejected=rejections(rows),
        failures=tuple(_failures(rows)),
        handovers=tuple(
            Move(row["time_ns"] / 1e9, network.names[int(row["value"])], network.names[row["peer"]])
            for row in rows
            if row["kind"] == EventKind.HANDOVER
        ),
        places=tuple(_places(run, node)),
        energy_j=energy_j(network, "node", node, at_node["energy_j"].sum()),
        link_ids=tuple(links),
    )


_DEEDS = (EventKind.MERGE, EventKind.EVALUATE, EventKind.SCALE, EventKind.LAUNCH, EventKind.RETIRE)


def _link(network: RecordedNetwork, link: int, bins: dict[str, Any]) -> NodeLink:
    back = link ^ 1
    out_bytes, in_bytes = (float(bins["bytes"][bins["link"] == each].sum()) for each in (link, back))
    return NodeLink(
        neighbour=network.names[network.ends(link, 0)[1]],
        link_class=network.link_class(link),
        medium="radio" if network.is_radio(link) else "wire",
        rate_out_bps=network.rate_bps(link, 0),
        rate_in_bps=network.rate_bps(back, 0),
        delay_s=network.delay_s(link, 0),
        carried_out_bytes=out_bytes,
        carried_in_bytes=in_bytes,
    )


def _jobs(rows: list[dict[str, Any]]) -> Jobs:
    begun = [row for row in rows if row["kind"] == EventKind.TRAIN_START]
    ended = [row for row in rows if row["kind"] == EventKind.TRAIN_END]
    return Jobs(
        begun=len(begun),
        ended=len(ended),
        busy_s=math.fsum(row["value"] for row in begun),
        first_s=begun[0]["time_ns"] / 1e9 if begun else None,
        last_end_s=ended[-1]["time_ns"] / 1e9 if ended else None,
        last_loss=_last(rows, EventKind.TRAIN_END, "value"),
    )


def _last(rows: list[dict[str, Any]], kind: EventKind, column: str) -> float | None:
    values = [row[column] for row in rows if row["kind"] == kind]
    return values[-1] if values and not math.isnan(values[-1]) else None


def _packets(rows: list[dict[str, Any]], kind: EventKind) -> Packets:
    sizes = [row["size_bytes"] for row in rows if row["kind"] == kind]
    return Packets(len(sizes), sum(sizes))


def _passed_on(network: RecordedNetwork, node: int, rows: list[dict[str, Any]]) -> Packets:
    """Return the transfers of others whose first bits went out from a node."""
    starts = {row["flow"]: row for row in listed(network.events_where("kind", EventKind.FLOW_START))}
    flows = {row["flow"] for row in rows if row["kind"] == EventKind.HOP_START}
    sizes = [starts[flow]["size_bytes"] for flow in flows if starts[flow]["node"] != node]
    return Packets(len(sizes), sum(sizes))


def _reason(row: dict[str, Any]) -> str:
    return DropReason(int(row["value"])).name.lower().replace("_", " ")


def _failures(rows: list[dict[str, Any]]) -> list[Outage]:
    failures: list[Outage] = []
    for row in rows:
        if row["kind"] == EventKind.NODE_DOWN:
            failures.append(Outage(row["time_ns"] / 1e9, None))
        elif row["kind"] == EventKind.NODE_UP and failures:
            failures[-1] = Outage(failures[-1].start_s, row["time_ns"] / 1e9)
    return failures


def _places(run: RunRecord, node: int) -> list[Place]:
    rows = read_rows(run, "places")
    return [Place(row["time_ns"] / 1e9, row["x_m"], row["y_m"]) for row in listed(chosen(rows, rows["node"] == node))]

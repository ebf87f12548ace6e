"""The run as trace events, which Perfetto (ui.perfetto.dev) and chrome://tracing show.

The format is that of the Trace Event Format document: complete events `X` with start and duration in microseconds,
instants `i`, counters `C`, and metadata `M` that names processes and threads. Nodes and links are processes, each node
and each directed link a thread; where something overlaps on one, what does not fit goes to a thread beside it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wayfare.emulator.records import DropReason, EventKind, RunRecord, directed_links

from .scalars import scalars

NODES, LINKS, FIGURES = 1, 2, 3
_MOST_LANES = 1000
_OF_LINKS = (EventKind.LINK_DOWN, EventKind.LINK_UP, EventKind.LINK_RATE, EventKind.LINK_DELAY, EventKind.INTERRUPT)
_SPANS = (EventKind.HOP_START, EventKind.HOP_END, EventKind.TRAIN_START, EventKind.TRAIN_END, EventKind.FLOW_START)

Event = dict[str, Any]


def trace(run: RunRecord) -> Iterator[Event]:
    """Yield the trace events of a run; times are virtual."""
    yield from (_named(pid, None, name) for pid, name in ((NODES, "nodes"), (LINKS, "links"), (FIGURES, "figures")))
    yield from _Tracer(run).events()
    for series in scalars(run):
        if "/" not in series.name or series.name.startswith("traffic/"):
            for time_ns, value in zip(series.time_ns.tolist(), series.value.tolist(), strict=True):
                args = {"value": value}
                yield {"ph": "C", "name": series.name, "pid": FIGURES, "ts": time_ns / 1e3, "args": args}


@dataclass
class _Track:
    """A node or link: the threads that it has, and until when each is taken."""

    pid: int
    place: int
    name: str
    until_ns: list[int] = field(default_factory=list)

    def lane(self, start_ns: int, end_ns: int) -> int:
        """Return the thread for something that lasts so long: the first that is free."""
        lane = next((lane for lane, until_ns in enumerate(self.until_ns) if until_ns <= start_ns), len(self.until_ns))
        self.until_ns[lane:] = [end_ns, *self.until_ns[lane + 1 :]]
        return self.place * _MOST_LANES + min(lane, _MOST_LANES - 1)


class _Tracer:
    """Goes once through the events of a run."""

    def __init__(self, run: RunRecord) -> None:
        self._names = run.node_names
        self._rows = run.table("events").to_pylist()
        self._end_ns = self._rows[-1]["time_ns"] if self._rows else 0
        ends = directed_links(run.topology)
        places = {name: place for place, name in enumerate(self._names)}
        self._links = {(places[a], places[b]): _Track(LINKS, link, f"{a} > {b}") for link, (a, b, _) in ends.items()}
        self._nodes = [_Track(NODES, node, name) for node, name in enumerate(self._names)]
        self._sizes: dict[int, int] = {}
        self._hops: defaultdict[tuple[int, int, int], list[Mapping[str, Any]]] = defaultdict(list)
        self._jobs: defaultdict[int, list[Mapping[str, Any]]] = defaultdict(list)

    def events(self) -> Iterator[Event]:
        """Yield spans, instants, and the names of the threads that are used."""
        spans = sorted(self._spans(), key=lambda span: span[1])
        for track, start_ns, end_ns, name, args in spans:
            thread = {"pid": track.pid, "tid": track.lane(start_ns, end_ns)}
            yield {
                "ph": "X",
                "name": name,
                **thread,
                "ts": start_ns / 1e3,
                "dur": (end_ns - start_ns) / 1e3,
                "args": args,
            }
        yield from self._instants()
        for track in (*self._nodes, *self._links.values()):
            for lane in range(min(max(len(track.until_ns), 1), _MOST_LANES)):
                name = track.name if lane == 0 else f"{track.name} ({lane + 1})"
                yield _named(track.pid, track.place * _MOST_LANES + lane, name)

    def _spans(self) -> Iterator[tuple[_Track, int, int, str, Event]]:
        """Yield what lasts: training jobs on nodes, transfers on links; what has not ended lasts until the end."""
        for row in self._rows:
            kind, hop = row["kind"], (row["flow"], row["node"], row["peer"])
            if kind == EventKind.FLOW_START:
                self._sizes[row["flow"]] = row["size_bytes"]
            elif kind == EventKind.HOP_START:
                self._hops[hop].append(row)
            elif kind == EventKind.HOP_END and self._hops[hop]:
                yield self._hop(self._hops[hop].pop(0), row["time_ns"])
            elif kind in (EventKind.FLOW_END, EventKind.FLOW_DROP):
                yield from self._end_of(row["flow"], row["time_ns"])
            elif kind == EventKind.TRAIN_START:
                self._jobs[row["node"]].append(row)
            elif kind == EventKind.TRAIN_END and self._jobs[row["node"]]:
                yield self._job(self._jobs[row["node"]].pop(0), row["time_ns"], row["value"])
            elif kind == EventKind.NODE_DOWN:
                yield from (self._job(job, row["time_ns"], None) for job in self._jobs.pop(row["node"], ()))
        yield from (self._hop(hop, self._end_ns) for hops in self._hops.values() for hop in hops)
        yield from (self._job(job, self._end_ns, None) for jobs in self._jobs.values() for job in jobs)

    def _end_of(self, flow: int, end_ns: int) -> Iterator[tuple[_Track, int, int, str, Event]]:
        """Yield the hops of a transfer that had not ended: it took another way, or was dropped."""
        for key in [key for key in self._hops if key[0] == flow]:
            yield from (self._hop(hop, end_ns) for hop in self._hops.pop(key))

    def _hop(self, row: Mapping[str, Any], end_ns: int) -> tuple[_Track, int, int, str, Event]:
        track = self._links.setdefault((row["node"], row["peer"]), self._radio(row["node"], row["peer"]))
        args = {"flow": row["flow"], "size_bytes": self._sizes.get(row["flow"])}
        packet = row["packet"]
        name = f"packet {packet}" if packet >= 0 else f"transfer {row['flow']}"
        return track, row["time_ns"], end_ns, name, args

    def _radio(self, node: int, peer: int) -> _Track:
        """Return the track of a link that began elsewhere at the start: a device that has changed its site."""
        return _Track(LINKS, 2 * len(self._links) + len(self._names), f"{self._names[node]} > {self._names[peer]}")

    def _job(self, row: Mapping[str, Any], end_ns: int, loss: float | None) -> tuple[_Track, int, int, str, Event]:
        args = {"model_bytes": row["size_bytes"], "loss": loss if loss == loss else None}
        return self._nodes[row["node"]], row["time_ns"], end_ns, "train", args

    def _instants(self) -> Iterator[Event]:
        for row in self._rows:
            kind = EventKind(row["kind"])
            if kind in _SPANS or kind == EventKind.FLOW_END or row["node"] < 0:
                continue
            link = self._links.get((row["node"], row["peer"])) if kind in _OF_LINKS else None
            track = link or self._nodes[row["node"]]
            thread = {"pid": track.pid, "tid": track.place * _MOST_LANES, "s": "t"}
            yield {
                "ph": "i",
                "name": _words(kind, row["value"]),
                **thread,
                "ts": row["time_ns"] / 1e3,
                "args": _args(row),
            }


def _words(kind: EventKind, value: float) -> str:
    if kind == EventKind.FLOW_DROP:
        return f"drop: {DropReason(int(value)).name.lower().replace('_', ' ')}"
    return kind.name.lower().replace("_", " ")


def _args(row: Mapping[str, Any]) -> Event:
    values = {key: row[key] for key in ("flow", "packet", "size_bytes") if row[key] >= 0}
    return values | ({"value": row["value"]} if row["value"] == row["value"] else {})


def _named(pid: int, tid: int | None, name: str) -> Event:
    what = "process_name" if tid is None else "thread_name"
    return {"ph": "M", "name": what, "pid": pid, "tid": tid or 0, "args": {"name": name}}

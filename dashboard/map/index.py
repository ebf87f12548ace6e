"""Where the tiles of a run begin, and what was the case when they did, found in one pass over its tables."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from wayfare.dashboard.network import Floats, Ints, Network
from wayfare.emulator.records import EventKind, RecordError, RunRecord

from .density import Density
from .hops import COLUMNS, NEVER_NS, Hops, Rows, chosen, jobs_of, joined, open_rows, pair_hops, rows_of
from .values import ValuesByTile

TILE_ROWS = 8192
TILES_AT_ONCE = 16
FOREVER_NS = int(np.iinfo(np.int64).max)
LARGEST_TIME_NS = 2**53  # what a number of JavaScript holds without rounding: 104 days
STATE_KINDS = (
    EventKind.NODE_DOWN,
    EventKind.NODE_UP,
    EventKind.LINK_DOWN,
    EventKind.LINK_UP,
    EventKind.HANDOVER,
)
TIMED = ("events", "bins", "metrics", "places")


class TileIndex:
    """The tiles of one run, which goes on perhaps.

    A tile is a stretch of virtual time with about as many rows as any other. All but the last are closed: nothing
    more is recorded there, besides the ends of what began there.

    Attributes:
        edges_ns: Where each tile begins; the last goes on to the end of the run.
        last_ns: The last time anything but a bin is recorded at.
        end_ns: The same, or where the last bin ends.
        rows: How many rows were counted: events, bins, metrics and places.
        density: When events happened.
        late: The hops that were under way when the last tile began, or began in it.
        spans, span_jobs: Hops and jobs that began in one tile and ended in a later one.
        held, down, cut, ends, places: Accuracy by node; 1 by failed node; 1 by ends of failed link (``node * nodes +
            peer``); ends by edge that leads elsewhere than at first; last time [s] and place [m] by moving node.
    """

    def __init__(self, record: RunRecord, network: Network, bin_ns: int, tile_rows: int = TILE_ROWS) -> None:
        self.record, self.network, self._bin_ns, self._tile_rows = record, network, bin_ns, tile_rows
        self.edges_ns = [0]
        self.last_ns = self.end_ns = 0
        self.rows = 0
        self.density = self._closed_density = Density()
        self.late = self.spans = self.span_jobs = Hops.none()
        self.held, self.down, self.cut = ValuesByTile(), ValuesByTile(), ValuesByTile()
        self.ends, self.places = ValuesByTile(2), ValuesByTile(3)
        self._edge_at = {
            (int(node), int(peer)): edge // 2
            for edge, (node, peer) in enumerate(zip(network.source, network.target, strict=True))
        }
        self._carried: Rows = {}
        self._sizes: list[tuple[Ints, Ints]] = []
        self._late_sizes = _sizes({})
        self._closed_rows = 0

    @property
    def tiles(self) -> int:
        """Return how many tiles there are."""
        return len(self.edges_ns)

    def span_ns(self, tile: int) -> tuple[int, int]:
        """Return where a tile begins and where the next does."""
        return self.edges_ns[tile], self.edges_ns[tile + 1] if tile + 1 < self.tiles else FOREVER_NS

    def refresh(self) -> None:
        """Take in what was recorded since the last time.

        Raises:
            RecordError: A table is missing or damaged, or names what the topology has not.
        """
        closed = self.tiles - 1
        times = self._times()
        self._cut(times)
        for first in range(closed, self.tiles - 1, TILES_AT_ONCE):
            self._pass(first, min(first + TILES_AT_ONCE, self.tiles - 1))
        rows = self._events(self.edges_ns[-1], FOREVER_NS)
        self._late_sizes = _sizes(rows)
        late = pair_hops(joined(self._carried, rows) if self._carried else rows)
        self.late = late.chosen(late.known_ns >= self.edges_ns[-1])

    def sizes_of(self, flow: Ints) -> Floats:
        """Return the sizes of transfers [bytes]; 0 where none is recorded."""
        if len(self._sizes) > 1:
            flows, sizes = (np.concatenate(column) for column in zip(*self._sizes, strict=True))
            self._sizes = [(flows, sizes) if (np.diff(flows) > 0).all() else _by_flow(flows, sizes)]
        found = np.zeros(len(flow))
        for flows, sizes in (*self._sizes, self._late_sizes):
            if len(flows):
                place = np.minimum(np.searchsorted(flows, flow), len(flows) - 1)
                found = np.where(flows[place] == flow, sizes[place], found)
        return found

    @property
    def largest_bytes(self) -> int:
        """Return the size of the largest transfer so far."""
        return max((int(sizes.max(initial=0)) for _, sizes in (*self._sizes, self._late_sizes)), default=0)

    def rehomed(self, rows: Rows, ends: tuple[Ints, Floats]) -> tuple[Ints, Ints, Floats]:
        """Return the edges that handovers lead elsewhere: when [ns], which, and their ends from then on.

        Args:
            rows: Events.
            ends: Edges that led elsewhere before, and where.
        """
        at, nodes = dict(self._edge_at), len(self.network.names)
        for edge, (source, target) in zip(ends[0].tolist(), ends[1].tolist(), strict=True):
            at[int(source), int(target)] = edge
            at[int(target), int(source)] = edge
        found = []
        handovers = chosen(rows, rows["kind"] == EventKind.HANDOVER)
        for time_ns, device, site, old in zip(
            *(handovers[name].tolist() for name in ("time_ns", "node", "peer", "value")), strict=True
        ):
            edge = at.pop((device, int(old)), None) if 0 <= old < nodes else None
            if edge is not None:
                leads_down = at.pop((int(old), device), None) is not None and self.network.target[2 * edge] == device
                at[device, site] = at[site, device] = edge
                found.append((time_ns, edge, *((site, device) if leads_down else (device, site))))
        table = np.array(found, dtype=np.float64).reshape(len(found), 4)
        return table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:]

    def events(self, tile: int) -> Rows:
        """Return the events of a tile."""
        return self._events(*self.span_ns(tile))

    def accuracies(self, between_ns: tuple[int, int]) -> tuple[Ints, Ints, Floats]:
        """Return when [ns] which node's model was measured, and its accuracy."""
        if not self.record.has_table("metrics"):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
        table = self.record.table("metrics", ("time_ns", "name", "node", "value"), between_ns)
        table = table.filter(
            (pc.field("name") == "accuracy") & (pc.field("node") >= 0) & pc.is_finite(pc.field("value"))
        )
        rows = rows_of(table.drop_columns("name"))
        self._check("metrics", "node", rows["node"], len(self.network.names))
        return rows["time_ns"].astype(np.int64), rows["node"].astype(np.int64), rows["value"].astype(np.float64)

    def moves(self, between_ns: tuple[int, int]) -> tuple[Ints, Floats]:
        """Return nodes that move and, for each row, the time [s] and the place [m], in order of time."""
        if not self.record.has_table("places"):
            return np.zeros(0, dtype=np.int64), np.zeros((0, 3))
        rows = rows_of(self.record.table("places", ("time_ns", "node", "x_m", "y_m"), between_ns))
        rows = chosen(rows, np.argsort(rows["time_ns"], kind="stable"))
        self._check("places", "node", rows["node"], len(self.network.names))
        value = np.column_stack([rows["time_ns"].astype(np.float64) / 1e9, rows["x_m"], rows["y_m"]])
        finite = np.isfinite(value).all(axis=1)
        return rows["node"].astype(np.int64)[finite], value[finite]

    def state_of(self, rows: Rows) -> Iterator[tuple[ValuesByTile, Ints, Ints]]:
        """Yield what the events of a tile say of nodes and links: of what, keys and values."""
        kind, nodes = rows["kind"], len(self.network.names)
        about = np.isin(kind, (EventKind.NODE_DOWN, EventKind.NODE_UP))
        yield self.down, rows["node"][about], (kind[about] == EventKind.NODE_DOWN).astype(np.int64)
        about = np.isin(kind, (EventKind.LINK_DOWN, EventKind.LINK_UP))
        pair = rows["node"][about].astype(np.int64) * nodes + rows["peer"][about]
        yield self.cut, pair, (kind[about] == EventKind.LINK_DOWN).astype(np.int64)

    def _times(self) -> Ints:
        """Count what was recorded after the last tile began, and return its times but those that lie ahead."""
        between, found = (self.edges_ns[-1], FOREVER_NS), []
        self.density = self._closed_density.copy()
        for name in TIMED:
            if name == "events" or self.record.has_table(name):
                columns = ("time_ns", "kind") if name == "events" else ("time_ns",)
                rows = rows_of(self.record.table(name, columns, between))
                found.append(rows["time_ns"].astype(np.int64))
                if len(found[-1]) and not 0 <= found[-1].min() <= found[-1].max() < LARGEST_TIME_NS:
                    raise RecordError(f"{name}: has a time outside 0 to {LARGEST_TIME_NS / 1e9:.0f} s")
                if name == "events":
                    self.density.add(found[-1], rows["kind"])
                if name == "bins" and len(found[-1]):
                    self.end_ns = max(self.end_ns, int(found[-1].max()) + self._bin_ns)
                elif name != "places" and len(found[-1]):
                    self.last_ns = max(self.last_ns, int(found[-1].max()))
                    self.end_ns = max(self.end_ns, self.last_ns)
        times = np.sort(np.concatenate(found))
        self.rows = self._closed_rows + len(times)
        return times[: np.searchsorted(times, self.end_ns, side="right")]

    def _cut(self, times: Ints) -> None:
        """Find where tiles end. The bins of a time are recorded after it: of a run that runs the last two stay open."""
        lag_ns = 2 * self._bin_ns if self.record.manifest["status"] == "running" else 0
        begun, last = 0, int(np.searchsorted(times, self.end_ns - lag_ns))
        while begun + self._tile_rows < last:
            place = int(np.searchsorted(times, times[begun + self._tile_rows]))
            if times[place] <= self.edges_ns[-1]:  # more at one instant than a tile has
                place = int(np.searchsorted(times, times[place], side="right"))
            if place >= last:
                break
            self.edges_ns.append(int(times[place]))
            begun = place
        self._closed_rows += begun

    def _pass(self, first: int, beyond: int) -> None:
        """Note what crosses the ends of some closed tiles, and what is the case there."""
        start_ns, end_ns = self.edges_ns[first], self.edges_ns[beyond]
        rows = self._events(start_ns, end_ns)
        self._sizes.append(_sizes(rows))
        self._closed_density.add(rows["time_ns"].astype(np.int64), rows["kind"])
        rows_before = joined(self._carried, rows) if self._carried else rows
        hops = pair_hops(rows_before)
        ended = hops.chosen((hops.known_ns >= start_ns) & (hops.known_ns < NEVER_NS))
        self.spans = self.spans.followed_by(
            ended.chosen(self._tile_of(ended.start_ns) != self._tile_of(ended.known_ns))
        )
        self._carried = open_rows(rows_before, hops)
        jobs = jobs_of(rows)
        self.span_jobs = self.span_jobs.followed_by(
            jobs.chosen(self._tile_of(jobs.start_ns) != self._tile_of(jobs.end_ns))
        )
        self._note_values(rows, range(first, beyond))

    def _note_values(self, rows: Rows, tiles: Sequence[int]) -> None:
        between = self.edges_ns[tiles[0]], self.edges_ns[tiles[-1] + 1]
        measured_ns, node, accuracy = self.accuracies(between)
        moving, place = self.moves(between)
        state = chosen(rows, np.isin(rows["kind"], STATE_KINDS))
        for tile in tiles:
            low, high = self.span_ns(tile)
            inside = slice(*np.searchsorted(measured_ns, (low, high)))
            self.held.add(node[inside], accuracy[inside])
            here = slice(*np.searchsorted(place[:, 0], (low / 1e9, high / 1e9)))
            self.places.add(moving[here], place[here])
            within = chosen(state, (state["time_ns"] >= low) & (state["time_ns"] < high))
            _, edge, ends = self.rehomed(within, self.ends.before(tile))
            self.ends.add(edge, ends)
            for values, key, value in self.state_of(within):
                values.add(key, value)

    def _events(self, start_ns: int, end_ns: int) -> Rows:
        rows = rows_of(self.record.table("events", COLUMNS, (start_ns, end_ns)))
        for column in ("node", "peer"):
            self._check("events", "node", rows[column], len(self.network.names), -1)
        return rows

    def _tile_of(self, time_ns: Ints) -> NDArray[np.intp]:
        return np.searchsorted(self.edges_ns, time_ns, side="right")

    def _check(self, table: str, what: str, ids: NDArray[Any], count: int, least: int = 0) -> None:
        if len(ids) and not least <= int(ids.min()) <= int(ids.max()) < count:
            raise RecordError(f"{table}: names a {what} that topology.json has not ({count} {what}s)")


def _sizes(rows: Rows) -> tuple[Ints, Ints]:
    """Return the transfers that begin in some rows, in order, and their sizes [bytes]."""
    if not rows:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    began = rows["kind"] == EventKind.FLOW_START
    return _by_flow(rows["flow"][began].astype(np.int64), rows["size_bytes"][began].astype(np.int64))


def _by_flow(flow: Ints, size_bytes: Ints) -> tuple[Ints, Ints]:
    unique, place = np.unique(flow, return_index=True)
    return unique, np.clip(size_bytes[place], 0, None)

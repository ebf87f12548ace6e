"""Tiles: what the map draws of one run, by stretches of virtual time.

Four kinds of answers, packed as `pack` says. Times are in seconds of virtual time.

``head`` (once): facts ``name``, ``names``, ``tiers``, ``classes``, ``geographic``, ``layouts``; arrays ``x``, ``y``
(f4, by node), ``source``, ``target`` (i4), ``class`` (u1), ``radio`` (u1), ``cell`` (u1: whether a cell serves the
link) by edge, ``rate_forward``, ``rate_backward`` (f8, bit/s, NaN where not fixed).

``now`` (again and again while the run goes on): facts ``status``, ``end``, ``tiles`` (where each begins), ``strip``
(``cell``: width [s]; ``counts``: by traffic, training, trouble), ``stop``, ``rows``, ``learns``, ``largest``
(transfer [bytes]).

``tile`` number n: facts ``tile``, ``start``, ``end`` (of the next; the open tile's is the run's), ``bin``,
``moves_of`` (how many hops there were of which a part is sent), ``open`` (how many have no known end); arrays

* ``move_*``: hops that touch the tile, in order of their start: ``start``, ``end`` (f8), ``node``, ``peer``,
  ``flow``, ``packet`` (i4), ``bytes`` (f4), ``state`` (u1: 1 the end is a guess, 2 it never arrived);
* ``job_*``: training: ``start``, ``end``, ``node``;
* ``load_*``: bins of links, in order of time: ``time`` (f8), ``link`` (i4, directed), ``share`` (f4, utilisation),
  ``bytes``, ``queue`` (f4);
* ``held_*``: accuracies of the models that nodes hold: ``time``, ``node``, ``value``; ``held0_node``,
  ``held0_value``: before the tile;
* ``mark_*``: other events: ``time``, ``kind`` (u1), ``node``, ``peer``, ``flow``, ``packet`` (i4), ``value`` (f4);
* ``down0``: nodes that have failed before; ``cut0_node``, ``cut0_peer``: ends of links that have;
* ``end0_edge``, ``end0_source``, ``end0_target``: edges that lead elsewhere than at first; ``end_time``,
  ``end_edge``, ``end_source``, ``end_target``: those that do so in the tile;
* ``place_*``: of nodes that move, in order of time: ``time``, ``node``, ``x``, ``y``, the last before and the first
  after the tile too.

``places``, a layout: arrays ``x``, ``y`` (f4).
"""

from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wayfare.dashboard.network import Floats, Ints, Network
from wayfare.dashboard.node_positions import LAYOUTS
from wayfare.dashboard.quantity_text import number, text
from wayfare.emulator.records import EventKind, RecordError, RunRecord

from .hops import HOP_KINDS, NEVER_NS, Hops, chosen, jobs_of, pair_hops, rows_of
from .index import FOREVER_NS, TILE_ROWS, TileIndex
from .pack import pack

MOST_MOVES = 8192
MOST_LOADS = 32768
MOST_OTHERS = 16384
KEPT_BYTES = 64_000_000
QUIET_KINDS = (
    *HOP_KINDS[:2],
    EventKind.FLOW_START,
    EventKind.FLOW_END,
    EventKind.TRAIN_START,
    EventKind.TRAIN_END,
    EventKind.EVALUATE,
    EventKind.SCALE,
    EventKind.LINK_RATE,
    EventKind.LINK_DELAY,
)

Arrays = dict[str, NDArray[Any]]


class Tiles:
    """The tiles of one run.

    Attributes:
        record: The run.
        network: Its nodes and links.
        index: Where tiles begin.
    """

    def __init__(self, record: RunRecord, tile_rows: int = TILE_ROWS) -> None:
        topology = record.topology
        self.record, self.network = record, Network.from_topology(topology)
        bin_s = number(topology["graph"].get("bin_s"))
        if bin_s is None or not 0 < bin_s < 1e6:
            raise RecordError(f"topology.json: bin_s is {bin_s}, expected a positive time [s]")
        self._bin_ns = max(round(bin_s * 1e9), 1)
        self._cells = [edge.get("cell") is not None for edge in sorted(topology["edges"], key=lambda one: one["index"])]
        self._stop_s = number(topology["graph"].get("stop_s"))
        self.index = TileIndex(record, self.network, self._bin_ns, tile_rows)
        self._answers: OrderedDict[tuple[Any, ...], bytes] = OrderedDict()
        self._rates = _by_ends(self.network)

    def refresh(self) -> None:
        """Take in what was recorded since the last time."""
        self.index.refresh()

    @property
    def end_s(self) -> float:
        """Return the last time there is anything to see at [s].

        A run that has finished ends when it says, which may be within its last bin.
        """
        progress = self.record.manifest.get("progress")
        virtual_s = number(progress.get("virtual_s")) if isinstance(progress, dict) else None
        reached_s = min(virtual_s or 0.0, 9e6)
        if reached_s and self.record.manifest.get("status") == "finished":
            return max(self.index.last_ns / 1e9, reached_s)
        return max(self.index.end_ns / 1e9, reached_s)

    def head(self) -> bytes:
        """Return what never changes."""
        network, position = self.network, _centred(self.network.position)
        classes = sorted(set(network.link_class[::2]))
        facts = {
            "name": text(self.record.folder.name),
            "names": [text(name) or "?" for name in network.names],
            "tiers": network.tiers,
            "classes": [text(name) or "?" for name in classes],
            "geographic": network.geographic,
            "layouts": [*(["geographic"] if network.geographic else []), *LAYOUTS],
        }
        return pack(
            facts,
            {
                "x": position[:, 0].astype(np.float32),
                "y": position[:, 1].astype(np.float32),
                "source": network.source[::2].astype(np.int32),
                "target": network.target[::2].astype(np.int32),
                "class": np.array([classes.index(name) for name in network.link_class[::2]]).astype(np.uint8),
                "radio": network.radio.astype(np.uint8),
                "cell": np.array(self._cells, dtype=np.uint8),
                "rate_forward": network.rate_bps[::2].astype(np.float64),
                "rate_backward": network.rate_bps[1::2].astype(np.float64),
            },
        )

    def now(self) -> dict[str, Any]:
        """Return how far the run is."""
        manifest, end_s = self.record.manifest, self.end_s
        density = self.index.density
        return {
            "status": self._status(str(manifest.get("status"))),
            "end": end_s,
            "stop": self._stop_s,
            "tiles": [edge / 1e9 for edge in self.index.edges_ns],
            "strip": {"cell": density.cell_ns / 1e9, "counts": density.upto(round(end_s * 1e9))},
            "rows": self.index.rows,
            "largest": self.index.largest_bytes,
            "learns": self.record.has_table("metrics") and bool(manifest.get("method")),
        }

    def _status(self, said: str) -> str | None:
        """Return the status as the manifest says it, but that a run whose process has died is lost."""
        return "lost" if said == "running" and not self.record.is_alive else text(said)

    def places(self, layout: str) -> bytes:
        """Return where a layout puts the nodes.

        Raises:
            RecordError: There is no such layout.
        """
        if layout not in LAYOUTS:
            raise RecordError(f"there is no layout {text(layout, 40)!r}; there are {', '.join(LAYOUTS)}")
        key = ("places", layout)
        if key not in self._answers:
            network = self.network
            position = _centred(LAYOUTS[layout](network.tiers, network.source, network.target))
            self._keep(key, pack({}, {"x": position[:, 0].astype("f4"), "y": position[:, 1].astype("f4")}))
        return self._answers[key]

    def tile(self, tile: int) -> bytes:
        """Return a tile.

        Raises:
            RecordError: There is none of that number.
        """
        index = self.index
        if not 0 <= tile < index.tiles:
            raise RecordError(f"there is no tile {tile}; the run has {index.tiles}")
        goes_on = tile == index.tiles - 1 or bool((index.late.start_ns < index.span_ns(tile)[1]).any())
        key = ("tile", tile, index.rows if goes_on else 0)
        if key not in self._answers:
            self._keep(key, self._made(tile))
        self._answers.move_to_end(key)
        return self._answers[key]

    def _keep(self, key: tuple[Any, ...], content: bytes) -> None:
        self._answers[key] = content
        while len(self._answers) > 1 and sum(map(len, self._answers.values())) > KEPT_BYTES:
            self._answers.popitem(last=False)

    def _made(self, tile: int) -> bytes:
        start_ns, end_ns = self.index.span_ns(tile)
        rows = self.index.events(tile)
        moves, facts = self._moves(self._hops(tile, pair_hops(rows)))
        facts |= {"tile": tile, "start": start_ns / 1e9, "end": min(end_ns / 1e9, self.end_s)}
        jobs = self.index.span_jobs
        jobs = jobs.chosen((jobs.start_ns < start_ns) & (jobs.end_ns > start_ns)).followed_by(jobs_of(rows))
        arrays: Arrays = {
            "job_start": jobs.start_ns / 1e9,
            "job_end": jobs.end_ns / 1e9,
            "job_node": jobs.node.astype(np.int32),
        }
        loads, facts["bin"] = self._loads(start_ns, end_ns)
        marks = chosen(rows, ~np.isin(rows["kind"], QUIET_KINDS))
        return pack(
            facts,
            {**moves, **arrays, **loads, **self._held(tile), **_marks(marks), **self._ends(tile), **self._moving(tile)},
        )

    def _hops(self, tile: int, own: Hops) -> Hops:
        """Return all hops that touch a tile."""
        index, (start_ns, end_ns) = self.index, self.index.span_ns(tile)
        late = index.late
        if tile == index.tiles - 1:
            return late.chosen(late.end_ns >= start_ns)
        own = own.chosen(own.known_ns < end_ns)
        spans = index.spans.chosen((index.spans.start_ns < end_ns) & (index.spans.end_ns > start_ns))
        return spans.followed_by(own).followed_by(late.chosen((late.start_ns < end_ns) & (late.end_ns > start_ns)))

    def _moves(self, hops: Hops) -> tuple[Arrays, dict[str, Any]]:
        count = len(hops.start_ns)
        if count > MOST_MOVES:
            part = -(-count // MOST_MOVES)
            lot = (hops.flow * 2654435761 >> 8) % part == 0  # whole transfers, always the same ones
            hops = hops.chosen(np.flatnonzero(lot)[:MOST_MOVES])
        hops = hops.chosen(np.argsort(hops.start_ns, kind="stable"))
        size, guess = self.index.sizes_of(hops.flow), hops.end_ns == NEVER_NS
        end_s = np.where(guess, self._guessed_s(hops, size), hops.end_ns / 1e9)
        arrays: Arrays = {
            "move_start": hops.start_ns / 1e9,
            "move_end": end_s,
            "move_node": hops.node.astype(np.int32),
            "move_peer": hops.peer.astype(np.int32),
            "move_flow": _small(hops.flow),
            "move_packet": _small(hops.packet),
            "move_bytes": size.astype(np.float32),
            "move_state": (guess + 2 * hops.broken).astype(np.uint8),
        }
        return arrays, {"moves_of": count, "open": int(guess.sum())}

    def _guessed_s(self, hops: Hops, size_bytes: Floats) -> Floats:
        """Return when hops that are under way may end: as if they had the link for themselves [s]."""
        keys, rates = self._rates
        pair = hops.node * len(self.network.names) + hops.peer
        place = np.minimum(np.searchsorted(keys, pair), max(len(keys) - 1, 0))
        rate = np.where(keys[place] == pair, rates[place], np.nan) if len(keys) else np.full(len(pair), np.nan)
        lasts_s = np.where(rate > 0, size_bytes * 8 / np.where(rate > 0, rate, 1), np.nan)
        start_s = hops.start_ns / 1e9
        return start_s + np.where(np.isfinite(lasts_s), lasts_s, np.maximum(self.end_s - start_s, 1e-3) * 2)

    def _loads(self, start_ns: int, end_ns: int) -> tuple[Arrays, float]:
        """Return the loads of links from the bin on in which a tile begins, and the width of a bin [s]."""
        start_ns -= start_ns % self._bin_ns
        names = ("time_ns", "link", "utilisation", "bytes", "queue")
        if self.record.has_table("bins"):
            rows = rows_of(self.record.table("bins", names, (start_ns, end_ns)))
        else:
            rows = {name: np.zeros(0) for name in names}
        rows = chosen(rows, (rows["link"] >= 0) & ((rows["utilisation"] > 0) | (rows["bytes"] > 0)))
        link: Ints = rows["link"].astype(np.int64)
        if len(link) and int(link.max()) >= len(self.network.source):
            raise RecordError(f"bins: names a link that topology.json has not ({len(self.network.source)} links)")
        merged = -(-len(link) // MOST_LOADS) or 1
        number_of: Ints = (rows["time_ns"].astype(np.int64) - start_ns) // (self._bin_ns * merged)
        share, size, queue = (np.nan_to_num(rows[name].astype(np.float64)) for name in names[2:])
        if merged > 1:
            cell, place = np.unique(number_of * len(self.network.source) + link, return_inverse=True)
            share, size, queue = (
                np.bincount(place, column).astype(np.float64) for column in (share / merged, size, queue / merged)
            )
            number_of, link = cell // len(self.network.source), cell % len(self.network.source)
        order = np.argsort(number_of, kind="stable")
        return {
            "load_time": (start_ns + number_of[order] * self._bin_ns * merged) / 1e9,
            "load_link": link[order].astype(np.int32),
            "load_share": share[order].astype(np.float32),
            "load_bytes": size[order].astype(np.float32),
            "load_queue": queue[order].astype(np.float32),
        }, self._bin_ns * merged / 1e9

    def _held(self, tile: int) -> Arrays:
        time_ns, node, value = self.index.accuracies(self.index.span_ns(tile))
        before = self.index.held.before(tile)
        keep = _spread(len(time_ns))
        return {
            "held0_node": before[0].astype(np.int32),
            "held0_value": before[1][:, 0].astype(np.float32),
            "held_time": time_ns[keep] / 1e9,
            "held_node": node[keep].astype(np.int32),
            "held_value": value[keep].astype(np.float32),
        }

    def _ends(self, tile: int) -> Arrays:
        """Return what has failed before a tile, and which links lead elsewhere before and in it."""
        index = self.index
        down, cut = (values.before(tile) for values in (index.down, index.cut))
        pair = cut[0][cut[1][:, 0] > 0]
        before = index.ends.before(tile)
        time_ns, edge, ends = index.rehomed(index.events(tile), before)
        return {
            "down0": down[0][down[1][:, 0] > 0].astype(np.int32),
            "cut0_node": (pair // len(self.network.names)).astype(np.int32),
            "cut0_peer": (pair % len(self.network.names)).astype(np.int32),
            "end0_edge": before[0].astype(np.int32),
            "end0_source": before[1][:, 0].astype(np.int32),
            "end0_target": before[1][:, 1].astype(np.int32),
            "end_time": time_ns / 1e9,
            "end_edge": edge.astype(np.int32),
            "end_source": ends[:, 0].astype(np.int32),
            "end_target": ends[:, 1].astype(np.int32),
        }

    def _moving(self, tile: int) -> Arrays:
        """Return the places between which nodes move in a tile, and those at either side of it."""
        index, middle = self.index, _middle(self.network.position)
        node, value = index.moves(index.span_ns(tile))
        beyond = index.moves((index.edges_ns[-1], FOREVER_NS)) if tile < index.tiles - 1 else (node[:0], value[:0])
        before, after = index.places.before(tile), index.places.after(tile, *beyond)
        nodes = np.concatenate([before[0], node, after[0]])
        values = np.concatenate([before[1], value, after[1]])
        order = np.argsort(values[:, 0], kind="stable")
        if not self.network.geographic:
            order = order[:0]
        return {
            "place_time": values[order, 0],
            "place_node": nodes[order].astype(np.int32),
            "place_x": (values[order, 1] - middle[0]).astype(np.float32),
            "place_y": (values[order, 2] - middle[1]).astype(np.float32),
        }


def _marks(rows: dict[str, NDArray[Any]]) -> Arrays:
    return {
        "mark_time": rows["time_ns"] / 1e9,
        "mark_kind": np.clip(rows["kind"], 0, 255).astype(np.uint8),
        **{f"mark_{name}": _small(rows[name].astype(np.int64)) for name in ("node", "peer", "flow", "packet")},
        "mark_value": rows["value"].astype(np.float32),
    }


def _spread(count: int) -> NDArray[np.intp]:
    """Return places in a column of which too many would be sent: of a longer one, as many spread over it."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_OTHERS)).astype(np.intp)) if count else np.arange(0)


def _small(ids: Ints) -> NDArray[np.int32]:
    """Return ids as 32-bit integers.

    Raises:
        RecordError: One is larger than any run counts to.
    """
    if len(ids) and int(ids.max()) >= 2**31:
        raise RecordError(f"events: the id {int(ids.max())} is larger than any transfer or packet has")
    return ids.astype(np.int32)


def _middle(position: Floats) -> Floats:
    return (position.min(axis=0) + position.max(axis=0)) / 2 if len(position) else np.zeros(2)


def _centred(position: Floats) -> Floats:
    """Return positions around their middle: a 32-bit number holds them then, wherever on the map they are."""
    return position - _middle(position)


def _by_ends(network: Network) -> tuple[Ints, Floats]:
    """Return the rates of directed links [bit/s] by ``node * nodes + peer``, in order of that."""
    keys = network.source * len(network.names) + network.target
    order = np.argsort(keys, kind="stable")
    return keys[order], network.rate_bps[order]

"""What a pinned node, link or packet did: its last events before a time, the whole journey of a packet, scalings."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from wayfare.emulator.records import EventKind

from .hops import COLUMNS, NEVER_NS, Rows, chosen, joined, pair_hops, rows_of
from .index import TILES_AT_ONCE, TileIndex
from .pack import pack
from .scalings import scalings

MOST_EVENTS = 40
MOST_TILES = 64
MOST_HOPS = 20_000
DULL = (EventKind.FLOW_START, EventKind.FLOW_END, EventKind.LINK_RATE, EventKind.LINK_DELAY)


def node_story(index: TileIndex, node: int, before_s: float) -> dict[str, Any]:
    """Return the last events of a node up to a time [s], the newest first, and the scalings among them."""
    events = _last(index, before_s, lambda rows: (rows["node"] == node) | (rows["peer"] == node))
    scaled = scalings(index.record, before_s, node=node) if any(row[1] == EventKind.SCALE for row in events) else []
    return {"events": events, "scalings": scaled[-MOST_EVENTS:]}


def link_story(index: TileIndex, link: int, ends: tuple[int, int], before_s: float) -> dict[str, Any]:
    """Return the last events between two nodes up to a time [s], and what the radio of the link had then.

    Args:
        index: The run's tiles.
        link: Id of a directed link.
        ends: The nodes that it joins at that time.
        before_s: The time.
    """

    def between(rows: Rows) -> NDArray[Any]:
        node, peer = rows["node"], rows["peer"]
        found: NDArray[Any] = ((node == ends[0]) & (peer == ends[1])) | ((node == ends[1]) & (peer == ends[0]))
        return found

    return {"events": _last(index, before_s, between), "radio": [_radio(index, link ^ way, before_s) for way in (0, 1)]}


def journey(index: TileIndex, column: str, number: int) -> bytes:
    """Return all hops of a packet or a transfer, and accuracies and scalings of the packet, packed as `tiles` says.

    Args:
        index: The run's tiles.
        column: ``packet`` or ``flow``.
        number: Which.
    """
    rows: Rows = {}
    for first in range(0, index.tiles, TILES_AT_ONCE):
        beyond = index.span_ns(min(first + TILES_AT_ONCE, index.tiles) - 1)[1]
        table = index.record.table("events", COLUMNS, (index.edges_ns[first], beyond))
        found = rows_of(table.filter(pc.field(column) == number))
        rows = joined(rows, found) if rows else found
        if len(rows["kind"]) > 4 * MOST_HOPS:
            break
    hops = pair_hops(rows)
    hops = hops.chosen(np.arange(min(len(hops.start_ns), MOST_HOPS)))
    own = chosen(rows, np.isin(rows["kind"], (EventKind.LAUNCH, EventKind.RETIRE, EventKind.FLOW_DROP)))
    time_ns, value = _accuracies(index, number) if column == "packet" else (np.zeros(0), np.zeros(0))
    end_s = np.where(hops.end_ns == NEVER_NS, np.nan, hops.end_ns / 1e9)
    scaled = scalings(index.record, packet=number) if column == "packet" else []
    return pack(
        {"launched_bytes": _first_size(rows), "cut": len(hops.start_ns) == MOST_HOPS, "scalings": scaled},
        {
            "move_start": hops.start_ns / 1e9,
            "move_end": end_s,
            "move_node": hops.node.astype(np.int32),
            "move_peer": hops.peer.astype(np.int32),
            "move_bytes": index.sizes_of(hops.flow).astype(np.float32),
            "mark_time": own["time_ns"] / 1e9,
            "mark_kind": own["kind"].astype(np.uint8),
            "mark_node": own["node"].astype(np.int32),
            "value_time": time_ns / 1e9,
            "value": value.astype(np.float32),
        },
    )


def _last(index: TileIndex, before_s: float, which: Callable[[Rows], NDArray[Any]]) -> list[list[float | None]]:
    """Return the last of some events up to a time [s], the newest first, out of a bounded number of tiles."""
    before_ns = round(before_s * 1e9)
    tile = int(np.searchsorted(index.edges_ns, before_ns, side="right")) - 1
    found: list[list[float | None]] = []
    for number in range(max(tile, 0), max(tile - MOST_TILES, -1), -1):
        rows = index.events(number)
        about = (rows["time_ns"] <= before_ns) & which(rows) & ~np.isin(rows["kind"], DULL)
        rows = chosen(rows, np.flatnonzero(about)[::-1][: MOST_EVENTS - len(found)])
        rows["size_bytes"] = np.where(rows["size_bytes"] < 0, index.sizes_of(rows["flow"]), rows["size_bytes"])
        for row in zip(*(rows[name].tolist() for name in COLUMNS), strict=True):
            value = row[-1] if np.isfinite(row[-1]) else None
            found.append([row[0] / 1e9, *row[1:-1], value])
        if len(found) >= MOST_EVENTS:
            break
    return found


def _radio(index: TileIndex, link: int, before_s: float) -> dict[str, float] | None:
    """Return the last ratio [dB] and rate [bit/s] of a radio link up to a time [s]."""
    if not index.record.has_table("radio"):
        return None
    columns = ("time_ns", "link", "sinr_db", "rate_bps")
    rows = index.record.table("radio", columns, (0, round(before_s * 1e9) + 1))
    rows = rows.filter(pc.field("link") == link)
    if not rows.num_rows:
        return None
    last = rows.slice(rows.num_rows - 1).to_pylist()[0]
    figures = {name: float(last[name]) for name in ("sinr_db", "rate_bps")}
    return figures if all(np.isfinite(value) for value in figures.values()) else None


def _accuracies(index: TileIndex, packet: int) -> tuple[NDArray[Any], NDArray[Any]]:
    if not index.record.has_table("metrics"):
        return np.zeros(0), np.zeros(0)
    table = index.record.table("metrics", ("time_ns", "name", "packet", "value"))
    table = table.filter((pc.field("name") == "accuracy") & (pc.field("packet") == packet))
    return table["time_ns"].to_numpy(), table["value"].to_numpy()


def _first_size(rows: Rows) -> float | None:
    known = np.flatnonzero(rows["size_bytes"] > 0)
    return float(rows["size_bytes"][known[0]]) if len(known) else None

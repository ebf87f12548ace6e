"""Tables made from a run's events: one row a transfer, one row a link and bin."""

import math
from typing import Any

import pyarrow as pa

from .conventions import EventKind
from .reader import RunRecord
from .tables import SCALINGS

FLOW_COLUMNS = ("id", "src", "dst", "size_bytes", "start_s", "end_s", "route", "delivered")
NODE_FIGURES = ("utilisation", "queue", "energy_j")
LINK_COLUMNS = ("time_s", "src", "dst", "class", "bytes", "utilisation", "queue", "energy_j")


def flow_table(run: RunRecord) -> pa.Table:
    """Return one row per end-to-end transfer.

    Columns: ``id``, ``src``, ``dst``, ``size_bytes``, ``start_s``, ``end_s`` (null while in flight), ``route`` (node
    names joined by ``>``, as far as it came) and ``delivered``.
    """
    names = run.node_names
    flows: dict[int, dict[str, Any]] = {}
    for row in run.table("events").to_pylist():
        kind, flow = row["kind"], row["flow"]
        if kind == EventKind.FLOW_START:
            flows[flow] = _started(row, names)
        elif kind == EventKind.HOP_START:
            flows[flow]["route"] = _extended(flows[flow]["route"], names[row["node"]], names[row["peer"]])
        elif kind in (EventKind.FLOW_END, EventKind.FLOW_DROP):
            flows[flow] |= {"end_s": row["time_ns"] / 1e9, "delivered": kind == EventKind.FLOW_END}
    for values in flows.values():
        values["route"] = ">".join(values["route"])
    schema = pa.schema(
        zip(
            FLOW_COLUMNS,
            (pa.int64(), pa.string(), pa.string(), pa.int64(), pa.float64(), pa.float64(), pa.string(), pa.bool_()),
            strict=True,
        )
    )
    return pa.Table.from_pylist(list(flows.values()), schema=schema)


def _extended(route: list[str], node: str, peer: str) -> list[str]:
    """Return a route with one hop more; it goes on from an earlier node where a link failed or moved on the way."""
    return [*route[: len(route) - route[::-1].index(node)], peer] if node in route else [*route, node, peer]


def _started(row: dict[str, Any], names: list[str]) -> dict[str, Any]:
    source = names[row["node"]]
    values = (row["flow"], source, names[row["peer"]], row["size_bytes"], row["time_ns"] / 1e9, None, [source], False)
    return dict(zip(FLOW_COLUMNS, values, strict=True))


def link_table(run: RunRecord) -> pa.Table:
    """Return one row per directed link and time bin in which it carried anything or took power.

    Columns: ``time_s`` (start of the bin), ``src``, ``dst``, ``class``, ``bytes``, ``utilisation`` (0 to 1), ``queue``
    (mean number of transfers in progress) and ``energy_j``.
    """
    ends = directed_links(run.topology)
    rows = []
    for row in run.table("bins").to_pylist():
        if row["link"] >= 0:
            source, target, link_class = ends[row["link"]]
            values = (row["time_ns"] / 1e9, source, target, link_class, row["bytes"], row["utilisation"], row["queue"])
            rows.append(dict(zip(LINK_COLUMNS, (*values, row["energy_j"]), strict=True)))
    text, number = pa.string(), pa.float64()
    schema = pa.schema(zip(LINK_COLUMNS, (number, text, text, text, number, number, number, number), strict=True))
    return pa.Table.from_pylist(rows, schema=schema)


def node_table(run: RunRecord) -> pa.Table:
    """Return one row per node and time bin.

    Columns: ``time_s`` (start of the bin), ``node``, ``utilisation`` (0 to 1), ``queue`` (mean number of jobs running
    or waiting) and ``energy_j``.
    """
    names = run.node_names
    rows = [
        {"time_s": row["time_ns"] / 1e9, "node": names[row["node"]], **{key: row[key] for key in NODE_FIGURES}}
        for row in run.table("bins").to_pylist()
        if row["node"] >= 0
    ]
    columns = [("time_s", pa.float64()), ("node", pa.string()), *((key, pa.float64()) for key in NODE_FIGURES)]
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def directed_links(topology: dict[str, Any]) -> dict[int, tuple[str, str, str]]:
    """Return source, target and class by directed link id: twice the edge's index forward, one more backward."""
    ends = {}
    for edge in topology["edges"]:
        ends[2 * edge["index"]] = (edge["source"], edge["target"], edge["class_forward"])
        ends[2 * edge["index"] + 1] = (edge["target"], edge["source"], edge["class_backward"])
    return ends


def metric_table(run: RunRecord) -> pa.Table:
    """Return the metrics, nodes by name: ``time_s``, ``name``, ``node`` (or null), ``packet`` (or null), ``value``."""
    names = run.node_names
    rows = [
        {
            "time_s": row["time_ns"] / 1e9,
            "name": row["name"],
            "node": names[row["node"]] if row["node"] >= 0 else None,
            "packet": row["packet"] if row["packet"] >= 0 else None,
            "value": row["value"],
        }
        for row in run.table("metrics").to_pylist()
    ]
    columns = (("time_s", pa.float64()), ("name", pa.string()), ("node", pa.string()), ("packet", pa.int64()))
    return pa.Table.from_pylist(rows, schema=pa.schema([*columns, ("value", pa.float64())]))


def event_table(run: RunRecord) -> pa.Table:
    """Return the events with names for kinds and nodes, and null where a column does not apply."""
    names = run.node_names

    def named(row: dict[str, Any]) -> dict[str, Any]:
        ids = {key: row[key] if row[key] >= 0 else None for key in ("flow", "packet", "size_bytes")}
        ends = {key: names[row[key]] if row[key] >= 0 else None for key in ("node", "peer")}
        value = None if math.isnan(row["value"]) else row["value"]
        return {"time_ns": row["time_ns"], "kind": EventKind(row["kind"]).name.lower(), **ends, **ids, "value": value}

    text, whole = pa.string(), pa.int64()
    columns = (("time_ns", whole), ("kind", text), ("node", text), ("peer", text), ("flow", whole), ("packet", whole))
    schema = pa.schema([*columns, ("size_bytes", whole), ("value", pa.float64())])
    return pa.Table.from_pylist([named(row) for row in run.table("events").to_pylist()], schema=schema)


def energy_table(run: RunRecord) -> pa.Table:
    """Return the joules of the whole run, once it has ended, by ``node`` or by link (``src``, ``dst``), and ``cause``.

    The rows add up to the total of the summary.
    """
    names, ends = run.node_names, directed_links(run.topology)
    rows = []
    for row in run.table("energy").to_pylist():
        source, target = ends[row["link"]][:2] if row["link"] >= 0 else (None, None)
        node = names[row["node"]] if row["node"] >= 0 else None
        rows.append({"node": node, "src": source, "dst": target, "cause": row["cause"], "energy_j": row["energy_j"]})
    text = [(key, pa.string()) for key in ("node", "src", "dst", "cause")]
    return pa.Table.from_pylist(rows, schema=pa.schema([*text, ("energy_j", pa.float64())]))


def place_table(run: RunRecord) -> pa.Table:
    """Return where nodes that move are at a time; between two rows of a node it goes straight from one to the other."""
    names = run.node_names
    rows = [
        {"time_s": row["time_ns"] / 1e9, "node": names[row["node"]], "x_m": row["x_m"], "y_m": row["y_m"]}
        for row in run.table("places").to_pylist()
    ]
    numbers = [(key, pa.float64()) for key in ("x_m", "y_m")]
    return pa.Table.from_pylist(rows, schema=pa.schema([("time_s", pa.float64()), ("node", pa.string()), *numbers]))


def radio_table(run: RunRecord) -> pa.Table:
    """Return what radio links have from a time on: ``src``, ``dst``, ``sinr_db`` and ``rate_bps``.

    All links are there at the start; later on those that carry something, when something changes.
    """
    names, ends = run.node_names, directed_links(run.topology)
    rows = []
    for row in run.table("radio").to_pylist():
        source, target, link_class = ends[row["link"]]
        if link_class == "access-down":
            source = names[row["site"]]
        else:
            target = names[row["site"]]
        figures = {"sinr_db": row["sinr_db"], "rate_bps": row["rate_bps"]}
        rows.append({"time_s": row["time_ns"] / 1e9, "src": source, "dst": target, **figures})
    text, number = pa.string(), pa.float64()
    columns = (("time_s", number), ("src", text), ("dst", text), ("sinr_db", number), ("rate_bps", number))
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def scaling_table(run: RunRecord) -> pa.Table:
    """Return what scaling models saved and lost, nodes by name; null where a column does not apply.

    The columns are those of the table ``scalings``, with ``time_s`` for its time. Runs of older versions have no rows.
    """
    names, without = run.node_names, {"packet": -1, "rank": -1}
    rows = []
    for row in run.table("scalings").to_pylist() if run.has_table("scalings") else []:
        plain = {key: None if value == without.get(key) or value != value else value for key, value in row.items()}
        rows.append({"time_s": row["time_ns"] / 1e9, **plain, "node": names[row["node"]]})
    fields = [(field.name, field.type) for field in SCALINGS.schema if field.name not in ("time_ns", "node")]
    schema = pa.schema([("time_s", pa.float64()), ("node", pa.string()), *fields])
    return pa.Table.from_pylist(rows, schema=schema)


EXPORTS = {
    "flows": flow_table,
    "events": event_table,
    "metrics": metric_table,
    "links": link_table,
    "nodes": node_table,
    "energy": energy_table,
    "places": place_table,
    "radio": radio_table,
    "scalings": scaling_table,
}

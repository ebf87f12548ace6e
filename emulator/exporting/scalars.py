"""Scalars: the series of a run, each a name and values over virtual time."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wayfare.emulator.records import RunRecord, directed_links


class Scalars(NamedTuple):
    """A series: its name, times in whole nanoseconds of virtual time, and finite values."""

    name: str
    time_ns: NDArray[np.int64]
    value: NDArray[np.float64]


def scalars(run: RunRecord) -> Iterator[Scalars]:
    """Yield the series of a run.

    `accuracy`, `accuracy.nodes` and `loss.test` of the whole run; `nodes/<name>/accuracy` and so on of what a node
    holds and of its jobs; `packets/<id>/...` of travelling models; `traffic/<class>` [bit/s], by time bin and class of
    link; `power` [W] of all nodes and links.
    """
    yield from _measured(run)
    yield from _binned(run)


def _measured(run: RunRecord) -> Iterator[Scalars]:
    rows = run.table("metrics")
    names = np.asarray(rows["name"].to_pylist(), dtype=object)
    time_ns, node, packet, value = (rows[key].to_numpy() for key in ("time_ns", "node", "packet", "value"))
    series: dict[str, list[int]] = {}
    for row in np.argsort(time_ns, kind="stable").tolist():
        if np.isfinite(value[row]):
            series.setdefault(_name(run, str(names[row]), int(node[row]), int(packet[row])), []).append(row)
    for name, places in series.items():
        yield Scalars(name, time_ns[places], value[places])


def _name(run: RunRecord, name: str, node: int, packet: int) -> str:
    if packet >= 0:
        return f"packets/{packet}/{name}"
    return f"nodes/{run.node_names[node]}/{name}" if node >= 0 else name


def _binned(run: RunRecord) -> Iterator[Scalars]:
    rows = run.table("bins")
    starts_ns, link, carried, energy_j = (rows[key].to_numpy() for key in ("time_ns", "link", "bytes", "energy_j"))
    if not len(starts_ns):
        return
    edges_ns, place = np.unique(starts_ns, return_inverse=True)
    width_s = np.diff(np.append(edges_ns, _end_ns(run, edges_ns))) / 1e9
    classes = {link: name for link, (_, _, name) in directed_links(run.topology).items()}
    of_link = np.array([classes.get(one, "") for one in link.tolist()], dtype=object)
    for name in sorted(set(classes.values())):
        chosen = of_link == name
        bits = np.bincount(place[chosen], carried[chosen] * 8, len(edges_ns))
        yield Scalars(f"traffic/{name}", edges_ns, bits / width_s)
    yield Scalars("power", edges_ns, np.bincount(place, energy_j, len(edges_ns)) / width_s)


def _end_ns(run: RunRecord, edges_ns: NDArray[Any]) -> int:
    """Return when the last bin ends: at the end of the run, or as wide as bins are while it goes on."""
    summary = run.summary
    width_ns = round(float(run.topology["graph"]["bin_s"]) * 1e9)
    end_ns = round(summary["time"]["virtual_s"] * 1e9) if summary else 0
    return int(end_ns if end_ns > edges_ns[-1] else edges_ns[-1] + width_ns)

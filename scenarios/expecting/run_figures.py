"""RunFigures: the figures of one run, from its summary, and from its tables where these alone have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wayfare.emulator.records.conventions import EventKind, nanoseconds
from wayfare.scenarios.errors import unknown

from .errors import ExpectationError
from .figures import Figure
from .spreads import spread
from .terms import Value

if TYPE_CHECKING:
    from wayfare.emulator.records import RunRecord

_SUFFIXED = {"time.virtual": "_s", "time.wall": "_s", "energy.total": "_j", "flows.last_end": "_s"}
_CURVES = {"accuracy": "accuracy", "accuracy.nodes": "accuracy.nodes", "loss": "loss.test"}
_RECORDED = {"accuracy": "accuracy", "loss": "loss.test"}


class Curve(NamedTuple):
    """What was measured of the whole run: integer nanoseconds, and values."""

    time_ns: NDArray[np.int64]
    value: NDArray[np.float64]


class RunFigures:
    """Finds figures of one run; tables are read when the first figure needs them.

    Args:
        summary: What `summary.json` holds, or will.
        record: The run's folder; without it the run has no figures but those of the summary.
    """

    def __init__(self, summary: Mapping[str, Any], record: RunRecord | None = None) -> None:
        self.summary = summary
        self._record = record
        self._read: dict[str, dict[str, NDArray[Any]]] = {}

    def value(self, figure: Figure, argument: float | str | None = None) -> Value | None:
        """Return a figure in SI; None where the run has not measured it.

        Raises:
            ExpectationError: The argument names a node that the run has not.
            RecordError: A table cannot be read.
        """
        if not figure.tabled:
            return self._summed(figure.name)
        if self._record is None:
            return None
        base, _, rest = figure.name.rpartition(".")
        if rest == "of":
            return self._of_node(base, str(argument))
        if figure.spread is not None:
            base, _, over = base.rpartition(".")
            values = self._over[f"{base}.{over}"]()
            return None if values is None else spread(values, figure.spread)
        return self._at[rest](base, float(argument or 0.0))

    def _summed(self, name: str) -> Value | None:
        if name == "refused.total":
            return int(sum((self.summary.get("refused") or {}).values()))
        value: Any = self.summary
        for step in (name + _SUFFIXED.get(name, "")).split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is None and name.startswith("drops.") and "drops" in self.summary:
            return 0
        return value if isinstance(value, float | int | str) else None

    @cached_property
    def _at(self) -> Mapping[str, Callable[[str, float], float | None]]:
        return {
            "at": self._value_at,
            "time_to": self._time_to,
            "bytes_to": lambda base, goal: self._until("bytes", self._time_to(base, goal)),
            "energy_to": lambda base, goal: self._until("energy_j", self._time_to(base, goal)),
        }

    @cached_property
    def _over(self) -> Mapping[str, Callable[[], list[float] | None]]:
        return {
            "accuracy.by_node": lambda: list(self._held("accuracy").values()),
            "loss.by_node": lambda: list(self._held("loss").values()),
            "bytes.by_node": lambda: self._by_node("bytes"),
            "energy.by_node": lambda: self._by_node("energy"),
            "bytes.by_link": lambda: self._by_link("bytes").tolist(),
            "energy.by_link": lambda: self._by_link("energy").tolist(),
            "flows.duration": self._durations,
        }

    def _value_at(self, base: str, time_s: float) -> float | None:
        if time_s > float(self.summary["time"]["virtual_s"]):
            return None
        if base in ("bytes", "energy"):
            return self._until("bytes" if base == "bytes" else "energy_j", time_s)
        curve = self._curve(base)
        row = int(np.searchsorted(curve.time_ns, nanoseconds(time_s), side="right")) - 1
        return float(curve.value[row]) if row >= 0 and np.isfinite(curve.value[row]) else None

    def _time_to(self, base: str, goal: float) -> float | None:
        """Return when a curve first was as good as the goal [s]: accuracies as high, losses as low."""
        curve = self._curve(base)
        reached = curve.value <= goal if base == "loss" else curve.value >= goal
        return float(curve.time_ns[np.argmax(reached)]) / 1e9 if reached.any() else None

    def _until(self, column: str, time_s: float | None) -> float | None:
        """Return the sum over all time bins that were over at a time [s]."""
        if time_s is None:
            return None
        rows = self._table("bins")
        width_ns = nanoseconds(float(self._topology["graph"]["bin_s"]))
        end_ns = nanoseconds(float(self.summary["time"]["virtual_s"]))
        over = np.minimum(rows["time_ns"] + width_ns, end_ns) <= nanoseconds(time_s)
        return float(rows[column][over].sum())

    def _curve(self, base: str) -> Curve:
        rows = self._table("metrics")
        whole = (rows["name"] == _CURVES[base]) & (rows["node"] < 0) & (rows["packet"] < 0)
        return Curve(rows["time_ns"][whole], rows["value"][whole])

    def _held(self, base: str) -> dict[int, float]:
        """Return what each data holder's model was last measured at, by node id."""
        rows = self._table("metrics")
        held = (rows["name"] == _RECORDED[base]) & (rows["node"] >= 0) & (rows["packet"] < 0)
        return dict(zip(rows["node"][held].tolist(), rows["value"][held].tolist(), strict=True))

    def _of_node(self, base: str, name: str) -> float | None:
        if name not in self._names:
            raise ExpectationError(unknown("node", name, self._names))
        node = self._names.index(name)
        if base in _RECORDED:
            return self._held(base).get(node)
        values = self._by_node(base)
        return None if values is None else values[node]

    def _by_node(self, base: str) -> list[float]:
        """Return what each node sent or used, with the links that begin at it."""
        sums = np.zeros(len(self._names))
        np.add.at(sums, self._sources, self._by_link(base))
        if base == "energy":
            rows = self._table("energy")
            own = rows["node"] >= 0
            np.add.at(sums, rows["node"][own], rows["energy_j"][own])
        return [float(value) for value in sums]

    def _by_link(self, base: str) -> NDArray[np.float64]:
        sums = np.zeros(len(self._sources))
        table, column = ("bins", "bytes") if base == "bytes" else ("energy", "energy_j")
        rows = self._table(table)
        linked = rows["link"] >= 0
        np.add.at(sums, rows["link"][linked], rows[column][linked])
        return sums

    def _durations(self) -> list[float]:
        rows = self._table("events")
        began = rows["kind"] == EventKind.FLOW_START
        starts = dict(zip(rows["flow"][began].tolist(), rows["time_ns"][began].tolist(), strict=True))
        ended = rows["kind"] == EventKind.FLOW_END
        ends = zip(rows["flow"][ended].tolist(), rows["time_ns"][ended].tolist(), strict=True)
        return [(time_ns - starts[flow]) / 1e9 for flow, time_ns in ends]

    @cached_property
    def _sources(self) -> list[int]:
        """The node at which each directed link begins."""
        from wayfare.emulator.records import directed_links

        places = {name: place for place, name in enumerate(self._names)}
        return [places[source] for _, (source, _, _) in sorted(directed_links(self._topology).items())]

    @property
    def _names(self) -> list[str]:
        assert self._record is not None
        return self._record.node_names

    @property
    def _topology(self) -> dict[str, Any]:
        assert self._record is not None
        return self._record.topology

    def _table(self, name: str) -> Mapping[str, NDArray[Any]]:
        """Return the columns of a table that figures are made of."""
        if name not in self._read:
            assert self._record is not None
            table = self._record.table(name, _NEEDED[name])
            self._read[name] = {column: np.asarray(table[column]) for column in _NEEDED[name]}
        return self._read[name]


_NEEDED = {
    "metrics": ("time_ns", "name", "node", "packet", "value"),
    "bins": ("time_ns", "link", "bytes", "energy_j"),
    "events": ("time_ns", "kind", "flow"),
    "energy": ("node", "link", "energy_j"),
}

"""A run at a glance, from its manifest and summary alone: a row of the table, the head of the run's page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wayfare.emulator.records import LOST_AFTER_S, RecordError

from .quantity_text import moment, number, text

FORMAT = 1
STATUSES = ("running", "finished", "failed", "stopped")


@dataclass(frozen=True)
class Expectation:
    """One line of the scenario's ``expect`` and how it came out."""

    text: str
    value: float | None
    passed: bool


@dataclass(frozen=True)
class Overview:
    """What is known of a run without opening its tables; None where the run does not say.

    Attributes:
        name: Of the folder, which is the run's id.
        status: As recorded, or ``damaged``.
        progress: Share of the virtual time that has passed, 0 to 1, where the run has a stop.
        heartbeat: When the run last gave a sign of life.
        error: Why it failed, or what is damaged.
        point: What is different in it from the other runs of its sweep.
    """

    name: str
    status: str
    scenario: str | None = None
    method: str | None = None
    progress: float | None = None
    accuracy_final: float | None = None
    accuracy_nodes: float | None = None
    accuracy_best: float | None = None
    bytes_total: float | None = None
    bytes_by_class: Mapping[str, float] | None = None
    energy_j: float | None = None
    virtual_s: float | None = None
    wall_s: float | None = None
    packets_sent: float | None = None
    packets_delivered: float | None = None
    packets_dropped: float | None = None
    flows: float | None = None
    last_flow_end_s: float | None = None
    started: datetime | None = None
    heartbeat: datetime | None = None
    error: str | None = None
    seed: int | None = None
    point: str | None = None
    expectations: tuple[Expectation, ...] = ()

    def status_at(self, now: datetime) -> str:
        """Return the status; a running run whose heartbeat is older than 30 s is ``lost``."""
        if self.status != "running":
            return self.status
        silent = self.heartbeat is None or (now - self.heartbeat).total_seconds() > LOST_AFTER_S
        return "lost" if silent else "running"


def check_format(manifest: Mapping[str, Any]) -> None:
    """Refuse what another version wrote, before its other files are looked for.

    Raises:
        RecordError: The manifest is of another format.
    """
    if manifest.get("format") != FORMAT:
        raise RecordError(f"run.json: format {manifest.get('format')!r}; this version of Wayfare reads format {FORMAT}")


def read_overview(name: str, manifest: Mapping[str, Any], summary: Mapping[str, Any] | None) -> Overview:
    """Return the overview of a run folder; values of the wrong type count as absent.

    Raises:
        RecordError: The manifest is of another format, or its status is none.
    """
    check_format(manifest)
    status = manifest.get("status")
    if status not in STATUSES:
        raise RecordError(f"run.json: status {text(str(status), 40)!r}, expected one of {', '.join(STATUSES)}")
    progress, figures = _mapping(manifest.get("progress")), _mapping(summary)
    virtual_s, stop_s = number(progress.get("virtual_s")), number(progress.get("stop_s"))
    started, heartbeat = moment(manifest.get("started")), moment(manifest.get("heartbeat"))
    elapsed_s = (heartbeat - started).total_seconds() if started and heartbeat and heartbeat >= started else None
    accuracy = _figure(figures, "accuracy.final")
    seed = manifest.get("seed")
    return Overview(
        name=name,
        status=status,
        scenario=text(manifest.get("name")),
        method=text(manifest.get("method")),
        progress=min(max(virtual_s / stop_s, 0.0), 1.0) if virtual_s is not None and stop_s else None,
        accuracy_final=number(progress.get("accuracy")) if accuracy is None else accuracy,
        accuracy_nodes=_figure(figures, "accuracy.nodes"),
        accuracy_best=_figure(figures, "accuracy.best"),
        bytes_total=_figure(figures, "bytes.total"),
        bytes_by_class=_by_class(figures),
        energy_j=_figure(figures, "energy.total_j"),
        virtual_s=virtual_s if summary is None else _figure(figures, "time.virtual_s"),
        wall_s=elapsed_s if summary is None else _figure(figures, "time.wall_s"),
        packets_sent=_figure(figures, "packets.sent"),
        packets_delivered=_figure(figures, "packets.delivered"),
        packets_dropped=_figure(figures, "packets.dropped"),
        flows=_figure(figures, "flows.count"),
        last_flow_end_s=_figure(figures, "flows.last_end_s"),
        started=started,
        heartbeat=heartbeat,
        error=text(manifest.get("error"), 2000),
        seed=seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
        expectations=_expectations(figures.get("expectations")),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _figure(figures: Mapping[str, Any], path: str) -> float | None:
    section, key = path.split(".")
    return number(_mapping(figures.get(section)).get(key))


def _by_class(figures: Mapping[str, Any]) -> dict[str, float] | None:
    by_class = _mapping(_mapping(figures.get("bytes")).get("by_class"))
    values = {str(name): number(value) for name, value in by_class.items()}
    return {name: value for name, value in values.items() if value} or None


def _expectations(items: Any) -> tuple[Expectation, ...]:
    rows = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return tuple(
        Expectation(text(row.get("text")) or "?", number(row.get("value")), row.get("passed") is True) for row in rows
    )

"""Rows of the comparison of methods: what is measured of one run, and the CSV file that remembers it."""

import csv
import hashlib
import importlib.util
import os
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml
from serial_hops import serial_hops

from wayfare.emulator.records import EventKind, RunRecord

THRESHOLD = 0.8
EQUAL_STEPS = 1000
ROOMS = ("emulator", "models", "scenarios", "topologies")
Key = tuple[str, str, int, str, str]


@dataclass(frozen=True)
class Row:
    """What one run came to.

    Attributes:
        scenario_hash, code: What was run, and with which sources: with others the row is stale.
        accuracy, accuracy_nodes, loss: At the end: of the answers, of what devices hold, and of the answers again.
        work_j: Energy above what would be drawn if nothing happened [J].
        serial_hops: See serial_hops.py.
        steps: Optimiser steps of all nodes together.
        accuracy_at_steps: Of the answers when all nodes together have taken EQUAL_STEPS.
        reached_s: When the answers' accuracy was first THRESHOLD, if ever [s]; and bytes, joules and steps until then.
    """

    method: str
    setting: str
    seed: int
    scenario_hash: str
    code: str
    virtual_s: float
    accuracy: float | None
    accuracy_nodes: float | None
    loss: float | None
    bytes: float
    energy_j: float
    work_j: float
    serial_hops: float
    steps: float
    accuracy_at_steps: float | None
    reached_s: float | None
    reached_bytes: float | None
    reached_work_j: float | None
    reached_steps: float | None

    @property
    def key(self) -> Key:
        """Return what makes it this row and no other."""
        return self.method, self.setting, self.seed, self.scenario_hash, self.code


COLUMNS = [field.name for field in fields(Row)]
_TEXTS = ("method", "setting", "scenario_hash", "code")


def measure(record: RunRecord, setting: str) -> Row:
    """Return the row of a finished run.

    Raises:
        ValueError: It is not finished.
    """
    manifest, summary = record.manifest, record.summary
    if summary is None:
        raise ValueError(f"{record.folder}: the run is not finished")
    curve = Curve(record, summary)
    at_steps = curve.first(lambda moment: moment.steps >= EQUAL_STEPS)
    reached = curve.first(lambda moment: moment.accuracy >= THRESHOLD)
    return Row(
        method=manifest["method"],
        setting=setting,
        seed=manifest["seed"],
        scenario_hash=manifest["scenario_hash"],
        code=code_digest(),
        virtual_s=summary["time"]["virtual_s"],
        accuracy=summary["accuracy"]["final"],
        accuracy_nodes=summary["accuracy"]["nodes"],
        loss=summary["loss"]["final"],
        bytes=summary["bytes"]["total"],
        energy_j=summary["energy"]["total_j"],
        work_j=summary["energy"]["total_j"] - summary["energy"]["by_cause"]["idle"],
        serial_hops=serial_hops(record),
        steps=curve.steps_at(summary["time"]["virtual_s"]),
        accuracy_at_steps=at_steps.accuracy if at_steps else None,
        reached_s=reached.time_s if reached else None,
        reached_bytes=reached.bytes if reached else None,
        reached_work_j=reached.work_j if reached else None,
        reached_steps=reached.steps if reached else None,
    )


@dataclass(frozen=True)
class Moment:
    """A look of the observer: accuracy of the answers, and what was spent until then."""

    time_s: float
    accuracy: float
    bytes: float
    work_j: float
    steps: int


class Curve:
    """A run over time, at the looks of the observer, which end a time bin each."""

    def __init__(self, record: RunRecord, summary: Mapping[str, Any]) -> None:
        bins = sorted(record.table("bins").to_pylist(), key=lambda row: row["time_ns"])
        self._starts_ns = [row["time_ns"] for row in bins]
        # A link's bytes count once on it; a node's row has its own energy and no bytes.
        self._bytes = [0.0, *accumulate(row["bytes"] if row["link"] >= 0 else 0.0 for row in bins)]
        self._energy_j = [0.0, *accumulate(row["energy_j"] for row in bins)]
        self._idle_w = summary["energy"]["by_cause"]["idle"] / summary["time"]["virtual_s"]
        events = record.table("events").select(["time_ns", "kind"]).to_pylist()
        self._trained_ns = [event["time_ns"] for event in events if event["kind"] == EventKind.TRAIN_END]
        self._job_steps: int = yaml.safe_load(record.scenario_text)["learning"]["steps"]
        self._looks = [
            (row["time_ns"], row["value"])
            for row in record.table("metrics").to_pylist()
            if row["name"] == "accuracy" and row["node"] < 0 and row["packet"] < 0
        ]

    def moments(self) -> Iterator[Moment]:
        """Yield the looks at the answers in order of time."""
        for time_ns, accuracy in self._looks:
            place, time_s = bisect_left(self._starts_ns, time_ns), time_ns / 1e9
            work_j = self._energy_j[place] - self._idle_w * time_s
            yield Moment(time_s, accuracy, self._bytes[place], work_j, self.steps_at(time_s))

    def first(self, holds: Callable[[Moment], bool]) -> Moment | None:
        """Return the first look for which something holds."""
        return next(filter(holds, self.moments()), None)

    def steps_at(self, time_s: float) -> int:
        """Return the optimiser steps of the jobs that were done by a time [s]."""
        return bisect_left(self._trained_ns, round(time_s * 1e9) + 1) * self._job_steps


@cache
def code_digest() -> str:
    """Return a hash of what a row follows from beside its scenario: the sources of the rooms, and of the measuring."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for file in (here / "method_rows.py", here / "serial_hops.py", *_sources()):
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def _sources() -> Iterator[Path]:
    for room in ROOMS:
        spec = importlib.util.find_spec(f"wayfare.{room}")
        assert spec is not None
        assert spec.submodule_search_locations is not None
        yield from sorted(Path(spec.submodule_search_locations[0]).rglob("*.py"))


class ResultsError(Exception):
    """A file that does not hold rows of this benchmark."""


class Results:
    """The rows of a CSV file, found by key; each new row is on disk at once.

    Raises:
        ResultsError: The file holds something else.
    """

    def __init__(self, path: Path | None) -> None:
        self._path, self._rows = path, dict[Key, Row]()
        if path is not None and path.exists():
            self._rows = {row.key: row for row in _read(path)}

    def get(self, key: Key) -> Row | None:
        """Return the row of a key, if it is there."""
        return self._rows.get(key)

    def add(self, row: Row) -> None:
        """Add a row, and replace the file by one that has it."""
        self._rows[row.key] = row
        if self._path is not None:
            aside = self._path.with_name(self._path.name + ".part")
            with aside.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, COLUMNS)
                writer.writeheader()
                writer.writerows(map(asdict, self._rows.values()))
            os.replace(aside, self._path)


def _read(path: Path) -> Iterator[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != COLUMNS:
            raise ResultsError(f"{path}: does not have the columns of this benchmark; give --results another file")
        for values in reader:
            parts: dict[str, Any] = dict(values)
            try:
                parts |= {name: float(text) if text else None for name, text in values.items() if name not in _TEXTS}
                parts["seed"] = int(values["seed"])
            except (TypeError, ValueError) as error:
                raise ResultsError(f"{path}:{reader.line_num}: is no row of this benchmark ({error})") from None
            yield Row(**parts)

"""The runs inside one folder, each file read once for as long as it stays as it is."""

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock, RLock
from time import monotonic, thread_time
from typing import Any

import pyarrow as pa

from wayfare.emulator.records import RecordError, RunRecord, table_files
from wayfare.emulator.records.files import read_listed_json, read_manifest
from wayfare.emulator.records.tables import ENERGY

from .flows import Flows
from .learning import Learning
from .ledger import Ledger
from .lives import COLUMNS, Lives
from .network import Network
from .overview import Overview, check_format, read_overview
from .quantity_text import text
from .run_data import RunData
from .sweep_points import point_labels
from .traffic import Traffic

OVERVIEW_FILES = ("run.json", "summary.json")
RUN_TABLES = ("events", "metrics", "bins", "energy")
RUN_FILES = (*OVERVIEW_FILES, "topology.json", *RUN_TABLES)
PART_FILES = {
    "network": ("topology.json",),
    "traffic": ("bins", "topology.json"),
    "learning": ("metrics",),
    "flows": ("events",),
    "lives": ("events",),
    "ledger": ("energy", "run.json"),
}
SWEEP, SWEEP_MANIFEST = ".sweep", "sweep.json"
PARTS_KEPT = 400
EVENT_PARTS_KEPT = 8  # they are as large as the run
PACE = 25  # watching a run takes a small share of a processor
# What wrong content can make reading raise: anything else is our fault and should be seen.
DAMAGE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    pa.ArrowException,
)

State = tuple[int, int] | None
Signature = tuple[str, State]


class RunStore:
    """Finds, reads and remembers the runs of one folder; safe to ask from several threads.

    Args:
        folder: The folder of runs, or a single run's folder.
        pace: A run that runs is read again after this many times what reading it took.
    """

    def __init__(self, folder: Path, pace: float = PACE) -> None:
        self.folder = folder.resolve()
        self._pace = pace
        self._overviews: dict[str, tuple[tuple[State, State, str | None], Overview]] = {}
        self._points: dict[Path, tuple[State, dict[str, str]]] = {}
        self._parts: OrderedDict[tuple[Path, str], tuple[tuple[Signature, ...], Any]] = OrderedDict()
        self._watched: dict[Path, tuple[RunData, float]] = {}
        self._overview_lock, self._locks_lock = Lock(), Lock()
        self._locks: dict[Path, RLock] = {}

    def overviews(self) -> list[Overview]:
        """Return all runs, the newest first by name; a damaged one says what is wrong with it."""
        found = sorted(self._found(), key=lambda run: (run[0].rpartition("/")[2], run[0]), reverse=True)
        with self._overview_lock:
            before, self._overviews = self._overviews, {}
            for name, path in found:
                point = self._point(name, Path(path))
                signature = _state(f"{path}/run.json"), _state(f"{path}/summary.json"), point
                kept = before.get(name)
                if kept is None or kept[0] != signature:
                    kept = signature, replace(self._read_overview(name, Path(path)), point=point)
                self._overviews[name] = kept
            return [overview for _, overview in self._overviews.values()]

    def _found(self) -> list[tuple[str, str]]:
        """Return names and folders of all runs, those of sweeps included; also of those whose manifest is missing."""
        if (self.folder / "run.json").is_file():
            return [(self.folder.name, str(self.folder))]
        found = [(name, path) for name, path in _folders(self.folder) if _is_run(path)]
        for sweep, path in _folders(self.folder):
            if sweep.endswith(SWEEP) and os.path.isfile(f"{path}/{SWEEP_MANIFEST}"):
                found += [(f"{sweep}/{name}", run) for name, run in _folders(path) if _is_run(run)]
        return found

    def _point(self, name: str, folder: Path) -> str | None:
        """Return which point of its sweep a run is; each sweep is read once for as long as it stays as it is."""
        if "/" not in name:
            return None
        manifest = folder.with_name(SWEEP_MANIFEST)
        state, kept = _state(manifest), self._points.get(manifest)
        if kept is None or kept[0] != state:
            kept = self._points[manifest] = state, point_labels(manifest)
        return kept[1].get(folder.name)

    def open(self, name: str) -> RunData:
        """Read a run for its page; one that runs not more often than that its emulator would notice.

        Raises:
            RecordError: There is no such run here, or it is damaged.
        """
        folder = self.locate(name)
        with self._lock(folder), _damage_named(folder):
            record = RunRecord(folder)
            check_format(record.manifest)
            overview = replace(read_overview(name, record.manifest, record.summary), point=self._point(name, folder))
            watched = self._watched.get(folder)
            if overview.status == "running" and watched is not None and monotonic() < watched[1]:
                return watched[0]
            began = thread_time()
            run = RunData.assemble(
                overview,
                self._part(folder, "network", lambda: Network.from_topology(record.topology)),
                self._part(folder, "traffic", lambda: _traffic(record)),
                self._part(folder, "learning", lambda: _learning(record)),
                self.stamp(name),
                lambda part: self._read(folder, part),
            )
            self._watched.pop(folder, None)
            if overview.status == "running":
                self._watched[folder] = (run, monotonic() + self._pace * (thread_time() - began))
            return run

    def siblings(self, name: str) -> list[str]:
        """Return the names of all runs of the sweep that a run is of, its own too; none for a run of no sweep."""
        sweep, inside, _ = name.rpartition("/")
        return [run for run, _ in self._found() if run.startswith(f"{sweep}/")] if inside else []

    def spent(self, name: str, seconds: float) -> None:
        """Count what drawing a run took with what reading it took [s]: one that runs is read again the later."""
        folder = self.locate(name)
        with self._lock(folder):
            if folder in self._watched:
                run, until = self._watched[folder]
                self._watched[folder] = (run, until + self._pace * seconds)

    def scenario_text(self, name: str) -> str:
        """Return a run's scenario as it was resolved.

        Raises:
            RecordError: There is no such run here, or its scenario cannot be read.
        """
        return RunRecord(self.locate(name)).scenario_text

    def _read(self, folder: Path, part: str) -> Any:
        """Read what is not read with every run."""
        record = RunRecord(folder)
        readers: dict[str, Callable[[], Any]] = {
            "flows": lambda: Flows.from_table(record.table("events")),
            "lives": lambda: Lives.from_table(record.table("events", COLUMNS)),
            "ledger": lambda: _ledger(record),
        }
        with self._lock(folder), _damage_named(folder):
            return self._part(folder, part, readers[part])

    def stamp(self, name: str) -> str:
        """Return a text that changes whenever one of the run's files does.

        Raises:
            RecordError: There is no such run here.
        """
        return repr(_signatures(self.locate(name), RUN_FILES))

    def locate(self, name: str) -> Path:
        """Return a run's folder, which must be in ours, or in a sweep there: no other part of the disk is ever read.

        Raises:
            RecordError: There is no such run here.
        """
        if (self.folder / "run.json").is_file() and name == self.folder.name:
            return self.folder
        folder, steps = self.folder / name, name.split("/")
        plain = all(step not in ("", ".", "..") and not set(step) & set("\\\0") for step in steps)
        inside = len(steps) == 1 or (
            len(steps) == 2 and steps[0].endswith(SWEEP) and (self.folder / steps[0] / SWEEP_MANIFEST).is_file()
        )
        if not plain or not inside or not folder.is_dir():
            raise RecordError(f"there is no run {text(name)!r} in {self.folder}")
        if folder.resolve() != folder:
            raise RecordError(f"{text(name)!r} leads out of {self.folder}; only runs directly inside it are read")
        return folder

    def _read_overview(self, name: str, folder: Path) -> Overview:
        try:
            with _damage_named(folder):
                self.locate(name)
                if not (folder / "run.json").is_file():
                    raise RecordError("it has no run.json")
                manifest = read_manifest(folder)
                has_summary = (folder / "summary.json").is_file()
                summary = read_listed_json(folder, "summary.json", manifest) if has_summary else None
                return read_overview(name, manifest, summary)
        except RecordError as error:
            return Overview(name, "damaged", error=str(error).removeprefix(f"{folder}/"))

    def _lock(self, folder: Path) -> RLock:
        with self._locks_lock:
            return self._locks.setdefault(folder, RLock())

    def _part(self, folder: Path, part: str, read: Callable[[], Any]) -> Any:
        # The signature is taken before reading: a file that grows meanwhile is read again next time.
        key, signatures = (folder, part), _signatures(folder, PART_FILES[part])
        kept = self._parts.get(key)
        if kept is None or kept[0] != signatures:
            kept = (signatures, read())
        with self._locks_lock:
            self._parts[key] = kept
            self._parts.move_to_end(key)
            self._forget()
        return kept[1]

    def _forget(self) -> None:
        """Let go of the parts that were asked for longest ago."""
        large = [key for key in self._parts if PART_FILES[key[1]] == ("events",)]
        for key in (
            *large[: max(len(large) - EVENT_PARTS_KEPT, 0)],
            *list(self._parts)[: len(self._parts) - PARTS_KEPT],
        ):
            self._parts.pop(key, None)


def _traffic(record: RunRecord) -> Traffic:
    bin_s = float(record.topology["graph"]["bin_s"])
    if not 0 < bin_s < float("inf"):
        raise ValueError(f"topology.json: bin_s is {bin_s}, expected a positive time [s]")
    return Traffic.from_table(record.table("bins"), bin_s)


def _ledger(record: RunRecord) -> Ledger:
    if not record.has_table("energy"):  # a run of an older version
        return Ledger.from_table(ENERGY.schema.empty_table())
    table = record.table("energy")
    table.validate(full=True)
    return Ledger.from_table(table)


def _learning(record: RunRecord) -> Learning:
    table = record.table("metrics")
    table.validate(full=True)  # text columns of a damaged file may point outside their buffer
    return Learning.from_table(table)


def _signatures(folder: Path, names: tuple[str, ...]) -> tuple[Signature, ...]:
    """Return what changes whenever one of these files and tables does."""
    paths = [path for name in names for path in (table_files(folder, name) if name in RUN_TABLES else [folder / name])]
    return tuple((path.name, _state(path)) for path in paths)


def _state(path: Path | str) -> State:
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


def _folders(parent: Path | str) -> list[tuple[str, str]]:
    try:
        with os.scandir(parent) as entries:
            return [(entry.name, entry.path) for entry in entries if entry.is_dir()]
    except OSError:
        return []  # it is not there yet, or no longer


def _is_run(path: str) -> bool:
    return os.path.isfile(f"{path}/run.json") or any(Path(path).glob("events.*"))


@contextmanager
def _damage_named(folder: Path) -> Iterator[None]:
    """Turn whatever wrong content makes reading raise into a RecordError that names the run."""
    try:
        yield
    except RecordError:
        raise
    except DAMAGE as error:
        raise RecordError(f"{folder}: damaged ({type(error).__name__}: {text(str(error))})") from error

"""The runs inside one folder, each file read once for as long as it stays as it is."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa

from wayfare.emulator.records import RecordError, RunRecord, find_runs, table_files

from .journeys import Journeys
from .learning import Learning
from .network import Network
from .overview import Overview, read_overview
from .quantity_text import text
from .run_data import RunData
from .traffic import Traffic

OVERVIEW_FILES = ("run.json", "summary.json")
RUN_TABLES = ("events", "metrics", "bins")
RUN_FILES = (*OVERVIEW_FILES, "topology.json", *RUN_TABLES)
PARTS_KEPT = 40
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

Signature = tuple[str, tuple[int, int] | None]


class RunStore:
    """Finds, reads and remembers the runs of one folder; safe to ask from several threads.

    Attributes:
        folder: The folder of runs, or a single run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._overviews: dict[Path, tuple[tuple[Signature, ...], Overview]] = {}
        self._parts: OrderedDict[tuple[Path, str], tuple[tuple[Signature, ...], Any]] = OrderedDict()
        self._overview_lock, self._part_lock = Lock(), Lock()

    def overviews(self) -> list[Overview]:
        """Return all runs, the newest first by name; a damaged one says what is wrong with it."""
        found = {*find_runs(self.folder), *(stream.parent for stream in self.folder.glob("*/events.*"))}
        with self._overview_lock:
            self._overviews = {run: kept for run, kept in self._overviews.items() if run in found}
            return [self._overview(run) for run in sorted(found, reverse=True)]

    def open(self, name: str) -> RunData:
        """Read a run for its page.

        Raises:
            RecordError: There is no such run here, or it is damaged.
        """
        folder = self._locate(name)
        with self._part_lock, _damage_named(folder):
            record = RunRecord(folder)
            overview = read_overview(name, record.manifest, record.summary)
            return RunData.assemble(
                overview,
                self._part(folder, ("topology.json",), lambda: Network.from_topology(record.topology)),
                self._part(folder, ("bins", "topology.json"), lambda: _traffic(record)),
                self._part(folder, ("events",), lambda: Journeys.from_table(record.table("events"))),
                self._part(folder, ("metrics",), lambda: _learning(record)),
                self.stamp(name),
            )

    def stamp(self, name: str) -> str:
        """Return a text that changes whenever one of the run's files does.

        Raises:
            RecordError: There is no such run here.
        """
        return repr(_signatures(self._locate(name), RUN_FILES))

    def _locate(self, name: str) -> Path:
        """Return a run's folder, which must be directly inside ours: no other part of the disk is ever read."""
        if (self.folder / "run.json").is_file() and name == self.folder.name:
            return self.folder
        folder = self.folder / name
        plain = name not in ("", ".", "..") and not set(name) & set("/\\\0")
        if not plain or not folder.is_dir():
            raise RecordError(f"there is no run {text(name)!r} in {self.folder}")
        if folder.resolve().parent != self.folder:
            raise RecordError(f"{text(name)!r} leads out of {self.folder}; only runs directly inside it are read")
        return folder

    def _overview(self, folder: Path) -> Overview:
        signatures = _signatures(folder, OVERVIEW_FILES)
        kept = self._overviews.get(folder)
        if kept is None or kept[0] != signatures:
            kept = self._overviews[folder] = (signatures, self._read_overview(folder))
        return kept[1]

    def _read_overview(self, folder: Path) -> Overview:
        try:
            with _damage_named(self._locate(folder.name)):
                record = RunRecord(folder)
                return read_overview(folder.name, record.manifest, record.summary)
        except RecordError as error:
            return Overview(folder.name, "damaged", error=str(error).removeprefix(f"{folder}/"))

    def _part(self, folder: Path, files: tuple[str, ...], read: Callable[[], Any]) -> Any:
        # The signature is taken before reading: a file that grows meanwhile is read again next time.
        key, signatures = (folder, files[0]), _signatures(folder, files)
        kept = self._parts.get(key)
        if kept is None or kept[0] != signatures:
            kept = self._parts[key] = (signatures, read())
        self._parts.move_to_end(key)
        while len(self._parts) > PARTS_KEPT:
            self._parts.popitem(last=False)
        return kept[1]


def _traffic(record: RunRecord) -> Traffic:
    bin_s = float(record.topology["graph"]["bin_s"])
    if not 0 < bin_s < float("inf"):
        raise ValueError(f"topology.json: bin_s is {bin_s}, expected a positive time [s]")
    return Traffic.from_table(record.table("bins"), bin_s)


def _learning(record: RunRecord) -> Learning:
    table = record.table("metrics")
    table.validate(full=True)  # text columns of a damaged file may point outside their buffer
    return Learning.from_table(table)


def _signatures(folder: Path, names: tuple[str, ...]) -> tuple[Signature, ...]:
    """Return what changes whenever one of these files and tables does."""
    paths = [path for name in names for path in (table_files(folder, name) if name in RUN_TABLES else [folder / name])]
    return tuple((path.name, _state(path)) for path in paths)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


@contextmanager
def _damage_named(folder: Path) -> Iterator[None]:
    """Turn whatever wrong content makes reading raise into a RecordError that names the run."""
    try:
        yield
    except RecordError:
        raise
    except DAMAGE as error:
        raise RecordError(f"{folder}: damaged ({type(error).__name__}: {text(str(error))})") from error

"""A run folder as everybody but the emulator sees it: running, finished or cut off."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from .errors import RecordError
from .files import MANIFEST, SUMMARY, WEIGHTS, read_listed, read_listed_bytes, read_listed_json, read_manifest
from .hold import host, is_free
from .parts import Part, parts_of
from .segments import Segment, segment_path, segment_paths
from .tables import TABLES, Table
from .tail import Tail

TIME = "time_ns"
LOST_AFTER_S = 30.0  # a running run writes its heartbeat four times a second


class RunRecord:
    """Reads one run folder, at any moment of the run's life.

    Attributes:
        folder: Where the run was written.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._checked: dict[Part, tuple[int, int]] = {}
        self._tails: dict[Path, Tail] = {}
        if not (self.folder / MANIFEST).is_file():
            raise RecordError(f"{self.folder}: not a run folder (it has no {MANIFEST}{_runs_inside(self.folder)})")

    def __repr__(self) -> str:
        return f"RunRecord({str(self.folder)!r}, {self.manifest['status']})"

    @property
    def manifest(self) -> dict[str, Any]:
        """Return ``run.json`` as it stands now."""
        return read_manifest(self.folder)

    @property
    def is_alive(self) -> bool:
        """Whether the run still runs: it says so, and nothing says that its process has died.

        That is known at once on the machine on which it ran, and elsewhere from a last sign of life older than 30 s.
        """
        manifest = self.manifest
        if manifest["status"] != "running" or (manifest.get("host") == host() and is_free(self.folder)):
            return False
        try:
            beat = datetime.fromisoformat(manifest["heartbeat"])
        except (KeyError, TypeError, ValueError):
            return False
        return (datetime.now(UTC) - beat).total_seconds() <= LOST_AFTER_S

    @property
    def summary(self) -> dict[str, Any] | None:
        """Return ``summary.json``, or None while the run has not finished.

        Raises:
            RecordError: It is missing though the run has finished, or damaged.
        """
        manifest = self.manifest
        listed, path = SUMMARY in manifest.get("files", ()), self.folder / SUMMARY
        if not listed and manifest["status"] != "finished":
            return None
        if not path.exists():
            why = "lists it" if listed else "says that the run has finished"
            again = f"to run it again: wayfare run {self.folder / 'scenario.yaml'}"
            raise RecordError(f"{path}: is missing, though {MANIFEST} {why}; {again}")
        return read_listed_json(self.folder, SUMMARY, manifest)

    @property
    def weights(self) -> Path | None:
        """Return where ``weights.safetensors`` is, once it is checked, or None where none are kept.

        Raises:
            RecordError: It is missing though it is listed, or damaged.
        """
        manifest = self.manifest
        if WEIGHTS not in manifest.get("files", ()) and not (self.folder / WEIGHTS).is_file():
            return None
        read_listed_bytes(self.folder, WEIGHTS, manifest)
        return self.folder / WEIGHTS

    def troubles(self) -> list[str]:
        """Return what is wrong with the files that ``run.json`` lists: for each that is missing or damaged, a message.

        Raises:
            RecordError: ``run.json`` itself is damaged.
        """
        manifest = self.manifest
        files = (partial(read_listed_bytes, self.folder, name, manifest) for name in manifest.get("files", ()))
        parts = (part for name in TABLES for part in parts_of(manifest, name, self.folder))
        checks: list[Callable[[], object]] = [*files, *(partial(part.check, self.folder) for part in parts)]
        found = []
        for check in checks:
            try:
                check()
            except RecordError as error:
                found.append(str(error))
        return found

    @cached_property
    def topology(self) -> dict[str, Any]:
        """Return ``topology.json``: node-link data with ``edges``, positions and integer ids."""
        return read_listed_json(self.folder, "topology.json", self.manifest)

    @cached_property
    def node_names(self) -> list[str]:
        """Return the nodes' names; a node's id is its place in the list."""
        topology = self.topology
        try:
            return [node["id"] for node in sorted(topology["nodes"], key=lambda node: int(node["index"]))]
        except (KeyError, TypeError, ValueError) as error:
            path = self.folder / "topology.json"
            raise RecordError(f"{path}: does not list the nodes as a run's topology does ({error!r})") from error

    @property
    def scenario_text(self) -> str:
        """Return the scenario as it was resolved, as YAML."""
        return read_listed(self.folder, "scenario.yaml", self.manifest)

    def table(
        self, name: str, columns: Sequence[str] | None = None, between_ns: tuple[int, int] | None = None
    ) -> pa.Table:
        """Return the rows of a table that are on disk now: as they were recorded, and once compacted by their time.

        Of a run that has ended every file is checked. Of one that runs or was killed a last batch that is cut off, or
        does not agree with its checksum, is left out with all after it.

        Args:
            name: A key of `TABLES`.
            columns: Which columns, in this order; all by default.
            between_ns: Only rows from a virtual time on, up to another and without it. That is cheap once compacted,
                and of a run that runs where the same `RunRecord` is asked again.

        Raises:
            RecordError: A file is missing, damaged or of another table.
        """
        if between_ns is not None and TIME not in TABLES[name].schema.names:
            raise ValueError(f"the rows of {name} have no times")
        manifest = self.manifest
        while True:
            error: RecordError | None = None
            try:
                rows = self._rows(manifest, TABLES[name], columns, between_ns)
            except RecordError as caught:
                error = caught
            before, manifest = manifest, self.manifest
            if before.get("tables") == manifest.get("tables"):  # or else it was compacted meanwhile
                if error is not None:
                    raise error
                return rows

    def has_table(self, name: str) -> bool:
        """Return whether the run has a table of that name; runs of older versions have fewer."""
        return bool(parts_of(self.manifest, name, self.folder) or segment_paths(self.folder, name))

    def _rows(
        self,
        manifest: Mapping[str, Any],
        table: Table,
        columns: Sequence[str] | None,
        between_ns: tuple[int, int] | None,
    ) -> pa.Table:
        parts = parts_of(manifest, table.name, self.folder)
        first = sum(part.segments for part in parts)
        paths = segment_paths(self.folder, table.name, first)
        if between_ns is not None and manifest["status"] != "finished":
            segments: list[Segment] = [self._tails.setdefault(path, Tail(path, table)) for path in paths]
        else:
            segments = [Segment(path, table) for path in paths]
        if not parts and not segments:
            raise RecordError(
                f"{segment_path(self.folder, table.name, 0)}: cannot be read (No such file; runs of older versions "
                "have fewer tables)"
            )
        pieces = []
        for part in parts:
            self._check(part)
            pieces.append(_read(self.folder / part.file, table, part, columns, between_ns))
        for segment in segments:
            pieces.append(_read(segment.path, table, segment, columns, between_ns))
            if manifest["status"] == "finished" and not segment.whole:
                raise RecordError(f"{segment.path}: damaged (the run has finished, and this has no end)")
        return pa.concat_tables(pieces)

    def _check(self, part: Part) -> None:
        """Check a file, once for as long as it stays as it is.

        Raises:
            RecordError: It is missing or damaged.
        """
        try:
            state = (self.folder / part.file).stat()
            seen = state.st_mtime_ns, state.st_size
        except OSError:
            seen = (-1, -1)
        if self._checked.get(part) != seen:
            part.check(self.folder)
            self._checked[part] = seen


def find_runs(parent: Path) -> list[Path]:
    """Return the run folders directly inside a folder (or the folder itself), oldest first by name."""
    if (parent / MANIFEST).is_file():
        return [parent]
    return sorted(manifest.parent for manifest in parent.glob(f"*/{MANIFEST}"))


def _read(
    path: Path,
    table: Table,
    source: Part | Segment,
    columns: Sequence[str] | None,
    between_ns: tuple[int, int] | None,
) -> pa.Table:
    """Read a file of a table.

    Raises:
        RecordError: It is not one, or has not as many rows as are listed.
    """
    try:
        if isinstance(source, Part) and source.is_parquet:
            return _read_parquet(path, table, source, columns, between_ns)
        segment = source if isinstance(source, Segment) else Segment(path, table)
        rows = segment.between(between_ns) if isinstance(segment, Tail) and between_ns is not None else segment.read()
        if isinstance(source, Part) and rows.num_rows != source.rows:
            raise ValueError(f"{rows.num_rows} rows, and run.json lists {source.rows}")
    except (OSError, ValueError, pa.ArrowException) as error:
        raise RecordError(f"{path}: cannot be read as the run's {table.name} ({error})") from error
    rows = _between(rows, between_ns)
    return rows if columns is None else rows.select(list(columns))


def _read_parquet(
    path: Path, table: Table, part: Part, columns: Sequence[str] | None, between_ns: tuple[int, int] | None
) -> pa.Table:
    from pyarrow import parquet

    wanted = list(columns) if columns is not None else table.schema.names
    needed = wanted if between_ns is None else [*dict.fromkeys((*wanted, TIME))]
    with parquet.ParquetFile(path) as file:
        if file.schema_arrow != table.schema or file.metadata.num_rows != part.rows:
            raise ValueError(f"{file.metadata.num_rows} rows of {file.schema_arrow.names}")
        groups = [
            group for group in range(file.num_row_groups) if _overlaps(file.metadata.row_group(group), between_ns)
        ]
        return _between(file.read_row_groups(groups, needed), between_ns).select(wanted)


def _overlaps(group: Any, between_ns: tuple[int, int] | None) -> bool:
    """Say whether a row group, whose first column is the time, may have rows in a range."""
    if between_ns is None:
        return True
    times = group.column(0).statistics
    return bool(times.max >= between_ns[0] and times.min < between_ns[1])


def _between(rows: pa.Table, between_ns: tuple[int, int] | None) -> pa.Table:
    if between_ns is None:
        return rows
    times = rows.column(TIME).to_numpy()
    return rows.filter(pa.array((times >= between_ns[0]) & (times < between_ns[1])))


def _runs_inside(folder: Path) -> str:
    """Return what to say of a folder that is no run's but holds those of some, as that of a sweep does."""
    runs = sorted(manifest.parent for manifest in folder.glob(f"*/{MANIFEST}"))
    if not runs:
        return ""
    return f"; it holds {len(runs)} run{'s' * (len(runs) > 1)}: give one, such as {runs[-1]}"

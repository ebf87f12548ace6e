"""A run folder as everybody but the emulator sees it: running, finished or cut off."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from .errors import RecordError
from .tables import TABLES, Table

MANIFEST = "run.json"


class RunRecord:
    """Reads one run folder, at any moment of the run's life.

    Attributes:
        folder: Where the run was written.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        if not (self.folder / MANIFEST).is_file():
            raise RecordError(f"{self.folder}: not a run folder (it has no {MANIFEST})")

    def __repr__(self) -> str:
        return f"RunRecord({str(self.folder)!r}, {self.manifest['status']})"

    @property
    def manifest(self) -> dict[str, Any]:
        """Return ``run.json`` as it stands now."""
        return self._json(MANIFEST)

    @property
    def summary(self) -> dict[str, Any] | None:
        """Return ``summary.json``, or None while the run has not finished."""
        return self._json("summary.json") if (self.folder / "summary.json").is_file() else None

    @cached_property
    def topology(self) -> dict[str, Any]:
        """Return ``topology.json``: node-link data with ``edges``, positions and integer ids."""
        return self._json("topology.json")

    @cached_property
    def node_names(self) -> list[str]:
        """Return the nodes' names; a node's id is its place in the list."""
        try:
            return [node["id"] for node in sorted(self.topology["nodes"], key=lambda node: int(node["index"]))]
        except (KeyError, TypeError, ValueError) as error:
            path = self.folder / "topology.json"
            raise RecordError(f"{path}: does not list the nodes as a run's topology does ({error!r})") from error

    @property
    def scenario_text(self) -> str:
        """Return the scenario as it was resolved, as YAML."""
        path = self.folder / "scenario.yaml"
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise RecordError(f"{path}: cannot be read ({error})") from error

    def table(self, name: str) -> pa.Table:
        """Return all complete rows of ``events``, ``metrics`` or ``bins`` that are on disk now.

        A last batch that is cut off, because the run is being written or was killed, is left out.

        Raises:
            RecordError: The file is missing or is no Arrow stream.
        """
        table = TABLES[name]
        path = self.folder / f"{name}.arrows"
        try:
            return read_stream(path, table)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise RecordError(f"{path}: cannot be read as the run's {name} ({error})") from error

    def _json(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RecordError(f"{path}: cannot be read ({error})") from error
        if not isinstance(content, dict):
            raise RecordError(f"{path}: holds no JSON object")
        return content


def read_stream(path: Path, table: Table) -> pa.Table:
    """Read the whole batches of an Arrow stream that may still be growing or be cut off.

    Raises:
        pa.ArrowInvalid: The start of the file is no Arrow stream of this table.
    """
    batches = []
    if path.stat().st_size == 0:
        return table.schema.empty_table()  # nothing has been flushed yet
    with pa.OSFile(str(path), "rb") as file:
        reader = pa.ipc.open_stream(file)
        if reader.schema != table.schema:
            raise pa.ArrowInvalid(f"columns {reader.schema.names}, expected {table.schema.names}")
        while True:
            try:
                batches.append(reader.read_next_batch())
            except (StopIteration, OSError, ValueError, pa.ArrowException):
                break  # the end, or a tail that is not whole
    return pa.Table.from_batches(batches, schema=table.schema)


def find_runs(parent: Path) -> list[Path]:
    """Return the run folders directly inside a folder (or the folder itself), oldest first by name."""
    if (parent / MANIFEST).is_file():
        return [parent]
    return sorted(manifest.parent for manifest in parent.glob(f"*/{MANIFEST}"))

"""The folder a run writes while it runs."""

import math
import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .conventions import Asked, EventKind, nanoseconds
from .errors import RecordError, RunDiffers
from .files import (
    MANIFEST,
    SUMMARY,
    WEIGHTS,
    as_json,
    manifest_text,
    overwrite,
    replace_bytes,
    replace_text,
    text_digest,
    write_manifest,
)
from .hold import Hold, host
from .known import KnownRows
from .packing import asked_head, event_head, event_tail, whole_event
from .parts import compacted
from .reader import RunRecord
from .segments import segment_path
from .stream import TableStream
from .tables import TABLES

FORMAT = 1
AT_THE_END = (SUMMARY, WEIGHTS)  # what a run writes that is about to finish
NO_FILES: Mapping[str, str] = MappingProxyType({})


class RunWriter:
    """Writes one run folder: the manifest, the three tables, the topology, the scenario and the summary.

    The manifest ``run.json`` is replaced as a whole (a temporary file, then a rename), so a reader never sees half of
    it.

    Attributes:
        folder: Where it is.
        uncompacted: Why the tables of a run that has ended are still streams, if they are.
    """

    def __init__(
        self, folder: Path, manifest: Mapping[str, Any], known: RunRecord | None = None, hold: Hold | None = None
    ) -> None:
        self.folder = folder
        self.uncompacted: str | None = None
        self._manifest: dict[str, Any] = {"format": FORMAT, "id": folder.name, "started": utc_now(), **manifest}
        self._manifest |= {"status": "running", "ended": None, "error": None, "host": host(), "process": os.getpid()}
        self._hold = hold or Hold(folder)
        rows = {} if known is None else {name: KnownRows(TABLES[name], known.table(name)) for name in TABLES}
        numbers = {name: compacted(manifest, name, folder) for name in TABLES}
        self._open({name: segment_path(folder, name, number) for name, number in numbers.items()}, rows)
        self.progress({})

    def _open(self, paths: Mapping[str, Path | None], known: Mapping[str, KnownRows]) -> None:
        self._tables = {name: TableStream(paths[name], table, known.get(name)) for name, table in TABLES.items()}
        self.events, self.metrics, self.bins = (self._tables[name] for name in ("events", "metrics", "bins"))
        self._sharing, self._radio, self._places = (self._tables[name] for name in ("sharing", "radio", "places"))

    @classmethod
    def create(
        cls,
        parent: Path,
        name: str,
        manifest: Mapping[str, Any],
        files: Mapping[str, str] = NO_FILES,
    ) -> "RunWriter":
        """Make ``<parent>/<UTC time>-<name>-<4 hex>/`` and start writing there.

        Args:
            parent: Where the folder goes.
            name: What it is called after.
            manifest: What ``run.json`` says besides what every one says.
            files: Texts by name of file, which are there before ``run.json`` is.

        Raises:
            OSError: The folder cannot be made.
        """
        folder = _new_folder(parent, name)
        try:
            for file, text in files.items():
                replace_text(folder / file, text)
            listed = {file: text_digest(text.encode()) for file, text in files.items()}
            return cls(folder, {**manifest, "files": listed})
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    @classmethod
    def resume(cls, folder: Path) -> "RunWriter":
        """Go on with a run that was killed, stopped or failed, and is played again from its start.

        What is recorded already is compacted and compared; new rows go to a new stream beside it.

        Raises:
            OSError: The folder does not take it.
            RecordError: It is damaged, it has finished, or another process writes it.
        """
        from .compaction import compact

        hold = Hold.of(folder)
        try:
            record = RunRecord(folder)
            if record.manifest["status"] == "finished":
                raise RecordError(f"{folder}: has finished")
            compact(folder)
            manifest = record.manifest
            begun = {name: listed for name, listed in manifest.get("files", {}).items() if name not in AT_THE_END}
            resumed = [*manifest.get("resumed", []), utc_now()]
            return cls(folder, manifest | {"files": begun, "resumed": resumed}, record, hold)
        except BaseException:
            hold.release()
            raise

    def event(
        self,
        time_s: float,
        kind: EventKind,
        node: int = -1,
        peer: int = -1,
        flow: int = -1,
        packet: int = -1,
        size_bytes: int = -1,
        value: float = math.nan,
    ) -> None:
        """Record one event."""
        row = whole_event(round(time_s * 1e9), kind, node, peer, flow, packet, size_bytes, value)
        self.events.append_packed(row)

    def hops(self, time_s: float, kind: EventKind, ends: Sequence[bytes], flow: int, packet: int) -> None:
        """Record that a transfer enters, or reaches the end of, several links at once.

        Args:
            time_s: When.
            kind: Which of the two.
            ends: The nodes of each link, packed by `event_ends`.
            flow: The transfer.
            packet: What it carries.
        """
        head, tail = event_head(round(time_s * 1e9), kind), event_tail(flow, packet, -1, math.nan)
        self.events.append_packed(head + (tail + head).join(ends) + tail, len(ends))

    def metric(self, time_s: float, name: str, value: float, node: int = -1, packet: int = -1) -> None:
        """Record one measured value, of a node, of a packet, or of the whole run."""
        self.metrics.append((nanoseconds(time_s), name, node, packet, value))

    def bin(
        self,
        start_s: float,
        *,
        link: int = -1,
        node: int = -1,
        carried_bytes: float,
        utilisation: float,
        queue: float,
        energy_j: float,
    ) -> None:
        """Record what a directed link or a node did in one time bin."""
        self.bins.append((nanoseconds(start_s), link, node, carried_bytes, utilisation, queue, energy_j))

    def asked(self, time_s: float, asked: Asked, flow: int, transfer: int, tails: Sequence[bytes]) -> None:
        """Record what the solver of the rates was asked: rows of the table ``sharing``.

        Args:
            time_s: When.
            asked: What.
            flow: By which flow.
            transfer: Of which transfer.
            tails: The other columns of each row, packed by `asked_tail`.
        """
        head = asked_head(round(time_s * 1e9), asked, flow, transfer)
        self._sharing.append_packed(head + head.join(tails), len(tails))

    def radio(self, time_s: float, link: int, site: int, sinr_db: float, rate_bps: float) -> None:
        """Record what a radio link has from now on: signal to interference and noise, and rate."""
        self._radio.append((nanoseconds(time_s), link, site, sinr_db, rate_bps))

    def place(self, time_s: float, node: int, x_m: float, y_m: float) -> None:
        """Record where a moving node is, was or will be at a time; between two such places it goes straight."""
        self._places.append((nanoseconds(time_s), node, x_m, y_m))

    def scaling(self, time_s: float, node: int, packet: int, why: str, *figures: Any) -> None:
        """Record what scaling a model saved and lost: the rest of a row of the table ``scalings``, in its order."""
        self._tables["scalings"].append((nanoseconds(time_s), node, packet, why, *figures))

    def energy(self, cause: str, energy_j: float, *, node: int = -1, link: int = -1) -> None:
        """Record what a node or a directed link used in the whole run for one cause."""
        self._tables["energy"].append((node, link, cause, energy_j))

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a JSON file of the folder, whole or not at all; the next manifest lists it."""
        self._keep(name, as_json(content).encode())

    def keep_weights(self, content: bytes) -> None:
        """Write the weights of the method's answers, a safetensors file, as `write_json` writes its files."""
        self._keep(WEIGHTS, content)

    def _keep(self, name: str, content: bytes) -> None:
        replace_bytes(self.folder / name, content)
        self._manifest["files"] = {**self._manifest.get("files", {}), name: text_digest(content)}

    def flush(self) -> None:
        """Bring all rows so far into the folder, so that readers see them."""
        for stream in self._tables.values():
            stream.flush()

    def progress(self, progress: Mapping[str, Any]) -> None:
        """Update the manifest's progress and heartbeat."""
        self.flush()
        self._manifest["progress"] = dict(progress)
        self._write_manifest()

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Close the tables, write the summary, say that the run is finished, and compact the tables.

        Raises:
            OSError: The folder does not take it; the run has not finished.
            RunDiffers: It was played again and is not what it was.
        """
        from .compaction import seal

        for stream in self._tables.values():
            stream.close()
            stream.check_end()
        self.write_json(SUMMARY, summary)
        self._manifest["digests"] = summary["digest"]
        counts = {name: stream.count for name, stream in self._tables.items()}
        self._manifest["tables"] = seal(self.folder, self._manifest, counts)
        self._manifest |= {"status": "finished", "ended": utc_now()}
        self._write_manifest()
        self._compact()
        self._hold.release()

    def fail(self, status: str, error: str) -> None:
        """Close the tables, say that the run ended as ``failed`` or ``stopped``, and why, and compact the tables.

        On a full disk the rows not yet flushed are lost, the manifest is written over the old one, and the streams
        stay. A run that has finished stays so.
        """
        if self._manifest["status"] == "finished":
            return
        for stream in self._tables.values():
            with suppress(OSError, RunDiffers):
                stream.close()
        self._manifest |= {"error": error, "status": status, "ended": utc_now()}
        try:
            self._write_manifest()
        except OSError:
            with suppress(OSError):
                overwrite(self.folder / MANIFEST, manifest_text(self._manifest))
        self._compact()
        self._hold.release()

    def _compact(self) -> None:
        """Compact the tables, or say why not: the streams stay then, and `wayfare compact` can do it later."""
        from .compaction import compact

        try:
            compact(self.folder)
        except (OSError, RecordError) as error:
            errno = error.errno if isinstance(error, OSError) else None
            self.uncompacted = os.strerror(errno) if errno else str(error)

    def _write_manifest(self) -> None:
        self._manifest["heartbeat"] = utc_now()
        write_manifest(self.folder, self._manifest)


def _new_folder(parent: Path, name: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "run"
    while True:
        folder = parent / f"{stamp}-{slug}-{secrets.token_hex(2)}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            if not parent.is_dir():
                raise
            continue
        return folder


def utc_now() -> str:
    """Return the wall-clock time as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")

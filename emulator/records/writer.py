"""The folder a run writes while it runs."""

import json
import math
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .stream import TableStream
from .tables import TABLES, EventKind, nanoseconds

FORMAT = 1


class RunWriter:
    """Writes one run folder: the manifest, the three tables, the topology, the scenario and the summary.

    The manifest ``run.json`` is replaced as a whole (a temporary file, then a rename), so a reader never sees half of
    it.
    """

    def __init__(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        self.folder = folder
        self._manifest: dict[str, Any] = {"format": FORMAT, "id": folder.name, "status": "running", **manifest}
        self._manifest |= {"started": utc_now(), "ended": None, "error": None}
        self._tables = {name: TableStream(folder / f"{name}.arrows", table) for name, table in TABLES.items()}
        self.events, self.metrics, self.bins = (self._tables[name] for name in ("events", "metrics", "bins"))
        self._sharing, self._radio, self._places = (self._tables[name] for name in ("sharing", "radio", "places"))
        self.progress({})

    @classmethod
    def create(cls, parent: Path, name: str, manifest: Mapping[str, Any]) -> "RunWriter":
        """Make ``<parent>/<UTC time>-<name>-<4 hex>/`` and start writing there.

        Raises:
            OSError: The folder cannot be made.
        """
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
            return cls(folder, manifest)

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
        self.events.append((round(time_s * 1e9), kind, node, peer, flow, packet, size_bytes, value))

    def hops(self, time_s: float, kind: EventKind, ends: Sequence[tuple[int, int]], flow: int, packet: int) -> None:
        """Record that a transfer enters, or reaches the end of, several links at once."""
        now_ns = round(time_s * 1e9)
        self.events.extend([(now_ns, kind, node, peer, flow, packet, -1, math.nan) for node, peer in ends])

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

    def asked(self, rows: list[tuple[Any, ...]]) -> None:
        """Record what the solver of the rates was asked: rows of the table ``sharing``."""
        self._sharing.extend(rows)

    def radio(self, time_s: float, link: int, site: int, sinr_db: float, rate_bps: float) -> None:
        """Record what a radio link has from now on: signal to interference and noise, and rate."""
        self._radio.append((nanoseconds(time_s), link, site, sinr_db, rate_bps))

    def place(self, time_s: float, node: int, x_m: float, y_m: float) -> None:
        """Record where a moving node is, was or will be at a time; between two such places it goes straight."""
        self._places.append((nanoseconds(time_s), node, x_m, y_m))

    def energy(self, cause: str, energy_j: float, *, node: int = -1, link: int = -1) -> None:
        """Record what a node or a directed link used in the whole run for one cause."""
        self._tables["energy"].append((node, link, cause, energy_j))

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a JSON file of the folder, whole or not at all."""
        replace_text(self.folder / name, as_json(content))

    def write_text(self, name: str, text: str) -> None:
        """Write a text file of the folder, whole or not at all."""
        replace_text(self.folder / name, text)

    def progress(self, progress: Mapping[str, Any]) -> None:
        """Update the manifest's progress and heartbeat."""
        for stream in self._tables.values():
            stream.flush()
        self._manifest["progress"] = dict(progress)
        self._write_manifest()

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Close the tables, write the summary, then say that the run is finished."""
        for stream in self._tables.values():
            stream.close()
        self.write_json("summary.json", summary)
        self._manifest["digests"] = summary["digest"]
        self._manifest |= {"status": "finished", "ended": utc_now()}
        self._write_manifest()

    def fail(self, status: str, error: str) -> None:
        """Close the tables and say that the run ended as ``failed`` or ``stopped``, and why.

        On a full disk the rows not yet flushed are lost, and the manifest is written over the old one.
        """
        for stream in self._tables.values():
            with suppress(OSError):
                stream.close()
        self._manifest |= {"error": error, "status": status, "ended": utc_now()}
        try:
            self._write_manifest()
        except OSError:
            with suppress(OSError):
                (self.folder / "run.json").write_text(as_json(self._manifest), encoding="utf-8")

    def _write_manifest(self) -> None:
        self._manifest["heartbeat"] = utc_now()
        self.write_json("run.json", self._manifest)


def as_json(content: Mapping[str, Any]) -> str:
    """Return a JSON file's text; NaN and infinity are refused, which JSON does not have."""
    return json.dumps(content, indent=1, allow_nan=False) + "\n"


def replace_text(path: Path, text: str) -> None:
    """Write a file through a temporary neighbour and a rename, so that readers see the old or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def utc_now() -> str:
    """Return the wall-clock time as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")

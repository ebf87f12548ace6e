"""The manifest of a sweep folder, as the process that runs the sweep writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from wayfare.emulator.records.errors import RecordError
from wayfare.emulator.records.hold import Hold

from .loading import resolved_yaml
from .study import PlannedRun, Study
from .sweep_folder import FORMAT, MANIFEST, SCENARIOS, Status, Sweep, is_sweep, scenario_file


class SweepWriter:
    """Writes ``sweep.json``, and holds the folder so that no other process runs the same sweep.

    Attributes:
        folder: The sweep folder.
    """

    def __init__(self, folder: Path, study: Study) -> None:
        """Make the folder, or take the one that is there, and write what is to be run.

        Raises:
            RecordError: It is the folder of another sweep, or somebody runs this one.
            OSError: It cannot be made or written.
        """
        from wayfare.emulator.records.writer import utc_now

        self.folder = folder
        _check(folder, study)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._hold = Hold(folder)
        except BlockingIOError:
            raise RecordError(f"{folder}: another process runs this sweep") from None
        self._entries = [_entry(run) for run in study.runs]
        self._head: dict[str, Any] = {
            "format": FORMAT,
            "name": study.name,
            "scenario": str(study.file.resolve()),
            "settings": list(study.settings),
            "status": "running",
            "started": utc_now(),
            "ended": None,
            "fields": list(study.fields),
            "points": list(study.points),
            "methods": list(study.methods),
            "seeds": list(study.seeds),
        }
        self.save()
        (folder / SCENARIOS).mkdir(exist_ok=True)
        for run in study.runs:
            _write_scenario(folder / scenario_file(run.scenario_hash), run)

    def note(self, scenario_hash: str, status: Status, folder: Path | None, error: str | None = None) -> None:
        """Say what became of the runs with a hash; `save` writes it."""
        for entry in self._entries:
            if entry["scenario_hash"] == scenario_hash:
                place = None if folder is None else folder.name
                entry |= {"status": status, "folder": place, "error": error}

    def save(self) -> None:
        """Write the manifest, whole or not at all.

        Raises:
            OSError: The folder does not take it.
        """
        from wayfare.emulator.records.files import as_json, replace_text

        replace_text(self.folder / MANIFEST, as_json({**self._head, "runs": self._entries}))

    def end(self, status: str) -> Sweep:
        """Write how the sweep ended, let go of the folder, and return what is in it."""
        from wayfare.emulator.records.writer import utc_now

        self._head |= {"status": status, "ended": utc_now()}
        self.save()
        self._hold.release()
        return Sweep(self.folder)


def _check(folder: Path, study: Study) -> None:
    """Refuse a folder that is not this study's."""
    if not is_sweep(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise RecordError(f"{folder}: is there already and no sweep folder; give another --out")
        return
    scenario = Sweep(folder).manifest.get("scenario")
    if scenario != str(study.file.resolve()):
        raise RecordError(f"{folder}: holds the sweep of {scenario}; give another --out, or the scenario another name")


def _write_scenario(path: Path, run: PlannedRun) -> None:
    from wayfare.emulator.records.files import replace_text

    text = resolved_yaml(run.scenario)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        replace_text(path, text)


def _entry(run: PlannedRun) -> dict[str, Any]:
    return {
        "point": run.point,
        "method": run.method,
        "replication": run.replication,
        "seed": run.scenario.seed,
        "scenario_hash": run.scenario_hash,
        "status": "waiting",
        "folder": None,
        "error": None,
    }


def found_runs(folder: Path, wanted: Iterable[str]) -> Mapping[str, Path]:
    """Return the best run folder for each of some hashes: a finished one, else the newest; none that is damaged."""
    from wayfare.emulator.records import RunRecord, find_runs

    hashes = set(wanted)
    found: dict[str, tuple[bool, Path]] = {}
    for path in find_runs(folder):
        try:
            record = RunRecord(path)
            manifest, _ = record.manifest, record.summary
        except RecordError:
            continue
        name, finished = manifest.get("scenario_hash"), manifest.get("status") == "finished"
        if name in hashes and (finished or not found.get(name, (False, path))[0]):
            found[name] = finished, path
    return {name: path for name, (_, path) in found.items()}

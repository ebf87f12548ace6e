"""Playing a run again: to finish one that was cut off, or to see that it gives the same once more."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .loading import load, scenario_hash
from .resources import Resources
from .running import BY_DEFAULT, RunCutShort, RunFailed, RunOutcome, RunUnwritten, built, carry_out, manifest_of

if TYPE_CHECKING:
    from wayfare.emulator.records import RunDiffers
    from wayfare.emulator.world import Watcher

    from .schema import Scenario


@dataclass(frozen=True)
class Verification:
    """What came of playing a run again.

    Attributes:
        rows: How many rows were compared, by table.
        finished: Whether the run had finished, so that its digests were compared too.
        difference: The first difference, in virtual time; None if there is none.
        digests: What the summary's digests were and are, where they differ.
        circumstances: What the run was made with and what there is now, where these differ.
    """

    rows: Mapping[str, int]
    finished: bool
    difference: "RunDiffers | None"
    digests: Mapping[str, tuple[Any, Any]]
    circumstances: Mapping[str, tuple[Any, Any]]

    @property
    def passed(self) -> bool:
        """Whether nothing differs."""
        return self.difference is None and not self.digests


def resume(
    folder: Path, *, cache: bool = True, resources: Resources = BY_DEFAULT, on_progress: "Watcher | None" = None
) -> RunOutcome:
    """Finish a run that was killed, stopped or has failed.

    It is played again from its start, with the training results that are remembered. What it has recorded is compared
    and not written again; the first difference ends it as our fault.

    Raises:
        ScenarioError: It has finished, runs still, or was made with something else than there is here now.
        RecordError: The folder is none, or is damaged.
        RunUnwritten, RunFailed, RunCutShort, RunStopped: As `running.run` says.
    """
    from wayfare.emulator.records import RecordError, RunRecord, RunWriter

    began = time.perf_counter()
    record = RunRecord(folder)
    manifest = record.manifest
    if manifest["status"] == "finished":
        troubles = "".join(f"{trouble}\n" for trouble in record.troubles())
        raise RecordError(f"{troubles}{folder}: has finished; to run it again: wayfare run {folder / 'scenario.yaml'}")
    if record.is_alive:
        raise RecordError(f"{folder}: still runs, or did until half a minute ago")
    scenario, resources = _scenario_of(folder, manifest), _on_its_device(manifest, resources)
    with scenario.extensions.registered():
        blueprint, experiment = built(scenario, cache, resources)
        if changed := _changed(manifest, manifest_of(scenario, resources)):
            what = "; ".join(f"{name} was {was} and is {now} here" for name, (was, now) in changed.items())
            raise RecordError(f"{folder}: cannot be resumed with other versions or on another processor: {what}")
        try:
            writer = RunWriter.resume(folder)
        except OSError as error:
            raise RunUnwritten(f"{folder}: cannot be written ({error.strerror or error})") from error
        return carry_out(blueprint, experiment, writer, began, on_progress)


def verify(
    folder: Path, *, cache: bool = True, resources: Resources = BY_DEFAULT, on_progress: "Watcher | None" = None
) -> Verification:
    """Play a run again and compare all that it recorded, to the last bit; nothing is written.

    Raises:
        ScenarioError: The scenario cannot be built any more.
        RecordError: The folder is none, has files missing or damaged, or runs still.
        RunFailed, RunCutShort: The run broke down, or lost a worker, which is no difference.
    """
    from wayfare.emulator.records import RecordError, RunDiffers, RunRecord, RunVerifier

    began = time.perf_counter()
    record = RunRecord(folder)
    manifest = record.manifest
    if record.is_alive:
        raise RecordError(f"{folder}: still runs, or did until half a minute ago")
    if troubles := record.troubles():
        raise RecordError("\n".join([*troubles, f"{folder}: was not played again, for it is not what was written"]))
    scenario, resources = _scenario_of(folder, manifest), _on_its_device(manifest, resources)
    with scenario.extensions.registered():
        blueprint, experiment = built(scenario, cache, resources)
        verifier, difference, digests = RunVerifier(record), None, {}
        try:
            digests = _digests(manifest, carry_out(blueprint, experiment, verifier, began, on_progress).summary)
        except RunFailed as failed:
            if not isinstance(failed.__cause__, RunDiffers):
                raise
            difference = verifier.first(failed.__cause__)
        except RunCutShort as lost:
            raise RunCutShort(f"{folder}: {lost.__cause__}") from lost
        circumstances = _changed(manifest, manifest_of(scenario, resources))
    return Verification(verifier.rows, manifest["status"] == "finished", difference, digests, circumstances)


def _scenario_of(folder: Path, manifest: Mapping[str, Any]) -> "Scenario":
    """Return the scenario of a run, as it was.

    Raises:
        ScenarioError: It cannot be loaded any more.
        RecordError: It is another one by now, or damaged.
    """
    from wayfare.emulator.records import RecordError
    from wayfare.emulator.records.files import read_listed

    path = folder / "scenario.yaml"
    read_listed(folder, path.name, manifest)
    scenario = load(path)
    if scenario_hash(scenario) != manifest.get("scenario_hash"):
        raise RecordError(f"{path}: is not what was run: it, or a file that it names, was changed since")
    return scenario


def _on_its_device(manifest: Mapping[str, Any], resources: Resources) -> Resources:
    """Return resources with the kind of device that a run was made on, unless they name a device themselves."""
    device = (manifest.get("fingerprint") or {}).get("device", "cpu")
    return resources if resources.device != "cpu" else replace(resources, device=device)


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what else the bits of a run depend on, where it is not what it was: versions and processor."""
    changed = {}
    for section in ("versions", "fingerprint"):
        old, new = before.get(section) or {}, now.get(section) or {}
        for name in (*old, *(name for name in new if name not in old)):
            if old.get(name) != new.get(name):
                changed[name] = (old.get(name), new.get(name))
    return changed


def _digests(manifest: Mapping[str, Any], summary: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    before = manifest.get("digests") or {}
    now = summary["digest"]
    return {name: (was, now.get(name)) for name, was in before.items() if was != now.get(name)}

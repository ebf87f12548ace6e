"""Running a scenario: from a checked file to a finished run folder."""

import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wayfare.emulator.methods import METHODS

from .build import Blueprint, build
from .errors import Problem, ScenarioError
from .expectations import Outcome, evaluate
from .loading import resolved_yaml, scenario_hash
from .schema import Scenario

if TYPE_CHECKING:
    from wayfare.emulator.experiment import Experiment
    from wayfare.emulator.records import RunWriter
    from wayfare.emulator.world import Progress, Watcher
    from wayfare.models.memory import ResultMemory

VERSIONS = ("wayfare", "simpy", "networkx", "numpy", "torch", "pyarrow")


@dataclass(frozen=True)
class RunOutcome:
    """A finished run: its folder, its summary and what became of the scenario's expectations."""

    folder: Path
    summary: dict[str, Any]
    expectations: list[Outcome]

    @property
    def passed(self) -> bool:
        """Whether all expectations hold."""
        return all(outcome.passed for outcome in self.expectations)


class RunFailed(RuntimeError):  # noqa: N818 - it says what happened
    """A run that broke down through our fault, or a plug-in's, whose line is the `culprit` then; its folder is kept."""

    def __init__(self, folder: Path, cause: BaseException, culprit: Problem | None) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.folder = folder
        self.culprit = culprit


class RunUnwritten(OSError):  # noqa: N818 - it says what happened
    """A run folder that cannot be made or written; the message says which, and what is kept."""


class RunStopped(KeyboardInterrupt):
    """A run that was interrupted; its folder is kept and says so."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"interrupted; what was recorded is in {folder}")
        self.folder = folder


def run(scenario: Scenario, parent: Path, *, cache: bool = True, on_progress: "Watcher | None" = None) -> RunOutcome:
    """Run a scenario and write its run folder below ``parent``.

    Args:
        scenario: A loaded scenario.
        parent: Where run folders go.
        cache: Whether to remember training results and use remembered ones.
        on_progress: Told of the run's progress every quarter of a second.

    Raises:
        ScenarioError: The scenario cannot be built; no folder was made.
        RunUnwritten: The folder cannot be made, or not be written any more.
        RunFailed: The run broke down; the folder says so and keeps what was written.
        RunStopped: It was interrupted; likewise.
    """
    with scenario.extensions.registered():
        return _run(scenario, parent, cache, on_progress)


def _run(scenario: Scenario, parent: Path, cache: bool, on_progress: "Watcher | None") -> RunOutcome:
    from wayfare.emulator.records import RunWriter

    began = time.perf_counter()
    blueprint, experiment = _built(scenario, cache)
    try:
        writer = RunWriter.create(parent, scenario.name, _manifest(scenario))
    except OSError as error:
        raise RunUnwritten(f"{parent}: cannot make a run folder there ({error.strerror})") from error
    try:
        summary = _live(blueprint, experiment, writer, on_progress)
        summary["time"]["wall_s"] = round(time.perf_counter() - began, 3)
        outcomes = evaluate(scenario.expect, summary)
        summary["expectations"] = [outcome.record() for outcome in outcomes]
        writer.finish(summary)
    except KeyboardInterrupt as interrupt:
        writer.fail("stopped", "interrupted")
        raise RunStopped(writer.folder) from interrupt
    except OSError as error:
        message = f"cannot be written any more ({error.strerror or error})"
        writer.fail("failed", message)
        raise RunUnwritten(f"{writer.folder}: {message}; what was written before is kept") from error
    except Exception as error:
        writer.fail("failed", f"{type(error).__name__}: {error}")
        raise RunFailed(writer.folder, error, scenario.extensions.blamed_for(error)) from error
    return RunOutcome(writer.folder, summary, outcomes)


def _built(scenario: Scenario, cache: bool) -> "tuple[Blueprint, Experiment]":
    """Return what there is to run; where a plug-in fails in it, the error names its line."""
    try:
        blueprint = build(scenario)
        return blueprint, blueprint.experiment(_memory(scenario, cache))
    except ScenarioError:
        raise
    except Exception as error:
        culprit = scenario.extensions.blamed_for(error)
        if culprit is None:
            raise
        raise ScenarioError(culprit) from error


def _live(
    blueprint: Blueprint, experiment: "Experiment", writer: "RunWriter", on_progress: "Watcher | None"
) -> dict[str, Any]:
    from wayfare.emulator.world import World

    writer.write_text("scenario.yaml", resolved_yaml(blueprint.scenario))
    writer.write_json("topology.json", blueprint.topology_record())

    def watch(progress: "Progress") -> None:
        writer.progress(asdict(progress))
        if on_progress is not None:
            on_progress(progress)

    return World(experiment, writer).run(watch)


def _memory(scenario: Scenario, cache: bool) -> "ResultMemory | None":
    if scenario.learning is None or not cache:
        return None
    from wayfare.models.memory import ResultMemory

    return ResultMemory()


def _manifest(scenario: Scenario) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "method": _method_name(scenario),
        "seed": scenario.seed,
        "scenario_hash": scenario_hash(scenario),
        "versions": {name: version(name) for name in VERSIONS},
        "plugins": {f"{plugin.kind}.{plugin.name}": plugin.source for plugin in scenario.extensions.plugins},
        "fingerprint": _fingerprint(scenario),
        "digests": None,
    }


def _method_name(scenario: Scenario) -> str | None:
    return next((name for name, method in METHODS.items() if type(scenario.learning) is method), None)


def _fingerprint(scenario: Scenario) -> dict[str, str] | None:
    if scenario.learning is None:
        return None
    from wayfare.models.fingerprint import machine_fingerprint

    return machine_fingerprint()

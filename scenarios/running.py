"""Running a scenario: from a checked file to a finished run folder."""

import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wayfare.emulator.methods import METHODS

from .build import Blueprint, build
from .errors import LESS_MEMORY, Problem, ScenarioError, counted, memory_lacking
from .expectations import Outcome, evaluate
from .loading import resolved_yaml, scenario_hash
from .resources import Resources
from .schema import Scenario

if TYPE_CHECKING:
    from wayfare.emulator.experiment import Experiment
    from wayfare.emulator.records import RunRecord, RunWriter
    from wayfare.emulator.world import Progress, Watcher
    from wayfare.models.memory import ResultMemory

BY_DEFAULT = Resources()
VERSIONS = ("wayfare", "simpy", "networkx", "numpy", "torch", "pyarrow")


@dataclass(frozen=True)
class RunOutcome:
    """A finished run: its folder and summary, what became of the scenario's expectations, and what the user is told."""

    folder: Path
    summary: dict[str, Any]
    expectations: list[Outcome]
    notes: tuple[str, ...] = ()

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


class RunTooLarge(MemoryError):  # noqa: N818 - it says what happened
    """A run that there was not enough memory for; the message says what is kept, and what to do."""


class RunStopped(KeyboardInterrupt):
    """A run that was interrupted; its folder is kept and says so."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"interrupted; what was recorded is in {folder}")
        self.folder = folder


class RunCutShort(ChildProcessError):  # noqa: N818 - it says what happened
    """A run that lost who trained for it; the message says how, and that its folder is kept."""


def run(
    scenario: Scenario,
    parent: Path,
    *,
    cache: bool = True,
    resources: Resources = BY_DEFAULT,
    on_progress: "Watcher | None" = None,
) -> RunOutcome:
    """Run a scenario and write its run folder below ``parent``.

    Args:
        scenario: A loaded scenario.
        parent: Where run folders go.
        cache: Whether to remember training results and use remembered ones.
        resources: What to train with.
        on_progress: Told of the run's progress every quarter of a second.

    Raises:
        ScenarioError: The scenario cannot be built; no folder was made.
        RunUnwritten: The folder cannot be made, or not be written any more.
        RunTooLarge: There is not enough memory.
        RunFailed: The run broke down; the folder says so and keeps what was written.
        RunCutShort: It lost a worker; likewise.
        RunStopped: It was interrupted; likewise.
    """
    from wayfare.emulator.records import RunWriter
    from wayfare.emulator.records.files import as_json

    with scenario.extensions.registered():
        began = time.perf_counter()
        blueprint, experiment = built(scenario, cache, resources)
        try:
            files = {"scenario.yaml": resolved_yaml(scenario), "topology.json": as_json(blueprint.topology_record())}
            writer = RunWriter.create(parent, scenario.name, manifest_of(scenario, resources), files)
        except OSError as error:
            raise RunUnwritten(f"{parent}: cannot make a run folder there ({error.strerror})") from error
        return carry_out(blueprint, experiment, writer, began, on_progress)


def carry_out(
    blueprint: Blueprint,
    experiment: "Experiment",
    writer: "RunWriter",
    began: float,
    on_progress: "Watcher | None" = None,
) -> RunOutcome:
    """Live through an experiment and record it; ``began`` is the counter of performance when that was asked for.

    Raises:
        RunUnwritten: The folder cannot be written any more.
        RunTooLarge: There is not enough memory; what was written is kept.
        RunFailed: The run broke down; the folder says so and keeps what was written.
        RunCutShort: It lost a worker; likewise.
        RunStopped: It was interrupted; likewise.
    """
    scenario = blueprint.scenario
    try:
        summary = _live(experiment, writer, on_progress)
        summary["memory"] = _memory_record(experiment)
        summary["time"]["wall_s"] = round(time.perf_counter() - began, 3)
        outcomes = evaluate(scenario.expect, summary, _record_so_far(scenario, writer))
        summary["expectations"] = [outcome.record() for outcome in outcomes]
        writer.finish(summary)
    except KeyboardInterrupt as interrupt:
        writer.fail("stopped", "interrupted")
        raise RunStopped(writer.folder) from interrupt
    except ChildProcessError as error:
        writer.fail("failed", str(error))
        message = f"{error}; what was recorded is kept, and goes on with: wayfare resume {writer.folder}"
        raise RunCutShort(f"{writer.folder}: {message}") from error
    except Exception as error:
        raise _broken(error, writer, scenario) from error
    finally:
        if experiment.lesson is not None:
            experiment.lesson.service.close()
    return RunOutcome(writer.folder, summary, outcomes, tuple(_notes(experiment, writer)))


def _broken(error: Exception, writer: "RunWriter", scenario: Scenario) -> Exception:
    """Note in a run folder what a run broke down on, and return what is to be raised."""
    if (lacking := memory_lacking(error)) is not None:
        writer.fail("failed", lacking)
        return RunTooLarge(f"{writer.folder}: {lacking}; what was recorded before is kept. {LESS_MEMORY.capitalize()}")
    if isinstance(error, OSError):
        message = f"cannot be written any more ({os.strerror(error.errno) if error.errno else error})"
        writer.fail("failed", message)
        return RunUnwritten(f"{writer.folder}: {message}; what was written before is kept")
    writer.fail("failed", f"{type(error).__name__}: {error}")
    return RunFailed(writer.folder, error, scenario.extensions.blamed_for(error))


def built(scenario: Scenario, cache: bool, resources: Resources) -> "tuple[Blueprint, Experiment]":
    """Return what there is to run.

    Raises:
        ScenarioError: It cannot be built; where a plug-in fails in that, the error names its line.
        RunTooLarge: There is not enough memory for it.
    """
    try:
        blueprint = build(scenario)
        service = None if scenario.learning is None else resources.service(_memory(cache))
        return blueprint, blueprint.experiment(service)
    except ScenarioError:
        raise
    except Exception as error:
        if (lacking := memory_lacking(error)) is not None:
            message = f"{scenario.name}: {lacking}; the network, the data and the model do not fit"
            raise RunTooLarge(f"{message}. {LESS_MEMORY.capitalize()}") from error
        culprit = scenario.extensions.blamed_for(error)
        if culprit is None:
            raise
        raise ScenarioError(culprit) from error


def _live(experiment: "Experiment", writer: "RunWriter", on_progress: "Watcher | None") -> dict[str, Any]:
    from wayfare.emulator.world import World

    def watch(progress: "Progress") -> None:
        writer.progress(asdict(progress))
        if on_progress is not None:
            on_progress(progress)

    return World(experiment, writer).run(watch)


def _record_so_far(scenario: Scenario, writer: "RunWriter") -> "RunRecord | None":
    """Return the record of a run that is about to end, with all its rows, if an expectation looks at its tables."""
    from wayfare.emulator.records import RunRecord

    if not any(named.figure.tabled for promise in scenario.expect for named in promise.figures):
        return None
    writer.flush()
    return RunRecord(writer.folder)


def _memory(cache: bool) -> "ResultMemory | None":
    if not cache:
        return None
    from wayfare.models.memory import ResultMemory

    from .remembering import cache_limit_bytes

    return ResultMemory(limit_bytes=cache_limit_bytes())


def _memory_record(experiment: "Experiment") -> dict[str, int]:
    """Return what the summary says of the memory of results."""
    service = experiment.lesson.service if experiment.lesson else None
    memory = service.memory if service else None
    return {
        "remembered": service.remembered if service else 0,
        "damaged": memory.corrupt if memory else 0,
        "unwritten": memory.unwritten if memory else 0,
    }


def _notes(experiment: "Experiment", writer: "RunWriter") -> Iterator[str]:
    """Yield what went wrong without harm to the results."""
    if writer.uncompacted is not None:
        yield (
            f"{writer.folder}: the tables are not compacted ({writer.uncompacted}); nothing is missing, and "
            f"`wayfare compact {writer.folder}` does it later"
        )
    memory = experiment.lesson.service.memory if experiment.lesson else None
    if memory is not None and memory.corrupt:
        results = counted(memory.corrupt, "remembered result")
        yield f"{memory.cache.folder}: {results} damaged or not readable, and computed again"
    if memory is not None and memory.unwritten:
        results = counted(memory.unwritten, "result")
        yield f"{memory.cache.folder}: {results} not remembered ({memory.trouble})"


def manifest_of(scenario: Scenario, resources: Resources) -> dict[str, Any]:
    """Return what ``run.json`` says of a scenario and of what it runs on, before it has begun."""
    return {
        "name": scenario.name,
        "method": _method_name(scenario),
        "seed": scenario.seed,
        "scenario_hash": scenario_hash(scenario),
        "versions": {name: version(name) for name in VERSIONS},
        "plugins": {f"{plugin.kind}.{plugin.name}": plugin.source for plugin in scenario.extensions.plugins},
        "fingerprint": None if scenario.learning is None else resources.fingerprint(),
        "digests": None,
    }


def _method_name(scenario: Scenario) -> str | None:
    return next((name for name, method in METHODS.items() if type(scenario.learning) is method), None)

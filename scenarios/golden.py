"""Golden runs: what the runs of a scenario were, kept beside its file, so that any change of a bit is noticed.

`x.scenario.yaml` has its golden in `x.golden.json`, its quick variant in `x.smoke.golden.json`: what decides the last
bit on the machine that made it, and of each run the digests, the figures with tolerances as expectations, and a chain
of digests of the events. `x.golden.parquet` holds the first events themselves. Where what decides the last bit is the
same, the digests must be; elsewhere the figures must lie within their tolerances.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import Problem, ScenarioError, counted
from .expectations import Expectation, OneRun
from .expecting.errors import ExpectationError
from .expecting.run_figures import RunFigures
from .golden_events import KEPT_ROWS, EventChain, KeptEvents, first_difference
from .golden_figures import drafted, renewed
from .trial import SUFFIX, Tried, TriedRun

if TYPE_CHECKING:
    from wayfare.emulator.records import RunRecord

FORMAT = 1


@dataclass(frozen=True)
class GoldenRun:
    """What one run of a scenario was.

    Attributes:
        label: What tells it from the others of its scenario; empty where it is the only one.
        scenario_hash: Of the resolved scenario.
        digests: Of its events, and of the weights of its answers, if it has any.
        events: The chain of digests of its events.
        figures: Expectations that state its figures, with tolerances.
    """

    label: str
    scenario_hash: str
    digests: Mapping[str, str | None]
    events: EventChain
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Golden:
    """The golden of a scenario file.

    Attributes:
        file: Where it is, or will be.
        fingerprint: What decides the last bit, on the machine that made it.
        runs: By label.
    """

    file: Path
    fingerprint: Mapping[str, str]
    runs: Mapping[str, GoldenRun]

    @classmethod
    def read(cls, file: Path) -> Golden:
        """Read a golden.

        Raises:
            ScenarioError: It cannot be read, or is none.
        """
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            if content["format"] != FORMAT:
                raise ValueError(f"format {content['format']}; this version of Wayfare reads {FORMAT}")
            runs = [
                GoldenRun(**{**run, "events": EventChain(**run["events"]), "figures": tuple(run["figures"])})
                for run in content["runs"]
            ]
            return cls(file, content["fingerprint"], {run.label: run for run in runs})
        except (OSError, KeyError, TypeError, ValueError) as error:
            message = f"is no golden ({error!r}); 'wayfare test --update' makes it anew"
            raise ScenarioError(Problem(message, str(file))) from error

    def differences(self, tried: Tried) -> Iterator[str]:
        """Yield what is not as it was, a line or more for each run; nothing if all is."""
        for run in tried.runs:
            label = tried.trial.label(run.planned)
            place = f"{label}: " if label else ""
            if run.folder is None or run.error is not None:
                yield f"{place}the run broke down ({run.error})"
            elif label not in self.runs:
                yield f"{place}the golden has no such run"
            else:
                yield from (f"{place}{difference}" for difference in self._of_run(self.runs[label], run))
        there = {tried.trial.label(run.planned) for run in tried.runs}
        yield from (f"{label}: the golden has such a run, and there is none now" for label in self.runs.keys() - there)

    def elsewhere(self, tried: Tried) -> dict[str, tuple[str | None, str | None]]:
        """Return what decides the last bit and is other here, as (then, now); nothing where all is the same."""
        now = next((deciding(run) for run in tried.runs if run.folder is not None), {})
        names = [*self.fingerprint, *(name for name in now if name not in self.fingerprint)]
        pairs = {name: (self.fingerprint.get(name), now.get(name)) for name in names}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    def agreement(self, tried: Tried) -> str:
        """Say how runs that differ in nothing were compared."""
        elsewhere = self.elsewhere(tried)
        if not elsewhere:
            return "the same digests"
        return f"figures within their tolerances; digests are not compared ({_changes(elsewhere)})"

    def _of_run(self, golden: GoldenRun, run: TriedRun) -> Iterator[str]:
        from wayfare.emulator.records import RunRecord

        assert run.folder is not None
        record = RunRecord(run.folder)
        summary = record.summary or {}
        differing = [name for name, digest in golden.digests.items() if summary["digest"].get(name) != digest]
        if not differing:
            return
        moved = list(_moved(golden, summary, record))
        if self.fingerprint != deciding(run):
            yield from moved
            return
        yield f"the digest of {' and of '.join(differing)} is not the golden one"
        if golden.scenario_hash != run.planned.scenario_hash:
            yield "the scenario is not the one that the golden was made of"
        kept = KeptEvents.read(events_file(self.file)).of(golden.label)
        yield first_difference(golden.events, kept, record) or f"all {golden.events.rows:,} events are the same"
        yield from moved or ["all figures lie within their tolerances"]


def golden_file(scenario_file: Path, *, smoke: bool = False) -> Path:
    """Return where the golden of a scenario file is, or that of its quick variant."""
    name = scenario_file.name.removesuffix(SUFFIX)
    return scenario_file.with_name(f"{name}{'.smoke' if smoke else ''}.golden.json")


def events_file(golden: Path) -> Path:
    """Return where the first events of a golden are."""
    return golden.with_suffix(".parquet")


def update(tried: Tried) -> str:
    """Make the golden of a scenario file, or make it anew, and say so; tolerances that were changed by hand stay.

    Raises:
        ScenarioError: A run broke down, or an expectation fails: such runs are no model for others.
        OSError: The folder does not take it.
    """
    from wayfare.emulator.records import RunRecord
    from wayfare.emulator.records.files import replace_text

    file = golden_file(tried.trial.file, smoke=tried.trial.smoke)
    _check_passed(tried)
    before = Golden.read(file).runs if file.is_file() else {}
    kept: list[KeptEvents] = []
    runs = []
    for run in tried.runs:
        assert run.folder is not None
        label, record = tried.trial.label(run.planned), RunRecord(run.folder)
        summary = record.summary or {}
        chain, events = EventChain.of(record, label, KEPT_ROWS // len(tried.runs))
        figures = renewed(before[label].figures, summary, record) if label in before else drafted(summary)
        runs.append(GoldenRun(label, run.planned.scenario_hash, summary["digest"], chain, tuple(figures)))
        kept.append(events)
    content = {"format": FORMAT, "fingerprint": deciding(tried.runs[0]), "runs": [asdict(run) for run in runs]}
    KeptEvents.together(kept).write(events_file(file))
    replace_text(file, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    rows = sum(run.events.rows for run in runs)
    return f"{file}: made of {counted(len(runs), 'run')} with {rows:,} events"


def deciding(run: TriedRun) -> dict[str, str]:
    """Return what decides the last bit of a run on the machine where it ran, which is this one."""
    import platform

    from wayfare.emulator.records import RunRecord
    from wayfare.models.processor import processor

    assert run.folder is not None
    manifest = RunRecord(run.folder).manifest
    machine = {"numpy": manifest["versions"]["numpy"], "processor": processor(), "libc": "-".join(platform.libc_ver())}
    return machine | (manifest["fingerprint"] or {})


def _check_passed(tried: Tried) -> None:
    trial = tried.trial
    for run in tried.failed:
        raise ScenarioError(Problem(f"no golden was made: a run broke down ({run.error})", str(trial.file)))
    for expectation in trial.expectations:
        outcome = tried.outcome(expectation)
        if not outcome.passed:
            message = f"no golden was made, as an expectation fails: {outcome}"
            raise ScenarioError(Problem(message, expectation.file, expectation.line))


def _moved(golden: GoldenRun, summary: Mapping[str, Any], record: RunRecord) -> Iterator[str]:
    """Yield the figures that are out of their tolerances."""
    scene = OneRun(RunFigures(summary, record))
    for text in golden.figures:
        try:
            outcome = Expectation.parse(text).evaluate({"": scene})
        except ExpectationError as error:
            yield f"{text!r} of the golden is no expectation: {error}"
            continue
        if not outcome.passed:
            yield str(outcome)


def _changes(elsewhere: Mapping[str, tuple[str | None, str | None]]) -> str:
    return "; ".join(f"{name} was {then}, is {now}" for name, (then, now) in elsewhere.items())


def said(golden: Golden, tried: Tried, differences: Sequence[str]) -> list[str]:
    """Return the report on a golden whose runs differ, in lines."""
    file = tried.trial.file
    elsewhere = golden.elsewhere(tried)
    how = _changes(elsewhere)
    head = f"figures are out of the golden's tolerances ({how})" if elsewhere else "the runs are not the golden ones"
    hint = f"if this is meant: wayfare test --update {'--smoke ' if tried.trial.smoke else ''}{file}"
    return [f"{golden.file}: {head}", *(f"  {difference}" for difference in differences), f"  {hint}"]

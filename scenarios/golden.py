"""Golden runs: what the runs of a scenario were, kept beside its file, so that any change of a bit is noticed.

`x.scenario.yaml` has its golden in `x.golden.json`, its quick variant in `x.smoke.golden.json`: what decides the last
bit on the machine that made it, and of each run its scenario, the digests, the figures with tolerances as expectations,
and a chain of digests of the events. `x.golden.parquet` holds the first events themselves. Where what decides the last
bit is the same, the digests must be; the figures must lie within their tolerances everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .errors import Problem, ScenarioError, counted
from .expectations import Expectation
from .expecting.errors import ExpectationError
from .golden_events import KEPT_ROWS, EventChain, KeptEvents, first_difference
from .golden_figures import broken, drafted, renewed
from .golden_scenario import Keys, changes, keys_of, less, more
from .trial import SUFFIX, Tried, TriedRun

FORMAT = 1


class GoldenRefused(ScenarioError):  # noqa: N818 - it says what happened
    """No golden is made of runs that break an expectation, or a bound of the golden that is there."""


@dataclass(frozen=True)
class GoldenRun:
    """What one run of a scenario was.

    Attributes:
        label: What tells it from the others of its scenario; empty where it is the only one.
        scenario_hash: Of the resolved scenario.
        digests: Of its events, and of the weights of its answers, if it has any.
        events: The chain of digests of its events.
        figures: Expectations that state its figures, with tolerances.
        scenario: What it says: of the first run each key, of others those in which they differ from the first.
    """

    label: str
    scenario_hash: str
    digests: Mapping[str, str | None]
    events: EventChain
    figures: tuple[str, ...]
    scenario: Keys = field(default_factory=dict)


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
            ScenarioError: It cannot be read, is none, or has a figure that is no expectation.
        """
        try:
            text = file.read_text(encoding="utf-8")
            content = json.loads(text)
            if content["format"] != FORMAT:
                raise ValueError(f"format {content['format']}; this version of Wayfare reads {FORMAT}")
            runs = [
                GoldenRun(**{**run, "events": EventChain(**run["events"]), "figures": tuple(run["figures"])})
                for run in content["runs"]
            ]
            golden = cls(file, content["fingerprint"], {run.label: run for run in runs})
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            message = f"is no golden ({error!r}); remove it, and 'wayfare test --update' makes it anew"
            raise ScenarioError(Problem(message, str(file))) from error
        if problems := list(_malformed(golden, text)):
            raise ScenarioError(*problems)
        return golden

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
        figures = f"{counted(sum(len(run.figures) for run in self.runs.values()), 'figure')} as stated"
        if elsewhere:
            return f"{figures}; digests are not compared ({_changes(elsewhere)})"
        lost = KeptEvents.read(events_file(self.file)).lost
        return f"the same digests, {figures}" + (f"; {lost}: 'wayfare test --update' makes it anew" if lost else "")

    def has_digests_of(self, tried: Tried) -> bool:
        """Say whether all runs have the digests of the golden."""
        labels = {tried.trial.label(run.planned): run for run in tried.runs}
        return labels.keys() == self.runs.keys() and not any(
            self._differing(self.runs[label], run) for label, run in labels.items()
        )

    def _differing(self, golden: GoldenRun, run: TriedRun) -> list[str]:
        """Return which digests of a run are not the golden ones; all where it broke down."""
        from wayfare.emulator.records import RunRecord

        if run.folder is None or run.error is not None:
            return list(golden.digests)
        digests = (RunRecord(run.folder).summary or {})["digest"]
        return [name for name, digest in golden.digests.items() if digests.get(name) != digest]

    def _of_run(self, golden: GoldenRun, run: TriedRun) -> Iterator[str]:
        from wayfare.emulator.records import RunRecord

        assert run.folder is not None
        record = RunRecord(run.folder)
        moved = list(broken(golden.figures, record.summary or {}, record))
        differing = self._differing(golden, run)
        if not differing or self.fingerprint != deciding(run):
            if moved:
                yield from self._other_scenario(golden, run)
            yield from moved
            return
        yield f"the digest of {' and of '.join(differing)} is not the golden one"
        yield from self._other_scenario(golden, run)
        kept = KeptEvents.read(events_file(self.file))
        first = first_difference(golden.events, kept.of(golden.label), record, kept.lost)
        yield first or f"all {golden.events.rows:,} events are the same"
        yield from moved or ["all figures lie within their tolerances"]

    def _other_scenario(self, golden: GoldenRun, run: TriedRun) -> Iterator[str]:
        """Say in which keys the scenario is another, or that it is where no key is."""
        if golden.scenario_hash == run.planned.scenario_hash:
            return
        first = next(iter(self.runs.values())).scenario
        before = more(first, golden.scenario)
        found = list(changes(before, keys_of(run.planned.scenario, self.file.parent))) if before else []
        where = ": " + "; ".join(found) if found else ", or a file that it names is not"
        yield f"the scenario is not the one that the golden was made of{where}"


def golden_file(scenario_file: Path, *, smoke: bool = False) -> Path:
    """Return where the golden of a scenario file is, or that of its quick variant."""
    name = scenario_file.name.removesuffix(SUFFIX)
    return scenario_file.with_name(f"{name}{'.smoke' if smoke else ''}.golden.json")


def events_file(golden: Path) -> Path:
    """Return where the first events of a golden are."""
    return golden.with_suffix(".parquet")


def update(tried: Tried) -> str:
    """Make the golden of a scenario file, or make it anew, and say so; tolerances, bounds and other lines stay.

    Raises:
        GoldenRefused: A run broke down, an expectation fails, or a line of the golden that has no value to renew: such
            runs are no model for others.
        ScenarioError: The golden that is there is none.
        OSError: The folder does not take it.
    """
    from wayfare.emulator.records import RunRecord
    from wayfare.emulator.records.files import replace_all

    file = golden_file(tried.trial.file, smoke=tried.trial.smoke)
    _check_passed(tried)
    before = Golden.read(file).runs if file.is_file() else {}
    kept: list[KeptEvents] = []
    runs: list[GoldenRun] = []
    problems: list[Problem] = []
    first: dict[str, str] = {}
    for run in tried.runs:
        assert run.folder is not None
        label, record = tried.trial.label(run.planned), RunRecord(run.folder)
        summary = record.summary or {}
        chain, events = EventChain.of(record, label, KEPT_ROWS // len(tried.runs))
        figures = renewed(before[label].figures, summary, record) if label in before else drafted(summary)
        keys = keys_of(run.planned.scenario, file.parent)
        first = first or keys
        own = keys if keys is first else less(keys, first)
        runs.append(GoldenRun(label, run.planned.scenario_hash, summary["digest"], chain, tuple(figures), own))
        kept.append(events)
        problems += [_refusal(file, label, said) for said in broken(runs[-1].figures, summary, record)]
    if problems:
        raise GoldenRefused(*problems)
    content = {"format": FORMAT, "fingerprint": deciding(tried.runs[0]), "runs": [asdict(run) for run in runs]}
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    replace_all({events_file(file): KeptEvents.together(kept).content(), file: text.encode()})
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
        raise GoldenRefused(Problem(f"no golden was made: a run broke down ({run.error})", str(trial.file)))
    for expectation in trial.expectations:
        outcome = tried.outcome(expectation)
        if not outcome.passed:
            message = f"no golden was made, as an expectation fails: {outcome}"
            raise GoldenRefused(Problem(message, expectation.file, expectation.line))


def _refusal(file: Path, label: str, said: str) -> Problem:
    place = f"{label}: " if label else ""
    return Problem(f"no golden was made, as a line of the one that is there does not hold: {place}{said}", str(file))


def _malformed(golden: Golden, text: str) -> Iterator[Problem]:
    """Yield a problem for each figure that is no expectation, with its line in the file's text."""
    lines = text.splitlines()
    for figure in dict.fromkeys(figure for run in golden.runs.values() for figure in run.figures):
        try:
            Expectation.parse(figure)
        except ExpectationError as error:
            written = json.dumps(figure, ensure_ascii=False)
            line = next((number for number, row in enumerate(lines, 1) if written in row), None)
            yield Problem(str(error), str(golden.file), line, "figures")


def _changes(elsewhere: Mapping[str, tuple[str | None, str | None]]) -> str:
    return "; ".join(f"{name} was {then}, is {now}" for name, (then, now) in elsewhere.items())


def said(golden: Golden, tried: Tried, differences: Sequence[str]) -> list[str]:
    """Return the report on a golden whose runs differ, in lines."""
    file = tried.trial.file
    elsewhere = golden.elsewhere(tried)
    hint = f"if this is meant: wayfare test --update {'--smoke ' if tried.trial.smoke else ''}{file}"
    if elsewhere:
        head = f"figures are out of the golden's tolerances ({_changes(elsewhere)})"
    elif golden.has_digests_of(tried):
        head = "the digests are the same, but figures are not as stated"
        hint = f"a line was changed by hand: mend it; what stands after == is renewed by {hint.partition(': ')[2]}"
    else:
        head = "the runs are not the golden ones"
    return [f"{golden.file}: {head}", *(f"  {difference}" for difference in differences), f"  {hint}"]

"""The pytest plug-in: `pytest scenarios/` runs every `*.scenario.yaml` that promises something, one test a promise.

The runs of a file are shared by its tests, in all processes of pytest-xdist: who needs them first claims them. They are
written below pytest's temporary folder, or where `--wayfare-runs` says. Everything of Wayfare is imported when the
first scenario file is collected, because pytest loads this module in every session.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from wayfare.scenarios.expectations import Expectation
    from wayfare.scenarios.trial import Trial, Tried

SUFFIX = ".scenario.yaml"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `wayfare test`."""
    group = parser.getgroup("wayfare")
    about = "Run the quick variant of every scenario: with the overrides of its section 'smoke'."
    group.addoption("--smoke", action="store_true", help=about)
    about = "Make the golden runs of all scenarios that are collected, or make them anew."
    group.addoption("--update-golden", action="store_true", help=about)
    about = "Folder for the run folders of scenarios; by default below pytest's own temporary one."
    group.addoption("--wayfare-runs", metavar="PARENT", type=Path, help=about)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """Collect a scenario file, but not the copies that a sweep folder keeps."""
    if not file_path.name.endswith(SUFFIX) or any((folder / "sweep.json").is_file() for folder in file_path.parents):
        return None
    return ScenarioFile.from_parent(parent, path=file_path)


class PromiseBroken(Exception):  # noqa: N818 - it says what happened
    """A run that did not turn out as its scenario promises; the message is the whole report."""


class ScenarioFile(pytest.File):
    """A scenario file, and the runs that its tests share."""

    trial: Trial
    _tried: Tried | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each expectation and one for the golden, or one that fails if the file is wrong."""
        from wayfare.scenarios.errors import ScenarioError
        from wayfare.scenarios.golden import golden_file
        from wayfare.scenarios.trial import Trial

        smoke = self.config.getoption("smoke")
        try:
            self.trial = Trial(self.path, smoke=smoke)
        except ScenarioError as error:
            yield WrongScenario.from_parent(self, name="scenario", error=error)
            return
        for expectation in self.trial.expectations:
            yield ExpectationItem.from_parent(self, name=expectation.text, expectation=expectation)
        if self.config.getoption("update_golden") or golden_file(self.path, smoke=smoke).is_file():
            yield GoldenItem.from_parent(self, name="golden")

    def tried(self) -> Tried:
        """Return what came of the runs, which whoever asks first starts.

        A run that breaks down fails the test that started it and skips the others, which would say the same again.
        """
        from wayfare.scenarios.claims import BrokenBefore, claimed

        if self._tried is None:
            try:
                self._tried = claimed(self.trial, _claims(self.config), self.config.getoption("wayfare_runs"))
            except BrokenBefore as broken:
                pytest.skip(f"the run of {self.path.name} broke down; another test of this file says how ({broken})")
        return self._tried


class PromiseItem(pytest.Item):
    """A test of something that a scenario file promises."""

    parent: ScenarioFile

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Return a line that says what was expected; only a fault of ours has a traceback."""
        from wayfare.scenarios.errors import ScenarioError

        if isinstance(excinfo.value, PromiseBroken | ScenarioError | MemoryError):
            return _shortened(self, str(excinfo.value))
        return str(super().repr_failure(excinfo))


class ExpectationItem(PromiseItem):
    """A test of one expectation; JUnit XML gets its values as properties."""

    def __init__(self, *, expectation: Expectation, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.expectation = expectation

    def runtest(self) -> None:
        """Run the scenario, unless another test of the file has, and compare."""
        tried = self.parent.tried()
        outcome = tried.outcome(self.expectation)
        self.user_properties.extend(outcome.properties())
        folders = tried.folders(outcome)
        self.user_properties.extend(("run_folder", str(folder)) for folder in folders)
        if not outcome.passed:
            kept = "\n".join(f"run folder: {folder}" for folder in folders)
            raise PromiseBroken(f"{outcome.place}: {outcome}\n{kept}")

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return file, line from zero, and name."""
        return self.path, (self.expectation.line or 1) - 1, f"expect: {self.name}"


class GoldenItem(PromiseItem):
    """A test of whether the runs are what they were; with `--update-golden` it makes them the golden ones."""

    def runtest(self) -> None:
        """Run the scenario, unless another test of the file has, and compare with its golden."""
        from wayfare.scenarios.golden import Golden, golden_file, said, update

        tried = self.parent.tried()
        folders = [run.folder for run in tried.runs if run.folder is not None]
        self.user_properties.extend(("run_folder", str(folder)) for folder in dict.fromkeys(folders))
        if self.config.getoption("update_golden"):
            self.user_properties.append(("golden", update(tried)))
            return
        golden = Golden.read(golden_file(self.path, smoke=self.parent.trial.smoke))
        differences = list(golden.differences(tried))
        if differences:
            kept = [f"run folder: {folder}" for folder in dict.fromkeys(folders)]
            raise PromiseBroken("\n".join([*said(golden, tried, differences), *kept]))
        self.user_properties.append(("golden", golden.agreement(tried)))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return file, line from zero, and name."""
        return self.path, 0, "golden"


class WrongScenario(PromiseItem):
    """The one test of a file that holds no scenario; it fails."""

    def __init__(self, *, error: Exception, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.error = error

    def runtest(self) -> None:
        """Fail with what is wrong."""
        raise self.error

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return file, line from zero, and name."""
        return self.path, 0, f"load: {self.path.name}"


def _shortened(item: pytest.Item, message: str) -> str:
    """Return the message with the file, and those beside it, as seen from where pytest was started."""
    start, folder = item.config.invocation_params.dir, item.path.parent
    if not folder.is_relative_to(start):
        return message
    return message.replace(f"{folder}/", "".join(f"{part}/" for part in folder.relative_to(start).parts))


def _claims(config: pytest.Config) -> Path:
    """Return the folder of this session's claims: below pytest's own, and one for all processes of pytest-xdist."""
    factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]
    base = factory.getbasetemp()
    return (base.parent if hasattr(config, "workerinput") else base) / "wayfare-runs"

"""The pytest plug-in: `pytest scenarios/` runs every `*.scenario.yaml` that expects something, one test an expectation.

The run is shared by the tests of a file and written below pytest's temporary folder. Everything of Wayfare is imported
when the first scenario file is collected, because pytest loads this module in every session.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from wayfare.scenarios.expectations import Expectation
    from wayfare.scenarios.running import RunOutcome
    from wayfare.scenarios.schema import Scenario

SUFFIX = ".scenario.yaml"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """Collect a scenario file."""
    return ScenarioFile.from_parent(parent, path=file_path) if file_path.name.endswith(SUFFIX) else None


class ExpectationFailed(Exception):  # noqa: N818 - it says what happened
    """A run that did not turn out as its scenario expects; the message is the whole report."""


class ScenarioFile(pytest.File):
    """A scenario file, and the run that its tests share."""

    scenario: Scenario
    _ran: RunOutcome | None = None
    _broken: bool = False

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each expectation, or one that fails if the file is wrong."""
        from wayfare.scenarios.errors import ScenarioError
        from wayfare.scenarios.loading import load

        try:
            self.scenario = load(self.path)
        except ScenarioError as error:
            yield WrongScenario.from_parent(self, name="scenario", error=error)
            return
        for expectation in self.scenario.expect:
            yield ExpectationItem.from_parent(self, name=expectation.text, expectation=expectation)

    def run(self) -> RunOutcome:
        """Return the outcome of the run, which the first test starts.

        A run that breaks down fails the test that started it and skips the others, which would say the same again.
        """
        from wayfare.scenarios.running import run

        if self._broken:
            pytest.skip(f"the run of {self.path.name} broke down; the first test of this file says how")
        if self._ran is None:
            self._broken = True
            self._ran = run(self.scenario, _folder(self.config))
            self._broken = False
        return self._ran


class ExpectationItem(pytest.Item):
    """A test of one expectation."""

    parent: ScenarioFile

    def __init__(self, *, expectation: Expectation, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.expectation = expectation

    def runtest(self) -> None:
        """Run the scenario, unless another test of the file has, and compare."""
        ran = self.parent.run()
        outcome = self.expectation.evaluate(ran.summary)
        if not outcome.passed:
            place = f"{self.path}:{outcome.line}"
            raise ExpectationFailed(f"{place}: {outcome}\nrun folder: {ran.folder}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Return a line that says what was expected; only a fault of ours has a traceback."""
        from wayfare.scenarios.errors import ScenarioError

        if isinstance(excinfo.value, ExpectationFailed | ScenarioError):
            return _shortened(self, str(excinfo.value))
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return file, line from zero, and name."""
        return self.path, (self.expectation.line or 1) - 1, f"expect: {self.name}"


class WrongScenario(pytest.Item):
    """The one test of a file that holds no scenario; it fails."""

    def __init__(self, *, error: Exception, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.error = error

    def runtest(self) -> None:
        """Fail with what is wrong."""
        raise self.error

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Return the problems of the file, one a line."""
        return _shortened(self, str(excinfo.value))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return file, line from zero, and name."""
        return self.path, 0, f"load: {self.path.name}"


def _shortened(item: pytest.Item, message: str) -> str:
    """Return the message with the file as seen from where pytest was started."""
    start = item.config.invocation_params.dir
    path = item.path.relative_to(start) if item.path.is_relative_to(start) else item.path
    return message.replace(str(item.path), str(path))


def _folder(config: pytest.Config) -> Path:
    """Return a fresh folder below pytest's own temporary one."""
    factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]
    return factory.mktemp("wayfare-runs")

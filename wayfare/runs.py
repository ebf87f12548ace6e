"""Run: a run in a notebook or a script, from `wayfare.run` or `wayfare.load`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]
    import plotly.graph_objects as go
    import pyarrow as pa

    from wayfare.dashboard.run_data import RunData
    from wayfare.dashboard.run_store import RunStore
    from wayfare.emulator.records import RunRecord
    from wayfare.models.model import Model

Settings = Mapping[str, Any]


class Run:
    """A run folder, running or finished; what is read is what is there at that moment.

    Attributes:
        folder: Where it is.
        record: The reader of the folder, with the stored tables as they are.
    """

    def __init__(self, folder: Path | str) -> None:
        """Open a run folder.

        Raises:
            RecordError: It is none.
        """
        from wayfare.emulator.records import RunRecord

        self.folder = Path(folder)
        self.record: RunRecord = RunRecord(self.folder)

    def __repr__(self) -> str:
        return f"<Run {self.name}, {self.status}, in {self.folder}>"

    @property
    def name(self) -> str:
        """Return the name of the scenario."""
        return str(self.record.manifest["name"])

    @property
    def status(self) -> str:
        """Return ``running``, ``finished``, ``failed`` or ``stopped``."""
        return str(self.record.manifest["status"])

    @property
    def summary(self) -> dict[str, Any]:
        """Return the final figures, as docs/run-folder.md lists them.

        Raises:
            RecordError: The run has not finished.
        """
        from wayfare.emulator.records import RecordError

        summary = self.record.summary
        if summary is None:
            raise RecordError(f"{self.folder}: has no summary, as it is {self.status}")
        return summary

    @property
    def scenario(self) -> str:
        """Return the scenario as it was resolved: YAML that runs as it is."""
        return self.record.scenario_text

    @property
    def passed(self) -> bool:
        """Whether every expectation that one run can decide holds."""
        return all(outcome["passed"] for outcome in self.summary["expectations"])

    def value(self, figure: str) -> float | int | str | None:
        """Return a figure, in the language of `expect` and in SI; None where the run has not measured it.

        Args:
            figure: Such as `accuracy.final`, `accuracy.time_to(0.9)` or `bytes.total / time.virtual`.

        Raises:
            ExpectationError: There is no such figure; the message has the nearest.
            RecordError: The run has not finished.
        """
        from wayfare.scenarios.expectations import OneRun
        from wayfare.scenarios.expecting import RunFigures, parse

        return parse(figure).value(OneRun(RunFigures(self.summary, self.record)))

    def table(self, name: str = "metrics") -> pa.Table:
        """Return a table as `wayfare export` has it, nodes by name.

        Args:
            name: `flows`, `events`, `metrics`, `links`, `nodes`, `energy`, `places`, `radio` or `scalings`.

        Raises:
            ValueError: There is no such table.
        """
        from wayfare.emulator.records import EXPORTS
        from wayfare.scenarios.errors import unknown

        if name not in EXPORTS:
            raise ValueError(unknown("table", name, EXPORTS))
        return EXPORTS[name](self.record)

    def frame(self, name: str = "metrics") -> pd.DataFrame:
        """Return a table as a pandas DataFrame.

        Raises:
            ModuleNotFoundError: pandas is not installed; `table` needs nothing.
            ValueError: There is no such table.
        """
        return as_frame(self.table(name))

    @property
    def figures(self) -> list[str]:
        """Return the names of the figures that this run has something to show in."""
        from wayfare.dashboard.charts import CHARTS

        data = self._data()
        return [name for name, chart in CHARTS.items() if chart.suits(data)]

    def figure(self, name: str = "accuracy", *, scheme: str = "light", **choices: str) -> go.Figure:
        """Return a figure of the dashboard.

        Args:
            name: One of `figures`: `accuracy`, `traffic`, `links`, `journeys`, `energy` and others.
            scheme: Colours, `light` or `dark`.
            choices: What the dashboard lets a reader choose, such as `by="packet"`.

        Raises:
            ValueError: There is no such figure or choice.
        """
        import plotly.graph_objects as go

        from wayfare.dashboard.charts import CHARTS, View
        from wayfare.dashboard.texts import words_of
        from wayfare.dashboard.theme import palette_of
        from wayfare.scenarios.errors import unknown

        if name not in CHARTS:
            raise ValueError(unknown("figure", name, CHARTS))
        chart = CHARTS[name]
        for choice, value in choices.items():
            if choice not in chart.choices:
                raise ValueError(unknown("choice", choice, chart.choices))
            if value not in chart.choices[choice]:
                raise ValueError(f"{choice}: {unknown('value', value, chart.choices[choice])}")
        drawn = chart.draw(self._data(), View(palette_of(scheme), words_of("en"), choices))
        return go.Figure(drawn)

    def models(self) -> dict[str, Model]:
        """Return the method's answers at the end, with their weights, by name.

        Raises:
            RecordError: None were kept, or they are damaged.
        """
        from wayfare.emulator.exporting.answers import kept_answers

        return kept_answers(self.record)

    def export(self, to: str, output: Path | str) -> None:
        """Write the run for another tool, as `wayfare export --to` does.

        Raises:
            ValueError: There is no such format.
            RecordError: The run has nothing of it, or a tool is missing.
        """
        from wayfare.emulator.exporting import EXPORTS
        from wayfare.scenarios.errors import unknown

        from .output_file import write_output

        if to not in EXPORTS:
            raise ValueError(unknown("format", to, EXPORTS))
        content = EXPORTS[to].write(self.record, str(output))
        if content is not None:
            write_output("export", Path(output), content)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from .figures import figures

        rows = [("status", self.status), *(figures(self.record.summary or {}))]
        cells = "".join(f"<tr><td>{escape(label)}</td><td>{escape(text)}</td></tr>" for label, text in rows)
        return f"<table><caption>{escape(self.name)}: {escape(str(self.folder))}</caption>{cells}</table>"

    def _data(self) -> RunData:
        return self._store.open(self.folder.resolve().name)

    @cached_property
    def _store(self) -> RunStore:
        from wayfare.dashboard.run_store import RunStore

        return RunStore(self.folder)


def load(folder: Path | str) -> Run:
    """Open a run folder.

    Raises:
        RecordError: It is none; what it is instead is said, if that can be.
    """
    from wayfare.emulator.records import RecordError, find_runs
    from wayfare.scenarios.sweep_folder import is_sweep

    path = Path(folder)
    if path.is_file():
        raise RecordError(f"{path}: is a file; wayfare.run runs a scenario file, and load opens a run folder")
    if is_sweep(path):
        raise RecordError(f"{path}: is a sweep folder; wayfare.load_sweep opens it")
    found = find_runs(path) if path.is_dir() else []
    if found and path not in found:
        raise RecordError(f"{path}: holds {len(found)} run folders and is none itself; the last of them is {found[-1]}")
    return Run(path)


def run(
    scenario: Path | str,
    settings: Settings | None = None,
    *,
    seed: int | None = None,
    smoke: bool = False,
    out: Path | str = "runs",
    cache: bool = True,
) -> Run:
    """Run a scenario file, and return the run.

    Args:
        scenario: A `*.scenario.yaml` file that asks for one run.
        settings: Values that replace those of the file, by key: `{"learning.packets": 3, "stop": "2 s"}`.
        seed: Replaces the scenario's seed.
        smoke: Whether to run its quick variant.
        out: The folder in which the run folder is made.
        cache: Whether to remember training results and use remembered ones.

    Raises:
        ScenarioError: It is wrong, or asks for several runs; nothing was run.
        RunFailed: It broke down through our fault; its folder is kept.
    """
    from wayfare.scenarios.errors import Problem, ScenarioError
    from wayfare.scenarios.running import run as run_scenario
    from wayfare.scenarios.study import study_of

    study = study_of(scenario, written(settings), seed, smoke=smoke)
    if len(study.runs) > 1:
        message = f"asks for {len(study.runs)} runs; wayfare.run_sweep runs them all"
        raise ScenarioError(Problem(message, str(scenario)))
    return Run(run_scenario(study.runs[0].scenario, Path(out), cache=cache).folder)


def written(settings: Settings | None) -> list[str]:
    """Return settings as `--set` has them."""
    return [f"{key}={json.dumps(value)}" for key, value in (settings or {}).items()]


def as_frame(table: pa.Table) -> pd.DataFrame:
    """Return a table as a pandas DataFrame.

    Raises:
        ModuleNotFoundError: pandas is not installed.
    """
    try:
        import pandas  # noqa: F401 - Arrow needs it
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "pandas is not installed: pip install pandas, or use table(), which returns a pyarrow.Table"
        ) from error
    return table.to_pandas()

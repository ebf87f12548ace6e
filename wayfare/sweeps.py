"""Runs: all runs of a sweep in a notebook or a script, from `wayfare.run_sweep` or `wayfare.load_sweep`."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .runs import Run, Settings, as_frame, written

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]
    import pyarrow as pa

KEY_FIGURES = ("accuracy.final", "bytes.total", "energy.total", "flows.last_end", "packets.dropped")


class SweepFailed(RuntimeError):  # noqa: N818 - it says what happened
    """A sweep of which no run has finished; the message has the causes, and the folder keeps what was recorded."""


class Runs:
    """A sweep folder: the runs of each point, method and seed.

    Attributes:
        folder: Where it is.
        sweep: Its reader.
    """

    def __init__(self, folder: Path | str) -> None:
        """Open a sweep folder.

        Raises:
            RecordError: It is none.
        """
        from wayfare.scenarios.sweep_folder import Sweep

        self.folder = Path(folder)
        self.sweep = Sweep(self.folder)

    def __repr__(self) -> str:
        return repr(self.sweep).replace("Sweep", "Runs", 1)

    def __len__(self) -> int:
        """Return how many runs have finished."""
        return len(self.sweep.runs) - len(self.sweep.unfinished)

    def __iter__(self) -> Iterator[Run]:
        """Yield the runs that have finished."""
        return (Run(run.folder) for run in self.sweep.runs if run.status == "finished" and run.folder is not None)

    def select(self, *, point: int | None = None, method: str | None = None, seed: int | None = None) -> list[Run]:
        """Return the finished runs of a point, a method and a seed; what is None is left open."""
        chosen = self.sweep.select(point=point, method=method, seed=seed)
        return [Run(run.folder) for run in chosen if run.status == "finished" and run.folder is not None]

    def table(self, figures: Sequence[str] = KEY_FIGURES) -> pa.Table:
        """Return a row for each finished run: what its point sets, method, seed, and figures in SI.

        Args:
            figures: In the language of `expect`: `accuracy.final`, `accuracy.time_to(0.9)`.

        Raises:
            ExpectationError: There is no such figure.
        """
        import pyarrow as pa

        from wayfare.scenarios.point_labels import shown_value

        rows: list[dict[str, Any]] = []
        for entry in self.sweep.runs:
            if entry.status == "finished" and entry.folder is not None:
                point = {key: _plain(value, shown_value) for key, value in entry.values.items()}
                run = Run(entry.folder)
                values = {figure: run.value(figure) for figure in figures}
                rows.append({**point, "method": entry.method, "seed": entry.seed, **values, "folder": str(run.folder)})
        names = [*self.sweep.fields, "method", "seed", *figures, "folder"]
        return pa.table({name: [row.get(name) for row in rows] for name in names})

    def frame(self, figures: Sequence[str] = KEY_FIGURES) -> pd.DataFrame:
        """Return `table` as a pandas DataFrame.

        Raises:
            ModuleNotFoundError: pandas is not installed; `table` needs nothing.
            ExpectationError: There is no such figure.
        """
        return as_frame(self.table(figures))


def load_sweep(folder: Path | str) -> Runs:
    """Open a sweep folder.

    Raises:
        RecordError: It is none.
    """
    return Runs(folder)


def run_sweep(
    scenario: Path | str,
    settings: Settings | None = None,
    *,
    seed: int | None = None,
    replications: int | None = None,
    smoke: bool = False,
    out: Path | str = "runs",
    workers: int | None = None,
    cache: bool = True,
) -> Runs:
    """Run all that a scenario file asks for, each point of its sweep with each method and seed, and return the runs.

    What has finished there before is not run again. Runs that fail are left out, and a warning names them with their
    causes, as `sweep.failures()` does.

    Args:
        scenario: A `*.scenario.yaml` file.
        settings: Values that replace those of the file, by key.
        seed: Replaces the scenario's seed.
        replications: Replaces the scenario's replications.
        smoke: Whether to run its quick variant.
        out: The folder in which the sweep folder is made.
        workers: How many run at a time; by default one a processor.
        cache: Whether to remember training results and use remembered ones.

    Raises:
        ScenarioError: A run of it is wrong; nothing was run.
        SweepFailed: Not one run has finished; the message names all with their causes.
    """
    from wayfare.scenarios.study import study_of
    from wayfare.scenarios.sweeping import processes, sweep

    study = study_of(scenario, written(settings), seed, replications, smoke=smoke)
    runs = Runs(sweep(study, Path(out), crowd=processes(study, workers), cache=cache).folder)
    failures = runs.sweep.failures()
    if failures:
        said = f"{runs.folder}: {len(runs.sweep.unfinished)} of {len(runs.sweep.runs)} runs failed"
        message = "\n  ".join([said, *failures])
        if not len(runs):
            raise SweepFailed(message)
        warnings.warn(message, stacklevel=2)
    return runs


def _plain(value: Any, shown: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) or value is None else shown(value)

"""`wayfare compare`: runs and sweeps beside each other, with their statistics."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wayfare.scenarios.compared_runs import Group
    from wayfare.scenarios.comparison import Comparison


class Form(StrEnum):
    """How a comparison is printed."""

    TABLE = "table"
    CSV = "csv"
    LATEX = "latex"
    JSON = "json"


class IntervalOf(StrEnum):
    """How intervals of means are made."""

    T = "t"
    BOOTSTRAP = "bootstrap"


class PlotKind(StrEnum):
    """What a plot shows."""

    CURVE = "curve"
    FIELD = "field"
    BARS = "bars"
    PARETO = "pareto"


def command(
    paths: Annotated[list[Path], typer.Argument(metavar="RUN_OR_SWEEP...", help="Run folders and sweep folders.")],
    figure: Annotated[
        list[str] | None,
        typer.Option(
            "--figure", metavar="FIGURE", help="What to compare, such as accuracy.best; several are possible."
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold", metavar="ACCURACY", help="Add time, bytes and energy to this accuracy.", min=0, max=1
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="NAME", help="The method or group that the others are compared with."),
    ] = None,
    interval: Annotated[IntervalOf, typer.Option("--interval", help="How intervals of means are made.")] = IntervalOf.T,
    confidence: Annotated[
        float, typer.Option("--confidence", metavar="LEVEL", help="Of all intervals.", min=0.5, max=0.9999)
    ] = 0.95,
    form: Annotated[Form, typer.Option("--format", help="How to print it.")] = Form.TABLE,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="File to write instead of standard output.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw it too: *.html, *.png, *.svg or *.pdf.")
    ] = None,
    kind: Annotated[
        PlotKind | None,
        typer.Option("--kind", help="What the plot shows; by default 'field' where one is swept, else 'curve'."),
    ] = None,
) -> None:
    """Compare runs and sweeps: means with confidence intervals, differences by seed, effect sizes, Pareto front.

    Runs that differ in their seed alone are one group. Single runs, with nothing else asked for, are put side by side.
    Figures are those of 'expect', such as 'accuracy.time_to(0.8)' or 'bytes.by_class.access-up'.
    """
    from wayfare.scenarios.compared_runs import groups_of
    from wayfare.scenarios.comparison import ComparisonError, Measure, compare, default_measures, to_reach

    groups, notes = groups_of(paths)
    for note in notes:
        print(f"wayfare: {note}", file=sys.stderr)
    asked = (figure, threshold, baseline, output, plot, kind)
    if all(value is None for value in asked) and form == Form.TABLE and all(len(group.runs) == 1 for group in groups):
        _side_by_side(groups)
        return
    try:
        measures = [*map(Measure.of, figure), *to_reach(threshold)] if figure else default_measures(groups, threshold)
        comparison = compare(
            groups, measures, how=interval.value, confidence=confidence, baseline=baseline, threshold=threshold
        )
    except ComparisonError as error:
        raise typer.BadParameter(str(error)) from None
    if plot is not None:
        from .compare_plots import write_plot

        write_plot(comparison, plot, None if kind is None else kind.value)
    _print(comparison, form, output)


def _print(comparison: "Comparison", form: Form, output: Path | None) -> None:
    from . import compare_texts
    from .output_file import write_output

    if form == Form.TABLE:
        text = _tables(comparison, to_terminal=output is None)
    else:
        writers = {Form.CSV: compare_texts.as_csv, Form.LATEX: compare_texts.as_latex, Form.JSON: compare_texts.as_json}
        text = writers[form](comparison)
    if output is None:
        print(text, end="")
        return
    write_output("compare", output, text)


def _tables(comparison: "Comparison", *, to_terminal: bool) -> str:
    from rich.console import Console

    from .compare_texts import differences_table, means_table, notes

    width = None if to_terminal and sys.stdout.isatty() else max(60 + 30 * len(comparison.measures), 160)
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(means_table(comparison))
        differences = differences_table(comparison)
        if differences is not None:
            console.print()
            console.print(differences)
        console.print()
        for note in notes(comparison):
            console.print(note, markup=False, highlight=False)
    return capture.get()


def _side_by_side(groups: "list[Group]") -> None:
    """Print the figures of single runs, a column each."""
    from rich.console import Console

    from .display import comparison_table

    columns = [(group.label, run.summary) for group in groups for run in group.runs.values()]
    Console(width=None if sys.stdout.isatty() else 60 + 24 * len(columns)).print(comparison_table(columns))

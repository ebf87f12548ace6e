"""What a run shows on a terminal: a line of progress, then a table."""

import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from .figures import figures

if TYPE_CHECKING:
    from wayfare.emulator.world import Progress
    from wayfare.scenarios.expectations import Outcome

PLAIN_S = 2.0


class ProgressLine:
    """One live line on a terminal, or a plain line every two seconds elsewhere; both on standard error."""

    def __init__(self, name: str, stream: TextIO | None = None) -> None:
        self._name = name
        self._console = Console(file=stream or sys.stderr)
        self._live = Live(Text(f"{name}: preparing"), console=self._console, transient=True, auto_refresh=False)
        self._printed = self._at = time.monotonic()
        self._events = 0

    def __enter__(self) -> "ProgressLine":
        if self._console.is_terminal:
            self._live.start(refresh=True)
        else:
            print(f"{self._name}: preparing", file=self._console.file, flush=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def __call__(self, progress: "Progress") -> None:
        """Show where the run is."""
        now = time.monotonic()
        rate = (progress.events - self._events) / max(now - self._at, 1e-9)
        self._events, self._at = progress.events, now
        line = self._line(progress, rate)
        if self._console.is_terminal:
            self._live.update(Text(line, no_wrap=True, overflow="ellipsis"), refresh=True)
        elif now - self._printed >= PLAIN_S:
            self._printed = now
            print(line, file=self._console.file, flush=True)

    def _line(self, progress: "Progress", events_per_s: float) -> str:
        end = "" if progress.stop_s is None else f" of {progress.stop_s:g}"
        parts = [
            f"{self._name}: {progress.virtual_s:.3f}{end} s",
            f"{events_per_s:,.0f} events/s",
            f"{progress.packets_in_flight} packets in flight",
        ]
        if progress.accuracy is not None:
            parts.append(f"accuracy {progress.accuracy:.4f}")
        return " | ".join(parts)


def results_table(name: str, summary: dict[str, Any], outcomes: "Sequence[Outcome]") -> Table:
    """Return a run's figures and expectations as a table."""
    table = Table(title=name, title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    for label, text in figures(summary):
        table.add_row(label, text)
    for outcome in outcomes:
        mark = Text("holds", style="green") if outcome.passed else Text("FAILS", style="bold red")
        table.add_row(Text(f"expect {outcome}"), mark)
    return table


def comparison_table(runs: Sequence[tuple[str, dict[str, Any]]]) -> Table:
    """Return the figures of several runs side by side; runs are (heading, summary)."""
    columns = [dict(figures(summary)) for _, summary in runs]
    labels = list(dict.fromkeys(label for column in columns for label in column))
    order = {label: place for place, label in enumerate(labels)}
    table = Table(box=None, pad_edge=False)
    table.add_column("", style="dim")
    for heading, _ in runs:
        table.add_column(heading, justify="right")
    for label in sorted(labels, key=lambda label: (_section(label, labels), order[label])):
        table.add_row(label, *(column.get(label, "-") for column in columns))
    return table


def _section(label: str, labels: Sequence[str]) -> int:
    """Return where the first label of the same section stands, so that sections stay together."""
    return next(place for place, other in enumerate(labels) if other.split(":")[0] == label.split(":")[0])

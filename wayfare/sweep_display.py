"""What a sweep shows on a terminal: a bar over all runs; elsewhere a plain line for each run that ends."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from wayfare.scenarios.sweeping import SweepProgress

_LABELS = 3


class SweepDisplay:
    """One display of a sweep's progress, on standard error."""

    def __init__(self, name: str, *, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._name = name
        self._quiet = quiet
        self._console = Console(file=stream or sys.stderr)
        self._began = time.monotonic()
        self._started = False
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[what]}"),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task(name, total=None, what="")

    def __enter__(self) -> "SweepDisplay":
        if self._console.is_terminal and not self._quiet:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._console.is_terminal and not self._quiet:
            self._bar.stop()

    def __call__(self, progress: "SweepProgress") -> None:
        """Show where the sweep is."""
        if self._quiet:
            return
        if self._console.is_terminal:
            self._show(progress)
        else:
            self._print(progress)

    def _show(self, progress: "SweepProgress") -> None:
        ended = progress.finished + progress.failed
        more = f" and {len(progress.running) - _LABELS} more" if len(progress.running) > _LABELS else ""
        what = (
            "; ".join(progress.running[:_LABELS]) + more + (f" | {progress.failed} failed" if progress.failed else "")
        )
        self._bar.update(self._task, total=progress.total, completed=ended, what=what)
        if progress.ended is not None and progress.ended.status == "failed":
            self._console.print(f"FAILED  {progress.ended.job.label}: {progress.ended.error}", markup=False)

    def _print(self, progress: "SweepProgress") -> None:
        ended, since = progress.finished + progress.failed, time.monotonic() - self._began
        if progress.ended is not None:
            said = "finished" if progress.ended.status == "finished" else f"FAILED: {progress.ended.error}"
            self._line(f"{ended} of {progress.total}, {since:.0f} s: {progress.ended.job.label}: {said}")
        elif not self._started:
            known = f", {progress.known} of them there already" if progress.known else ""
            self._line(f"{self._name}: {progress.total} runs{known}")
        self._started = True

    def _line(self, text: str) -> None:
        print(text, file=self._console.file, flush=True)

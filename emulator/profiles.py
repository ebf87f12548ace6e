"""Profiles: wires whose capacity and delay change on a schedule, or as they were measured somewhere."""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from .changes import Change
from .links import SomeLinks

LONGEST_DELAY_S = 1e6


class ProfileError(ValueError):
    """A profile file that is none; the message names file and line."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a wire is from a time on; what a step leaves out stays as it is."""

    at_s: Annotated[float, "When.", Ge(0)]
    rate_bps: Annotated[float | None, "Its capacity from then on; at 0 what is on it waits.", Ge(0)] = None
    delay_s: Annotated[float | None, "Delay of what leaves it from then on.", Ge(0), Le(LONGEST_DELAY_S)] = None

    def __post_init__(self) -> None:
        """Refuse a step that changes nothing."""
        if self.rate_bps is None and self.delay_s is None:
            raise ValueError("has neither a rate nor a delay; give one of them, or both")


@dataclass(frozen=True, kw_only=True)
class Profile(SomeLinks):
    """Wires whose rate and delay follow steps in time; before the first step they are what they are without it."""

    steps: Annotated[tuple[Step, ...], "Rates and delays, in order of time; these or 'file'."] = ()
    file: Annotated[
        str | None,
        "Path of a CSV file with the columns time_s, rate_bps and delay_s, the last two empty where nothing changes, "
        "or one of them left out; a relative path starts at the scenario's folder.",
    ] = None
    repeat_s: Annotated[float | None, "After so long the steps begin again; by default the last one stays.", Gt(0)] = (
        None
    )
    directions: Annotated[
        Literal["both", "forward"],
        "Both directions, or only that from the first of 'between' to the second; of a half-duplex wire both.",
    ] = "both"

    def __post_init__(self) -> None:
        """Refuse steps out of order, both kinds of steps or none, and a direction of links that have none."""
        super().__post_init__()
        if bool(self.steps) == (self.file is not None):
            raise ValueError("say how it changes: either 'steps' or a 'file'")
        if self.directions == "forward" and self.between is None:
            raise ValueError("directions: forward needs 'between', which says from where to where")
        if problem := self._disorder(self.steps):
            raise ValueError(problem)

    def changes(self) -> Iterator[Change]:
        """Yield the changes in order of time; without end if they repeat.

        Raises:
            ProfileError: The file cannot be read, or a line of it says something else.
        """
        steps = self.all_steps()
        period = 0
        while True:
            for step in steps:
                yield Change(period * (self.repeat_s or 0.0) + step.at_s, step.rate_bps, step.delay_s)
            if self.repeat_s is None:
                return
            period += 1

    def all_steps(self) -> tuple[Step, ...]:
        """Return the steps, from the file if there is one.

        Raises:
            ProfileError: The file cannot be read, or a line of it says something else.
        """
        if self.file is None:
            return self.steps
        try:
            with Path(self.file).open(encoding="utf-8", newline="") as lines:
                rows = csv.DictReader(lines)
                steps = tuple(self._step(row, rows.line_num) for row in rows)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise ProfileError(f"{self.file}: cannot be read as a profile ({reason})") from None
        if problem := self._disorder(steps) if steps else "has no line of data":
            raise ProfileError(f"{self.file}: {problem}")
        return steps

    def _step(self, row: dict[str, str], line: int) -> Step:
        try:
            at_s, rate_bps, delay_s = (self._number(row, key) for key in ("time_s", "rate_bps", "delay_s"))
            given = [number for number in (at_s, rate_bps, delay_s) if number is not None]
            if at_s is None or not all(0 <= number < math.inf for number in given) or (delay_s or 0) > LONGEST_DELAY_S:
                raise ValueError
            return Step(at_s=at_s, rate_bps=rate_bps, delay_s=delay_s)
        except (TypeError, ValueError):
            raise ProfileError(
                f"{self.file}:{line}: a profile has time_s, and rate_bps or delay_s or both, as numbers 0 or more"
            ) from None

    def _number(self, row: dict[str, str], key: str) -> float | None:
        text = row.get(key)
        return float(text) if text and text.strip() else None

    def _disorder(self, steps: Sequence[Step]) -> str | None:
        """Return what is wrong with the times of steps."""
        if any(not later.at_s > earlier.at_s for earlier, later in pairwise(steps)):
            return "the steps are not in order of time; each must be later than the one before"
        if self.repeat_s is not None and steps and self.repeat_s <= steps[-1].at_s:
            return "it repeats before its last step; 'repeat' must be longer than that takes"
        return None

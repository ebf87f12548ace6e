"""Background traffic: sources that send plain bytes besides what the experiment is about.

Each source draws from a random stream of its own and yields its transfers one by one, in order of time.
"""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import numpy as np
from annotated_types import Ge, Gt, Le

from .forwarding import PRIORITY_MAX


class Burst(NamedTuple):
    """One transfer of a source: when it starts [s], its ends, bytes, and the most it takes [bit/s]."""

    start_s: float
    from_: str
    to: str
    size_bytes: int
    cap_bps: float = math.inf


@dataclass(frozen=True, kw_only=True)
class Constant:
    """A transfer of the same size at regular intervals."""

    from_: Annotated[str, "The node that sends."]
    to: Annotated[str, "The node that receives."]
    size_bytes: Annotated[int, "How much each time.", Gt(0)]
    interval_s: Annotated[float, "From one start to the next.", Gt(0)]
    start_s: Annotated[float, "When the first one starts.", Ge(0)] = 0.0
    priority: Annotated[int, "On every link what has a higher one is served first.", Ge(0), Le(PRIORITY_MAX)] = 0

    def bursts(self, _: np.random.Generator) -> Iterator[Burst]:
        """Yield the transfers without end; nothing is random."""
        number = 0
        while True:
            yield Burst(self.start_s + number * self.interval_s, self.from_, self.to, self.size_bytes)
            number += 1


@dataclass(frozen=True, kw_only=True)
class Poisson:
    """Transfers that start independently of each other: exponential times between them."""

    from_: Annotated[str, "The node that sends."]
    to: Annotated[str, "The node that receives."]
    size_bytes: Annotated[int, "How much each time; the mean where sizes are exponential.", Gt(0)]
    interval_s: Annotated[float, "Mean time from one start to the next.", Gt(0)]
    sizes: Annotated[Literal["fixed", "exponential"], "Whether sizes are all the same or drawn."] = "fixed"
    priority: Annotated[int, "On every link what has a higher one is served first.", Ge(0), Le(PRIORITY_MAX)] = 0

    def bursts(self, rng: np.random.Generator) -> Iterator[Burst]:
        """Yield the transfers without end."""
        start_s = 0.0
        while True:
            start_s += float(rng.exponential(self.interval_s))
            drawn = float(rng.exponential(self.size_bytes)) if self.sizes == "exponential" else self.size_bytes
            yield Burst(start_s, self.from_, self.to, max(1, round(drawn)))


@dataclass(frozen=True, kw_only=True)
class OnOff:
    """A source that sends at its rate for a while, then is silent; both times are exponential, and it starts silent.

    What it would send in an on-time is one transfer that takes no more than the rate; on a full link it lasts longer.
    """

    from_: Annotated[str, "The node that sends."]
    to: Annotated[str, "The node that receives."]
    rate_bps: Annotated[float, "Rate while on.", Gt(0)]
    on_s: Annotated[float, "Mean time on.", Gt(0)]
    off_s: Annotated[float, "Mean time off.", Gt(0)]
    priority: Annotated[int, "On every link what has a higher one is served first.", Ge(0), Le(PRIORITY_MAX)] = 0

    def bursts(self, rng: np.random.Generator) -> Iterator[Burst]:
        """Yield the transfers without end."""
        start_s = 0.0
        while True:
            start_s += float(rng.exponential(self.off_s))
            on_s = float(rng.exponential(self.on_s))
            size_bytes = max(1, round(self.rate_bps * on_s / 8))
            yield Burst(start_s, self.from_, self.to, size_bytes, self.rate_bps)
            start_s += on_s


class TraceError(ValueError):
    """A trace file that is none; the message names file and line."""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Transfers from a CSV file with the columns start_s, src, dst and size_bytes, as ``wayfare export`` has them."""

    file: Annotated[str, "Path of the file; a relative one starts at the scenario's folder."]
    priority: Annotated[int, "On every link what has a higher one is served first.", Ge(0), Le(PRIORITY_MAX)] = 0

    def bursts(self, _: np.random.Generator) -> Iterator[Burst]:
        """Yield the transfers of the file, in order of time; nothing is random.

        Raises:
            TraceError: The file cannot be read, or a line of it says something else.
        """
        return iter(sorted(self._read(), key=lambda burst: burst.start_s))

    def _read(self) -> list[Burst]:
        try:
            with Path(self.file).open(encoding="utf-8", newline="") as lines:
                rows = csv.DictReader(lines)
                return [self._burst(row, rows.line_num) for row in rows]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise TraceError(f"{self.file}: cannot be read as a trace ({reason})") from None

    def _burst(self, row: dict[str, str], line: int) -> Burst:
        try:
            burst = Burst(float(row["start_s"]), row["src"], row["dst"], int(row["size_bytes"]))
        except (KeyError, TypeError, ValueError):
            raise TraceError(f"{self.file}:{line}: a trace has the columns start_s, src, dst, size_bytes") from None
        if not (0 <= burst.start_s < math.inf and burst.size_bytes > 0) or burst.from_ == burst.to:
            raise TraceError(f"{self.file}:{line}: not a transfer: {row}")
        return burst


BackgroundSource = Constant | Poisson | OnOff | Trace
BACKGROUND: dict[str, type[BackgroundSource]] = {
    "constant": Constant,
    "poisson": Poisson,
    "on-off": OnOff,
    "trace": Trace,
}

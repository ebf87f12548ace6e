"""A node's processor: jobs of known duration, first in, first out, in its slots."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from . import laws
from .clock import Appointment, Clock, Turn
from .meter import Meter
from .nodes import NodeClass

FEW = 16  # jobs; a node that has had no more may get no other
AHEAD = 64  # of a node that has had more, so many jitters are drawn at once


class Work(NamedTuple):
    """A job for a processor: how much, and what to do when it starts (given its duration [s]), is done, or is lost."""

    flop: float
    started: Callable[[float], None]
    finished: Callable[[], None]
    lost: Callable[[], None] = lambda: None


class Processor:
    """Computes jobs in virtual time.

    A job lasts its counted FLOPs over the node's rate and efficiency, times a seeded jitter of mean 1.

    Args:
        draw: Yields the streams of jobs by their numbers, from 1, each to be used before the next.

    Attributes:
        hardware: What the node is made of.
    """

    def __init__(
        self,
        clock: Clock,
        node: int,
        hardware: NodeClass,
        meter: Meter,
        draw: Callable[[Sequence[int]], Iterable[np.random.Generator]],
    ) -> None:
        self._clock, self._node, self.hardware, self._meter, self._draw = clock, node, hardware, meter, draw
        self._waiting: deque[Work] = deque()
        self._running: dict[int, tuple[Work, Appointment]] = {}
        self._started = 0
        self._drawn: deque[float] = deque()
        self._metered_s = 0.0

    def submit(self, work: Work) -> None:
        """Start a job, or let it wait for a slot."""
        self.meter_now()
        self._waiting.append(work)
        self._fill_slots()

    def meter_now(self) -> None:
        """Tell the meter what the slots did until now."""
        duration_s = self._clock.now - self._metered_s
        if duration_s > 0 and self._running:
            self._meter.computed(self._node, len(self._running), len(self._waiting), duration_s)
        self._metered_s = self._clock.now

    def _fill_slots(self) -> None:
        while self._waiting and len(self._running) < self.hardware.slots:
            work = self._waiting.popleft()
            duration_s = self.hardware.seconds_for(work.flop) * self._jitter()
            laws.costs_something(f"job {self._started} of node {self._node}", duration_s)
            work.started(duration_s)
            finish = partial(self._finish, self._started)
            self._running[self._started] = work, self._clock.after(duration_s, Turn.COMPUTE, self._node, finish)

    def _jitter(self) -> float:
        """Return the factor of the node's next job, drawn from a stream of that job alone."""
        self._started += 1
        if not self._drawn:
            numbers = range(self._started, self._started + (1 if self._started < FEW else AHEAD))
            self._drawn.extend([float(stream.standard_normal()) for stream in self._draw(numbers)])
        spread = self.hardware.jitter
        return math.exp(spread * self._drawn.popleft() - spread**2 / 2)

    def clear(self) -> None:
        """Lose all jobs, running and waiting; one that is submitted again pays its whole duration."""
        self.meter_now()
        for work, end in self._running.values():
            self._clock.cancel(end)
            work.lost()
        for work in self._waiting:
            work.lost()
        self._running.clear()
        self._waiting.clear()

    def _finish(self, number: int) -> None:
        self.meter_now()
        work, _ = self._running.pop(number)
        work.finished()
        self._fill_slots()

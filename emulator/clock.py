"""Virtual time: SimPy's, with an agenda that orders simultaneous events by what they are."""

import math
from collections.abc import Callable
from enum import IntEnum
from heapq import heapify, heappop, heappush
from operator import attrgetter
from typing import Any

import simpy

AT_A_TIME = 64  # instants between two looks of SimPy, where nothing but appointments happens
TIME, ACTION = 0, 4  # places in an appointment
_FEW = 1000  # appointments that are not looked through for those that were cancelled


class Turn(IntEnum):
    """Which kind of thing happens first when several happen at the same instant.

    Python 3.11 takes 0.1 us to find a member of an enumeration: modules that do so several times a transfer name those
    that they need once.
    """

    FLOW_END = 0  # a flow's last bit has left its bottleneck
    ARRIVAL = 1  # a packet's last bit has crossed a link
    COMPUTE = 2  # a job is due
    FAULT = 3  # a link fails or comes back
    RADIO = 4  # the radio is looked at: places, handovers, rates
    TIMER = 5  # a waiting time is over, a transfer of the scenario begins
    OBSERVE = 6  # the observer looks
    SHARE = 7  # rates are shared anew, after all that changed at this instant
    STOP = 8  # the run ends, after all other timed actions of this instant


Appointment = list[Any]
"""One entry of the agenda, which they stand in by their order as lists: time [s], turn, id, number and action."""


class Clock(simpy.Environment):
    """A SimPy environment whose timed actions run in the order of (time, turn, id).

    SimPy orders simultaneous events by when they were scheduled, which depends on how the emulator came to schedule
    them. Here the order of an instant depends on the things alone. Processes that these actions wake run after them, as
    SimPy orders them. Times are in seconds.
    """

    # SimPy's own is a function in Python, and a transfer asks for it twenty times.
    now = property(attrgetter("_now"), doc="The virtual time [s].")

    def __init__(self) -> None:
        super().__init__(0.0)
        self._agenda: list[Appointment] = []
        self._wake_at = math.inf
        self._alarm = math.inf, simpy.events.NORMAL, 0  # where SimPy's queue would have what is due at ``_wake_at``
        self._added = 0
        self._most = _FEW  # appointments; one more, and those that were cancelled go
        self._interrupted = False

    def at(self, time_s: float, turn: Turn, identity: int, action: Callable[[], object]) -> Appointment:
        """Run ``action`` at a virtual time that is not in the past.

        Raises:
            ValueError: The time is before ``now`` or not a number.
        """
        if not time_s >= self._now:
            raise ValueError(f"an appointment at {time_s} s, when it is {self.now} s")
        self._added = number = self._added + 1
        appointment = [time_s, turn, identity, number, action]
        heappush(self._agenda, appointment)
        if time_s < self._wake_at:
            self._sleep_until(time_s)
        return appointment

    def cancel(self, appointment: Appointment) -> None:
        """Make what was agreed not happen; it costs nothing afterwards."""
        appointment[ACTION] = None
        if len(self._agenda) > self._most:
            self._forget_cancelled()

    def _forget_cancelled(self) -> None:
        """Take out what was cancelled, such as the time limits of all answers that came; twice as many may follow."""
        self._agenda[:] = [appointment for appointment in self._agenda if appointment[ACTION] is not None]
        heapify(self._agenda)
        self._most = max(_FEW, 2 * len(self._agenda))

    def after(self, delay_s: float, turn: Turn, identity: int, action: Callable[[], object]) -> Appointment:
        """Run ``action`` after a delay [s]."""
        return self.at(self.now + delay_s, turn, identity, action)

    def interrupt(self) -> None:
        """Let ``step`` return at the end of this instant; it may otherwise go on to the next ones."""
        self._interrupted = True

    def upcoming_s(self) -> float:
        """Return the time of the next appointment; infinite if there is none."""
        return self._agenda[0][TIME] if self._agenda else math.inf

    def _sleep_until(self, time_s: float) -> None:
        self._wake_at = time_s
        self._alarm = time_s, simpy.events.NORMAL, next(self._eid)

    def peek(self) -> float:
        """Return the time of what comes next, of SimPy's or of the agenda; infinite if nothing does [s]."""
        return min(super().peek(), self._wake_at)

    def step(self) -> None:
        """Process SimPy's next event, or, where that comes first, all that is due next on the agenda.

        With these it goes on from instant to instant as long as SimPy has nothing to do before.

        Raises:
            EmptySchedule: Nothing comes any more.
        """
        if self._wake_at < math.inf and not (self._queue and self._queue[0] < self._alarm):
            self._wake()
        else:
            super().step()

    def _wake(self) -> None:
        self._now, self._interrupted, queue, agenda = self._wake_at, False, self._queue, self._agenda
        for _ in range(AT_A_TIME):
            self._run_due()
            self._wake_at = agenda[0][TIME] if agenda else math.inf
            if self._interrupted or self._wake_at >= (queue[0][0] if queue else math.inf):
                break  # SimPy's processes have something to do before that, or then
            self._now = self._wake_at
        if self._wake_at < math.inf:
            self._sleep_until(self._wake_at)

    def _run_due(self) -> None:
        """Run the appointments of this instant, those that they make too; then drop those that were cancelled."""
        agenda, now_s = self._agenda, self._now
        while agenda and agenda[0][TIME] <= now_s:
            action = heappop(agenda)[ACTION]
            if action is not None:
                action()
        while agenda and agenda[0][ACTION] is None:
            heappop(agenda)

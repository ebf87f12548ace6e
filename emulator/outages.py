"""Outages in a run: links and nodes that fail and come back when their faults say so."""

import math
from collections.abc import Callable, Iterable
from functools import partial

from .clock import Clock, Turn
from .faults import FailingNode, FailingPair
from .meter import Meter
from .transport import Transport

Failing = FailingPair | FailingNode


class Outages:
    """Looks forward to the next outage of each thing that fails.

    Args:
        clock: The run's.
        transport: Told of links and nodes.
        meter: Told of nodes: one that is down draws no power.
        changed: Told of each node that has failed (False) or is back (True).
    """

    def __init__(self, clock: Clock, transport: Transport, meter: Meter, changed: Callable[[int, bool], None]) -> None:
        self._clock, self._transport, self._meter, self._changed = clock, transport, meter, changed

    def plan(self, failing: Iterable[Failing]) -> None:
        """Begin to look forward."""
        for each in failing:
            self._plan_next(each)

    def _plan_next(self, failing: Failing) -> None:
        outage = next(failing.outages, None)
        if outage is not None:
            self._at(outage.start_s, failing, partial(self._fail, failing, outage.end_s))

    def _at(self, time_s: float, failing: Failing, action: Callable[[], None]) -> None:
        identity = failing.node if isinstance(failing, FailingNode) else failing.links[0].index
        self._clock.at(time_s, Turn.FAULT, identity, action)

    def _fail(self, failing: Failing, end_s: float) -> None:
        self._set(failing, up=False)
        if end_s < math.inf:
            self._at(end_s, failing, partial(self._restore, failing))

    def _restore(self, failing: Failing) -> None:
        self._set(failing, up=True)
        self._plan_next(failing)

    def _set(self, failing: Failing, *, up: bool) -> None:
        if isinstance(failing, FailingNode):
            self.set_node(failing.node, up=up)
        else:
            for link in failing.links:
                self._transport.set_link(link, up)

    def set_node(self, node: int, *, up: bool) -> None:
        """Let a node fail or come back; one that has failed twice is back when it has come back twice."""
        if self._transport.set_node(node, up):
            self._meter.switch(node, up, self._clock.now)
            self._changed(node, up)

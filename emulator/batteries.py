"""Batteries that run out: a node without energy fails for good."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from .clock import Clock, Turn
from .links import Link
from .meter import Meter
from .nodes import NodeClass

RESOLUTION_S = 1e-6  # at most so much later than its battery is empty a node fails


class Batteries:
    """Looks at each battery when it could be empty at the earliest: at the most power that its node can draw.

    A battery gives what its node computes, idles and sends by radio; wires have their power from elsewhere. It gives at
    most what the node can draw in ``RESOLUTION_S`` more than it has: powers change at any moment, and looking closer
    would cost more looks the less of its power a node draws.

    Not modelled: a radio link that changes its site is still paid by the one that it had at the start.
    """

    def __init__(
        self,
        clock: Clock,
        meter: Meter,
        hardware: Sequence[NodeClass],
        links: Sequence[Link],
        bring_up_to_date: Callable[[], None],
        run_out: Callable[[int], None],
    ) -> None:
        self._clock, self._meter, self._bring_up_to_date, self._run_out = clock, meter, bring_up_to_date, run_out
        self._capacity_j: Mapping[int, float] = {
            node: of.battery_j for node, of in enumerate(hardware) if of.battery_j is not None
        }
        self._sending: dict[int, list[Link]] = {node: [] for node in self._capacity_j}
        for link in links:
            if link.radio and link.source in self._sending:
                self._sending[link.source].append(link)
        self._most_w = {
            node: hardware[node].power_busy_w + sum(link.power_busy_w for link in self._sending[node])
            for node in self._capacity_j
        }

    def begin(self) -> None:
        """Look at all batteries, now and whenever one could be empty."""
        for node in self._capacity_j:
            self._look(node)

    def _look(self, node: int) -> None:
        self._bring_up_to_date()
        rest_j = self._capacity_j[node] - self._meter.drawn_j(node, self._sending[node], self._clock.now)
        most_w = self._most_w[node]
        if rest_j <= 0:
            self._run_out(node)
        elif most_w > 0:
            self._clock.after(max(rest_j / most_w, RESOLUTION_S), Turn.FAULT, node, partial(self._look, node))

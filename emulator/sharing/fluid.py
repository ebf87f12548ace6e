"""All flows of a network as rows of numbers: who shares what, at which rate, and when each will have passed."""

import math
from collections.abc import Sequence

import numpy as np

from . import state as rows
from .demand import Demand
from .kernels import PLAIN, compiled
from .state import Sums, empty_state, packed, widened

TOLERANCE = 1e-9
QUANTUM, LARGEST = 62, 1000  # capacities have so many binary digits, in quanta of at least 2^-1000
COMPILE_AFTER = 1_000_000  # uses looked at in plain Python: a second; loading the compiled kernel takes most of one


class Fluid:
    """Flows over constraints, shared anew where something changed.

    Only what a change reaches, by way of flows and constraints, is worked out again. The rates have the same bits
    whether that or all is worked out again, by the plain kernel or by the compiled one (decision record 0004).

    Args:
        sums: Where to meter what each link carried; without it flows cross no links.
        compile_after: Amount of plain work after which the compiled kernel takes over; 0 compiles at once.
        local: Whether only what a change reaches is worked out again, or all.
    """

    def __init__(self, sums: Sums | None = None, *, compile_after: float = COMPILE_AFTER, local: bool = True) -> None:
        self._compile_after, self._local = compile_after, local
        self._kernel, self._state = PLAIN, empty_state(sums or Sums(np.zeros(0), np.zeros(0)))
        self._demands: dict[int, Demand] = {}
        self._slots: dict[int, int] = {}
        self._places: dict[int, int] = {}
        self._free_slots: list[int] = []
        self._free_uses: dict[int, list[int]] = {}
        self._uses = 0
        self._unbound: dict[int, int] = {}

    def set_capacity(self, constraint: int, capacity: float) -> None:
        """Set ``C_j``, of a new constraint or of one in use; 0 stops all that crosses it.

        Raises:
            ValueError: It is negative or not finite.
        """
        if not 0 <= capacity < math.inf:
            raise ValueError(
                f"constraint {constraint} cannot have a capacity of {capacity}; it must be finite, 0 or more"
            )
        place = self._places.get(constraint)
        if place is None:
            place = self._places[constraint] = len(self._places)
            self._state = widened(self._state, constraints=len(self._places))
            self._state.constraint_i[rows.IDENTITY][place] = constraint
            self._state.constraint_f[rows.SATURATED][place] = math.inf
        scale = math.ldexp(1.0, min(QUANTUM - math.frexp(capacity)[1], LARGEST))
        self._kernel.set_limit(self._state, place, float(capacity), scale)

    def knows(self, constraint: int) -> bool:
        """Tell whether a constraint has a capacity."""
        return constraint in self._places

    def __contains__(self, number: int) -> bool:
        """Tell whether a flow is in progress."""
        return number in self._slots

    def add(
        self, number: int, demand: Demand, size_bits: float = math.inf, now_s: float = 0.0, links: Sequence[int] = ()
    ) -> None:
        """Add a flow that waits for its first rate.

        Args:
            number: Its id; sums are taken in the order of ids.
            demand: What it asks of constraints that have a capacity.
            size_bits: How much will pass; endless by default.
            now_s: When it begins.
            links: The indices of the links it is metered on.

        Raises:
            ValueError: It has neither a constraint nor a cap, so that its rate would be infinite.
        """
        if not demand.uses and math.isinf(demand.cap_bps):
            raise ValueError("a flow crosses no constraint and has no cap")
        slot = self._free_slots.pop() if self._free_slots else int(self._state.counts[rows.SLOTS])
        uses, metered = len(demand.uses), len(links)
        first = self._block(max(uses, metered))
        state = self._state = widened(self._state, flows=slot + 1, uses=self._uses)
        places, coefficients, metered_links = (
            state.use_i[rows.CONSTRAINT],
            state.use_f[rows.COEFFICIENT],
            state.use_i[rows.LINK],
        )
        for use, (constraint, coefficient) in enumerate(demand.uses, first):
            places[use], coefficients[use] = self._places[constraint], coefficient
        if demand.parts:
            state.use_f[rows.CLAIM][first : first + uses] = demand.claims
        for use, link in enumerate(links, first):
            metered_links[use] = link
        self._kernel.enter(
            state,
            slot,
            number,
            first,
            uses,
            metered,
            demand.weight,
            bool(demand.parts),
            demand.cap_bps,
            float(demand.rank),
            float(size_bits),
            float(now_s),
        )
        self._demands[number], self._slots[number] = demand, slot
        if not uses:
            self._unbound[number] = slot

    def _block(self, length: int) -> int:
        """Return where a block of uses is free."""
        if free := self._free_uses.get(length):
            return free.pop()
        self._uses += length
        return self._uses - length

    def remove(self, number: int, now_s: float = 0.0) -> None:
        """Meter a flow until now and take it out."""
        slot = self._slots.pop(number)
        self._unbound.pop(number, None)
        demand, flow_i = self._demands.pop(number), self._state.flow_i
        length = max(int(flow_i[rows.LINKS][slot]), len(demand.uses))
        self._kernel.leave(self._state, slot, now_s)
        self._free_slots.append(slot)
        self._free_uses.setdefault(length, []).append(int(flow_i[rows.FIRST][slot]))

    def change(self, number: int, demand: Demand) -> None:
        """Let a flow ask for something else of the same constraints: other coefficients, weight, parts, cap or rank.

        Raises:
            ValueError: The constraints differ.
        """
        if [constraint for constraint, _ in demand.uses] != [
            constraint for constraint, _ in self._demands[number].uses
        ]:
            raise ValueError(f"flow {number} would cross other constraints; remove it and add it again")
        slot, state = self._slots[number], self._state
        first = int(state.flow_i[rows.FIRST][slot])
        for use, (_, coefficient) in enumerate(demand.uses, first):
            state.use_f[rows.COEFFICIENT][use] = coefficient
        if demand.parts:
            state.use_f[rows.CLAIM][first : first + len(demand.uses)] = demand.claims
        self._kernel.ask_anew(state, slot, demand.weight, bool(demand.parts), demand.cap_bps, float(demand.rank))
        self._demands[number] = demand
        if not demand.uses:
            self._unbound[number] = slot

    def share(self, now_s: float = 0.0, tolerance: float = TOLERANCE) -> int:
        """Work out the fair rates now; flows whose rate changes are settled, others are not touched.

        Returns:
            The id of a constraint that carries more than its capacity, beyond the relative tolerance; -1 if all is
            well, -2 if a rate is negative or above its cap. Either would be our fault.

        Raises:
            ArithmeticError: No equilibrium was found; none of many random systems did this.
        """
        if self._kernel is PLAIN and self._state.counts[rows.WORK] >= self._compile_after:
            self._kernel, self._state = compiled(), packed(self._state)
        if not self._local:
            for place in range(len(self._places)):
                self._kernel.mark_dirty(self._state, place)
        for at, slot in enumerate(self._unbound.values()):
            self._state.flow_f[rows.FRESH][slot] = self._state.flow_f[rows.CAP][slot]
            self._state.flow_i[rows.CHANGED][at] = slot
        self._state.counts[rows.CHANGES] = len(self._unbound)
        self._unbound.clear()
        verdict = self._kernel.share_anew(self._state, now_s, tolerance)
        if verdict == rows.NO_EQUILIBRIUM:
            raise ArithmeticError(f"no fair sharing found for {len(self._slots)} flows")
        return (
            int(self._state.constraint_i[rows.IDENTITY][verdict])
            if verdict >= 0
            else -1
            if verdict == rows.FAIR
            else -2
        )

    def changed(self) -> dict[int, float]:
        """Return the rates [bit/s] by number that the last sharing changed."""
        state = self._state
        slots = state.flow_i[rows.CHANGED][: int(state.counts[rows.CHANGES])]
        return {int(state.flow_i[rows.NUMBER][slot]): float(state.flow_f[rows.RATE][slot]) for slot in slots}

    def next_end(self) -> tuple[float, int]:
        """Return when the next flow will have passed [s], and its number; infinity and -1 if none will."""
        if not self._slots:
            return math.inf, -1
        flow_i, flow_f = self._state.flow_i, self._state.flow_f
        slot = flow_i[rows.END_HEAP][0]
        end_s = float(flow_f[rows.END][slot])
        return end_s, int(flow_i[rows.NUMBER][slot]) if end_s < math.inf else -1

    def measure(self, now_s: float) -> None:
        """Meter all flows until now."""
        self._kernel.measure_all(self._state, now_s)

    def rate_bps(self, number: int) -> float:
        """Return a flow's rate [bit/s]."""
        return float(self._state.flow_f[rows.RATE][self._slots[number]])

    def since_s(self, number: int) -> float:
        """Return since when a flow has had its rate [s]."""
        return float(self._state.flow_f[rows.SINCE][self._slots[number]])

    def remaining_bits(self, number: int) -> float:
        """Return what of a flow had not passed when its rate last changed."""
        return float(self._state.flow_f[rows.REMAINING][self._slots[number]])

    def demand(self, number: int) -> Demand:
        """Return what a flow asks for."""
        return self._demands[number]


def share(demands: Sequence[Demand], capacity: "dict[int, float]") -> list[float]:
    """Return the fair rate of each demand [bit/s], in the order given.

    Args:
        demands: The flows, in id order (sums are taken in this order, so it decides the last bits).
        capacity: ``C_j`` by constraint id.

    Raises:
        ValueError: A flow has neither a constraint nor a cap, so that its rate would be infinite.
        ArithmeticError: No equilibrium was found; none of many random systems did this.
    """
    fluid = Fluid()
    for constraint, amount in capacity.items():
        fluid.set_capacity(constraint, amount)
    for number, demand in enumerate(demands):
        fluid.add(number, demand)
    fluid.share()
    return [fluid.rate_bps(number) for number in range(len(demands))]

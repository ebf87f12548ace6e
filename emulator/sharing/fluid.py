"""All flows of a network as rows of numbers: who shares what, at which rate, and when each will have passed."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from struct import Struct

import numpy as np

from . import state as rows
from .addresses import listed
from .demand import Asking, Demand
from .kernels import PLAIN, compiled
from .lone import LoneFlows
from .progress import CALL
from .state import State, Sums, desk, empty_state, packed, widened

TOLERANCE = 1e-9
QUANTUM, LARGEST = 62, 1000  # capacities have so many binary digits, in quanta of at least 2^-1000
_FLOW, _FLOW_AT, _ASKING_AT = Struct("2q2d"), rows.ASKING_NUMBER * rows.WORD, rows.ASKING_USES * rows.WORD
_NOTHING_BESIDES = Demand(())[1:]  # what a demand is that has weight 1, no cap, no rank and no parts
COMPILE_AFTER = 600_000  # uses looked at in plain Python: a second at most, as the compiled kernel takes to load


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
        self._knows_lone = local and compile_after > 0  # the compiled kernel takes no longer over a flow that is alone
        self._kernel = PLAIN
        self._demands: dict[int, Demand] = {}
        self._slots: dict[int, int] = {}
        self._places: dict[int, int] = {}
        self._free_slots: list[int] = []
        self._free_uses: dict[int, list[int]] = {}
        self._blocks: list[tuple[int, int]] = [(rows.GAP, 0)]  # by slot: its first use and how many there are
        self._uses = rows.GAP + 1
        self._unbound: dict[int, int] = {}
        sums = sums or Sums(np.zeros(0), np.zeros(0))
        self._lone = LoneFlows(sums)
        self._go_on_with(empty_state(sums))

    def _go_on_with(self, state: State) -> None:
        """Take other rows; the compiled kernel is only told where they are."""
        self._state = state
        self._desk_i, self._desk_f = memoryview(state.desk_i), memoryview(state.desk_f)
        self._desk = self._desk_i.cast("B")
        self._tables: State | int = state
        if self._kernel is not PLAIN:
            self._addresses = listed(state)
            self._tables = int(self._addresses.ctypes.data)

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
            self._widen(constraints=len(self._places))
            self._state.constraint_i[rows.IDENTITY][place] = constraint
            self._state.constraint_f[rows.SATURATED][place] = math.inf
        self._hand_over([place])
        self._lone.forget_rate(place)
        scale = math.ldexp(1.0, min(QUANTUM - math.frexp(capacity)[1], LARGEST))
        self._kernel.set_limit(self._tables, place, float(capacity), scale)

    def _widen(self, **places: int) -> None:
        """Make room for so many flows, constraints, uses or entries."""
        state = widened(self._state, **places)
        if state is not self._state:
            self._go_on_with(state)

    def unknown(self, demand: Demand) -> list[int]:
        """Return the constraints of a demand that have no capacity yet."""
        places = self._places
        return [constraint for constraint, _ in demand.uses if constraint not in places]

    def __contains__(self, number: int) -> bool:
        """Tell whether a flow is in progress."""
        return number in self._slots or number in self._lone.by_number

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
        self.enter(number, self.asking(demand, links), size_bits, now_s)

    def asking(self, demand: Demand, links: Sequence[int] = ()) -> Asking:
        """Return what flows of a demand over links ask, made ready once for all of them.

        Args:
            demand: What they ask of constraints that have a capacity.
            links: The indices of the links they are metered on.

        Raises:
            ValueError: They have neither a constraint nor a cap, so that their rate would be infinite.
        """
        uses, weight, cap_bps, rank, parts = demand
        if not uses and math.isinf(cap_bps):
            raise ValueError("a flow crosses no constraint and has no cap")
        claims = demand.claims if parts else ()
        places = [self._places[constraint] for constraint, _ in uses]
        coefficients = [coefficient for _, coefficient in uses]
        pack = packing(len(uses), len(claims), len(links))
        words = pack(len(uses), len(links), 1 if parts else 0, weight, cap_bps, rank, *places, *coefficients, *claims,
                     *links)  # fmt: skip
        if _ASKING_AT + len(words) > len(self._desk):
            self._enlarge_desk(2 * (_ASKING_AT + len(words)) // rows.WORD)
        may_be_alone = self._knows_lone and len(uses) == 1 and demand[1:] == _NOTHING_BESIDES
        return Asking(demand, places, tuple(links), words, may_be_alone)

    def enter(self, number: int, asking: Asking, size_bits: float, now_s: float) -> None:
        """Add a flow that asks what was made ready by `asking`; the rest is as in `add`."""
        if self._lone.at:
            self._hand_over(asking.places)
        slot = self._free_slots.pop() if self._free_slots else self._new_slot()
        is_plain = self._kernel is PLAIN
        if is_plain and asking.may_be_alone and self._state.constraint_i[rows.MEMBERS][asking.places[0]] == 0:
            self._lone.enter(number, slot, asking, size_bits, now_s)
        else:
            self._put(number, slot, asking, size_bits, now_s)

    def _hand_over(self, places: Sequence[int]) -> None:
        """Put the flows that are alone on constraints before the kernel: another comes, or something is to change."""
        for place in places:
            lone = self._lone.at.get(place)
            if lone is not None:
                self._lone.take_out(lone)
                self._put(lone.number, lone.slot, lone.asking, lone.remaining_bits, lone.since_s)
                if lone.ending is not None:
                    self._kernel.go_on_alone(self._tables, lone.slot, lone.metered_s)

    def _put(self, number: int, slot: int, asking: Asking, size_bits: float, now_s: float) -> None:
        """Put a flow before the kernel."""
        demand, places, links, words, _ = asking
        length = max(len(places), len(links))
        first = self._block(length)
        self._blocks[slot] = first, length
        _FLOW.pack_into(self._desk, _FLOW_AT, number, first, size_bits, now_s)
        self._desk[_ASKING_AT : _ASKING_AT + len(words)] = words
        while missing := self._kernel.enter(self._tables, slot):
            self._widen(entries=len(self._state.entry_i[rows.OWNER]) + missing)
        self._demands[number], self._slots[number] = demand, slot
        if not demand.uses:
            self._unbound[number] = slot

    def _new_slot(self) -> int:
        """Return a slot that no flow has had."""
        self._blocks.append((0, 0))
        self._widen(flows=len(self._blocks))
        return len(self._blocks) - 1

    def _block(self, length: int) -> int:
        """Return where a block of uses is free."""
        if free := self._free_uses.get(length):
            return free.pop()
        self._uses += length
        self._widen(uses=self._uses)
        return self._uses - length

    def _enlarge_desk(self, words: int) -> None:
        """Go on with a desk of so many words."""
        desk_i, desk_f = desk(words)
        desk_i[: rows.ASKED] = self._desk_i[: rows.ASKED]
        state = self._state._replace(desk_i=desk_i, desk_f=desk_f)
        self._go_on_with(state if self._kernel is PLAIN else packed(state))

    def remove(self, number: int, now_s: float = 0.0) -> bool:
        """Meter a flow until now and take it out; return whether the rates of others are to be shared anew."""
        lone = self._lone.by_number.get(number)
        if lone is not None:
            self._lone.measure(lone, float(now_s))
            self._lone.take_out(lone)
            self._free_slots.append(lone.slot)
            return bool(self._state.counts[rows.DIRTIES]) or bool(self._lone.waiting)
        slot = self._slots.pop(number)
        del self._demands[number]
        self._unbound.pop(number, None)
        first, length = self._blocks[slot]
        self._free_slots.append(slot)
        self._free_uses.setdefault(length, []).append(first)
        return self._kernel.leave(self._tables, slot, float(now_s)) > 0 or bool(self._lone.waiting)

    def change(self, number: int, demand: Demand) -> None:
        """Let a flow ask for something else of the same constraints: other coefficients, weight, parts, cap or rank.

        Raises:
            ValueError: The constraints differ.
        """
        if [constraint for constraint, _ in demand.uses] != [constraint for constraint, _ in self.demand(number).uses]:
            raise ValueError(f"flow {number} would cross other constraints; remove it and add it again")
        if number in self._lone.by_number:
            self._hand_over([self._lone.by_number[number].place])
        slot, words = self._slots[number], self.asking(demand).words
        self._desk[_ASKING_AT : _ASKING_AT + len(words)] = words
        self._kernel.ask_anew(self._tables, slot)
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
            self._kernel = compiled()
            self._go_on_with(packed(self._state))
        if not self._local:
            for place in range(len(self._places)):
                self._kernel.mark_dirty(self._tables, place)
        unbound = self._list_unbound() if self._unbound else 0
        alone, verdict, now_s = rows.FAIR, rows.FAIR, float(now_s)
        self._lone.changed.clear()
        if self._lone.waiting:
            self._state.counts[rows.WORK] += CALL * len(self._lone.waiting)
            alone = self._lone.share(self._state, now_s, tolerance)
        if self._lone.changed and not unbound and not self._state.counts[rows.DIRTIES]:
            self._state.counts[rows.CHANGES] = 0
        else:
            verdict = self._kernel.share_anew(self._tables, now_s, tolerance, unbound)
        verdict = alone if verdict == rows.FAIR else verdict
        if verdict == rows.NO_EQUILIBRIUM:
            raise ArithmeticError(f"no fair sharing found for {len(self._slots)} flows")
        if verdict >= 0:
            return int(self._state.constraint_i[rows.IDENTITY][verdict])
        return -1 if verdict == rows.FAIR else -2

    def _list_unbound(self) -> int:
        """Put the flows that no constraint binds on the list of changes, with their caps; return how many."""
        for at, slot in enumerate(self._unbound.values()):
            self._state.flow_f[rows.FRESH][slot] = self._state.flow_f[rows.CAP][slot]
            self._state.flow_list[rows.CHANGED][at] = slot
        listed_flows = len(self._unbound)
        self._unbound.clear()
        return listed_flows

    def changed(self) -> dict[int, float]:
        """Return the rates [bit/s] by number that the last sharing changed."""
        state = self._state
        slots = state.flow_list[rows.CHANGED][: int(state.counts[rows.CHANGES])]
        changed = {int(state.flow_i[rows.NUMBER][slot]): float(state.flow_f[rows.RATE][slot]) for slot in slots}
        return changed | {lone.number: lone.rate_bps for lone in self._lone.changed}

    def next_end(self) -> tuple[float, int]:
        """Return when the next flow will have passed [s], and its number; infinity and -1 if none will."""
        first = self._desk_f[rows.FIRST_END], self._desk_i[rows.FIRST_NUMBER]
        lone = self._lone.first_end() if self._lone.at else None
        return first if lone is None or (first[1] >= 0 and first < lone) else lone

    def measure(self, now_s: float) -> None:
        """Meter all flows until now."""
        self._kernel.measure_all(self._tables, float(now_s))
        self._lone.measure_all(float(now_s))

    def rate_bps(self, number: int) -> float:
        """Return a flow's rate [bit/s]."""
        lone = self._lone.by_number.get(number)
        if lone is not None:
            return lone.rate_bps
        return float(self._state.flow_f[rows.RATE][self._slots[number]])

    def since_s(self, number: int) -> float:
        """Return since when a flow has had its rate [s]."""
        lone = self._lone.by_number.get(number)
        if lone is not None:
            return lone.since_s
        return float(self._state.flow_f[rows.SINCE][self._slots[number]])

    def remaining_bits(self, number: int) -> float:
        """Return what of a flow had not passed when its rate last changed."""
        lone = self._lone.by_number.get(number)
        if lone is not None:
            return lone.remaining_bits
        return float(self._state.flow_f[rows.REMAINING][self._slots[number]])

    def demand(self, number: int) -> Demand:
        """Return what a flow asks for."""
        lone = self._lone.by_number.get(number)
        return self._demands[number] if lone is None else lone.asking.demand


@cache
def packing(uses: int, claims: int, links: int) -> Callable[..., bytes]:
    """Return what packs the words of what flows ask: see the desk in ``state``."""
    return Struct(f"3q3d{uses}q{uses}d{claims}d{links}q").pack


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

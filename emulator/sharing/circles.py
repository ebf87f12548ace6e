"""Fair rates of one connected group whose constraints mean different levels: wires in bit/s with cells in airtime.

Flows are fixed at constraints that all of their open flows find the tightest; the levels of the others only rise by
that. Where constraints disagree in a circle, it starts from equal shares, lets one constraint after another, in id
order, find its level given the levels of the others, reads off the bottlenecks, solves for the levels exactly and keeps
the first result that is an equilibrium: that is the rule where there is more than one. Where a thousand such sweeps
find none, the levels may give one; if not, it starts again and goes half the way each time. Part of the kernel.
"""

import math

import numpy as np

from .equations import solve_levels
from .filling import amount_left, current_level, fix, fix_open_flows
from .heaps import make_heap, take_first
from .state import (
    BEGIN,
    CAP,
    CIRCLE,
    CLAIM,
    CLAIMED,
    COEFFICIENT,
    CONSTRAINT,
    EPOCH,
    FIRST,
    FRESH,
    GROUP,
    IDENTITY,
    LEVEL,
    NUMBER,
    OFFER,
    OPEN,
    OWNER,
    QUEUE,
    QUEUE_PLACE,
    READY,
    SEEN,
    SPAN,
    TIGHTEST,
    USE,
    USES,
    VISITED,
    State,
)

TIE = 1e-12  # levels that differ by less are the same level
EXACT = 1e-9
SWEEPS = 1000


def fill_unlike(state: State, constraints: int, flows: int) -> bool:
    """Work out the rates of a group; False if no equilibrium was found."""
    lists, numbers = state.constraint_list, state.constraint_i
    put_in_order(lists[GROUP], constraints, lists[QUEUE], numbers[QUEUE_PLACE], numbers[IDENTITY])
    put_in_order(state.flow_list[GROUP], flows, state.flow_list[QUEUE], state.flow_i[QUEUE_PLACE], state.flow_i[NUMBER])
    waiting = flows
    while waiting > 0:
        look(state, constraints, flows)
        fixed = fix_capped(state, flows)
        if fixed == 0:
            fixed = fix_tightest(state, constraints)
        if fixed == 0:
            fixed = fix_circle(state, constraints, flows)
        if fixed == 0:
            return False
        waiting -= fixed
    return True


def put_in_order(items: "list[int]", count: int, heap: "list[int]", place: "list[int]", key: "list[int]") -> None:
    """Sort the first items of a list by key, which no two share."""
    for at in range(count):
        heap[at] = items[at]
    make_heap(heap, count, place, key, key)
    for at in range(count):
        items[at] = heap[0]
        take_first(heap, count - at, place, key, key)


def look(state: State, constraints: int, flows: int) -> None:
    """Note the level of each constraint and the least that each open flow is offered."""
    for at in range(constraints):
        place = state.constraint_list[GROUP][at]
        if state.constraint_i[OPEN][place] > 0:
            state.constraint_f[LEVEL][place] = current_level(state, place)
    for at in range(flows):
        flow = state.flow_list[GROUP][at]
        if state.flow_i[OPEN][flow] == 1:
            state.flow_f[OFFER][flow] = offered_elsewhere(state, flow, -1)


def offered_elsewhere(state: State, flow: int, here: int) -> float:
    """Return the least rate that the levels of a flow's constraints offer, leaving one constraint out."""
    constraint, coefficient, level = state.use_i[CONSTRAINT], state.use_f[COEFFICIENT], state.constraint_f[LEVEL]
    claim, start = state.use_f[CLAIM], state.flow_i[FIRST][flow]
    least = math.inf
    for use in range(start, start + state.flow_i[USES][flow]):
        if constraint[use] != here:
            least = min(least, claim[use] * level[constraint[use]] / coefficient[use])
    return least


def fix_capped(state: State, flows: int) -> int:
    """Fix the flows that want less than any of their constraints offers; return how many."""
    fixed = 0
    for at in range(flows):
        flow = state.flow_list[GROUP][at]
        if state.flow_i[OPEN][flow] == 1 and state.flow_f[CAP][flow] <= state.flow_f[OFFER][flow]:
            fix(state, flow, state.flow_f[CAP][flow])
            fixed += 1
    return fixed


def fix_tightest(state: State, constraints: int) -> int:
    """Fix the flows of each constraint that is the tightest one for all its open flows; return how many."""
    group, ready, count = state.constraint_list[GROUP], state.constraint_i[READY], state.constraint_i[OPEN]
    for at in range(constraints):
        ready[group[at]] = 1 if count[group[at]] > 0 and is_tightest(state, group[at]) else 0
    fixed = 0
    for at in range(constraints):
        place = group[at]
        if ready[place] == 1 and count[place] > 0:
            fixed += fix_open_flows(state, place, current_level(state, place))
    return fixed


def is_tightest(state: State, place: int) -> bool:
    """Tell whether no open flow of a constraint is offered less elsewhere."""
    level = state.constraint_f[LEVEL][place]
    begin = state.constraint_i[BEGIN][place]
    for entry in range(begin, begin + state.constraint_i[SPAN][place]):
        flow, use = state.entry_i[OWNER][entry], state.entry_i[USE][entry]
        if state.flow_i[OPEN][flow] == 1:
            here = state.use_f[CLAIM][use] * level / state.use_f[COEFFICIENT][use]
            if here > state.flow_f[OFFER][flow] * (1 + TIE):
                return False
    return True


def fix_circle(state: State, constraints: int, flows: int) -> int:
    """Fix the open flows that the first of them is connected with; return how many, 0 if it did not succeed."""
    places, members = gather_circle(state, constraints, flows)
    circle = state.constraint_list[CIRCLE]
    tried = False
    for sweep in range(2 * SWEEPS):
        if sweep == SWEEPS:
            for at in range(places):
                state.constraint_f[LEVEL][circle[at]] = current_level(state, circle[at])
        for at in range(places):
            nearer = nearer_level(state, circle[at]) if sweep >= SWEEPS else water_level(state, circle[at])
            state.constraint_f[LEVEL][circle[at]] = nearer
        moved, found = read_bottlenecks(state, members), False
        if moved or not tried:
            tried, found = True, solve_levels(state, places, members)
        if not found and sweep % SWEEPS == SWEEPS - 1:
            take_offers(state, members)
            found = True
        if found and is_equilibrium(state, places, members):
            for at in range(members):
                flow = state.flow_list[CIRCLE][at]
                fix(state, flow, state.flow_f[FRESH][flow])
            return members
    return 0


def gather_circle(state: State, constraints: int, flows: int) -> tuple[int, int]:
    """List, in order, the first open flow of the group and all that it is connected with by way of open flows."""
    state.counts[EPOCH] += 1
    epoch = state.counts[EPOCH]
    stack, seen, reached = state.flow_list[CIRCLE], state.flow_i[SEEN], state.constraint_i[VISITED]
    group, at = state.flow_list[GROUP], 0
    while state.flow_i[OPEN][group[at]] == 0:
        at += 1
    stack[0], height, seen[group[at]] = group[at], 1, epoch
    while height > 0:
        height -= 1
        flow = stack[height]
        start = state.flow_i[FIRST][flow]
        for use in range(start, start + state.flow_i[USES][flow]):
            place = state.use_i[CONSTRAINT][use]
            if reached[place] != epoch:
                reached[place] = epoch
                height = push_open_flows(state, place, stack, height)
    members = keep_seen(group, flows, seen, epoch, state.flow_list[CIRCLE])
    places = keep_seen(state.constraint_list[GROUP], constraints, reached, epoch, state.constraint_list[CIRCLE])
    return places, members


def push_open_flows(state: State, place: int, stack: "list[int]", height: int) -> int:
    """Put the open flows of a constraint that were not seen yet on a stack; return its height."""
    seen, epoch = state.flow_i[SEEN], state.counts[EPOCH]
    begin = state.constraint_i[BEGIN][place]
    for entry in range(begin, begin + state.constraint_i[SPAN][place]):
        flow = state.entry_i[OWNER][entry]
        if state.flow_i[OPEN][flow] == 1 and seen[flow] != epoch:
            seen[flow] = epoch
            stack[height] = flow
            height += 1
    return height


def keep_seen(items: "list[int]", count: int, seen: "list[int]", epoch: int, kept: "list[int]") -> int:
    """Copy the items seen in an epoch, in their order; return how many."""
    found = 0
    for at in range(count):
        if seen[items[at]] == epoch:
            kept[found] = items[at]
            found += 1
    return found


def water_level(state: State, place: int) -> float:
    """Solve ``sum_i min(a_i limit_i, c_i level) = left``, with claims ``c``, for the level; infinite if all fits.

    A flow's limit is what its other constraints offer at their levels, or its cap.
    """
    heap, reached, number = state.flow_list[QUEUE], state.flow_f[OFFER], state.flow_i[NUMBER]
    claimed, count, load = state.flow_f[CLAIMED], 0, 0.0
    begin = state.constraint_i[BEGIN][place]
    for entry in range(begin, begin + state.constraint_i[SPAN][place]):
        flow, use = state.entry_i[OWNER][entry], state.entry_i[USE][entry]
        if state.flow_i[OPEN][flow] == 1:
            limit = min(state.flow_f[CAP][flow], offered_elsewhere(state, flow, place))
            claimed[flow] = state.use_f[CLAIM][use]
            reached[flow] = state.use_f[COEFFICIENT][use] * limit / claimed[flow]
            load += claimed[flow]
            heap[count] = flow
            count += 1
    make_heap(heap, count, state.flow_i[QUEUE_PLACE], reached, number)
    left = amount_left(state, place)
    while count > 0:
        flow = heap[0]
        if reached[flow] * load > left:
            return left / load
        left -= reached[flow] * claimed[flow]
        load -= claimed[flow]
        take_first(heap, count, state.flow_i[QUEUE_PLACE], reached, number)
        count -= 1
    return math.inf


def nearer_level(state: State, place: int) -> float:
    """Return a level half as far, on a logarithmic scale, from one at which a constraint is full.

    Where claims differ much between constraints, whole steps may go round for ever. A level that binds nobody stays
    within twice the one from which on it would.
    """
    used, most = 0.0, 0.0
    level, begin = state.constraint_f[LEVEL][place], state.constraint_i[BEGIN][place]
    for entry in range(begin, begin + state.constraint_i[SPAN][place]):
        flow, use = state.entry_i[OWNER][entry], state.entry_i[USE][entry]
        if state.flow_i[OPEN][flow] == 1:
            claim, coefficient = state.use_f[CLAIM][use], state.use_f[COEFFICIENT][use]
            limit = min(state.flow_f[CAP][flow], offered_elsewhere(state, flow, place))
            used += min(coefficient * limit, claim * level)
            most = max(most, coefficient * limit / claim)
    if used == 0.0:
        return float(level)
    return min(float(level) * math.sqrt(amount_left(state, place) / used), 2.0 * most)


def read_bottlenecks(state: State, members: int) -> bool:
    """Note what offers each flow of the circle the least, the lower id first; tell whether any of it changed."""
    constraint, level, identity = state.use_i[CONSTRAINT], state.constraint_f[LEVEL], state.constraint_i[IDENTITY]
    moved = False
    for at in range(members):
        flow = state.flow_list[CIRCLE][at]
        claim, start = state.use_f[CLAIM], state.flow_i[FIRST][flow]
        least, tightest = math.inf, -1
        for use in range(start, start + state.flow_i[USES][flow]):
            offer = claim[use] * level[constraint[use]] / state.use_f[COEFFICIENT][use]
            if offer < least or (
                tightest >= 0 and offer == least and identity[constraint[use]] < identity[constraint[tightest]]
            ):
                least, tightest = offer, use
        if state.flow_f[CAP][flow] <= least:
            tightest = -1
        moved = moved or state.flow_i[TIGHTEST][flow] != tightest
        state.flow_i[TIGHTEST][flow] = tightest
    return moved


def take_offers(state: State, members: int) -> None:
    """Take what the levels offer the flows of a circle; where two bottlenecks say the same, these do not follow."""
    for at in range(members):
        flow = state.flow_list[CIRCLE][at]
        state.flow_f[FRESH][flow] = min(state.flow_f[CAP][flow], offered_elsewhere(state, flow, -1))


def is_equilibrium(state: State, places: int, members: int) -> bool:
    """Tell whether the rates of a circle fit, and each flow has the largest share of a full constraint, or its cap."""
    largest, fresh, claim = state.constraint_f[LEVEL], state.flow_f[FRESH], state.use_f[CLAIM]
    saved = keep_levels(state, places)
    fits = True
    for at in range(places):
        place = state.constraint_list[CIRCLE][at]
        used, most = 0.0, 0.0
        begin = state.constraint_i[BEGIN][place]
        for entry in range(begin, begin + state.constraint_i[SPAN][place]):
            flow, use = state.entry_i[OWNER][entry], state.entry_i[USE][entry]
            if state.flow_i[OPEN][flow] == 1:
                taken = state.use_f[COEFFICIENT][use] * fresh[flow]
                used += taken
                most = max(most, taken / claim[use])
        left = amount_left(state, place)
        fits = fits and used <= left * (1 + EXACT)
        largest[place] = most if used >= left * (1 - EXACT) else math.inf
    for at in range(members):
        flow = state.flow_list[CIRCLE][at]
        use = state.flow_i[TIGHTEST][flow]
        fits = fits and 0.0 <= fresh[flow] <= state.flow_f[CAP][flow] * (1 + EXACT)
        if use >= 0:
            share = state.use_f[COEFFICIENT][use] * fresh[flow] / claim[use]
            fits = fits and share >= largest[state.use_i[CONSTRAINT][use]] * (1 - EXACT)
    for at in range(places):
        largest[state.constraint_list[CIRCLE][at]] = saved[at]
    return bool(fits)


def keep_levels(state: State, places: int) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return a copy of the levels of the circle."""
    saved = np.zeros(places)
    for at in range(places):
        saved[at] = state.constraint_f[LEVEL][state.constraint_list[CIRCLE][at]]
    return saved

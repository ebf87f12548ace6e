"""Fair rates of one connected group of flows whose constraints all mean the same level. Part of the kernel.

If each flow takes equally of all that it crosses (wires alone, or one cell alone), one level rises for all: the next
constraint to fill up is the one of the lowest level, by (level, id), and fixes the flows that are still open there.
Each step touches one group only, so a group's rates have the same bits whether it is solved alone or among others.
"""

import math

from .heaps import make_heap, sift_down, take
from .state import (
    CAP,
    CAPACITY,
    COEFFICIENT,
    CONSTRAINT,
    EPOCH,
    FIRST,
    FRESH,
    GROUP,
    HEAD,
    IDENTITY,
    LEFT,
    LEFT_LOW,
    LEVEL,
    LOAD,
    LOAD_LOW,
    NEXT,
    NUMBER,
    OFFER,
    OPEN,
    OWNER,
    QUEUE,
    QUEUE_PLACE,
    SEEN,
    USES,
    WEIGHT,
    Row,
    State,
)


def gather(state: State, seed: int) -> tuple[int, int, bool]:
    """Collect all that a constraint is connected with, by way of flows.

    Returns:
        The number of constraints and of flows (listed in ``GROUP``), and whether each flow takes equally of all.
    """
    first, uses, seen, flows = (state.flow_i[FIRST], state.flow_i[USES], state.flow_i[SEEN], state.flow_i[GROUP])
    head, reached, group = state.constraint_i[HEAD], state.constraint_i[SEEN], state.constraint_i[GROUP]
    owner, constraint, following = state.use_i[OWNER], state.use_i[CONSTRAINT], state.use_i[NEXT]
    coefficient = state.use_f[COEFFICIENT]
    epoch = state.counts[EPOCH]
    group[0], reached[seed] = seed, epoch
    constraints, count, at, alike = 1, 0, 0, True
    while at < constraints:
        entry = head[group[at]]
        at += 1
        while entry >= 0:
            flow = owner[entry]
            if seen[flow] != epoch:
                seen[flow] = epoch
                flows[count] = flow
                count += 1
                own = coefficient[first[flow]]
                for use in range(first[flow], first[flow] + uses[flow]):
                    alike = alike and coefficient[use] == own
                    place = constraint[use]
                    if reached[place] != epoch:
                        reached[place] = epoch
                        group[constraints] = place
                        constraints += 1
            entry = following[entry]
    return constraints, count, alike


def open_group(state: State, constraints: int, flows: int) -> None:
    """Give a group's constraints all their capacity back and open its flows."""
    head, count, group = state.constraint_i[HEAD], state.constraint_i[OPEN], state.constraint_i[GROUP]
    capacity, left, left_low = state.constraint_f[CAPACITY], state.constraint_f[LEFT], state.constraint_f[LEFT_LOW]
    load, load_low, level = state.constraint_f[LOAD], state.constraint_f[LOAD_LOW], state.constraint_f[LEVEL]
    owner, following, weight = state.use_i[OWNER], state.use_i[NEXT], state.flow_f[WEIGHT]
    for at in range(flows):
        state.flow_i[OPEN][state.flow_i[GROUP][at]] = 1
    for at in range(constraints):
        place = group[at]
        entry, members, total, low = head[place], 0, 0.0, 0.0
        while entry >= 0:
            amount = weight[owner[entry]]
            rounded = total + amount
            back = rounded - total
            low += (total - (rounded - back)) + (amount - back)
            total = rounded
            members += 1
            entry = following[entry]
        count[place], load[place], load_low[place] = members, total, low
        left[place], left_low[place] = capacity[place], 0.0
        level[place] = capacity[place] / (total + low)


def current_level(left: Row, left_low: Row, load: Row, load_low: Row, place: int) -> float:
    """Return the consumption per weight if all open flows were bottlenecked here."""
    rest = left[place] + left_low[place]
    return rest / (load[place] + load_low[place]) if rest > 0.0 else 0.0


def level_now(state: State, place: int) -> float:
    """Return ``current_level`` for callers without rows at hand."""
    rest = state.constraint_f[LEFT][place] + state.constraint_f[LEFT_LOW][place]
    return rest / (state.constraint_f[LOAD][place] + state.constraint_f[LOAD_LOW][place]) if rest > 0.0 else 0.0


def fix(state: State, flow: int, rate_bps: float) -> None:
    """Give a flow its rate, or its cap, and take it out of what is left."""
    state.flow_f[FRESH][flow] = min(rate_bps, state.flow_f[CAP][flow])
    state.flow_i[OPEN][flow] = 0
    start = state.flow_i[FIRST][flow]
    settle_uses(
        state.use_i[CONSTRAINT], state.use_f[COEFFICIENT], start, start + state.flow_i[USES][flow],
        state.constraint_f[LEFT], state.constraint_f[LEFT_LOW], state.constraint_f[LOAD], state.constraint_f[LOAD_LOW],
        state.constraint_i[OPEN], state.flow_f[FRESH][flow], state.flow_f[WEIGHT][flow],
    )  # fmt: skip


def settle_uses(
    constraint: Row, coefficient: Row, start: int, stop: int,
    left: Row, left_low: Row, load: Row, load_low: Row, count: Row, rate_bps: float, weight: float,
) -> None:  # fmt: skip
    """Take a flow's rate and weight from its constraints, keeping what rounding takes (Neumaier 1974)."""
    for use in range(start, stop):
        place = constraint[use]
        amount, total = -coefficient[use] * rate_bps, left[place]
        rounded = total + amount
        back = rounded - total
        left_low[place] += (total - (rounded - back)) + (amount - back)
        left[place] = rounded
        total = load[place]
        rounded = total - weight
        back = rounded - total
        load_low[place] += (total - (rounded - back)) + (-weight - back)
        load[place] = rounded
        count[place] -= 1


def fix_open_flows(state: State, place: int, level: float) -> int:
    """Fix the open flows of a constraint at its level; return how many."""
    owner, following, coefficient = state.use_i[OWNER], state.use_i[NEXT], state.use_f[COEFFICIENT]
    first, uses, constraint = state.flow_i[FIRST], state.flow_i[USES], state.use_i[CONSTRAINT]
    is_open, weight, cap, fresh = state.flow_i[OPEN], state.flow_f[WEIGHT], state.flow_f[CAP], state.flow_f[FRESH]
    left, left_low = state.constraint_f[LEFT], state.constraint_f[LEFT_LOW]
    load, load_low, count = state.constraint_f[LOAD], state.constraint_f[LOAD_LOW], state.constraint_i[OPEN]
    entry, fixed = state.constraint_i[HEAD][place], 0
    while entry >= 0 and count[place] > 0:
        flow = owner[entry]
        if is_open[flow] == 1:
            rate_bps = min(weight[flow] * level / coefficient[entry], cap[flow])
            fresh[flow], is_open[flow] = rate_bps, 0
            start = first[flow]
            settle_uses(constraint, coefficient, start, start + uses[flow], left, left_low, load, load_low, count,
                        rate_bps, weight[flow])  # fmt: skip
            fixed += 1
        entry = following[entry]
    return fixed


def queue_caps(state: State, flows: int) -> int:
    """Queue the capped flows of the group by the level at which they stop; return how many there are."""
    queue, key, cap = state.flow_i[QUEUE], state.flow_f[OFFER], state.flow_f[CAP]
    capped = 0
    for at in range(flows):
        flow = state.flow_i[GROUP][at]
        if cap[flow] != math.inf:
            key[flow] = state.use_f[COEFFICIENT][state.flow_i[FIRST][flow]] * cap[flow] / state.flow_f[WEIGHT][flow]
            queue[capped] = flow
            capped += 1
    make_heap(queue, capped, state.flow_i[QUEUE_PLACE], key, state.flow_i[NUMBER])
    return capped


def fill(state: State, constraints: int, flows: int) -> None:
    """Work out the rates of a group by raising one level."""
    queue, place_of, identity = (state.constraint_i[QUEUE], state.constraint_i[QUEUE_PLACE], state.constraint_i[IDENTITY])
    level, count = state.constraint_f[LEVEL], state.constraint_i[OPEN]
    caps, cap_place, stop, number = (
        state.flow_i[QUEUE], state.flow_i[QUEUE_PLACE], state.flow_f[OFFER], state.flow_i[NUMBER],
    )  # fmt: skip
    left, left_low = state.constraint_f[LEFT], state.constraint_f[LEFT_LOW]
    load, load_low = state.constraint_f[LOAD], state.constraint_f[LOAD_LOW]
    capped = queue_caps(state, flows)
    for at in range(constraints):
        queue[at] = state.constraint_i[GROUP][at]
    make_heap(queue, constraints, place_of, level, identity)
    waiting = flows
    while waiting > 0:
        place = queue[0]
        if capped > 0 and stop[caps[0]] <= level[place]:
            flow = caps[0]
            if state.flow_i[OPEN][flow] == 1:
                fix(state, flow, state.flow_f[CAP][flow])
                waiting -= 1
            take(caps, capped, cap_place, flow, stop, number)
            capped -= 1
            continue
        if count[place] > 0:
            risen = current_level(left, left_low, load, load_low, place)
            if risen > level[place]:
                level[place] = risen
                sift_down(queue, constraints, place_of, place, level, identity)
                continue
            waiting -= fix_open_flows(state, place, risen)
        take(queue, constraints, place_of, place, level, identity)
        constraints -= 1

"""Fair rates of one connected group of flows whose constraints all mean the same level. Part of the kernel.

If each flow takes equally of all that it crosses (wires alone, or one cell alone), one level rises for all: the next
constraint to fill up is the one of the lowest level, by (level, id), and fixes the flows that are still open there.
Each step touches one group only, so a group's rates have the same bits whether it is solved alone or among others.
"""

import math

from .heaps import make_heap, sift_down, take_first
from .state import (
    ALIKE,
    BEGIN,
    CAP,
    CLAIM,
    COEFFICIENT,
    CONSTRAINT,
    EPOCH,
    FIRST,
    FIXED,
    FRESH,
    GAP,
    GROUP,
    IDENTITY,
    LEFT,
    LEVEL,
    LOAD,
    LOAD_LOW,
    MEMBERS,
    NUMBER,
    OFFER,
    OPEN,
    OWNER,
    QUANTA,
    QUEUE,
    QUEUE_PLACE,
    SCALE,
    SEEN,
    SPAN,
    USE,
    USES,
    VISITED,
    WEIGHTED,
    State,
)

BELOW = 1.0 - 2.0**-53  # times a positive number is the number below it


def gather(state: State, seed: int) -> tuple[int, int, bool]:
    """Collect all that a constraint is connected with, by way of flows.

    Returns:
        The number of constraints and of flows (listed in ``GROUP``), and whether each flow takes equally of all.
    """
    first, uses, seen, flows = (state.flow_i[FIRST], state.flow_i[USES], state.flow_i[SEEN], state.flow_list[GROUP])
    begin, reached, group = state.constraint_i[BEGIN], state.constraint_i[VISITED], state.constraint_list[GROUP]
    owner, constraint, span = state.entry_i[OWNER], state.use_i[CONSTRAINT], state.constraint_i[SPAN]
    like, epoch = state.flow_i[ALIKE], state.counts[EPOCH]
    group[0], reached[seed] = seed, epoch
    constraints, count, at, alike = 1, 0, 0, True
    while at < constraints:
        start, end = begin[group[at]], begin[group[at]] + span[group[at]]
        at += 1
        for entry in range(start, end):
            flow = owner[entry]
            if seen[flow] != epoch and flow != GAP:
                seen[flow] = epoch
                flows[count] = flow
                count += 1
                alike = alike and like[flow] == 1
                for use in range(first[flow], first[flow] + uses[flow]):
                    place = constraint[use]
                    if reached[place] != epoch:
                        reached[place] = epoch
                        group[constraints] = place
                        constraints += 1
    return constraints, count, alike


def open_group(state: State, constraints: int, flows: int) -> None:
    """Give a group's constraints all their capacity back and open its flows."""
    count, members, group = state.constraint_i[OPEN], state.constraint_i[MEMBERS], state.constraint_list[GROUP]
    left, quanta, level = state.constraint_i[LEFT], state.constraint_i[QUANTA], state.constraint_f[LEVEL]
    is_open, listed = state.flow_i[OPEN], state.flow_list[GROUP]
    for at in range(flows):
        is_open[listed[at]] = 1
    for at in range(constraints):
        place = group[at]
        count[place] = members[place]
        left[place] = quanta[place]
        if state.counts[WEIGHTED] > 0:
            add_claims(state, place)
        level[place] = current_level(state, place)


def add_claims(state: State, place: int) -> None:
    """Add up the claims of a constraint's flows, keeping what rounding takes (Neumaier 1974)."""
    use, claim, total, low = state.entry_i[USE], state.use_f[CLAIM], 0.0, 0.0
    begin = state.constraint_i[BEGIN][place]
    for entry in range(begin, begin + state.constraint_i[SPAN][place]):
        amount = claim[use[entry]]
        rounded = total + amount
        back = rounded - total
        low += (total - (rounded - back)) + (amount - back)
        total = rounded
    state.constraint_f[LOAD][place], state.constraint_f[LOAD_LOW][place] = total, low


def current_level(state: State, place: int) -> float:
    """Return the consumption per claim if all open flows were bottlenecked here."""
    left, waiting = state.constraint_i[LEFT][place], state.constraint_i[OPEN][place]
    if state.counts[WEIGHTED] > 0:
        load = state.constraint_f[LOAD][place] + state.constraint_f[LOAD_LOW][place]
        if load != waiting:
            return amount_left(state, place) / float(load)
    return level_for(left, waiting, state.constraint_f[SCALE][place])


def amount_left(state: State, place: int) -> float:
    """Return what is left of a constraint, 0 or more."""
    return max(float(state.constraint_i[LEFT][place]), 0.0) / float(state.constraint_f[SCALE][place])


def level_for(left: int, waiting: int, scale: float) -> float:
    """Return an equal share of what is left, rounded down.

    So a flow that takes no more than it leaves no less to the others, and levels never fall.
    """
    if left <= 0:
        return 0.0
    share = left // waiting
    level = float(share)
    if int(level) > share:
        level *= BELOW
    return level / scale


def rate_at(level: float, claim: float, coefficient: float, cap_bps: float) -> float:
    """Return the rate of a flow at a level; it takes no more than its share of it."""
    rate_bps = claim * level / coefficient
    if coefficient * rate_bps > claim * level:
        rate_bps *= BELOW
    return min(rate_bps, cap_bps)


def fix(state: State, flow: int, rate_bps: float) -> None:
    """Give a flow its rate, or its cap, and take it out of what is left."""
    state.flow_f[FRESH][flow] = min(rate_bps, state.flow_f[CAP][flow])
    state.flow_i[OPEN][flow] = 0
    state.flow_list[FIXED][0] = flow
    take_out_fixed(state, 1)


def fix_open_flows(state: State, place: int, level: float) -> int:
    """Fix the open flows of a constraint at its level; return how many."""
    owner, used, coefficient = state.entry_i[OWNER], state.entry_i[USE], state.use_f[COEFFICIENT]
    is_open, claim, cap, fresh = state.flow_i[OPEN], state.use_f[CLAIM], state.flow_f[CAP], state.flow_f[FRESH]
    fixed, entry, count = state.flow_list[FIXED], state.constraint_i[BEGIN][place], 0
    end, waiting = entry + state.constraint_i[SPAN][place], state.constraint_i[OPEN][place]
    while entry < end and count < waiting:
        flow = owner[entry]
        if is_open[flow] == 1:
            use = used[entry]
            fresh[flow], is_open[flow] = rate_at(level, claim[use], coefficient[use], cap[flow]), 0
            fixed[count] = flow
            count += 1
        entry += 1
    take_out_fixed(state, count)
    return count


def take_out_fixed(state: State, flows: int) -> None:
    """Take the rates of the flows just fixed from what their constraints have left."""
    constraint, coefficient, fixed = state.use_i[CONSTRAINT], state.use_f[COEFFICIENT], state.flow_list[FIXED]
    left, scale, count = state.constraint_i[LEFT], state.constraint_f[SCALE], state.constraint_i[OPEN]
    first, uses, fresh = state.flow_i[FIRST], state.flow_i[USES], state.flow_f[FRESH]
    for at in range(flows):
        flow = fixed[at]
        rate_bps, start = fresh[flow], first[flow]
        for use in range(start, start + uses[flow]):
            place = constraint[use]
            left[place] -= int(coefficient[use] * rate_bps * scale[place])
            count[place] -= 1
    if state.counts[WEIGHTED] > 0:
        for at in range(flows):
            add_to_loads(state, fixed[at], -1)


def add_to_loads(state: State, flow: int, times: int) -> None:
    """Add a flow's claims to the loads of its constraints (1), or take them away (-1), keeping what rounding takes."""
    load, load_low, constraint = state.constraint_f[LOAD], state.constraint_f[LOAD_LOW], state.use_i[CONSTRAINT]
    claim, start = state.use_f[CLAIM], state.flow_i[FIRST][flow]
    for use in range(start, start + state.flow_i[USES][flow]):
        place, amount = constraint[use], times * claim[use]
        total = load[place]
        rounded = total + amount
        back = rounded - total
        load_low[place] += (total - (rounded - back)) + (amount - back)
        load[place] = rounded


def queue_caps(state: State, flows: int) -> int:
    """Queue the capped flows of the group by the level at which they stop; return how many there are."""
    queue, key, cap = state.flow_list[QUEUE], state.flow_f[OFFER], state.flow_f[CAP]
    capped = 0
    for at in range(flows):
        flow = state.flow_list[GROUP][at]
        if cap[flow] != math.inf:
            first = state.flow_i[FIRST][flow]
            key[flow] = state.use_f[COEFFICIENT][first] * cap[flow] / state.use_f[CLAIM][first]
            queue[capped] = flow
            capped += 1
    make_heap(queue, capped, state.flow_i[QUEUE_PLACE], key, state.flow_i[NUMBER])
    return capped


def fill(state: State, constraints: int, flows: int) -> None:
    """Work out the rates of a group by raising one level.

    The next to fill up is the constraint of the lowest (level, id); levels only rise, so one that has risen goes back
    into the queue.
    """
    group, queue, place_of = state.constraint_list[GROUP], state.constraint_list[QUEUE], state.constraint_i[QUEUE_PLACE]
    identity, level, count = state.constraint_i[IDENTITY], state.constraint_f[LEVEL], state.constraint_i[OPEN]
    caps, stop, queued = state.flow_list[QUEUE], state.flow_f[OFFER], constraints
    for at in range(constraints):
        queue[at] = group[at]
    make_heap(queue, queued, place_of, level, identity)
    capped = queue_caps(state, flows)
    while flows > 0:
        place = queue[0]
        if capped > 0 and stop[caps[0]] <= level[place]:
            if state.flow_i[OPEN][caps[0]] == 1:
                fix(state, caps[0], state.flow_f[CAP][caps[0]])
                flows -= 1
            take_first(caps, capped, state.flow_i[QUEUE_PLACE], stop, state.flow_i[NUMBER])
            capped -= 1
            continue
        if count[place] > 0:
            risen = current_level(state, place)
            if risen > level[place]:
                level[place] = risen
                sift_down(queue, queued, place_of, place, level, identity)
                continue
            flows -= fix_open_flows(state, place, risen)
        take_first(queue, queued, place_of, level, identity)
        queued -= 1

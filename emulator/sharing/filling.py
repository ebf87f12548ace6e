"""Fair rates of one connected group of flows whose constraints all mean the same level. Part of the kernel.

If each flow takes equally of all that it crosses (wires alone, or one cell alone), one level rises for all: the next
constraint to fill up is the one of the lowest level, by (level, id), and fixes the flows that are still open there.
Each step touches one group only, so a group's rates have the same bits whether it is solved alone or among others.
"""

import math

from .heaps import before, make_heap, sift_down, sift_up, take_first
from .state import (
    ALIKE,
    CAP,
    CAPACITY,
    COEFFICIENT,
    CONSTRAINT,
    DIRTIES,
    DIRTY_LIST,
    EPOCH,
    FIRST,
    FIRST_LEVEL,
    FIXED,
    FRESH,
    GROUP,
    HEAD,
    IDENTITY,
    LEFT,
    LEFT_LOW,
    LEVEL,
    LOAD,
    LOAD_LOW,
    MEMBERS,
    NEXT,
    NUMBER,
    OFFER,
    OPEN,
    ORDER,
    ORDERED,
    OWNER,
    PLACES,
    QUEUE,
    QUEUE_PLACE,
    SEEN,
    SLOTS,
    USES,
    WEIGHT,
    WEIGHTED,
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
    like, epoch = state.flow_i[ALIKE], state.counts[EPOCH]
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
                alike = alike and like[flow] == 1
                for use in range(first[flow], first[flow] + uses[flow]):
                    place = constraint[use]
                    if reached[place] != epoch:
                        reached[place] = epoch
                        group[constraints] = place
                        constraints += 1
            entry = following[entry]
    return constraints, count, alike


def gather_all(state: State) -> int:
    """Collect all flows that cross anything; return how many."""
    flows = 0
    for flow in range(state.counts[SLOTS]):
        if state.flow_i[NUMBER][flow] >= 0 and state.flow_i[USES][flow] > 0:
            state.flow_i[GROUP][flows] = flow
            flows += 1
    return flows


def open_group(state: State, constraints: int, flows: int) -> None:
    """Give a group's constraints all their capacity back and open its flows."""
    count, members, group = state.constraint_i[OPEN], state.constraint_i[MEMBERS], state.constraint_i[GROUP]
    capacity, left, left_low = state.constraint_f[CAPACITY], state.constraint_f[LEFT], state.constraint_f[LEFT_LOW]
    load, load_low, level = state.constraint_f[LOAD], state.constraint_f[LOAD_LOW], state.constraint_f[LEVEL]
    is_open, listed = state.flow_i[OPEN], state.flow_i[GROUP]
    for at in range(flows):
        is_open[listed[at]] = 1
    for at in range(constraints):
        place = group[at]
        count[place] = members[place]
        left[place], left_low[place] = capacity[place], 0.0
        if state.counts[WEIGHTED] == 0:
            level[place] = capacity[place] / members[place]
        else:
            add_weights(state, place)
            level[place] = capacity[place] / (load[place] + load_low[place])


def add_weights(state: State, place: int) -> None:
    """Add up the weights of a constraint's flows, keeping what rounding takes (Neumaier 1974)."""
    owner, following, weight = state.use_i[OWNER], state.use_i[NEXT], state.flow_f[WEIGHT]
    entry, total, low = state.constraint_i[HEAD][place], 0.0, 0.0
    while entry >= 0:
        amount = weight[owner[entry]]
        rounded = total + amount
        back = rounded - total
        low += (total - (rounded - back)) + (amount - back)
        total = rounded
        entry = following[entry]
    state.constraint_f[LOAD][place], state.constraint_f[LOAD_LOW][place] = total, low


def current_level(state: State, place: int) -> float:
    """Return the consumption per weight if all open flows were bottlenecked here."""
    load: float = state.constraint_i[OPEN][place]
    if state.counts[WEIGHTED] > 0:
        load = state.constraint_f[LOAD][place] + state.constraint_f[LOAD_LOW][place]
    return level_for(state.constraint_f[LEFT][place] + state.constraint_f[LEFT_LOW][place], load)


def level_for(left: float, load: float) -> float:
    """Return what is left for each unit of weight; rounding may leave less than nothing."""
    return left / load if left > 0.0 else 0.0


def fix(state: State, flow: int, rate_bps: float) -> None:
    """Give a flow its rate, or its cap, and take it out of what is left."""
    state.flow_f[FRESH][flow] = min(rate_bps, state.flow_f[CAP][flow])
    state.flow_i[OPEN][flow] = 0
    state.flow_i[FIXED][0] = flow
    take_out_fixed(state, 1)


def fix_open_flows(state: State, place: int, level: float) -> int:
    """Fix the open flows of a constraint at its level; return how many."""
    owner, following, coefficient = state.use_i[OWNER], state.use_i[NEXT], state.use_f[COEFFICIENT]
    is_open, weight, cap, fresh = state.flow_i[OPEN], state.flow_f[WEIGHT], state.flow_f[CAP], state.flow_f[FRESH]
    fixed, entry, count, waiting = (
        state.flow_i[FIXED],
        state.constraint_i[HEAD][place],
        0,
        state.constraint_i[OPEN][place],
    )
    while entry >= 0 and count < waiting:
        flow = owner[entry]
        if is_open[flow] == 1:
            fresh[flow], is_open[flow] = min(weight[flow] * level / coefficient[entry], cap[flow]), 0
            fixed[count] = flow
            count += 1
        entry = following[entry]
    take_out_fixed(state, count)
    return count


def take_out_fixed(state: State, flows: int) -> None:
    """Take the rates of the flows just fixed from what their constraints have left, keeping what rounding takes."""
    constraint, coefficient, fixed = state.use_i[CONSTRAINT], state.use_f[COEFFICIENT], state.flow_i[FIXED]
    left, left_low, count = state.constraint_f[LEFT], state.constraint_f[LEFT_LOW], state.constraint_i[OPEN]
    first, uses, fresh = state.flow_i[FIRST], state.flow_i[USES], state.flow_f[FRESH]
    for at in range(flows):
        flow = fixed[at]
        rate_bps, start = fresh[flow], first[flow]
        for use in range(start, start + uses[flow]):
            place = constraint[use]
            amount, total = -coefficient[use] * rate_bps, left[place]
            rounded = total + amount
            back = rounded - total
            left_low[place] += (total - (rounded - back)) + (amount - back)
            left[place] = rounded
            count[place] -= 1
    if state.counts[WEIGHTED] > 0:
        for at in range(flows):
            take_weight(state, fixed[at])


def take_weight(state: State, flow: int) -> None:
    """Take a flow's weight from the load of its constraints, keeping what rounding takes."""
    load, load_low, constraint = state.constraint_f[LOAD], state.constraint_f[LOAD_LOW], state.use_i[CONSTRAINT]
    amount, start = -state.flow_f[WEIGHT][flow], state.flow_i[FIRST][flow]
    for use in range(start, start + state.flow_i[USES][flow]):
        place = constraint[use]
        total = load[place]
        rounded = total + amount
        back = rounded - total
        load_low[place] += (total - (rounded - back)) + (amount - back)
        load[place] = rounded


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
    queue, group = state.constraint_i[QUEUE], state.constraint_i[GROUP]
    for at in range(constraints):
        queue[at] = group[at]
    make_heap(
        queue, constraints, state.constraint_i[QUEUE_PLACE], state.constraint_f[LEVEL], state.constraint_i[IDENTITY]
    )
    raise_level(state, 0, constraints, flows)


def raise_level(state: State, ordered: int, queued: int, flows: int) -> None:
    """Fix flow after flow where the level reaches a cap or fills a constraint up.

    The next constraint is the first of those in ``ORDER`` and those in ``QUEUE``, by the level last seen and id. Levels
    only rise, so a level that has risen goes (back) into the queue.
    """
    order, queue, place_of = state.constraint_i[ORDER], state.constraint_i[QUEUE], state.constraint_i[QUEUE_PLACE]
    identity, level, count = state.constraint_i[IDENTITY], state.constraint_f[LEVEL], state.constraint_i[OPEN]
    caps, stop = state.flow_i[QUEUE], state.flow_f[OFFER]
    left, left_low, weighted = state.constraint_f[LEFT], state.constraint_f[LEFT_LOW], state.counts[WEIGHTED] > 0
    weights, weights_low = state.constraint_f[LOAD], state.constraint_f[LOAD_LOW]
    capped, cursor = queue_caps(state, flows), 0
    while flows > 0:
        from_order = cursor < ordered and (queued == 0 or before(order[cursor], queue[0], level, identity))
        place = order[cursor] if from_order else queue[0]
        if capped > 0 and stop[caps[0]] <= level[place]:
            if state.flow_i[OPEN][caps[0]] == 1:
                fix(state, caps[0], state.flow_f[CAP][caps[0]])
                flows -= 1
            take_first(caps, capped, state.flow_i[QUEUE_PLACE], stop, state.flow_i[NUMBER])
            capped -= 1
            continue
        if count[place] > 0:
            load = weights[place] + weights_low[place] if weighted else count[place]
            risen = level_for(left[place] + left_low[place], load)
            if risen > level[place]:
                level[place] = risen
                if from_order:
                    cursor += 1
                    place_of[place] = queued
                    queued += 1
                    sift_up(queue, place_of, place, level, identity)
                else:
                    sift_down(queue, queued, place_of, place, level, identity)
                continue
            flows -= fix_open_flows(state, place, risen)
        if from_order:
            cursor += 1
        else:
            take_first(queue, queued, place_of, level, identity)
            queued -= 1


def order_all(state: State) -> int:
    """Put all constraints that are crossed in the order of their first levels, or keep them so; return how many.

    Between two sharings the first level of a constraint changes only if it is on the list of dirty ones.
    """
    order, first_level, identity = (
        state.constraint_i[ORDER],
        state.constraint_f[FIRST_LEVEL],
        state.constraint_i[IDENTITY],
    )
    if state.counts[ORDERED] < 0:
        return order_anew(state)
    ordered = state.counts[ORDERED]
    for at in range(state.counts[DIRTIES]):
        place = state.constraint_i[DIRTY_LIST][at]
        old = find(order, ordered, place, first_level, identity)
        if old < ordered and order[old] == place:
            ordered -= 1
            for k in range(old, ordered):
                order[k] = order[k + 1]
        if state.constraint_i[MEMBERS][place] > 0:
            first_level[place] = state.constraint_f[CAPACITY][place] / state.constraint_i[MEMBERS][place]
            new = find(order, ordered, place, first_level, identity)
            for k in range(ordered, new, -1):
                order[k] = order[k - 1]
            order[new] = place
            ordered += 1
    state.counts[ORDERED] = ordered
    return ordered  # type: ignore[no-any-return]


def order_anew(state: State) -> int:
    """Sort all constraints that are crossed by their first levels; return how many."""
    queue, first_level, members = (
        state.constraint_i[QUEUE],
        state.constraint_f[FIRST_LEVEL],
        state.constraint_i[MEMBERS],
    )
    places, identity, queued = state.constraint_i[QUEUE_PLACE], state.constraint_i[IDENTITY], 0
    for place in range(state.counts[PLACES]):
        if members[place] > 0:
            first_level[place] = state.constraint_f[CAPACITY][place] / members[place]
            queue[queued] = place
            queued += 1
    make_heap(queue, queued, places, first_level, identity)
    for at in range(queued):
        state.constraint_i[ORDER][at] = queue[0]
        take_first(queue, queued - at, places, first_level, identity)
    state.counts[ORDERED] = queued
    return queued


def find(order: Row, ordered: int, place: int, key: Row, tie: Row) -> int:
    """Return how many places in an ordered list come before one."""
    low, high = 0, ordered
    while low < high:
        middle = (low + high) >> 1
        if before(order[middle], place, key, tie):
            low = middle + 1
        else:
            high = middle
    return low

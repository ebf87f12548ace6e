"""Fair rates worked out again only where a change reaches, without asking who is connected. Part of the kernel.

For flows of weight 1 and one rank that take equally of all they cross. Filling is a sequence of events: the constraint
of the lowest (level, id) is full and fixes its open flows. Levels never fall, so an event stays as it was unless one
before it, on a constraint of its own flows, is different now. From the last sharing it is known which constraint fixed
each flow, and at which level. Most constraints fix nobody, since their flows are fixed elsewhere; these only watch.

- A sweep goes up by (level, id) over the constraints that fix flows and that a change has reached. Where it fixes a
  flow in another way than before, the flow's other constraints are reached; where a constraint is not full at its old
  level, so are those of the flows it had fixed.
- Watching constraints that were reached must still have something left when all their flows are fixed. Those that have
  not are full at some level: from there on another sweep goes up.

The rates are those of ``filling`` to the last bit: what is left of a constraint depends on which flows are fixed, and
not on the order.
"""

import math

from .filling import level_for, rate_at
from .heaps import sift_down, sift_up, take_first
from .state import (
    AMOUNT,
    BY,
    CAP,
    CAPACITY,
    CAPPED,
    CHECKS,
    CIRCLE,
    COEFFICIENT,
    CONSTRAINT,
    DIRTIES,
    DIRTY_LIST,
    EPOCH,
    FIRST,
    FIXED,
    FIXES,
    FRESH,
    GHOST,
    GROUP,
    HEAD,
    IDENTITY,
    LEVEL,
    LIMITED,
    LISTED,
    MARKED,
    MEMBERS,
    NEXT,
    NOBODY,
    OWNER,
    QUANTA,
    QUEUE,
    QUEUE_PLACE,
    QUEUED,
    REACHED,
    SATURATED,
    SCALE,
    SEEN,
    SHARING,
    STEPS,
    USES,
    WATCHING,
    WHEN,
    WORK,
    State,
)

WATCHES = -2  # instead of a place in the queue
SLACK = 2**11  # quanta for each flow: who has more left is above all their levels, whatever rounding did


def refill(state: State) -> None:
    """Work out the rates again that the dirty constraints reach.

    The flows that were fixed in another way, ``FIXES`` of them, and the constraints that fix flows or could nearly,
    ``REACHED`` of them, are listed in ``GROUP``.
    """
    counts = state.counts
    counts[SHARING] = counts[EPOCH]
    counts[FIXES] = counts[REACHED] = counts[QUEUED] = counts[CHECKS] = 0
    reach_dirty(state)
    sweep(state)
    while find_full(state):
        sweep(state)


def reach_dirty(state: State) -> None:
    """Begin with the constraints whose flows or capacities have changed."""
    for at in range(state.counts[DIRTIES]):
        reach(state, state.constraint_i[DIRTY_LIST][at])


def reach(state: State, place: int) -> None:
    """Note a constraint whose flows or capacity have changed: to be queued, or to be checked."""
    members, saturated = state.constraint_i[MEMBERS][place], state.constraint_f[SATURATED]
    state.constraint_i[SEEN][place] = state.counts[EPOCH]
    if members == 0:
        saturated[place] = math.inf
    elif saturated[place] == math.inf:
        state.constraint_i[WATCHING][state.counts[CHECKS]] = place
        state.constraint_i[QUEUE_PLACE][place] = WATCHES
        state.counts[CHECKS] += 1
    else:
        enqueue(state, place, level_for(state.constraint_i[QUANTA][place], members, state.constraint_f[SCALE][place]))


def enqueue(state: State, place: int, level: float) -> None:
    """Queue a constraint to be looked at when the sweep comes to a level, or to its old one."""
    queue, queue_place, key = state.constraint_i[QUEUE], state.constraint_i[QUEUE_PLACE], state.constraint_f[LEVEL]
    ghost, saturated = state.constraint_f[GHOST], state.constraint_f[SATURATED]
    if saturated[place] < math.inf:
        ghost[place], saturated[place], queue_place[place] = saturated[place], math.inf, -1
        level = min(level, ghost[place])
    if queue_place[place] < 0:
        queue_place[place], key[place] = state.counts[QUEUED], level
        state.counts[QUEUED] += 1
    key[place] = min(level, key[place])
    sift_up(queue, queue_place, place, key, state.constraint_i[IDENTITY])
    list_place(state, place)


def list_place(state: State, place: int) -> None:
    """Note a constraint that fixes flows, or nearly does, once in a sharing."""
    if state.constraint_i[LISTED][place] != state.counts[SHARING]:
        state.constraint_i[LISTED][place] = state.counts[SHARING]
        state.constraint_i[GROUP][state.counts[REACHED]] = place
        state.counts[REACHED] += 1


def sweep(state: State) -> None:
    """Let the constraints in the queue fill up, by (level, id)."""
    while state.counts[QUEUED] > 0:
        place = state.constraint_i[QUEUE][0]
        level, old_level = state.constraint_f[LEVEL][place], state.constraint_f[GHOST][place]
        rising = next_level(state, place, level, old_level)
        if rising <= level:
            requeue(state, place, math.inf)
            fill_up(state, place, level)
        elif level < old_level:
            requeue(state, place, min(rising, old_level))
        else:
            state.constraint_f[GHOST][place] = math.inf
            requeue(state, place, rising)
            let_go(state, place, level)


def requeue(state: State, place: int, level: float) -> None:
    """Put the first constraint of the queue where its new level belongs; out of it if that is infinite."""
    queue, queue_place, key = state.constraint_i[QUEUE], state.constraint_i[QUEUE_PLACE], state.constraint_f[LEVEL]
    if level < math.inf:
        key[place] = level
        sift_down(queue, state.counts[QUEUED], queue_place, place, key, state.constraint_i[IDENTITY])
    else:
        take_first(queue, state.counts[QUEUED], queue_place, key, state.constraint_i[IDENTITY])
        state.counts[QUEUED] -= 1
        queue_place[place] = -1


def next_level(state: State, place: int, level: float, enough: float) -> float:
    """Return the level from which on a constraint will be full, as far as is known; infinite if never.

    Anything above ``enough`` will do if it is that or more.
    """
    by, when, amount, following = state.use_i[BY], state.use_f[WHEN], state.use_i[AMOUNT], state.use_i[NEXT]
    identity, seen, epoch = state.constraint_i[IDENTITY], state.constraint_i[SEEN], state.counts[EPOCH]
    head, quanta, scale = (
        state.constraint_i[HEAD][place],
        state.constraint_i[QUANTA][place],
        state.constraint_f[SCALE][place],
    )
    own, limited = identity[place], state.counts[LIMITED] > 0
    while True:
        left, waiting, entry = quanta, 0, head
        while entry >= 0:
            fixer, at = by[entry], when[entry]
            if at <= level and (fixer < 0 or (seen[fixer] != epoch and (at < level or identity[fixer] < own))):
                left -= amount[entry]
            elif limited and is_limited(state, entry, level):
                left -= limited_amount(state, entry, scale)
            else:
                waiting += 1
            entry = following[entry]
        state.counts[WORK] += state.constraint_i[MEMBERS][place]
        if waiting == 0:
            return math.inf
        risen = level_for(left, waiting, scale)
        if risen <= level:
            return level
        if risen > enough:
            return risen
        level = risen


def is_limited(state: State, use: int, level: float) -> bool:
    """Tell whether a flow that nobody has fixed has reached its cap at a level."""
    return bool(state.use_f[COEFFICIENT][use] * state.flow_f[CAP][state.use_i[OWNER][use]] <= level)


def limited_amount(state: State, use: int, scale: float) -> int:
    """Return what a flow takes at its cap [quanta]."""
    return int(state.use_f[COEFFICIENT][use] * state.flow_f[CAP][state.use_i[OWNER][use]] * scale)


def fill_up(state: State, place: int, level: float) -> None:
    """Fix the open flows of a constraint; those fixed in another way than before reach their other constraints."""
    by, when, following, owner = state.use_i[BY], state.use_f[WHEN], state.use_i[NEXT], state.use_i[OWNER]
    identity, seen, epoch = state.constraint_i[IDENTITY], state.constraint_i[SEEN], state.counts[EPOCH]
    cap, fresh, coefficient = state.flow_f[CAP], state.flow_f[FRESH], state.use_f[COEFFICIENT]
    new, own, entry, found = state.flow_i[FIXED], identity[place], state.constraint_i[HEAD][place], 0
    limited = state.counts[LIMITED] > 0
    while entry >= 0:
        fixer, at = by[entry], when[entry]
        if not (at <= level and (fixer < 0 or (seen[fixer] != epoch and (at < level or identity[fixer] < own)))):
            flow = owner[entry]
            if not (fixer == place and at == level) and not (limited and is_limited(state, entry, level)):
                fresh[flow] = rate_at(level, 1.0, coefficient[entry], cap[flow])
                new[found] = flow
                found += 1
        entry = following[entry]
    seen[place], state.constraint_f[SATURATED][place] = -epoch, level
    list_fixed(state, found)
    write_down(state, found, place, level)
    reach_others(state, found, place, level, False)


def write_down(state: State, found: int, place: int, level: float) -> None:
    """Write down who has fixed flows, at which level, and what they take of each constraint."""
    by, when, amount, constraint = state.use_i[BY], state.use_f[WHEN], state.use_i[AMOUNT], state.use_i[CONSTRAINT]
    flows, first, uses, fresh = state.flow_i[FIXED], state.flow_i[FIRST], state.flow_i[USES], state.flow_f[FRESH]
    coefficient, scale, capacity = state.use_f[COEFFICIENT], state.constraint_f[SCALE], state.constraint_f[CAPACITY]
    for at in range(found):
        flow = flows[at]
        rate_bps, start = fresh[flow], first[flow]
        for use in range(start, start + uses[flow]):
            by[use], when[use] = place, level
            # No more than all: a watching constraint may find that flows want many times what it has.
            taken = min(coefficient[use] * rate_bps, capacity[constraint[use]])
            amount[use] = int(taken * scale[constraint[use]])


def list_fixed(state: State, found: int) -> None:
    """Note flows that are fixed in another way than before, once in a sharing."""
    seen, listed, flows, sharing = state.flow_i[SEEN], state.flow_i[GROUP], state.flow_i[FIXED], state.counts[SHARING]
    fixes = state.counts[FIXES]
    for at in range(found):
        if seen[flows[at]] != sharing:
            seen[flows[at]] = sharing
            listed[fixes] = flows[at]
            fixes += 1
    state.counts[FIXES] = fixes


def reach_others(state: State, found: int, here: int, level: float, again: bool) -> None:
    """Reach the other constraints of flows; ``again``: also those reached before, since their levels may be lower."""
    for at in range(list_others(state, found, here, again)):
        enqueue(state, state.constraint_i[CIRCLE][at], level)


def list_others(state: State, found: int, here: int, again: bool) -> int:
    """List the other constraints of flows, as far as they fix flows; those that watch are to be checked."""
    flows, first, uses, constraint = (
        state.flow_i[FIXED],
        state.flow_i[FIRST],
        state.flow_i[USES],
        state.use_i[CONSTRAINT],
    )
    seen, queue_place, watching = (
        state.constraint_i[SEEN],
        state.constraint_i[QUEUE_PLACE],
        state.constraint_i[WATCHING],
    )
    saturated, listed, ready = state.constraint_f[SATURATED], state.constraint_i[CIRCLE], state.constraint_i[MARKED]
    epoch, checks, others = state.counts[EPOCH], state.counts[CHECKS], 0
    state.counts[STEPS] += 1
    step = state.counts[STEPS]
    for at in range(found):
        start = first[flows[at]]
        for use in range(start, start + uses[flows[at]]):
            place = constraint[use]
            if place == here:
                continue
            new = seen[place] != epoch
            if new and saturated[place] == math.inf:
                seen[place], queue_place[place], watching[checks] = epoch, WATCHES, place
                checks += 1
            elif new or (again and queue_place[place] != WATCHES and ready[place] != step):
                seen[place], ready[place], listed[others] = epoch, step, place
                others += 1
    state.counts[CHECKS] = checks
    return others


def let_go(state: State, place: int, level: float) -> None:
    """Open the flows that a constraint had fixed at a level at which it is not full now."""
    owner, following, by, when = state.use_i[OWNER], state.use_i[NEXT], state.use_i[BY], state.use_f[WHEN]
    loose, found, entry = state.flow_i[FIXED], 0, state.constraint_i[HEAD][place]
    while entry >= 0:
        if by[entry] == place:
            flow = owner[entry]
            loose[found] = flow
            found += 1
            first = state.flow_i[FIRST][flow]
            for use in range(first, first + state.flow_i[USES][flow]):
                by[use], when[use] = NOBODY, math.inf
        entry = following[entry]
    reach_others(state, found, place, level, True)


def find_full(state: State) -> bool:
    """Queue the watching constraints that are full before all their flows are fixed; tell whether there are any."""
    state.counts[EPOCH] += 1
    checks, watching = state.counts[CHECKS], state.constraint_i[WATCHING]
    if state.counts[LIMITED] > 0:
        for at in range(checks):
            fix_limited(state, watching[at])
        for at in range(state.counts[REACHED]):
            fix_limited(state, state.constraint_i[GROUP][at])
    state.counts[CHECKS] = 0
    for at in range(keep_doubtful(state, checks)):
        place = watching[at]
        first_level = level_for(
            state.constraint_i[QUANTA][place], state.constraint_i[MEMBERS][place], state.constraint_f[SCALE][place]
        )
        level = next_level(state, place, first_level, math.inf)
        if level < math.inf:
            state.constraint_i[SEEN][place], state.constraint_f[GHOST][place] = state.counts[EPOCH], math.inf
            state.constraint_i[QUEUE_PLACE][place] = -1
            enqueue(state, place, level)
        else:
            list_place(state, place)
    return bool(state.counts[QUEUED] > 0)


def fix_limited(state: State, place: int) -> None:
    """Give the flows of a constraint that nobody has fixed their caps."""
    owner, following, by, cap = state.use_i[OWNER], state.use_i[NEXT], state.use_i[BY], state.flow_f[CAP]
    entry = state.constraint_i[HEAD][place]
    while entry >= 0:
        flow = owner[entry]
        if by[entry] == NOBODY and cap[flow] < math.inf:
            state.flow_f[FRESH][flow], state.flow_i[FIXED][0] = cap[flow], flow
            list_fixed(state, 1)
            write_down(state, 1, CAPPED, state.use_f[COEFFICIENT][entry] * cap[flow])
        entry = following[entry]


def keep_doubtful(state: State, checks: int) -> int:
    """Keep of the watching constraints those that may be full when all flows are fixed; return how many."""
    by, amount, following = state.use_i[BY], state.use_i[AMOUNT], state.use_i[NEXT]
    watching, head, quanta = state.constraint_i[WATCHING], state.constraint_i[HEAD], state.constraint_i[QUANTA]
    members, kept, work = state.constraint_i[MEMBERS], 0, 0
    for at in range(checks):
        place = watching[at]
        entry, left = head[place], quanta[place] - SLACK * members[place]
        while entry >= 0 and left > 0:
            left -= amount[entry] if by[entry] != NOBODY else quanta[place]
            entry = following[entry]
        work += members[place]
        if left <= 0:
            watching[kept] = place
            kept += 1
    state.counts[WORK] += work
    return kept

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

from .entries import COARSE, open_use
from .filling import level_for, rate_at
from .heaps import sift_down, sift_up, take_first
from .looks import is_limited, next_level
from .state import (
    AMOUNT,
    BEGIN,
    BY,
    CAP,
    CAPACITY,
    CAPPED,
    CHECKS,
    COEFFICIENT,
    CONSTRAINT,
    DIRTIES,
    DIRTY_LIST,
    ENTRY,
    EPOCH,
    FIRST,
    FIXED,
    FIXES,
    FRESH,
    GHOST,
    GROUP,
    IDENTITY,
    LEFT,
    LEVEL,
    LIMITED,
    LISTED,
    LOOSE,
    MEMBERS,
    NOBODY,
    OPEN,
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
    SPAN,
    TAKEN,
    USE,
    USES,
    VISITED,
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
        reach(state, state.constraint_list[DIRTY_LIST][at])


def reach(state: State, place: int) -> None:
    """Note a constraint whose flows or capacity have changed: to be queued, or to be checked."""
    members, saturated = state.constraint_i[MEMBERS][place], state.constraint_f[SATURATED]
    state.constraint_i[VISITED][place] = state.counts[EPOCH]
    if members == 0:
        saturated[place] = math.inf
    elif saturated[place] == math.inf:
        if members > 1 or not fix_alone(state, place):
            watch(state, place)
    else:
        state.constraint_i[LEFT][place], state.constraint_i[OPEN][place] = state.constraint_i[QUANTA][place], members
        enqueue(state, place, level_for(state.constraint_i[QUANTA][place], members, state.constraint_f[SCALE][place]))


def fix_alone(state: State, place: int) -> bool:
    """Fix the one flow of a constraint, if it has no cap and crosses no other; tell whether it is so.

    A sweep would do the same: it saves small networks, whose links often carry one flow, half of a plain sharing.
    """
    flow = state.entry_i[OWNER][state.constraint_i[BEGIN][place]]
    if state.flow_i[USES][flow] > 1 or state.flow_f[CAP][flow] < math.inf:
        return False
    take_all(state, flow, place)
    list_fixed(state, 1)
    list_place(state, place)
    return True


def take_all(state: State, flow: int, place: int) -> None:
    """Fix a flow that is alone on a constraint, crosses no other and has no cap."""
    level = level_for(state.constraint_i[QUANTA][place], 1, state.constraint_f[SCALE][place])
    state.flow_f[FRESH][flow] = rate_at(level, 1.0, state.use_f[COEFFICIENT][state.flow_i[FIRST][flow]], math.inf)
    state.flow_list[FIXED][0], state.constraint_f[SATURATED][place] = flow, level
    write_down(state, 1, place, level)


def enqueue(state: State, place: int, level: float) -> None:
    """Queue a constraint to be looked at when the sweep comes to a level, or to its old one."""
    queue, queue_place, key = state.constraint_list[QUEUE], state.constraint_i[QUEUE_PLACE], state.constraint_f[LEVEL]
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
        state.constraint_list[GROUP][state.counts[REACHED]] = place
        state.counts[REACHED] += 1


def sweep(state: State) -> None:
    """Let the constraints in the queue fill up, by (level, id)."""
    queue, ghost = state.constraint_list[QUEUE], state.constraint_f[GHOST]
    while state.counts[QUEUED] > 0:
        place = queue[0]
        level, old_level = state.constraint_f[LEVEL][place], ghost[place]
        rising = next_level(state, place, level, old_level if level < old_level else math.inf)
        if level < rising:
            if level < old_level:
                requeue(state, place, min(rising, old_level))
            else:
                ghost[place] = math.inf
                requeue(state, place, rising)
                let_go(state, place, level)
            if queue[0] != place or rising > ghost[place] or rising == math.inf:
                continue
        requeue(state, place, math.inf)
        fill_up(state, place, rising)


def requeue(state: State, place: int, level: float) -> None:
    """Put the first constraint of the queue where its new level belongs; out of it if that is infinite."""
    queue, queue_place, key = state.constraint_list[QUEUE], state.constraint_i[QUEUE_PLACE], state.constraint_f[LEVEL]
    if level < math.inf:
        key[place] = level
        sift_down(queue, state.counts[QUEUED], queue_place, place, key, state.constraint_i[IDENTITY])
    else:
        take_first(queue, state.counts[QUEUED], queue_place, key, state.constraint_i[IDENTITY])
        state.counts[QUEUED] -= 1
        queue_place[place] = -1


def fill_up(state: State, place: int, level: float) -> None:
    """Fix the open flows of a constraint; those fixed in another way than before reach their other constraints."""
    by, when, owner, used = state.entry_i[BY], state.entry_f[WHEN], state.entry_i[OWNER], state.entry_i[USE]
    identity, seen, epoch = state.constraint_i[IDENTITY], state.constraint_i[VISITED], state.counts[EPOCH]
    coefficient, cap, fresh, flows = state.use_f[COEFFICIENT], state.flow_f[CAP], state.flow_f[FRESH], state.flow_list
    begin, own, limited, found = state.constraint_i[BEGIN][place], identity[place], state.counts[LIMITED] > 0, 0
    for entry in range(begin, begin + state.constraint_i[SPAN][place]):
        fixer, at = by[entry], when[entry]
        if at <= level and (fixer < 0 or (seen[fixer] != epoch and (at < level or identity[fixer] < own))):
            continue
        if not (fixer == place and at == level) and not (limited and is_limited(state, entry, level)):
            flow = owner[entry]
            fresh[flow] = rate_at(level, 1.0, coefficient[used[entry]], cap[flow])
            flows[FIXED][found] = flow
            found += 1
    seen[place], state.constraint_f[SATURATED][place] = -epoch, level
    list_fixed(state, found)
    write_down(state, found, place, level)


def list_fixed(state: State, found: int) -> None:
    """Note flows that are fixed in another way than before, once in a sharing."""
    seen, listed, flows = state.flow_i[SEEN], state.flow_list[GROUP], state.flow_list[FIXED]
    sharing, fixes = state.counts[SHARING], state.counts[FIXES]
    for at in range(found):
        flow = flows[at]
        if seen[flow] != sharing:
            seen[flow] = sharing
            listed[fixes] = flow
            fixes += 1
    state.counts[FIXES] = fixes


def write_down(state: State, found: int, place: int, level: float) -> None:
    """Write down who has fixed flows, at which level, and what they take of each constraint; reach the others.

    The flows take no more than before, so a constraint is not full before its old level on their account. Those that
    fix nobody are to be checked.
    """
    seen, saturated, epoch = state.constraint_i[VISITED], state.constraint_f[SATURATED], state.counts[EPOCH]
    by, when, amount, entries = state.entry_i[BY], state.entry_f[WHEN], state.entry_i[AMOUNT], state.use_i[ENTRY]
    constraint, coefficient, capacity = state.use_i[CONSTRAINT], state.use_f[COEFFICIENT], state.constraint_f[CAPACITY]
    taken, loose, scale = state.constraint_i[TAKEN], state.constraint_i[LOOSE], state.constraint_f[SCALE]
    first, uses, flows, fresh = state.flow_i[FIRST], state.flow_i[USES], state.flow_list[FIXED], state.flow_f[FRESH]
    for at in range(found):
        flow = flows[at]
        rate_bps, start = fresh[flow], first[flow]
        for use in range(start, start + uses[flow]):
            other, entry = constraint[use], entries[use]
            if by[entry] == NOBODY:
                loose[other] -= 1
            else:
                taken[other] += -amount[entry] >> COARSE
            by[entry], when[entry] = place, level
            # No more than all: a watching constraint may find that flows want many times what it has.
            amount[entry] = int(min(coefficient[use] * rate_bps, capacity[other]) * scale[other])
            taken[other] -= -amount[entry] >> COARSE
            if place >= 0 and other != place and seen[other] != epoch:
                seen[other] = epoch
                if saturated[other] == math.inf:
                    watch(state, other)
                else:
                    enqueue(state, other, math.inf)


def watch(state: State, place: int) -> None:
    """Note a constraint that fixes nobody, to be checked."""
    state.constraint_i[QUEUE_PLACE][place] = WATCHES
    state.constraint_list[WATCHING][state.counts[CHECKS]] = place
    state.counts[CHECKS] += 1


def let_go(state: State, place: int, level: float) -> None:
    """Open the flows that a constraint had fixed at a level at which it is not full now."""
    by, owner, flows, found = state.entry_i[BY], state.entry_i[OWNER], state.flow_list[FIXED], 0
    start = state.constraint_i[BEGIN][place]
    for entry in range(start, start + state.constraint_i[SPAN][place]):
        if by[entry] == place:
            flows[found] = owner[entry]
            found += 1
    open_again(state, found, place, level)


def open_again(state: State, found: int, here: int, level: float) -> None:
    """Open flows and reach their other constraints, also those reached before: their levels may be lower.

    By how much at most follows from what was found when such a constraint was looked at last, with these flows open
    now: flows that were fixed otherwise since then take no more. Rounding is allowed for.
    """
    flows, constraint, seen = state.flow_list[FIXED], state.use_i[CONSTRAINT], state.constraint_i[VISITED]
    queue_place, saturated = state.constraint_i[QUEUE_PLACE], state.constraint_f[SATURATED]
    left, waiting, scale = state.constraint_i[LEFT], state.constraint_i[OPEN], state.constraint_f[SCALE]
    entries, amount, epoch = state.use_i[ENTRY], state.entry_i[AMOUNT], state.counts[EPOCH]
    for at in range(found):
        start = state.flow_i[FIRST][flows[at]]
        for use in range(start, start + state.flow_i[USES][flows[at]]):
            open_use(state, use)
            place = constraint[use]
            if place == here:
                continue
            new = seen[place] != epoch
            if new and saturated[place] == math.inf:
                seen[place] = epoch
                watch(state, place)
            elif new or queue_place[place] != WATCHES:
                seen[place] = epoch
                left[place] += amount[entries[use]]
                waiting[place] += 1
                least = level_for(left[place] - SLACK * waiting[place], waiting[place], scale[place])
                enqueue(state, place, max(level, least))


def find_full(state: State) -> bool:
    """Queue the watching constraints that are full before all their flows are fixed; tell whether there are any."""
    state.counts[EPOCH] += 1
    checks, watching = state.counts[CHECKS], state.constraint_list[WATCHING]
    if state.counts[LIMITED] > 0:
        for at in range(checks):
            fix_limited(state, watching[at])
        for at in range(state.counts[REACHED]):
            fix_limited(state, state.constraint_list[GROUP][at])
    state.counts[CHECKS] = 0
    for at in range(keep_doubtful(state, checks)):
        queue_if_full(state, watching[at])
    return bool(state.counts[QUEUED] > 0)


def queue_if_full(state: State, place: int) -> None:
    """Queue a watching constraint at the level at which it is full, if it is at any."""
    quanta, members, scale = state.constraint_i[QUANTA], state.constraint_i[MEMBERS], state.constraint_f[SCALE]
    level = next_level(state, place, level_for(quanta[place], members[place], scale[place]), math.inf)
    if level < math.inf:
        state.constraint_i[VISITED][place], state.constraint_f[GHOST][place] = state.counts[EPOCH], math.inf
        state.constraint_i[QUEUE_PLACE][place] = -1
        enqueue(state, place, level)
    else:
        list_place(state, place)


def fix_limited(state: State, place: int) -> None:
    """Give the flows of a constraint that nobody has fixed their caps."""
    owner, by, cap, start = state.entry_i[OWNER], state.entry_i[BY], state.flow_f[CAP], state.constraint_i[BEGIN][place]
    for entry in range(start, start + state.constraint_i[SPAN][place]):
        flow = owner[entry]
        if by[entry] == NOBODY and cap[flow] < math.inf:
            state.flow_f[FRESH][flow], state.flow_list[FIXED][0] = cap[flow], flow
            list_fixed(state, 1)
            write_down(state, 1, CAPPED, state.use_f[COEFFICIENT][state.entry_i[USE][entry]] * cap[flow])


def keep_doubtful(state: State, checks: int) -> int:
    """Keep of the watching constraints those that may be full when all flows are fixed; return how many.

    What these take is known coarsely; where that leaves a doubt it is added up.
    """
    watching, quanta, taken = state.constraint_list[WATCHING], state.constraint_i[QUANTA], state.constraint_i[TAKEN]
    members, loose, kept = state.constraint_i[MEMBERS], state.constraint_i[LOOSE], 0
    for at in range(checks):
        place = watching[at]
        close = (quanta[place] >> COARSE) - taken[place] <= members[place]
        if loose[place] > 0 or (close and amount_free(state, place) <= 0):
            watching[kept] = place
            kept += 1
    state.counts[WORK] += checks
    return kept


def amount_free(state: State, place: int) -> int:
    """Return what is left of a constraint whose flows are all fixed, less the slack, or 0 or less if nothing is."""
    amount, start, span = state.entry_i[AMOUNT], state.constraint_i[BEGIN][place], state.constraint_i[SPAN][place]
    left, entry = state.constraint_i[QUANTA][place] - SLACK * state.constraint_i[MEMBERS][place], start
    while entry < start + span and left > 0:
        left -= amount[entry]
        entry += 1
    state.counts[WORK] += span
    return left  # type: ignore[no-any-return]

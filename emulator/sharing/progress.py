"""Flows that come, go and pass on, and the sharing in between. Part of the kernel; its entry points are all here."""

import math

from .circles import fill_unlike
from .filling import fill, gather, open_group
from .heaps import make_heap, sift_down, sift_up, take
from .ranks import fill_by_rank, of_one_rank
from .ripples import refill
from .state import (
    ALIKE,
    AMOUNT,
    BY,
    CAP,
    CAPACITY,
    CHANGED,
    CHANGES,
    CLAIM,
    COEFFICIENT,
    CONSTRAINT,
    DIRTIES,
    DIRTY,
    DIRTY_LIST,
    END,
    END_HEAP,
    END_PLACE,
    EPOCH,
    FAIR,
    FIRST,
    FIXES,
    FLOWS,
    FRESH,
    GROUP,
    HEAD,
    LIMITED,
    LINK,
    LINKS,
    MEMBERS,
    METERED,
    NEGATIVE_RATE,
    NEXT,
    NO_EQUILIBRIUM,
    NOBODY,
    NUMBER,
    ONE,
    OPEN,
    OWNER,
    PREVIOUS,
    QUANTA,
    RANK,
    RANKED,
    RATE,
    REACHED,
    REMAINING,
    SATURATED,
    SCALE,
    SEEN,
    SINCE,
    SLOTS,
    STALE,
    STALE_LIST,
    STALES,
    TAIL,
    UNLIKE,
    USES,
    WEIGHTED,
    WHEN,
    WORK,
    State,
)

ROUNDING = 1e-14  # of the two products by which proportions are compared
FEW = 3  # up to one flow in so many, ends are moved in the heap one by one


def enter(
    state: State,
    flow: int,
    number: int,
    first: int,
    uses: int,
    links: int,
    weight: float,
    parted: bool,
    cap_bps: float,
    rank: float,
    size_bits: float,
    now_s: float,
) -> None:
    """Put a flow, whose uses are written down, behind the lower numbers on its constraints, and among the ends."""
    for row, value in ((NUMBER, number), (FIRST, first), (USES, uses), (LINKS, links), (OPEN, 0)):
        state.flow_i[row][flow] = value
    quantities = ((RATE, 0.0), (REMAINING, size_bits), (SINCE, now_s), (METERED, now_s), (END, math.inf))
    for row, quantity in quantities:
        state.flow_f[row][flow] = quantity
    ask(state, flow, weight, parted, cap_bps, rank)
    join(state, flow)
    size = state.counts[FLOWS]
    state.counts[FLOWS] = size + 1
    state.counts[SLOTS] = max(state.counts[SLOTS], flow + 1)
    state.flow_i[END_HEAP][size], state.flow_i[END_PLACE][flow] = flow, size
    sift_up(state.flow_i[END_HEAP], state.flow_i[END_PLACE], flow, state.flow_f[END], state.flow_i[NUMBER])


def ask(state: State, flow: int, weight: float, parted: bool, cap_bps: float, rank: float) -> None:
    """Note a flow's claims, cap and rank, and whether it takes in proportion to its claims of all that it crosses.

    The claims are its weight, or are ``parted`` and written down.
    """
    state.flow_f[CAP][flow], state.flow_f[RANK][flow] = cap_bps, rank
    alike, one, first, claim = 1, 1, state.flow_i[FIRST][flow], state.use_f[CLAIM]
    for use in range(first, first + state.flow_i[USES][flow]):
        if not parted:
            claim[use] = weight
        if claim[use] != 1.0:
            one = 0
        if not in_proportion(state, first, use):
            alike = 0
    state.flow_i[ALIKE][flow], state.flow_i[ONE][flow] = alike, one
    forget(state, flow)
    count_kind(state, flow, 1)


def in_proportion(state: State, use: int, other: int) -> bool:
    """Tell whether what a flow takes of two constraints is in proportion to its claims on them, up to their rounding.

    Claims that are the same have no rounding: so flows that claim 1 are alike to the last bit, as ``ripples`` needs.
    """
    claim, coefficient = state.use_f[CLAIM], state.use_f[COEFFICIENT]
    if claim[use] == claim[other]:
        return bool(coefficient[use] == coefficient[other])
    one, another = coefficient[use] * claim[other], coefficient[other] * claim[use]
    return bool(abs(one - another) <= ROUNDING * another)


def forget(state: State, flow: int) -> None:
    """Note that it is not known which constraint fixed a flow, nor when."""
    first = state.flow_i[FIRST][flow]
    for use in range(first, first + state.flow_i[USES][flow]):
        state.use_i[BY][use], state.use_f[WHEN][use] = NOBODY, math.inf


def count_kind(state: State, flow: int, times: int) -> None:
    """Count a flow (1), or do not count it any longer (-1), if it is not alike or has its own claims, rank or cap."""
    if state.flow_i[ALIKE][flow] == 0:
        state.counts[UNLIKE] += times
    if state.flow_i[ONE][flow] == 0:
        state.counts[WEIGHTED] += times
    if state.flow_f[CAP][flow] < math.inf:
        state.counts[LIMITED] += times
    if state.flow_f[RANK][flow] != 0.0:
        state.counts[RANKED] += times


def ask_anew(state: State, flow: int, weight: float, parted: bool, cap_bps: float, rank: float) -> None:
    """Let a flow, whose new coefficients are written down, ask for something else."""
    count_kind(state, flow, -1)
    ask(state, flow, weight, parted, cap_bps, rank)
    first = state.flow_i[FIRST][flow]
    for use in range(first, first + state.flow_i[USES][flow]):
        mark_dirty(state, state.use_i[CONSTRAINT][use])


def join(state: State, flow: int) -> None:
    """Put a flow's uses into the lists of its constraints, in the order of flow numbers."""
    following, previous, owner = state.use_i[NEXT], state.use_i[PREVIOUS], state.use_i[OWNER]
    head, tail, number = state.constraint_i[HEAD], state.constraint_i[TAIL], state.flow_i[NUMBER]
    start = state.flow_i[FIRST][flow]
    for use in range(start, start + state.flow_i[USES][flow]):
        place = state.use_i[CONSTRAINT][use]
        mark_dirty(state, place)
        state.constraint_i[MEMBERS][place] += 1
        before = tail[place]
        while before >= 0 and number[owner[before]] > number[flow]:
            before = previous[before]
        after = head[place] if before < 0 else following[before]
        owner[use], previous[use], following[use] = flow, before, after
        if before < 0:
            head[place] = use
        else:
            following[before] = use
        if after < 0:
            tail[place] = use
        else:
            previous[after] = use


def quit_constraints(state: State, flow: int) -> None:
    """Take a flow's uses out of the lists of its constraints."""
    following, previous = state.use_i[NEXT], state.use_i[PREVIOUS]
    start = state.flow_i[FIRST][flow]
    for use in range(start, start + state.flow_i[USES][flow]):
        place = state.use_i[CONSTRAINT][use]
        mark_dirty(state, place)
        state.constraint_i[MEMBERS][place] -= 1
        before, after = previous[use], following[use]
        if before < 0:
            state.constraint_i[HEAD][place] = after
        else:
            following[before] = after
        if after < 0:
            state.constraint_i[TAIL][place] = before
        else:
            previous[after] = before


def leave(state: State, flow: int, now_s: float) -> None:
    """Meter a flow to its end and take it out."""
    measure(state, flow, now_s)
    count_kind(state, flow, -1)
    quit_constraints(state, flow)
    take(state.flow_i[END_HEAP], state.counts[FLOWS], state.flow_i[END_PLACE], flow, state.flow_f[END],
         state.flow_i[NUMBER])  # fmt: skip
    state.counts[FLOWS] -= 1
    state.flow_i[NUMBER][flow] = -1


def set_limit(state: State, place: int, capacity: float, scale: float) -> None:
    """Give a constraint its capacity, in quanta as well, and count in these what its flows take of it."""
    state.constraint_f[CAPACITY][place], state.constraint_f[SCALE][place] = capacity, scale
    state.constraint_i[QUANTA][place] = int(capacity * scale)
    entry = state.constraint_i[HEAD][place]
    while entry >= 0:
        taken = state.use_f[COEFFICIENT][entry] * state.flow_f[FRESH][state.use_i[OWNER][entry]]
        state.use_i[AMOUNT][entry] = int(min(taken, capacity) * scale)
        entry = state.use_i[NEXT][entry]
    mark_dirty(state, place)


def mark_dirty(state: State, place: int) -> None:
    """Note that a constraint must be shared anew."""
    if state.constraint_i[DIRTY][place] == 0:
        state.constraint_i[DIRTY][place] = 1
        state.constraint_i[DIRTY_LIST][state.counts[DIRTIES]] = place
        state.counts[DIRTIES] += 1


def measure(state: State, flow: int, now_s: float) -> None:
    """Add what a flow has carried since it was last metered to each of its links."""
    span_s, rate_bps = now_s - state.flow_f[METERED][flow], state.flow_f[RATE][flow]
    if span_s > 0 and rate_bps > 0:
        start = state.flow_i[FIRST][flow]
        for use in range(start, start + state.flow_i[LINKS][flow]):
            link = state.use_i[LINK][use]
            state.carried_bits[link] += rate_bps * span_s
            state.flow_s[link] += span_s
    state.flow_f[METERED][flow] = now_s


def measure_all(state: State, now_s: float) -> None:
    """Meter all flows in progress, in the order of their slots."""
    for flow in range(state.counts[SLOTS]):
        if state.flow_i[NUMBER][flow] >= 0:
            measure(state, flow, now_s)


def share_anew(state: State, now_s: float, tolerance: float) -> int:
    """Share what changed and all that is connected with it; settle the flows whose rates differ.

    Flows that no constraint binds are on the list of changes already.

    Returns:
        ``FAIR``, or what went wrong: see ``state``.
    """
    state.counts[EPOCH] += 1
    if state.counts[UNLIKE] == 0 and state.counts[WEIGHTED] == 0 and state.counts[RANKED] == 0:
        verdict = share_ripples(state, tolerance)
    else:
        verdict = share_groups(state, tolerance)
    state.counts[DIRTIES] = 0
    settle_changed(state, now_s)
    return verdict


def share_ripples(state: State, tolerance: float) -> int:
    """Work out, check and compare the rates that the dirty constraints reach."""
    for at in range(state.counts[STALES]):
        place = state.constraint_i[STALE_LIST][at]
        state.constraint_i[STALE][place] = 0
        mark_dirty(state, place)
    state.counts[STALES] = 0
    refill(state)
    for at in range(state.counts[DIRTIES]):
        state.constraint_i[DIRTY][state.constraint_i[DIRTY_LIST][at]] = 0
    note_changes(state, state.counts[FIXES])
    return broken_law(state, state.counts[REACHED], state.counts[FIXES], tolerance)


def share_groups(state: State, tolerance: float) -> int:
    """Work out, check and compare the rates of all that the dirty constraints are connected with."""
    epoch, verdict = state.counts[EPOCH], FAIR
    for at in range(state.counts[DIRTIES]):
        seed = state.constraint_i[DIRTY_LIST][at]
        state.constraint_i[DIRTY][seed] = 0
        # An inner circle counts epochs on, so "not yet in this sharing" is "before its epoch".
        if verdict == FAIR and state.constraint_i[SEEN][seed] < epoch and state.constraint_i[MEMBERS][seed]:
            verdict = share_group(state, seed, tolerance)
    return verdict


def share_group(state: State, seed: int, tolerance: float) -> int:
    """Work out, check and compare the rates of what a constraint is connected with."""
    state.counts[EPOCH] += 1
    constraints, flows, alike = gather(state, seed)
    if not fill_group(state, constraints, flows, alike):
        return NO_EQUILIBRIUM
    note_changes(state, flows)
    forget_events(state, constraints, flows)
    return broken_law(state, constraints, flows, tolerance)


def forget_events(state: State, constraints: int, flows: int) -> None:
    """Note that it is not known which constraints fixed the flows of a group."""
    stale, group = state.constraint_i[STALE], state.constraint_i[GROUP]
    for at in range(flows):
        forget(state, state.flow_i[GROUP][at])
    for at in range(constraints):
        state.constraint_f[SATURATED][group[at]] = math.inf
        if stale[group[at]] == 0:
            stale[group[at]] = 1
            state.constraint_i[STALE_LIST][state.counts[STALES]] = group[at]
            state.counts[STALES] += 1


def fill_group(state: State, constraints: int, flows: int, alike: bool) -> bool:
    """Work out the rates of a group; False if no equilibrium was found."""
    if state.counts[RANKED] > 0 and not of_one_rank(state, flows):
        return fill_by_rank(state, constraints, flows)
    open_group(state, constraints, flows)
    if alike:
        fill(state, constraints, flows)
        return True
    return fill_unlike(state, constraints, flows)


def note_changes(state: State, flows: int) -> None:
    """List the flows of the group whose rate differs."""
    fresh, rate, changed, group = state.flow_f[FRESH], state.flow_f[RATE], state.flow_i[CHANGED], state.flow_i[GROUP]
    changes = state.counts[CHANGES]
    for at in range(flows):
        if fresh[group[at]] != rate[group[at]]:
            changed[changes] = group[at]
            changes += 1
    state.counts[CHANGES] = changes


def broken_law(state: State, constraints: int, flows: int, tolerance: float) -> int:
    """Return the place of a constraint over its capacity, ``NEGATIVE_RATE`` or ``FAIR``."""
    fresh, cap, group, places = state.flow_f[FRESH], state.flow_f[CAP], state.flow_i[GROUP], state.constraint_i[GROUP]
    owner, following, coefficient = state.use_i[OWNER], state.use_i[NEXT], state.use_f[COEFFICIENT]
    head, capacity, work = state.constraint_i[HEAD], state.constraint_f[CAPACITY], 0
    for at in range(flows):
        if not 0.0 <= fresh[group[at]] <= cap[group[at]]:
            return NEGATIVE_RATE
    for at in range(constraints):
        used, entry = 0.0, head[places[at]]
        while entry >= 0:
            used += coefficient[entry] * fresh[owner[entry]]
            entry = following[entry]
            work += 1
        if not used <= capacity[places[at]] * (1 + tolerance):
            return places[at]  # type: ignore[no-any-return]
    state.counts[WORK] += work
    return FAIR


def settle_changed(state: State, now_s: float) -> None:
    """Settle what has passed at the old rates, and see when the rest will have; others are not touched."""
    changes, size = state.counts[CHANGES], state.counts[FLOWS]
    heap, place, end, number = state.flow_i[END_HEAP], state.flow_i[END_PLACE], state.flow_f[END], state.flow_i[NUMBER]
    one_by_one = changes * FEW <= size
    for at in range(changes):
        flow = state.flow_i[CHANGED][at]
        settle(state, flow, now_s)
        if one_by_one:
            sift_up(heap, place, flow, end, number)
            sift_down(heap, size, place, flow, end, number)
    if not one_by_one:
        make_heap(heap, size, place, end, number)


def settle(state: State, flow: int, now_s: float) -> None:
    """Give a flow its new rate from now on."""
    measure(state, flow, now_s)
    passed_bits = state.flow_f[RATE][flow] * (now_s - state.flow_f[SINCE][flow])
    remaining, rate_bps = state.flow_f[REMAINING][flow] - passed_bits, state.flow_f[FRESH][flow]
    remaining = remaining if remaining > 0.0 else 0.0
    state.flow_f[REMAINING][flow], state.flow_f[SINCE][flow], state.flow_f[RATE][flow] = remaining, now_s, rate_bps
    state.flow_f[END][flow] = now_s + remaining / rate_bps if rate_bps > 0 else math.inf

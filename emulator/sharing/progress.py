"""Flows that come, go and pass on, and the sharing in between. Part of the kernel; its entry points are all here."""

import math

from .circles import fill_unlike
from .ends import end_at, find_first_end
from .entries import COARSE, entries_missing, forget, join, mark_dirty, part
from .filling import fill, gather, open_group
from .ranks import fill_by_rank, of_one_rank
from .ripples import refill, take_all
from .state import (
    ALIKE,
    AMOUNT,
    ASKED,
    ASKING_CAP,
    ASKING_FIRST,
    ASKING_LINKS,
    ASKING_NOW,
    ASKING_NUMBER,
    ASKING_PARTED,
    ASKING_RANK,
    ASKING_SIZE,
    ASKING_USES,
    ASKING_WEIGHT,
    BEGIN,
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
    EPOCH,
    FAIR,
    FIRST,
    FIXED,
    FIXES,
    FRESH,
    GROUP,
    LIMITED,
    LINK,
    LINKS,
    MEMBERS,
    METERED,
    NEGATIVE_RATE,
    NO_EQUILIBRIUM,
    NOBODY,
    NUMBER,
    ONE,
    OPEN,
    OWNER,
    QUANTA,
    RANK,
    RANKED,
    RATE,
    REACHED,
    REMAINING,
    SATURATED,
    SCALE,
    SINCE,
    SLOTS,
    SPAN,
    STALE,
    STALE_LIST,
    STALES,
    TAKEN,
    UNLIKE,
    USE,
    USES,
    VISITED,
    WEIGHTED,
    WORK,
    State,
)

CALL = 10  # work of a call of the plain kernel, in uses of constraints looked at
ROUNDING = 1e-14  # of the two products by which proportions are compared


def enter(state: State, flow: int) -> int:
    """Put the flow that the desk describes behind the lower numbers on its constraints.

    Returns:
        0, or how many more entries there must be first.
    """
    desk, words = state.desk_i, state.desk_f
    missing = entries_missing(state, desk[ASKING_USES])
    if missing > 0:
        return missing
    for row, word in ((NUMBER, ASKING_NUMBER), (FIRST, ASKING_FIRST), (USES, ASKING_USES), (LINKS, ASKING_LINKS)):
        state.flow_i[row][flow] = desk[word]
    state.flow_i[OPEN][flow] = 0
    state.flow_f[RATE][flow], state.ends[flow] = 0.0, math.inf
    state.flow_f[REMAINING][flow] = words[ASKING_SIZE]
    state.flow_f[SINCE][flow] = state.flow_f[METERED][flow] = words[ASKING_NOW]
    constraint, link, start, uses = state.use_i[CONSTRAINT], state.use_i[LINK], desk[ASKING_FIRST], desk[ASKING_USES]
    links_at = ASKED + (2 + desk[ASKING_PARTED]) * uses
    for at in range(uses):
        constraint[start + at] = desk[ASKED + at]
    for at in range(desk[ASKING_LINKS]):
        link[start + at] = desk[links_at + at]
    join(state, flow)
    ask(state, flow)
    state.counts[SLOTS] = max(state.counts[SLOTS], flow + 1)
    state.counts[WORK] += CALL
    return 0


def ask(state: State, flow: int) -> None:
    """Note what the desk says of a flow's coefficients, claims, cap and rank, and what kind of flow that makes it.

    The claims are its weight, or come in parts.
    """
    desk, words, coefficient, claim = state.desk_i, state.desk_f, state.use_f[COEFFICIENT], state.use_f[CLAIM]
    state.flow_f[CAP][flow], state.flow_f[RANK][flow] = words[ASKING_CAP], words[ASKING_RANK]
    alike, one, first, uses = 1, 1, state.flow_i[FIRST][flow], desk[ASKING_USES]
    for at in range(uses):
        use = first + at
        coefficient[use], claim[use] = words[ASKED + uses + at], words[ASKING_WEIGHT]
        if desk[ASKING_PARTED] == 1:
            claim[use] = words[ASKED + 2 * uses + at]
        if claim[use] != 1.0:
            one = 0
        same = claim[use] == claim[first] and coefficient[use] == coefficient[first]
        if not same and not in_proportion(state, first, use):
            alike = 0
    state.flow_i[ALIKE][flow], state.flow_i[ONE][flow] = alike, one
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


def ask_anew(state: State, flow: int) -> None:
    """Let a flow ask for what the desk says of the same constraints."""
    count_kind(state, flow, -1)
    ask(state, flow)
    state.flow_list[FIXED][0] = flow
    forget(state, 1)
    first = state.flow_i[FIRST][flow]
    for use in range(first, first + state.flow_i[USES][flow]):
        mark_dirty(state, state.use_i[CONSTRAINT][use])


def leave(state: State, flow: int, now_s: float) -> int:
    """Meter a flow to its end and take it out; return how many constraints wait to be shared."""
    measure(state, flow, now_s)
    count_kind(state, flow, -1)
    part(state, flow)
    state.flow_i[NUMBER][flow] = -1
    end_at(state, flow, math.inf)
    find_first_end(state)
    return state.counts[DIRTIES]  # type: ignore[no-any-return]


def go_on_alone(state: State, flow: int, metered_s: float) -> None:
    """Let a flow that has just come, alone on its one constraint, go on at the rate it has had there since it came."""
    take_all(state, flow, state.use_i[CONSTRAINT][state.flow_i[FIRST][flow]])
    rate_bps = state.flow_f[FRESH][flow]
    state.flow_f[RATE][flow], state.flow_f[METERED][flow] = rate_bps, metered_s
    if rate_bps > 0:
        end_at(state, flow, state.flow_f[SINCE][flow] + state.flow_f[REMAINING][flow] / rate_bps)
        find_first_end(state)


def set_limit(state: State, place: int, capacity: float, scale: float) -> None:
    """Give a constraint its capacity, in quanta as well, and count in these what its flows take of it."""
    state.constraint_f[CAPACITY][place], state.constraint_f[SCALE][place] = capacity, scale
    state.constraint_i[QUANTA][place] = int(capacity * scale)
    begin = state.constraint_i[BEGIN][place]
    for entry in range(begin, begin + state.constraint_i[SPAN][place]):
        if state.entry_i[BY][entry] != NOBODY:
            coefficient = state.use_f[COEFFICIENT][state.entry_i[USE][entry]]
            taken = coefficient * state.flow_f[FRESH][state.entry_i[OWNER][entry]]
            state.constraint_i[TAKEN][place] += -state.entry_i[AMOUNT][entry] >> COARSE
            state.entry_i[AMOUNT][entry] = int(min(taken, capacity) * scale)
            state.constraint_i[TAKEN][place] -= -state.entry_i[AMOUNT][entry] >> COARSE
    mark_dirty(state, place)


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


def share_anew(state: State, now_s: float, tolerance: float, unbound: int) -> int:
    """Share what changed and all that is connected with it; settle the flows whose rates differ.

    So many flows that no constraint binds are on the list of changes already.

    Returns:
        ``FAIR``, or what went wrong: see ``state``.
    """
    state.counts[EPOCH] += 1
    state.counts[WORK] += CALL
    state.counts[CHANGES] = unbound
    if state.counts[UNLIKE] == 0 and state.counts[WEIGHTED] == 0 and state.counts[RANKED] == 0:
        verdict = share_ripples(state, tolerance)
    else:
        verdict = share_groups(state, tolerance)
    state.counts[DIRTIES] = 0
    for at in range(state.counts[CHANGES]):
        settle(state, state.flow_list[CHANGED][at], now_s)
    find_first_end(state)
    return verdict


def share_ripples(state: State, tolerance: float) -> int:
    """Work out, check and compare the rates that the dirty constraints reach."""
    for at in range(state.counts[STALES]):
        place = state.constraint_list[STALE_LIST][at]
        state.constraint_i[STALE][place] = 0
        mark_dirty(state, place)
    state.counts[STALES] = 0
    refill(state)
    for at in range(state.counts[DIRTIES]):
        state.constraint_i[DIRTY][state.constraint_list[DIRTY_LIST][at]] = 0
    note_changes(state, state.counts[FIXES])
    return broken_law(state, state.counts[REACHED], state.counts[FIXES], tolerance)


def share_groups(state: State, tolerance: float) -> int:
    """Work out, check and compare the rates of all that the dirty constraints are connected with."""
    epoch, verdict = state.counts[EPOCH], FAIR
    for at in range(state.counts[DIRTIES]):
        seed = state.constraint_list[DIRTY_LIST][at]
        state.constraint_i[DIRTY][seed] = 0
        # An inner circle counts epochs on, so "not yet in this sharing" is "before its epoch".
        if verdict == FAIR and state.constraint_i[VISITED][seed] < epoch and state.constraint_i[MEMBERS][seed]:
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
    stale, group = state.constraint_i[STALE], state.constraint_list[GROUP]
    for at in range(flows):
        state.flow_list[FIXED][at] = state.flow_list[GROUP][at]
    forget(state, flows)
    for at in range(constraints):
        state.constraint_f[SATURATED][group[at]] = math.inf
        if stale[group[at]] == 0:
            stale[group[at]] = 1
            state.constraint_list[STALE_LIST][state.counts[STALES]] = group[at]
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
    fresh, rate, changed, group = (
        state.flow_f[FRESH],
        state.flow_f[RATE],
        state.flow_list[CHANGED],
        state.flow_list[GROUP],
    )
    changes = state.counts[CHANGES]
    for at in range(flows):
        if fresh[group[at]] != rate[group[at]]:
            changed[changes] = group[at]
            changes += 1
    state.counts[CHANGES] = changes


def broken_law(state: State, constraints: int, flows: int, tolerance: float) -> int:
    """Return the place of a constraint over its capacity, ``NEGATIVE_RATE`` or ``FAIR``."""
    fresh, cap, group, places = (
        state.flow_f[FRESH],
        state.flow_f[CAP],
        state.flow_list[GROUP],
        state.constraint_list[GROUP],
    )
    owner, uses, coefficient = state.entry_i[OWNER], state.entry_i[USE], state.use_f[COEFFICIENT]
    begin, span, capacity = state.constraint_i[BEGIN], state.constraint_i[SPAN], state.constraint_f[CAPACITY]
    for at in range(flows):
        if not 0.0 <= fresh[group[at]] <= cap[group[at]]:
            return NEGATIVE_RATE
    for at in range(constraints):
        place, used = places[at], 0.0
        for entry in range(begin[place], begin[place] + span[place]):
            used += coefficient[uses[entry]] * fresh[owner[entry]]
        if not used <= capacity[place] * (1 + tolerance):
            return place  # type: ignore[no-any-return]
        state.counts[WORK] += span[place]
    return FAIR


def settle(state: State, flow: int, now_s: float) -> None:
    """Settle what has passed at the old rate, give a flow its new one from now on and see when the rest will have."""
    measure(state, flow, now_s)
    passed_bits = state.flow_f[RATE][flow] * (now_s - state.flow_f[SINCE][flow])
    remaining, rate_bps = state.flow_f[REMAINING][flow] - passed_bits, state.flow_f[FRESH][flow]
    remaining = remaining if remaining > 0.0 else 0.0
    state.flow_f[REMAINING][flow], state.flow_f[SINCE][flow], state.flow_f[RATE][flow] = remaining, now_s, rate_bps
    end_at(state, flow, now_s + remaining / rate_bps if rate_bps > 0 else math.inf)

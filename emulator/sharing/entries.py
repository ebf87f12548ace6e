"""What flows take of a constraint, side by side: who has fixed each, when, and how much it takes. Part of the kernel.

The entries of a constraint stand in the order of flow numbers. Where a flow has left there is a gap, until there are
many: then the others close up. Gaps have a slot and a use of their own, which take nothing.
"""

import math

from .state import (
    AMOUNT,
    ASKED,
    BEGIN,
    BY,
    CAPPED,
    CONSTRAINT,
    DIRTIES,
    DIRTY,
    DIRTY_LIST,
    ENTRIES,
    ENTRY,
    ENTRY_NUMBERS,
    ENTRY_PLACES,
    FIRST,
    FIXED,
    GAP,
    LOOSE,
    MEMBERS,
    NOBODY,
    NUMBER,
    OWNER,
    ROOM,
    SATURATED,
    SPAN,
    TAKEN,
    USE,
    USES,
    WHEN,
    State,
)

COARSE = 20  # binary digits of a coarse quantum: sums of these have room for any number of flows
LEAST_ROOM = 4  # entries
MANY = 8  # gaps among entries are many if they are more than one in so many


def entries_missing(state: State, uses: int) -> int:
    """Return how many more entries there must be before the constraints of the flow on the desk can make room."""
    desk, span, room, end = state.desk_i, state.constraint_i[SPAN], state.constraint_i[ROOM], state.counts[ENTRIES]
    for at in range(uses):
        if span[desk[ASKED + at]] == room[desk[ASKED + at]]:
            end += next_room(state, desk[ASKED + at])
    return end - state.counts[ENTRY_PLACES]  # type: ignore[no-any-return]


def next_room(state: State, place: int) -> int:
    """Return how many entries a constraint gets that has no room left."""
    return int(max(2 * state.constraint_i[MEMBERS][place], LEAST_ROOM))


def join(state: State, flow: int) -> None:
    """Give the uses of a flow entries with their constraints, behind those of lower numbers."""
    constraint, entries, owner, used = (
        state.use_i[CONSTRAINT], state.use_i[ENTRY], state.entry_i[OWNER], state.entry_i[USE]
    )  # fmt: skip
    begin, span, room, number = (
        state.constraint_i[BEGIN], state.constraint_i[SPAN], state.constraint_i[ROOM], state.flow_i[NUMBER]
    )  # fmt: skip
    members, loose, start = state.constraint_i[MEMBERS], state.constraint_i[LOOSE], state.flow_i[FIRST][flow]
    for use in range(start, start + state.flow_i[USES][flow]):
        place = constraint[use]
        mark_dirty(state, place)
        if span[place] == room[place]:
            make_room(state, place)
        entry = begin[place] + span[place]
        while entry > begin[place] and (owner[entry - 1] == GAP or number[owner[entry - 1]] > number[flow]):
            move_entry(state, entry - 1, entry)
            entry -= 1
        owner[entry], used[entry], entries[use] = flow, use, entry
        state.entry_i[BY][entry], state.entry_f[WHEN][entry] = NOBODY, math.inf
        span[place] += 1
        members[place] += 1
        loose[place] += 1


def mark_dirty(state: State, place: int) -> None:
    """Note that a constraint must be shared anew."""
    if state.constraint_i[DIRTY][place] == 0:
        state.constraint_i[DIRTY][place] = 1
        state.constraint_list[DIRTY_LIST][state.counts[DIRTIES]] = place
        state.counts[DIRTIES] += 1


def make_room(state: State, place: int) -> None:
    """Move the entries of a constraint to where there is room for more."""
    origin, target = state.constraint_i[BEGIN][place], state.counts[ENTRIES]
    state.constraint_i[ROOM][place] = next_room(state, place)
    state.counts[ENTRIES] += state.constraint_i[ROOM][place]
    state.constraint_i[BEGIN][place] = target
    close_gaps(state, place, origin)


def close_gaps(state: State, place: int, origin: int) -> None:
    """Move the entries of a constraint from where they are to its place, without the gaps."""
    owner, use, by, amount = state.entry_i[OWNER], state.entry_i[USE], state.entry_i[BY], state.entry_i[AMOUNT]
    when, entry, target = state.entry_f[WHEN], state.use_i[ENTRY], state.constraint_i[BEGIN][place]
    for at in range(origin, origin + state.constraint_i[SPAN][place]):
        if owner[at] != GAP:
            owner[target], use[target], by[target], amount[target] = owner[at], use[at], by[at], amount[at]
            when[target], entry[use[at]] = when[at], target
            target += 1
    state.constraint_i[SPAN][place] = state.constraint_i[MEMBERS][place]


def move_entry(state: State, origin: int, target: int) -> None:
    """Move an entry to another place of the rows."""
    for row in range(ENTRY_NUMBERS):
        state.entry_i[row][target] = state.entry_i[row][origin]
    state.entry_f[WHEN][target] = state.entry_f[WHEN][origin]
    state.use_i[ENTRY][state.entry_i[USE][origin]] = target


def part(state: State, flow: int) -> None:
    """Take the entries of a flow out: each becomes a gap, fixed before all others, that takes nothing.

    Who shares a constraint with it is to be shared anew; one that nobody crosses any more fixes nobody.
    """
    constraint, entries, by, taken = (
        state.use_i[CONSTRAINT], state.use_i[ENTRY], state.entry_i[BY], state.constraint_i[TAKEN]
    )  # fmt: skip
    members, loose, amount = state.constraint_i[MEMBERS], state.constraint_i[LOOSE], state.entry_i[AMOUNT]
    begin, span, start = state.constraint_i[BEGIN], state.constraint_i[SPAN], state.flow_i[FIRST][flow]
    for use in range(start, start + state.flow_i[USES][flow]):
        place, entry = constraint[use], entries[use]
        if by[entry] == NOBODY:
            loose[place] -= 1
        else:
            taken[place] += -amount[entry] >> COARSE
        by[entry], amount[entry], state.entry_f[WHEN][entry] = CAPPED, 0, -math.inf
        state.entry_i[OWNER][entry], state.entry_i[USE][entry] = GAP, GAP
        members[place] -= 1
        if members[place] > 0:
            mark_dirty(state, place)
        else:
            state.constraint_f[SATURATED][place] = math.inf
        if entry == begin[place] + span[place] - 1:
            span[place] -= 1
        if (span[place] - members[place]) * MANY > members[place]:
            close_gaps(state, place, begin[place])


def forget(state: State, found: int) -> None:
    """Note that it is not known which constraint fixed flows, nor when."""
    flows = state.flow_list[FIXED]
    for at in range(found):
        first = state.flow_i[FIRST][flows[at]]
        for use in range(first, first + state.flow_i[USES][flows[at]]):
            if state.entry_i[BY][state.use_i[ENTRY][use]] != NOBODY:
                open_use(state, use)


def open_use(state: State, use: int) -> None:
    """Note of a use that has a fixer that it is not known who fixes it, nor when."""
    entry, place = state.use_i[ENTRY][use], state.use_i[CONSTRAINT][use]
    state.constraint_i[TAKEN][place] += -state.entry_i[AMOUNT][entry] >> COARSE
    state.constraint_i[LOOSE][place] += 1
    state.entry_i[BY][entry], state.entry_f[WHEN][entry] = NOBODY, math.inf

"""What the kernel works on: rows of numbers by flow, by constraint and by use.

The kernel (``heaps``, ``filling``, ``circles``, ``ranks``, ``ripples``, ``progress``) is written once, in the part of
Python that Numba compiles. In the plain form a table is a list of lists, in the compiled form a two-dimensional array;
both give the same bits, since both do the same IEEE operations in the same order.

What is left of a constraint is a whole number of quanta, 2^-62 of the power of two above its capacity: so it does not
depend on the order in which flows are taken out, and is more exact than a sum of floating-point numbers.

A flow has a slot, a constraint a place; what flow ``i`` takes of its constraints are the uses ``FIRST[i]`` to
``FIRST[i] + USES[i] - 1``. The uses of one constraint form a list in the order of flow numbers.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Row = Any  # list[int], list[float], or an array
Table = Any  # list[list[int]], list[list[float]], or an array (rows, places)

# Flows, whole numbers.
NUMBER, FIRST, USES, LINKS = 0, 1, 2, 3
OPEN, SEEN = 4, 5  # waits for its rate; last visited in which epoch
END_HEAP, END_PLACE = 6, 7  # heap of slots by (end, number), and where a slot stands in it
GROUP, CIRCLE, CHANGED, QUEUE, QUEUE_PLACE = 8, 9, 10, 11, 12  # lists of slots
TIGHTEST = 13  # the use that offers least, or -1: its cap
ALIKE = 14  # whether it takes equally of all that it crosses
FIXED = 15  # list of slots that get their rate now
BY_RANK = 16  # list of slots, the highest rank first
ONE = 17  # whether it claims 1 of each constraint
FLOW_NUMBERS = 18

# Flows, quantities.
CLAIMED, CAP, RATE, FRESH = 0, 1, 2, 3  # CLAIMED: its claim on the constraint looked at; FRESH: the rate worked out
REMAINING, SINCE, METERED, END = 4, 5, 6, 7
OFFER, RANK = 8, 9
FLOW_QUANTITIES = 10

# Constraints, whole numbers. OPEN, SEEN, GROUP, CIRCLE, QUEUE and QUEUE_PLACE as for flows.
IDENTITY, HEAD, TAIL, ROW = 0, 1, 2, 3
DIRTY, DIRTY_LIST = 6, 7
READY, MEMBERS = 13, 14
KEPT = 15  # the group while its ranks are filled one by one
QUANTA, LEFT = 16, 17  # the capacity and what is left of it, in quanta
STALE, STALE_LIST = 18, 19  # those whose last events are not known
WATCHING, LISTED = 20, 21  # those that fixed nobody, to be checked; in ``GROUP`` since which sharing
MARKED = 22  # in which step of a sweep it was last listed
CONSTRAINT_NUMBERS = 23

# Constraints, quantities. LOAD: the claims of the open flows; LOAD_LOW: what rounding took from it.
CAPACITY, SCALE, LOAD, LOAD_LOW, LEVEL = 0, 1, 2, 3, 4  # SCALE: quanta in 1 of the capacity, a power of two
SATURATED, GHOST = 5, 6  # the level at which it fixed flows: in the last sharing, and in the one before
CONSTRAINT_QUANTITIES = 7

# Uses.
OWNER, CONSTRAINT, NEXT, PREVIOUS, LINK = 0, 1, 2, 3, 4
BY, AMOUNT = 5, 6  # the place that fixed its flow, or ``CAPPED``, or ``NOBODY``; what it takes [quanta]
USE_NUMBERS = 7
COEFFICIENT, WHEN = 0, 1  # WHEN: the level at which its flow was fixed
CLAIM = 2  # the flow's weight times the part of it that counts on the constraint
USE_QUANTITIES = 3

# Counts.
EPOCH, DIRTIES, FLOWS, CHANGES, WORK, SLOTS = 0, 1, 2, 3, 4, 5
UNLIKE, WEIGHTED, RANKED = 6, 7, 8  # flows not alike, with another claim than 1, of another rank than 0
STALES, LIMITED = 9, 10  # LIMITED: flows with a cap
SHARING, FIXES, REACHED, QUEUED, CHECKS = 11, 12, 13, 14, 15  # of a sharing: its epoch, and how long its lists are
STEPS = 16  # of all sweeps
COUNTS = 17

CAPPED, NOBODY = -1, -2  # instead of a place

# What ``share_anew`` found; other results are the place of a constraint over its capacity.
FAIR, NO_EQUILIBRIUM, NEGATIVE_RATE = -1, -2, -3


class State(NamedTuple):
    """All rows; ``carried_bits`` and ``flow_s`` are the meter's sums by link."""

    flow_i: Table
    flow_f: Table
    constraint_i: Table
    constraint_f: Table
    use_i: Table
    use_f: Table
    counts: Table
    carried_bits: Table
    flow_s: Table


class Sums(NamedTuple):
    """What links carried, by link: bits, and the time that flows spent on it, added up over flows [s]."""

    carried_bits: npt.NDArray[np.float64]
    flow_s: npt.NDArray[np.float64]


def empty_state(sums: Sums) -> State:
    """Return rows without places, in the plain form."""
    counts = FLOW_NUMBERS, FLOW_QUANTITIES, CONSTRAINT_NUMBERS, CONSTRAINT_QUANTITIES, USE_NUMBERS, USE_QUANTITIES
    tables: list[Table] = [[[] for _ in range(count)] for count in counts]
    return State._make([*tables, [0] * COUNTS, *sums])


def widened(state: State, *, flows: int = 0, constraints: int = 0, uses: int = 0) -> State:
    """Return the rows with at least so many places; what they hold stays."""
    if flows > len(state.flow_i[NUMBER]):
        state = state._replace(flow_i=_wider(state.flow_i, flows, -1), flow_f=_wider(state.flow_f, flows, 0.0))
    if constraints > len(state.constraint_i[HEAD]):
        state = state._replace(
            constraint_i=_wider(state.constraint_i, constraints, 0),
            constraint_f=_wider(state.constraint_f, constraints, 0.0),
        )
        for row in (HEAD, TAIL):
            for place in range(constraints - 1, len(state.constraint_i[row])):
                state.constraint_i[row][place] = -1
    if uses > len(state.use_i[OWNER]):
        state = state._replace(use_i=_wider(state.use_i, uses, 0), use_f=_wider(state.use_f, uses, 0.0))
    return state


def packed(state: State) -> State:
    """Return the same rows as arrays, for the compiled kernel."""
    kinds = (np.int64, np.float64) * 3
    tables: list[Table] = [np.array(table, dtype=kind) for table, kind in zip(state[:6], kinds, strict=True)]
    return State._make([*tables, np.array(state.counts, dtype=np.int64), *state[7:]])


def _wider(table: Table, places: int, content: float) -> Table:
    """Return a table with twice as many places, or as many as asked for.

    And some more: rows a power of two apart fall on the same lines of the processor's cache.
    """
    extra = max(places, 2 * len(table[0])) - len(table[0]) + 37
    if isinstance(table, np.ndarray):
        return np.pad(table, ((0, 0), (0, extra)), constant_values=content)
    for row in table:
        row.extend([content] * extra)
    return table

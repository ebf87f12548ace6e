"""What the kernel works on: rows of numbers by flow, by constraint and by use.

The kernel (the parts listed in ``kernels``) is written once, in the part of Python that Numba compiles. In the plain
form a table is a list of lists, in the compiled form a two-dimensional array; both give the same bits, since both do
the same IEEE operations in the same order.

What is left of a constraint is a whole number of quanta, 2^-62 of the power of two above its capacity: so it does not
depend on the order in which flows are taken out, and is more exact than a sum of floating-point numbers.

A flow has a slot, a constraint a place; what flow ``i`` takes of its constraints are the uses ``FIRST[i]`` to
``FIRST[i] + USES[i] - 1``. Each use has an entry with its constraint: those of constraint ``j`` stand side by side in
the order of flow numbers, from ``BEGIN[j]`` to ``BEGIN[j] + SPAN[j] - 1``, with some gaps and some room behind them.
"""

import math
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Row = Any  # list[int], list[float], a view of memory, or an array
Table = Any  # list[list[int]], list[list[float]], or an array (rows, places)

# What is asked for together stands together in a record, and comes from memory together: what a flow that is fixed anew
# or settled needs, and what is asked of the constraints that it crosses.

# Flows, whole numbers.
NUMBER = 0
TIGHTEST = 1  # the use that offers least, or -1: its cap
ALIKE = 2  # whether it takes equally of all that it crosses
ONE = 3  # whether it claims 1 of each constraint
OPEN, SEEN = 4, 5  # waits for its rate; last visited in which epoch
QUEUE_PLACE = 6
FIRST, USES, LINKS = 7, 8, 9
FLOW_NUMBERS = 10

# Flows, quantities.
RATE, FRESH = 0, 1  # FRESH: the rate worked out
REMAINING, SINCE, METERED = 2, 3, 4
CAP, RANK = 5, 6
OFFER, CLAIMED = 7, 8  # CLAIMED: its claim on the constraint looked at
FLOW_QUANTITIES = 9
FLOW_WORDS = FLOW_NUMBERS + FLOW_QUANTITIES

# Lists of slots.
GROUP, CIRCLE, QUEUE, CHANGED = 0, 1, 2, 3
FIXED = 4  # those that get their rate now
BY_RANK = 5  # the highest rank first
EARLIEST, DOUBTED = 6, 7  # by block of slots: the one that ends first, and whether that may have changed
LEADING, STIRRED = 8, 9  # the same by group of blocks
FLOW_LISTS = 10

# Constraints, whole numbers. OPEN and QUEUE_PLACE as for flows.
ROOM = 0
LEFT = 1  # of the capacity, in quanta: while it is filled, or as far as the last look found
ROW, READY = 2, 3
DIRTY, STALE = 5, 7
LISTED = 8  # in ``GROUP`` since which sharing
BEGIN, SPAN, MEMBERS = 9, 10, 11  # SPAN: how many entries there are, gaps included
QUANTA = 12  # the capacity, in quanta
IDENTITY, VISITED = 13, 14  # VISITED: last in which epoch
TAKEN, LOOSE = 15, 16  # what flows that are fixed take [coarse quanta, each rounded up]; how many nobody has fixed
CONSTRAINT_NUMBERS = 17

# Constraints, quantities. SCALE: quanta in 1 of the capacity, a power of two.
CAPACITY, SCALE = 0, 1
SATURATED, LEVEL, GHOST = 2, 3, 4  # at which level it fixed flows: in the last sharing, and GHOST: in the one before
LOAD, LOAD_LOW = 5, 6  # the claims of the open flows; what rounding took from it
CONSTRAINT_QUANTITIES = 7
CONSTRAINT_WORDS = CONSTRAINT_NUMBERS + CONSTRAINT_QUANTITIES

# Lists of places. GROUP, CIRCLE and QUEUE as for flows.
KEPT = 3  # the group while its ranks are filled one by one
DIRTY_LIST = 4
STALE_LIST = 5  # those whose last events are not known
WATCHING = 6  # those that fixed nobody, to be checked
CONSTRAINT_LISTS = 7

# Uses.
CONSTRAINT, ENTRY, LINK = 0, 1, 2
USE_NUMBERS = 3
COEFFICIENT = 0
CLAIM = 1  # the flow's weight times the part of it that counts on the constraint
USE_QUANTITIES = 2
USE_WORDS = USE_NUMBERS + USE_QUANTITIES

# Entries.
OWNER, USE = 0, 1
BY, AMOUNT = 2, 3  # the place that fixed its flow, or ``CAPPED``, or ``NOBODY``; what it takes [quanta]
ENTRY_NUMBERS = 4
WHEN = 0  # the level at which its flow was fixed
ENTRY_QUANTITIES = 1
ENTRY_WORDS = ENTRY_NUMBERS + ENTRY_QUANTITIES

# Counts.
EPOCH, DIRTIES, FLOWS, CHANGES, WORK, SLOTS = 0, 1, 2, 3, 4, 5
UNLIKE, WEIGHTED, RANKED = 6, 7, 8  # flows not alike, with another claim than 1, of another rank than 0
STALES, LIMITED = 9, 10  # LIMITED: flows with a cap
SHARING, FIXES, REACHED, QUEUED, CHECKS = 11, 12, 13, 14, 15  # of a sharing: its epoch, and how long its lists are
ENTRIES, ENTRY_PLACES = 16, 17  # where no constraint has room yet; how many there are
COUNTS = 18

CAPPED, NOBODY = -1, -2  # instead of a place
GAP = 0  # the slot of no flow, and the use of none, that gaps between entries have

# The desk, where kernel and caller lay down what they tell each other, one word each. A quantity may lie in any word.
FIRST_END, FIRST_NUMBER = 0, 1  # when the next flow will have passed [s], and its number
ASKING_NUMBER, ASKING_FIRST, ASKING_SIZE, ASKING_NOW = 2, 3, 4, 5  # of a flow that comes
ASKING_USES, ASKING_LINKS, ASKING_PARTED = 6, 7, 8  # from here on what others may ask as well
ASKING_WEIGHT, ASKING_CAP, ASKING_RANK = 9, 10, 11
ASKED = 12  # from here on its places, coefficients, claims if these are in parts, and links
WORD = 8  # [bytes]

# What ``share_anew`` found; other results are the place of a constraint over its capacity.
FAIR, NO_EQUILIBRIUM, NEGATIVE_RATE = -1, -2, -3


class State(NamedTuple):
    """All rows; ``carried_bits`` and ``flow_s`` are the meter's sums by link, the desk's words are of either kind."""

    flow_i: Table
    flow_f: Table
    constraint_i: Table
    constraint_f: Table
    use_i: Table
    use_f: Table
    entry_i: Table
    entry_f: Table
    flow_list: Table
    constraint_list: Table
    ends: Row
    counts: Row
    carried_bits: Row
    flow_s: Row
    desk_i: Row
    desk_f: Row


# The numbers and the quantities of a flow, a constraint, a use or an entry.
RECORDS = (
    (FLOW_NUMBERS, FLOW_QUANTITIES),
    (CONSTRAINT_NUMBERS, CONSTRAINT_QUANTITIES),
    (USE_NUMBERS, USE_QUANTITIES),
    (ENTRY_NUMBERS, ENTRY_QUANTITIES),
)


class Sums(NamedTuple):
    """What links carried, by link: bits, and the time that flows spent on it, added up over flows [s]."""

    carried_bits: npt.NDArray[np.float64]
    flow_s: npt.NDArray[np.float64]


def empty_state(sums: Sums) -> State:
    """Return rows without places, in the plain form."""
    tables: list[Table] = [
        [[] for _ in range(rows)] for rows in (*chain.from_iterable(RECORDS), FLOW_LISTS, CONSTRAINT_LISTS)
    ]
    state = State._make([*tables, [], [0] * COUNTS, *(row.data for row in sums), *desk(2 * ASKED)])
    state.desk_f[FIRST_END], state.desk_i[FIRST_NUMBER], state.counts[SLOTS] = math.inf, -1, GAP + 1
    return widened(state, flows=GAP + 1, uses=GAP + 1)


def desk(words: int) -> tuple[Row, Row]:
    """Return a new desk, as whole numbers and as quantities."""
    memory = memoryview(bytearray(WORD * words))
    return memory.cast("q"), memory.cast("d")


def widened(state: State, *, flows: int = 0, constraints: int = 0, uses: int = 0, entries: int = 0) -> State:
    """Return the rows with at least so many places; what they hold stays."""
    if flows > len(state.flow_i[NUMBER]):
        flow_i, flow_f = _wider_records(state.flow_i, state.flow_f, flows)
        for slot in range(len(state.flow_i[NUMBER]), len(flow_i[NUMBER])):
            flow_i[NUMBER][slot] = -1
        ends = _wider(state.ends, len(flow_i[NUMBER]), math.inf)
        lists = _wider_rows(state.flow_list, len(ends))
        state = state._replace(flow_i=flow_i, flow_f=flow_f, flow_list=lists, ends=ends)
    if constraints > len(state.constraint_i[BEGIN]):
        numbers, quantities = _wider_records(state.constraint_i, state.constraint_f, constraints)
        lists = _wider_rows(state.constraint_list, len(numbers[BEGIN]))
        state = state._replace(constraint_i=numbers, constraint_f=quantities, constraint_list=lists)
    if uses > len(state.use_i[LINK]):
        use_i, use_f = _wider_records(state.use_i, state.use_f, uses)
        state = state._replace(use_i=use_i, use_f=use_f)
    if entries > len(state.entry_i[OWNER]):
        entry_i, entry_f = _wider_records(state.entry_i, state.entry_f, entries)
        state = state._replace(entry_i=entry_i, entry_f=entry_f)
        state.counts[ENTRY_PLACES] = len(entry_i[OWNER])
    return state


def packed(state: State) -> State:
    """Return the same rows as arrays, for the compiled kernel: records side by side, lists row by row."""
    records: list[Table] = []
    for numbers, quantities in (state[0:2], state[2:4], state[4:6], state[6:8]):
        records += _records(numbers, quantities, len(numbers[0]))
    lists = [np.array(rows, dtype=np.int64) for rows in (state.flow_list, state.constraint_list)]
    ends, counts = np.array(state.ends, dtype=np.float64), np.array(state.counts, dtype=np.int64)
    return State._make([*records, *lists, ends, counts, *map(np.asarray, state[12:])])


def _records(numbers: Table, quantities: Table, places: int) -> tuple[Table, Table]:
    """Return arrays in which all of one place stand side by side, with what two tables hold."""
    memory = np.zeros((places, len(numbers) + len(quantities)), dtype=np.int64)
    wide_i, wide_f = memory[:, : len(numbers)].T, memory.view(np.float64)[:, len(numbers) :].T
    for wide, table in ((wide_i, numbers), (wide_f, quantities)):
        for target, row in zip(wide, table, strict=True):
            target[: len(row)] = row
    return wide_i, wide_f


def _wider_records(numbers: Table, quantities: Table, places: int) -> tuple[Table, Table]:
    """Return two tables with twice as many places, or as many as asked for."""
    places = max(places, 2 * len(numbers[0])) + 37
    if isinstance(numbers, np.ndarray):
        return _records(numbers, quantities, places)
    return _wider_rows(numbers, places), [_wider(row, places, 0.0) for row in quantities]


def _wider_rows(table: Table, places: int) -> Table:
    """Return a table of whole numbers with so many places."""
    if isinstance(table, np.ndarray):
        return np.pad(table, ((0, 0), (0, places - table.shape[1])))
    return [_wider(row, places, 0) for row in table]


def _wider(row: Row, places: int, content: float) -> Row:
    """Return a row with so many places."""
    if isinstance(row, np.ndarray):
        return np.pad(row, (0, places - len(row)), constant_values=content)
    return row + [content] * (places - len(row))

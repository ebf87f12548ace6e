"""Which flow ends first: known for blocks of slots and groups of blocks, looked for again where an end has changed.

Part of the kernel. A heap would move each end that changes by several places, and a sharing may change a third of them.
"""

import math

from .state import (
    DOUBTED,
    EARLIEST,
    FIRST_END,
    FIRST_NUMBER,
    GAP,
    LEADING,
    NUMBER,
    SLOTS,
    STIRRED,
    State,
)

BLOCK = 32  # slots, and blocks in a group


def end_at(state: State, flow: int, end_s: float) -> None:
    """Note when a flow will have passed; where it was the first of its block and is later now, another may be first."""
    ends, number, earliest, block = state.ends, state.flow_i[NUMBER], state.flow_list[EARLIEST], flow // BLOCK
    first, before_s = earliest[block], ends[flow]
    ends[flow] = end_s
    if flow == first:
        if end_s > before_s:
            state.flow_list[DOUBTED][block] = 1
    elif end_s < ends[first] or (end_s == ends[first] and number[flow] < number[first]):
        earliest[block] = flow
    else:
        return
    state.flow_list[STIRRED][block // BLOCK] = 1


def find_first_end(state: State) -> None:
    """Lay down on the desk which flow ends first, of those that end together the one of the lowest number."""
    ends, number, slots = state.ends, state.flow_i[NUMBER], state.counts[SLOTS]
    leading, stirred, first_s, first = state.flow_list[LEADING], state.flow_list[STIRRED], math.inf, -1
    blocks = (slots + BLOCK - 1) // BLOCK
    for group in range((blocks + BLOCK - 1) // BLOCK):
        if stirred[group] == 1:
            stirred[group], leading[group] = 0, first_of_group(state, group * BLOCK, min((group + 1) * BLOCK, blocks))
        flow = leading[group]
        end_s = ends[flow]
        if end_s < first_s or (end_s == first_s < math.inf and number[flow] < first):
            first_s, first = end_s, number[flow]
    state.desk_f[FIRST_END], state.desk_i[FIRST_NUMBER] = first_s, first


def first_of_group(state: State, start: int, stop: int) -> int:
    """Return which of the flows in these blocks ends first."""
    ends, number, earliest, doubted = (
        state.ends,
        state.flow_i[NUMBER],
        state.flow_list[EARLIEST],
        state.flow_list[DOUBTED],
    )
    best, first_s = GAP, math.inf
    for block in range(start, stop):
        if doubted[block] == 1:
            end = min((block + 1) * BLOCK, state.counts[SLOTS])
            doubted[block], earliest[block] = 0, first_of_block(state, block * BLOCK, end)
        flow = earliest[block]
        end_s = ends[flow]
        if end_s < first_s or (end_s == first_s < math.inf and number[flow] < number[best]):
            best, first_s = flow, end_s
    return best


def first_of_block(state: State, start: int, stop: int) -> int:
    """Return which of the flows in these slots ends first."""
    ends, number, best, first_s = state.ends, state.flow_i[NUMBER], start, state.ends[start]
    for flow in range(start + 1, stop):
        end_s = ends[flow]
        if end_s < first_s or (end_s == first_s and number[flow] < number[best]):
            best, first_s = flow, end_s
    return best

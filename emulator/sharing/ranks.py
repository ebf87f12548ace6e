"""Fair rates of one connected group whose flows have several ranks: the highest first. Part of the kernel.

The flows of a rank share what the higher ranks leave of each constraint, as if nobody else were there. What is left is
known as exactly as the law of capacities is checked; a constraint with less than that left is full.
"""

from .circles import fill_unlike
from .filling import add_to_loads, current_level, fill
from .heaps import make_heap, take_first
from .state import (
    ALIKE,
    BY_RANK,
    CONSTRAINT,
    EPOCH,
    FIRST,
    GROUP,
    KEPT,
    LEFT,
    LEVEL,
    LOAD,
    LOAD_LOW,
    NUMBER,
    OFFER,
    OPEN,
    QUANTA,
    QUEUE,
    QUEUE_PLACE,
    RANK,
    USES,
    VISITED,
    WEIGHTED,
    State,
)

FULL = 1e-9  # of its capacity


def of_one_rank(state: State, flows: int) -> bool:
    """Tell whether all flows of the group have the same rank."""
    rank, group = state.flow_f[RANK], state.flow_list[GROUP]
    at = 1
    while at < flows and rank[group[at]] == rank[group[0]]:
        at += 1
    return bool(at >= flows)


def fill_by_rank(state: State, constraints: int, flows: int) -> bool:
    """Work out the rates of a group rank by rank; False if one has no equilibrium."""
    group, kept = state.constraint_list[GROUP], state.constraint_list[KEPT]
    by_rank, rank = state.flow_list[BY_RANK], state.flow_f[RANK]
    for at in range(constraints):
        place = kept[at] = group[at]
        state.constraint_i[LEFT][place] = state.constraint_i[QUANTA][place]
    order_by_rank(state, flows)
    start, solved = 0, True
    while start < flows and solved:
        end = start + 1
        while end < flows and rank[by_rank[end]] == rank[by_rank[start]]:
            end += 1
        solved = fill_rank(state, start, end)
        start = end
    for at in range(constraints):
        group[at] = kept[at]
    for at in range(flows):
        state.flow_list[GROUP][at] = by_rank[at]
    return solved


def order_by_rank(state: State, flows: int) -> None:
    """List the flows of the group by falling rank, those of one rank by number."""
    heap, key, number, place = (
        state.flow_list[QUEUE],
        state.flow_f[OFFER],
        state.flow_i[NUMBER],
        state.flow_i[QUEUE_PLACE],
    )
    for at in range(flows):
        flow = heap[at] = state.flow_list[GROUP][at]
        key[flow] = -state.flow_f[RANK][flow]
    make_heap(heap, flows, place, key, number)
    for at in range(flows):
        state.flow_list[BY_RANK][at] = heap[0]
        take_first(heap, flows - at, place, key, number)


def fill_rank(state: State, start: int, end: int) -> bool:
    """Work out the rates of the flows of one rank, a part of ``BY_RANK``; False if there is no equilibrium."""
    state.counts[EPOCH] += 1
    constraints, alike = 0, True
    for at in range(start, end):
        flow = state.flow_list[GROUP][at - start] = state.flow_list[BY_RANK][at]
        constraints = open_flow(state, flow, constraints)
        alike = alike and state.flow_i[ALIKE][flow] == 1
    for at in range(constraints):
        set_level(state, state.constraint_list[GROUP][at])
    if alike:
        fill(state, constraints, end - start)
        return True
    return fill_unlike(state, constraints, end - start)


def open_flow(state: State, flow: int, constraints: int) -> int:
    """Open a flow and list those of its constraints that are new to the rank; return how many there are now."""
    open_flows, reached, epoch = state.constraint_i[OPEN], state.constraint_i[VISITED], state.counts[EPOCH]
    first = state.flow_i[FIRST][flow]
    state.flow_i[OPEN][flow] = 1
    for use in range(first, first + state.flow_i[USES][flow]):
        place = state.use_i[CONSTRAINT][use]
        if reached[place] != epoch:
            reached[place], open_flows[place] = epoch, 0
            state.constraint_f[LOAD][place], state.constraint_f[LOAD_LOW][place] = 0.0, 0.0
            state.constraint_list[GROUP][constraints] = place
            constraints += 1
        open_flows[place] += 1
    if state.counts[WEIGHTED] > 0:
        add_to_loads(state, flow, 1)
    return constraints


def set_level(state: State, place: int) -> None:
    """Set a constraint's level for the rank from what the higher ranks left of it."""
    left, quanta = state.constraint_i[LEFT], state.constraint_i[QUANTA]
    if left[place] <= FULL * quanta[place]:
        left[place] = 0
    state.constraint_f[LEVEL][place] = current_level(state, place)

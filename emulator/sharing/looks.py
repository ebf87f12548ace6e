"""What a sweep finds when it looks at a constraint: at which level it will be full. Part of the kernel."""

import math

from .filling import level_for
from .state import (
    AMOUNT,
    BEGIN,
    BY,
    CAP,
    COEFFICIENT,
    EPOCH,
    IDENTITY,
    LEFT,
    LIMITED,
    OPEN,
    OWNER,
    QUANTA,
    SCALE,
    SPAN,
    USE,
    VISITED,
    WHEN,
    WORK,
    State,
)


def next_level(state: State, place: int, level: float, enough: float) -> float:
    """Return the level from which on a constraint will be full, as far as is known; infinite if never.

    Anything above ``enough`` will do if it is that or more. What is left then, and for how many, is written down.
    """
    by, when, amount, start = state.entry_i[BY], state.entry_f[WHEN], state.entry_i[AMOUNT], state.constraint_i[BEGIN]
    identity, seen, epoch = state.constraint_i[IDENTITY], state.constraint_i[VISITED], state.counts[EPOCH]
    begin, own, limited = start[place], identity[place], state.counts[LIMITED] > 0
    end, scale = begin + state.constraint_i[SPAN][place], state.constraint_f[SCALE][place]
    while True:
        left, waiting = state.constraint_i[QUANTA][place], end - begin
        for entry in range(begin, end):
            fixer, at = by[entry], when[entry]
            before = (seen[max(fixer, 0)] != epoch) & ((at < level) | (identity[max(fixer, 0)] < own))
            is_fixed = int((at <= level) & ((fixer < 0) | before))
            left -= is_fixed * amount[entry]
            waiting -= is_fixed
            if limited and is_fixed == 0 and is_limited(state, entry, level):
                left -= limited_amount(state, entry, scale)
                waiting -= 1
        state.counts[WORK] += end - begin
        state.constraint_i[LEFT][place], state.constraint_i[OPEN][place] = left, waiting
        if waiting == 0:
            return math.inf
        risen = level_for(left, waiting, scale)
        if risen <= level:
            return level
        if risen > enough:
            return risen
        level = risen


def is_limited(state: State, entry: int, level: float) -> bool:
    """Tell whether a flow that nobody has fixed has reached its cap at a level."""
    coefficient = state.use_f[COEFFICIENT][state.entry_i[USE][entry]]
    return bool(coefficient * state.flow_f[CAP][state.entry_i[OWNER][entry]] <= level)


def limited_amount(state: State, entry: int, scale: float) -> int:
    """Return what a flow takes at its cap [quanta]."""
    coefficient = state.use_f[COEFFICIENT][state.entry_i[USE][entry]]
    return int(coefficient * state.flow_f[CAP][state.entry_i[OWNER][entry]] * scale)

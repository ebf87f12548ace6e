"""The compiled kernel's entry points: they are told where the tables are, since passing these takes microseconds.

At the address stand those of all rows, each with its number of places. ``kernels`` puts the views of Numba in the place
of ``whole_numbers`` and ``quantities``, which make tables of an address, the step from place to place and the places.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from .entries import mark_dirty
from .progress import ask_anew, enter, go_on_alone, leave, measure_all, set_limit, share_anew
from .state import CONSTRAINT_WORDS, ENTRY_WORDS, FLOW_WORDS, USE_WORDS, State

whole_numbers: Any = None
quantities: Any = None


def listed(state: State) -> npt.NDArray[np.int64]:
    """Return the addresses of all rows, each followed by its number of places; valid for as long as these rows are."""
    return np.array([[rows.ctypes.data, rows.shape[-1]] for rows in state], dtype=np.int64)


def opened(tables: int) -> State:
    """Return the rows whose addresses are listed at one."""
    at = whole_numbers(tables, 1, 2)
    return State(
        whole_numbers(at[0][0], FLOW_WORDS, 0),
        quantities(at[1][0], FLOW_WORDS, 0),
        whole_numbers(at[2][0], CONSTRAINT_WORDS, 0),
        quantities(at[3][0], CONSTRAINT_WORDS, 0),
        whole_numbers(at[4][0], USE_WORDS, 0),
        quantities(at[5][0], USE_WORDS, 0),
        whole_numbers(at[6][0], ENTRY_WORDS, 0),
        quantities(at[7][0], ENTRY_WORDS, 0),
        whole_numbers(at[8][0], 1, at[8][1]),
        whole_numbers(at[9][0], 1, at[9][1]),
        quantities(at[10][0], 1, 0)[0],
        whole_numbers(at[11][0], 1, 0)[0],
        quantities(at[12][0], 1, 0)[0],
        quantities(at[13][0], 1, 0)[0],
        whole_numbers(at[14][0], 1, 0)[0],
        quantities(at[15][0], 1, 0)[0],
    )


def enter_at(tables: int, flow: int) -> int:
    """Do as ``progress`` says."""
    return enter(opened(tables), flow)


def ask_anew_at(tables: int, flow: int) -> None:
    """Do as ``progress`` says."""
    ask_anew(opened(tables), flow)


def leave_at(tables: int, flow: int, now_s: float) -> int:
    """Do as ``progress`` says."""
    return leave(opened(tables), flow, now_s)


def set_limit_at(tables: int, place: int, capacity: float, scale: float) -> None:
    """Do as ``progress`` says."""
    set_limit(opened(tables), place, capacity, scale)


def mark_dirty_at(tables: int, place: int) -> None:
    """Do as ``progress`` says."""
    mark_dirty(opened(tables), place)


def measure_all_at(tables: int, now_s: float) -> None:
    """Do as ``progress`` says."""
    measure_all(opened(tables), now_s)


def go_on_alone_at(tables: int, flow: int, metered_s: float) -> None:
    """Do as ``progress`` says."""
    go_on_alone(opened(tables), flow, metered_s)


def share_anew_at(tables: int, now_s: float, tolerance: float, unbound: int) -> int:
    """Do as ``progress`` says."""
    return share_anew(opened(tables), now_s, tolerance, unbound)

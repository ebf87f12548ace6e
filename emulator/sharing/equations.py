"""The linear equations of a circle: that each bottleneck is full decides all its levels. Part of the kernel."""

import numpy as np

from .filling import amount_left
from .state import (
    CAP,
    CIRCLE,
    CLAIM,
    COEFFICIENT,
    CONSTRAINT,
    FIRST,
    FRESH,
    ROW,
    TIGHTEST,
    USES,
    State,
)


def solve_levels(state: State, places: int, members: int) -> bool:
    """Work out the rates of a circle from its bottlenecks; False if these do not determine them."""
    matrix = equations(state, places, members)
    rows = matrix.shape[0]
    if not eliminate(matrix, rows):
        return False
    for at in range(members):
        flow = state.flow_list[CIRCLE][at]
        use = state.flow_i[TIGHTEST][flow]
        if use < 0:
            state.flow_f[FRESH][flow] = state.flow_f[CAP][flow]
        else:
            solved = float(matrix[state.constraint_i[ROW][state.use_i[CONSTRAINT][use]], rows])
            state.flow_f[FRESH][flow] = state.use_f[CLAIM][use] * solved / state.use_f[COEFFICIENT][use]
    return True


def equations(state: State, places: int, members: int) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Write down that each bottleneck of the circle is full: a row for each, unknown levels, then what is left."""
    row, constraint, coefficient = state.constraint_i[ROW], state.use_i[CONSTRAINT], state.use_f[COEFFICIENT]
    tightest, circle, claim = state.flow_i[TIGHTEST], state.constraint_list[CIRCLE], state.use_f[CLAIM]
    rows = number_bottlenecks(state, places, members)
    matrix = np.zeros((rows, rows + 1))
    for at in range(places):
        place = circle[at]
        if row[place] >= 0:
            matrix[row[place], rows] = amount_left(state, place)
    for at in range(members):
        flow = state.flow_list[CIRCLE][at]
        own, start = tightest[flow], state.flow_i[FIRST][flow]
        for use in range(start, start + state.flow_i[USES][flow]):
            line = row[constraint[use]]
            if line >= 0 and own < 0:
                matrix[line, rows] -= coefficient[use] * state.flow_f[CAP][flow]
            elif line >= 0:
                matrix[line, row[constraint[own]]] += coefficient[use] * claim[own] / coefficient[own]
    return matrix


def number_bottlenecks(state: State, places: int, members: int) -> int:
    """Give each constraint of the circle that is a flow's bottleneck a row, in id order, and -1 to the others."""
    row, circle = state.constraint_i[ROW], state.constraint_list[CIRCLE]
    for at in range(places):
        row[circle[at]] = -1
    for at in range(members):
        use = state.flow_i[TIGHTEST][state.flow_list[CIRCLE][at]]
        if use >= 0:
            row[state.use_i[CONSTRAINT][use]] = 0
    rows = 0
    for at in range(places):
        if row[circle[at]] == 0:
            row[circle[at]] = rows
            rows += 1
    return rows


def eliminate(matrix: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", rows: int) -> bool:
    """Solve linear equations in place (Gauss, partial pivoting); the last column becomes the solution.

    Our own, because LAPACK may round differently from one way of calling it to another.
    """
    for k in range(rows):
        pivot = k
        for i in range(k + 1, rows):
            if abs(matrix[i, k]) > abs(matrix[pivot, k]):
                pivot = i
        if matrix[pivot, k] == 0.0:
            return False
        for column in range(k, rows + 1):
            matrix[k, column], matrix[pivot, column] = matrix[pivot, column], matrix[k, column]
        for i in range(k + 1, rows):
            factor = matrix[i, k] / matrix[k, k]
            if factor != 0.0:
                for column in range(k, rows + 1):
                    matrix[i, column] -= factor * matrix[k, column]
    for k in range(rows - 1, -1, -1):
        for column in range(k + 1, rows):
            matrix[k, rows] -= matrix[k, column] * matrix[column, rows]
        matrix[k, rows] /= matrix[k, k]
    return True

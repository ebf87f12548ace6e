import math

import numpy as np
import pyarrow as pa

from wayfare.dashboard.learning import MOST_POINTS, Curve, Learning
from wayfare.emulator.records import METRICS


def metrics(*rows: tuple[float, str, int, int, float]) -> pa.Table:
    """Rows of (time [s], name, node, packet, value)."""
    columns = list(zip(*((round(at * 1e9), *rest) for at, *rest in rows), strict=True)) if rows else [()] * 5
    arrays = [pa.array(values, field.type) for values, field in zip(columns, METRICS.schema, strict=True)]
    return pa.table(arrays, schema=METRICS.schema)


def test_rows_fall_to_the_answer_the_nodes_and_the_packets() -> None:
    learning = Learning.from_table(
        metrics(
            (1, "accuracy", -1, -1, 0.5),
            (1, "accuracy", 3, -1, 0.4),
            (2, "accuracy", -1, 9, 0.6),
            (2, "accuracy.nodes", -1, -1, 0.3),
            (2, "loss", 3, -1, 2.0),
        )
    )
    assert (learning.answer.last, learning.nodes.last, learning.packets[9].last) == (0.5, 0.3, 0.6)
    assert learning.held.tolist() == [0.4]
    assert learning.exists


def test_a_node_holds_the_model_that_was_measured_there_last() -> None:
    curve = Learning.from_table(
        metrics((2, "accuracy", 0, -1, 0.8), (1, "accuracy", 0, -1, 0.2), (1.5, "accuracy", 1, -1, 0.5))
    ).of_node(0)
    assert np.array_equal(curve.at(np.array([0.9, 1.0, 1.9, 2.0])), [math.nan, 0.2, 0.2, 0.8], equal_nan=True)


def test_values_that_are_no_number_are_left_out() -> None:
    learning = Learning.from_table(metrics((1, "accuracy", -1, -1, math.nan), (1, "accuracy.nodes", -1, -1, math.inf)))
    assert not learning.exists


def test_a_network_run_learns_nothing() -> None:
    assert not Learning.from_table(metrics()).exists


def test_a_thinned_curve_keeps_its_last_point() -> None:
    curve = Curve(np.arange(10.0 * MOST_POINTS), np.arange(10.0 * MOST_POINTS)).thinned()
    assert len(curve.value) <= MOST_POINTS + 1
    assert curve.last == 10.0 * MOST_POINTS - 1


def test_a_curve_is_held_to_the_end() -> None:
    held = Curve(np.array([1.0]), np.array([0.5])).held_to(3.0)
    assert (held.time_s.tolist(), held.value.tolist()) == ([1, 3], [0.5, 0.5])

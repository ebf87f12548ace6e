from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from wayfare.dashboard.charts.journey_rows import gaps, legible, united
from wayfare.dashboard.lives import Lives
from wayfare.emulator.records import EventKind
from wayfare.emulator.records.tables import EVENTS

SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 12)), max_size=12)


def events(*rows: dict[str, Any]) -> Lives:
    usual = {"node": -1, "peer": -1, "flow": -1, "packet": -1, "size_bytes": -1, "value": float("nan")}
    full = [usual | {"time_ns": round(row.pop("at") * 1e9)} | row for row in rows]
    columns = [pa.array([row[name] for row in full], EVENTS.schema.field(name).type) for name in EVENTS.schema.names]
    return Lives.from_table(pa.table(columns, schema=EVENTS.schema))


def visit(packet: int, node: int, came: float, left: float, to: int, flow: int) -> list[dict[str, Any]]:
    return [
        {"at": left, "kind": EventKind.FLOW_START, "node": node, "peer": to, "flow": flow, "packet": packet},
        {"at": left + 0.5, "kind": EventKind.FLOW_END, "node": to, "peer": node, "flow": flow, "packet": packet},
    ]


def job(node: int, start: float, length: float, *, done: bool = True) -> list[dict[str, Any]]:
    rows = [{"at": start, "kind": EventKind.TRAIN_START, "node": node, "value": length}]
    return [*rows, {"at": start + length, "kind": EventKind.TRAIN_END, "node": node}] if done else rows


def test_training_belongs_to_the_visitor_that_left_after_it() -> None:
    launches = [{"at": 0, "kind": EventKind.LAUNCH, "node": 7, "packet": packet} for packet in (0, 1)]
    lives = events(
        *launches,
        *job(7, 0, 1),
        *visit(0, 7, 0, 1, 8, flow=0),
        *job(7, 1, 2),
        *visit(1, 7, 0, 3, 8, flow=1),
        *job(8, 1.5, 1),
    )
    assert lives.trained(lives.launched).tolist() == [0, 1, 0]
    assert next(lives.stays(0)) == (7, 0.0, 1.0)
    assert [node for node, *_ in lives.stays(0)] == [7, 8]


def test_a_job_that_was_cut_off_did_not_happen() -> None:
    lives = events(*job(3, 0, 1, done=False), {"at": 5, "kind": EventKind.NODE_DOWN, "node": 3})
    assert len(lives.trainings.node) == 0


def test_a_job_that_lasts_longer_than_the_run_has_no_end_yet() -> None:
    lives = events(*job(3, 0, 9, done=False), {"at": 5, "kind": EventKind.EVALUATE, "node": 2})
    assert np.isnan(lives.trainings.end_s).tolist() == [True]


def test_a_run_without_events_has_no_lives() -> None:
    lives = events()
    assert (len(lives.launched), len(lives.transfers.node), lives.last_s) == (0, 0, 0.0)


@given(SPANS)
def test_a_life_is_what_is_done_in_it_and_the_gaps_between(pairs: list[tuple[int, int]]) -> None:
    spans = np.array([(start, start + length) for start, length in pairs], dtype=float).reshape(-1, 2)
    life = np.array([[0.0, 40.0]])
    busy = np.clip(united(spans), 0, 40)
    rest = gaps(life, spans)
    assert np.isclose(np.diff(busy).sum() + np.diff(rest).sum(), 40)
    middle = rest.mean(axis=1)
    assert not any(start < place < end for place in middle.tolist() for start, end in spans.tolist())


def lasting(spans: np.ndarray[Any, Any]) -> float:
    return float(np.diff(spans, axis=1).sum())


def test_pieces_too_short_to_be_drawn_are_drawn_in_proportion() -> None:
    start = np.arange(0, 1000, 10) / 10
    spans = {
        "wait": np.column_stack([start + 0.93, start + 1.0]),
        "train": np.column_stack([start + 0.2, start + 0.93]),
        "transfer": np.column_stack([start, start + 0.2]),
    }
    drawn = legible(spans, 1.5)
    for doing, part in drawn.items():
        assert abs(lasting(part.spans) - lasting(spans[doing])) < 4.6
        assert part.shares.all()
        assert np.all(np.diff(part.spans, axis=1) > 4.5)
    all_drawn = np.concatenate([part.spans for part in drawn.values()])
    assert np.isclose(lasting(united(all_drawn)), lasting(all_drawn))
    assert np.isclose(lasting(all_drawn), 100)


def test_short_pieces_between_long_ones_are_in_proportion_over_the_row() -> None:
    start = np.arange(0, 1000, 10.0)
    spans = {
        "train": np.column_stack([start + 0.3, start + 0.8]),
        "transfer": np.column_stack([start, start + 0.3]),
    }
    for doing, part in legible(spans, 1.0).items():
        assert abs(lasting(part.spans) - lasting(spans[doing])) < 1.0


def test_pieces_that_are_long_enough_are_drawn_as_they_are() -> None:
    spans = {
        "wait": np.array([[5.0, 5.1]]),
        "train": np.array([[0.0, 3.0], [3.0, 5.0], [5.1, 9.0]]),
        "transfer": np.array([[4.0, 5.0], [9.0, 9.3], [9.3, 9.6]]),
    }
    drawn = legible(spans, 0.5)
    assert drawn["wait"].spans.tolist() == [[5.0, 5.1]]
    assert drawn["train"].spans.tolist() == [[0.0, 5.0], [5.1, 9.0]]
    assert drawn["transfer"].spans.tolist() == [[4.0, 5.0], [9.0, 9.6]]
    assert not any(part.shares.any() for part in drawn.values())


@given(SPANS, SPANS)
def test_a_row_is_drawn_where_anything_was_done(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    spans = {
        name: np.array([(start, start + length) for start, length in pairs], dtype=float).reshape(-1, 2)
        for name, pairs in (("train", first), ("transfer", second))
    }
    for doing, part in legible(spans, 0.5).items():
        assert np.allclose(lasting(part.spans), lasting(united(spans[doing])))
    for doing, part in legible(spans, 4.0).items():
        assert len(part.spans) == len(part.shares)
        assert np.all(part.spans[:, 0] < part.spans[:, 1])
        assert doing in spans

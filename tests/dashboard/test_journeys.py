import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.dashboard.journeys import MOST_POINTS, NEVER_NS, Journeys
from wayfare.emulator.records import EVENTS, EventKind


def events(*rows: tuple[float, EventKind, int, int, int]) -> pa.Table:
    """Rows of (time [s], kind, node, peer, flow)."""
    full = [(round(at * 1e9), int(kind), node, peer, flow, flow, 100, 0.0) for at, kind, node, peer, flow in rows]
    columns = list(zip(*full, strict=True)) if full else [()] * 8
    arrays = [pa.array(values, field.type) for values, field in zip(columns, EVENTS.schema, strict=True)]
    return pa.table(arrays, schema=EVENTS.schema)


START, END = EventKind.HOP_START, EventKind.HOP_END


def test_a_packet_halfway_through_its_hop_is_halfway_along_the_link() -> None:
    crossing = Journeys.from_table(events((1.0, START, 0, 1, 7), (3.0, END, 0, 1, 7))).crossing(2.0)
    assert (crossing.node.tolist(), crossing.peer.tolist(), crossing.fraction.tolist()) == ([0], [1], [0.5])


@pytest.mark.parametrize("moment_s", [0.999, 3.0, 9.0])
def test_before_its_hop_and_from_its_end_on_nothing_is_on_the_link(moment_s: float) -> None:
    journeys = Journeys.from_table(events((1.0, START, 0, 1, 7), (3.0, END, 0, 1, 7)))
    assert len(journeys.crossing(moment_s).flow) == 0


def test_a_hop_without_an_end_yet_stays_in_the_middle() -> None:
    assert Journeys.from_table(events((1.0, START, 0, 1, 7))).crossing(50.0).fraction.tolist() == [0.5]


def test_a_transfer_that_comes_back_over_a_link_has_two_hops_there() -> None:
    rows = [(0, START, 0, 1, 7), (1, END, 0, 1, 7), (1, START, 1, 0, 7), (2, END, 1, 0, 7)]
    rows += [(4, START, 0, 1, 7), (6, END, 0, 1, 7)]
    journeys = Journeys.from_table(events(*((float(at), *rest) for at, *rest in rows)))
    assert [(start // 10**9, end // 10**9) for start, end in zip(journeys.start_ns, journeys.end_ns, strict=True)] == [
        (0, 1),
        (1, 2),
        (4, 6),
    ]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(1, 9), st.booleans()), max_size=30))
def test_pairing_by_columns_agrees_with_following_each_transfer(hops: list[tuple[int, int, int, bool]]) -> None:
    free_at: dict[tuple[int, int], int] = {}
    rows, expected = [], []
    for flow, node, length, ends in hops:
        key = (flow, node)
        start = free_at.get(key, 0)
        if start == NEVER_NS:
            continue  # the last hop over this link has not ended: no other can begin
        rows.append((float(start), START, node, node + 1, flow))
        if ends:
            rows.append((float(start + length), END, node, node + 1, flow))
        free_at[key] = start + length + 1 if ends else NEVER_NS
        expected.append((start, flow, node, start + length if ends else None))
    rows.sort(key=lambda row: row[0])
    found = Journeys.from_table(events(*rows))
    columns = (found.start_ns, found.flow, found.node, found.end_ns)
    pairs = [
        (start // 10**9, flow, node, None if end == NEVER_NS else end // 10**9)
        for start, flow, node, end in zip(*(column.tolist() for column in columns), strict=True)
    ]
    assert sorted(pairs, key=lambda pair: pair[:3]) == sorted(expected, key=lambda pair: pair[:3])


def test_transfers_in_progress_count_up_and_down() -> None:
    journeys = Journeys.from_table(
        events(
            (0.0, EventKind.FLOW_START, 0, 1, 0),
            (1.0, EventKind.FLOW_START, 0, 1, 1),
            (2.0, EventKind.FLOW_END, 1, 0, 0),
            (2.0, EventKind.FLOW_START, 0, 1, 2),
            (3.0, EventKind.FLOW_DROP, 1, 0, 1),
        )
    )
    assert journeys.change_s.tolist() == [0, 1, 2, 3]
    assert journeys.in_progress.tolist() == [1, 2, 2, 1]
    assert (journeys.sent, journeys.delivered, journeys.dropped, journeys.last_s) == (3, 1, 1, 3.0)


def test_a_run_without_events_is_quiet() -> None:
    journeys = Journeys.from_table(events())
    assert (len(journeys.crossing(1.0).flow), journeys.sent, journeys.last_s) == (0, 0, 0.0)


def test_a_hundred_thousand_hops_are_read_and_searched_without_delay() -> None:
    count = 100_000
    flow = np.repeat(np.arange(count), 2)
    kind = np.tile([int(START), int(END)], count)
    columns = {
        "time_ns": np.arange(2 * count) * 1000,
        "kind": kind,
        "node": flow % 50,
        "peer": flow % 50 + 1,
        "flow": flow,
        "packet": flow,
        "size_bytes": np.full(2 * count, 10),
        "value": np.zeros(2 * count),
    }
    table = pa.table([pa.array(columns[field.name], field.type) for field in EVENTS.schema], schema=EVENTS.schema)
    began = time.perf_counter()
    journeys = Journeys.from_table(table)
    read = time.perf_counter()
    for moment_s in np.linspace(0, journeys.last_s, 50):
        journeys.crossing(float(moment_s))
    asked = time.perf_counter()
    assert len(journeys.start_ns) == count
    assert read - began < 3  # 0.1 s on an idle machine
    assert (asked - read) / 50 < 0.1  # 1 ms on an idle machine


def test_a_long_curve_is_thinned_and_keeps_its_peaks() -> None:
    count = 4 * MOST_POINTS
    rows = [
        (float(at), EventKind.FLOW_START if at < count / 2 else EventKind.FLOW_END, 0, 1, at) for at in range(count)
    ]
    times, counts = Journeys.from_table(events(*rows)).progress_curve(float(count))
    assert len(times) <= MOST_POINTS
    assert counts.max() == count / 2

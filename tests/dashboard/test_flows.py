import pyarrow as pa

from wayfare.dashboard.flows import MOST_POINTS, Flows
from wayfare.emulator.records import EVENTS, EventKind


def events(*rows: tuple[float, EventKind, int, int, int]) -> pa.Table:
    """Rows of (time [s], kind, node, peer, flow)."""
    full = [(round(at * 1e9), int(kind), node, peer, flow, flow, 100, 0.0) for at, kind, node, peer, flow in rows]
    columns = list(zip(*full, strict=True)) if full else [()] * 8
    arrays = [pa.array(values, field.type) for values, field in zip(columns, EVENTS.schema, strict=True)]
    return pa.table(arrays, schema=EVENTS.schema)


def test_transfers_in_progress_count_up_and_down() -> None:
    flows = Flows.from_table(
        events(
            (0.0, EventKind.FLOW_START, 0, 1, 0),
            (1.0, EventKind.FLOW_START, 0, 1, 1),
            (2.0, EventKind.FLOW_END, 1, 0, 0),
            (2.0, EventKind.FLOW_START, 0, 1, 2),
            (3.0, EventKind.FLOW_DROP, 1, 0, 1),
        )
    )
    assert flows.change_s.tolist() == [0, 1, 2, 3]
    assert flows.in_progress.tolist() == [1, 2, 2, 1]
    assert (flows.sent, flows.delivered, flows.dropped, flows.last_s) == (3, 1, 1, 3.0)


def test_the_nodes_are_those_at_either_end_of_a_hop() -> None:
    table = events(
        (0.0, EventKind.HOP_START, 4, 2, 0),
        (1.0, EventKind.HOP_START, 2, 7, 0),
        (1.0, EventKind.TRAIN_START, 9, -1, -1),
    )
    assert Flows.from_table(table).nodes.tolist() == [2, 4, 7]


def test_a_run_without_events_is_quiet() -> None:
    flows = Flows.from_table(events())
    assert (len(flows.change_s), flows.sent, flows.last_s) == (0, 0, 0.0)


def test_a_long_curve_is_thinned_and_keeps_its_peaks() -> None:
    count = 4 * MOST_POINTS
    rows = [
        (float(at), EventKind.FLOW_START if at < count / 2 else EventKind.FLOW_END, 0, 1, at) for at in range(count)
    ]
    times, counts = Flows.from_table(events(*rows)).progress_curve(float(count))
    assert len(times) <= MOST_POINTS
    assert counts.max() == count / 2

import pytest

from wayfare.emulator.records import EXPORTS, DropReason, EventKind, RunRecord, RunWriter, directed_links

TOPOLOGY = {
    "nodes": [{"id": name, "index": index} for index, name in enumerate("abc")],
    "edges": [
        {"source": "a", "target": "b", "index": 0, "class_forward": "access-up", "class_backward": "access-down"},
        {"source": "b", "target": "c", "index": 1, "class_forward": "backhaul", "class_backward": "backhaul"},
    ],
}


@pytest.fixture
def export(writer: RunWriter):
    """Write some rows, then read the named table."""
    writer.write_json("topology.json", TOPOLOGY)
    for time_s, kind, node, peer, flow in (
        (0.0, EventKind.FLOW_START, 0, 2, 0),
        (0.0, EventKind.HOP_START, 0, 1, 0),
        (0.5, EventKind.FLOW_START, 2, 1, 1),
        (1.0, EventKind.HOP_END, 0, 1, 0),
        (1.0, EventKind.HOP_START, 1, 2, 0),
        (1.5, EventKind.HOP_START, 2, 1, 1),
        (2.0, EventKind.FLOW_END, 2, 0, 0),
    ):
        size_bytes = 100 if kind in (EventKind.FLOW_START, EventKind.FLOW_END) else -1
        writer.event(time_s, kind, node, peer, flow, packet=flow, size_bytes=size_bytes)
    writer.event(3.0, EventKind.FLOW_START, 0, 2, 2, size_bytes=7)
    writer.event(3.0, EventKind.FLOW_DROP, 0, 2, 2, size_bytes=7, value=float(DropReason.NO_ROUTE))
    writer.metric(1.0, "accuracy", 0.75)
    writer.metric(1.0, "accuracy", 0.5, packet=4)
    writer.metric(1.5, "loss", 2.0, node=1)
    writer.bin(0.1, link=3, carried_bytes=50.0, utilisation=0.5, queue=1.5, energy_j=2.0)
    writer.bin(0.1, node=1, carried_bytes=0.0, utilisation=1.0, queue=2.0, energy_j=3.0)
    writer.energy("idle", 4.0, node=1)
    writer.energy("link", 5.0, link=3)
    writer.place(0.0, 0, 1.0, 2.0)
    writer.scaling(0.5, 1, -1, "precision", 100, 50, 200, 200, 6, 6, 0.25, 1.0, 1.0, -1, "16", 0.0)
    writer.radio(0.0, 0, 1, 12.5, 1e6)  # up to b
    writer.radio(0.5, 1, 2, 9.5, 2e6)  # down, from c by now
    writer.finish({"digest": {}})
    return lambda name: EXPORTS[name](RunRecord(writer.folder)).to_pylist()


def test_there_is_one_row_for_each_end_to_end_transfer(export):
    columns = ("id", "src", "dst", "size_bytes", "start_s", "end_s", "route", "delivered")
    assert [tuple(row) for row in export("flows")] == [columns] * 3
    assert [tuple(row.values()) for row in export("flows")] == [
        (0, "a", "c", 100, 0.0, 2.0, "a>b>c", True),
        (1, "c", "b", 100, 0.5, None, "c>b", False),
        (2, "a", "c", 7, 3.0, 3.0, "a", False),
    ]


def test_events_have_names_and_null_where_a_column_says_nothing(export):
    events = export("events")
    assert len(events) == 9
    hop, drop = events[1], events[-1]
    assert list(hop.values()) == [0, "hop_start", "a", "b", 0, 0, None, None]
    assert list(drop.values()) == [3_000_000_000, "flow_drop", "a", "c", 2, None, 7, float(DropReason.NO_ROUTE)]


def test_metrics_name_their_node(export):
    assert [tuple(row.values()) for row in export("metrics")] == [
        (1.0, "accuracy", None, None, 0.75),
        (1.0, "accuracy", None, 4, 0.5),
        (1.5, "loss", "b", None, 2.0),
    ]


def test_the_ledger_names_nodes_and_links(export):
    assert [tuple(row.values()) for row in export("energy")] == [
        ("b", None, None, "idle", 4.0),
        (None, "c", "b", "link", 5.0),
    ]


def test_places_and_radio_links_are_named_and_a_link_has_the_site_that_it_had(export):
    assert [tuple(row.values()) for row in export("places")] == [(0.0, "a", 1.0, 2.0)]
    assert [tuple(row.values()) for row in export("radio")] == [
        (0.0, "a", "b", 12.5, 1e6),
        (0.5, "c", "a", 9.5, 2e6),
    ]


def test_scalings_name_their_node_and_are_null_where_nothing_applies(export):
    assert [tuple(row.values()) for row in export("scalings")] == [
        (0.5, "b", None, "precision", 100, 50, 200, 200, 6, 6, 0.25, 1.0, 1.0, None, "16", 0.0),
    ]


def test_links_have_a_row_for_each_direction_and_bin_and_nodes_have_none(export):
    assert [tuple(row.values()) for row in export("links")] == [(0.1, "c", "b", "backhaul", 50.0, 0.5, 1.5, 2.0)]


def test_a_directed_link_is_twice_its_edge_and_one_more_backwards():
    assert directed_links(TOPOLOGY) == {
        0: ("a", "b", "access-up"),
        1: ("b", "a", "access-down"),
        2: ("b", "c", "backhaul"),
        3: ("c", "b", "backhaul"),
    }


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_a_run_without_rows_exports_a_table_with_the_same_columns(export, tmp_path, name):
    empty = RunWriter.create(tmp_path, "empty", {})
    empty.write_json("topology.json", TOPOLOGY)
    empty.finish({"digest": {}})
    table = EXPORTS[name](RunRecord(empty.folder))
    assert table.num_rows == 0
    assert table.column_names == list(export(name)[0])

"""A run folder written by hand: two nodes, a wire, a job, transfers of which two overlap, and some measurements."""

import pytest

from wayfare.emulator.records import DropReason, EventKind, RunRecord, RunWriter

TOPOLOGY = {
    "graph": {"bin_s": 1.0},
    "nodes": [
        {"id": "a", "index": 0, "tier": "edge", "x_m": 1.5, "y_m": None},
        {"id": "b", "index": 1, "tier": "edge"},
    ],
    "edges": [
        {
            "source": "a",
            "target": "b",
            "index": 0,
            "medium": "wire",
            "class_forward": "backhaul",
            "class_backward": "backhaul",
            "rate_forward_bps": 1e6,
            "rate_backward_bps": 2e6,
            "delay_s": 0.005,
            "cell": None,
        }
    ],
}
SUMMARY = {
    "accuracy": {"final": 0.75, "best": None},
    "time": {"virtual_s": 2.0, "wall_s": 1.0},
    "bytes": {"total": 300, "by_class": {"backhaul": 300}},
    "digest": {"events": "0" * 64, "weights": None},
    "expectations": [],
}
EVENTS = (
    (0.0, EventKind.FLOW_START, 0, 1, 0, 100, None),
    (0.0, EventKind.HOP_START, 0, 1, 0, -1, None),
    (0.25, EventKind.FLOW_START, 0, 1, 1, 200, None),
    (0.25, EventKind.HOP_START, 0, 1, 1, -1, None),
    (0.5, EventKind.TRAIN_START, 1, -1, -1, 64, 1.0),
    (0.75, EventKind.HOP_END, 0, 1, 0, -1, None),
    (0.75, EventKind.FLOW_END, 1, 0, 0, 100, None),
    (1.0, EventKind.FLOW_DROP, 0, 1, 1, 200, float(DropReason.DEADLINE)),
    (1.5, EventKind.TRAIN_END, 1, -1, -1, -1, 0.125),
    (1.5, EventKind.EVALUATE, 1, -1, -1, -1, 0.5),
    (1.75, EventKind.LINK_DOWN, 0, 1, -1, -1, None),
    (2.0, EventKind.TRAIN_START, 0, -1, -1, 64, 9.0),
)


@pytest.fixture
def run(tmp_path) -> RunRecord:
    writer = RunWriter.create(tmp_path, "by-hand", {"name": "by-hand", "method": "mfd", "seed": 3, "digests": None})
    writer.write_json("topology.json", TOPOLOGY)
    for time_s, kind, node, peer, flow, size_bytes, value in EVENTS:
        writer.event(
            time_s, kind, node, peer, flow, size_bytes=size_bytes, **({} if value is None else {"value": value})
        )
    writer.metric(1.0, "accuracy", 0.5)
    writer.metric(2.0, "accuracy", 0.75)
    writer.metric(2.0, "accuracy", 0.25, node=1)
    writer.metric(2.0, "accuracy", float("nan"), packet=7)
    for start_s, carried_bytes in ((0.0, 100.0), (1.0, 200.0)):
        writer.bin(start_s, link=0, carried_bytes=carried_bytes, utilisation=0.5, queue=1.0, energy_j=1.0)
        writer.bin(start_s, node=1, carried_bytes=0.0, utilisation=0.5, queue=1.0, energy_j=2.0)
    writer.energy("idle", 4.0, node=1)
    writer.energy("link", 2.0, link=0)
    writer.finish(SUMMARY)
    return RunRecord(writer.folder)

"""A run folder written by hand: a sends to b over a wire, and both learn."""

import pytest

from wayfare.emulator.records import EventKind, RunRecord, RunWriter
from wayfare.scenarios.expecting import RunFigures

TOPOLOGY = {
    "graph": {"bin_s": 1.0},
    "nodes": [{"id": name, "index": index} for index, name in enumerate(("a", "node-b"))],
    "edges": [
        {"source": "a", "target": "node-b", "index": 0, "class_forward": "backhaul", "class_backward": "backhaul"}
    ],
}
SUMMARY = {
    "accuracy": {"final": 0.8, "nodes": 0.65, "best": 0.9},
    "time": {"virtual_s": 3.0, "wall_s": 1.0},
    "bytes": {"total": 700, "by_class": {"backhaul": 700}},
    "energy": {"total_j": 10.0, "by_cause": {"idle": 10.0}},
    "packets": {"sent": 3, "delivered": 2, "dropped": 1},
    "drops": {"deadline": 1},
    "refused": {"replayed": 2, "truncated": 1},
    "digest": {"events": "0" * 64, "weights": None},
}


@pytest.fixture
def figures(tmp_path) -> RunFigures:
    writer = RunWriter.create(tmp_path, "by-hand", {"digests": None})
    writer.write_json("topology.json", TOPOLOGY)
    for start_s, end_s, flow in ((0.0, 0.5, 0), (1.0, 2.0, 1)):
        writer.event(start_s, EventKind.FLOW_START, 0, 1, flow, size_bytes=100)
        writer.event(end_s, EventKind.FLOW_END, 1, 0, flow, size_bytes=100)
    writer.event(2.5, EventKind.FLOW_START, 0, 1, 2, size_bytes=100)
    for time_s, accuracy, loss in ((1.0, 0.5, 2.0), (2.0, 0.9, 1.0), (3.0, 0.8, 1.25)):
        writer.metric(time_s, "accuracy", accuracy)
        writer.metric(time_s, "loss.test", loss)
    for time_s, node, accuracy in ((1.0, 0, 0.1), (2.0, 0, 0.7), (2.0, 1, 0.6)):
        writer.metric(time_s, "accuracy", accuracy, node=node)
    writer.metric(2.0, "accuracy", 0.99, packet=4)
    for start_s, carried_bytes in ((0.0, 400.0), (1.0, 200.0), (2.0, 100.0)):
        writer.bin(start_s, link=0, carried_bytes=carried_bytes, utilisation=0.5, queue=1.0, energy_j=1.0)
        writer.bin(start_s, node=1, carried_bytes=0.0, utilisation=0.5, queue=1.0, energy_j=2.0)
    writer.energy("idle", 6.0, node=1)
    writer.energy("link", 3.0, link=0)
    writer.energy("link", 1.0, link=1)
    writer.finish(SUMMARY)
    return RunFigures(SUMMARY, RunRecord(writer.folder))

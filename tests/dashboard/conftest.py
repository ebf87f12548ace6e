"""A run folder like those the emulator writes, made up: six models walk over one cloud, four edges and 24 devices."""

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from wayfare.emulator.records import EventKind, RunWriter
from wayfare.emulator.records.files import read_manifest, write_manifest

BIN_S = 0.1
STOP_S = 8.0
MODEL_BYTES = 400_000
NO_NAMES: Mapping[str, str] = MappingProxyType({})
RATES_BPS = {"access": 40e6, "backhaul": 100e6, "core": 200e6}


def walk_topology() -> dict[str, Any]:
    """One cloud in the middle, four edges in a ring around it, six devices around each edge."""
    rng = np.random.default_rng(6)
    nodes = [("cloud", "cloud", 0.0, 0.0)]
    links = []
    for place in range(4):
        angle = math.pi / 4 + place * math.pi / 2
        nodes.append((f"edge{place + 1}", "edge", 300 * math.cos(angle), 300 * math.sin(angle)))
        links.append((f"edge{place + 1}", "cloud", "core"))
        links.append((f"edge{place + 1}", f"edge{(place + 1) % 4 + 1}", "backhaul"))
    for place in range(24):
        _, _, x_m, y_m = nodes[1 + place % 4]
        reach_m, angle = 120 * math.sqrt(rng.uniform(0.1, 1)), rng.uniform(0, 2 * math.pi)
        nodes.append((f"device{place + 1}", "device", x_m + reach_m * math.cos(angle), y_m + reach_m * math.sin(angle)))
        links.append((f"device{place + 1}", f"edge{place % 4 + 1}", "access"))
    return {
        "graph": {"bin_s": BIN_S, "stop_s": STOP_S},
        "nodes": [
            {"id": name, "index": index, "tier": tier, "x_m": x_m, "y_m": y_m}
            for index, (name, tier, x_m, y_m) in enumerate(nodes)
        ],
        "edges": [
            {
                "source": source,
                "target": target,
                "index": index,
                "medium": "radio" if kind == "access" else "wire",
                "class_forward": "access-up" if kind == "access" else kind,
                "class_backward": "access-down" if kind == "access" else kind,
                "rate_forward_bps": None if kind == "access" else RATES_BPS[kind],
                "rate_backward_bps": None if kind == "access" else RATES_BPS[kind],
                "delay_s": 0.001,
                "duplex": "full",
                "cell": target if kind == "access" else None,
            }
            for index, (source, target, kind) in enumerate(links)
        ],
    }


def renamed(topology: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a topology in which some nodes have other names."""
    nodes = [node | {"id": names.get(node["id"], node["id"])} for node in topology["nodes"]]
    ends = ("source", "target")
    edges = [edge | {end: names.get(edge[end], edge[end]) for end in ends} for edge in topology["edges"]]
    return topology | {"nodes": nodes, "edges": edges}


def walk_rows(
    topology: dict[str, Any], stop_s: float, *, learns: bool
) -> tuple[list[Any], list[Any], dict[Any, float]]:
    """Return events, metrics, and bytes by (bin, directed link) of six packets that walk from device to device."""
    rng = np.random.default_rng(1)
    ids = {node["id"]: node["index"] for node in topology["nodes"]}
    link_of = {}
    for edge in topology["edges"]:
        link_of[edge["source"], edge["target"]] = 2 * edge["index"]
        link_of[edge["target"], edge["source"]] = 2 * edge["index"] + 1
    events: list[Any] = []
    metrics: list[Any] = []
    carried: dict[Any, float] = {}
    flow = 0
    for packet in range(6):
        now, at, accuracy = 0.05 * packet, int(rng.integers(24)), 0.1
        while now < stop_s:
            to = int(rng.integers(24))
            edges = list(
                dict.fromkeys([f"edge{at % 4 + 1}", *(["cloud"] if (at - to) % 4 == 2 else []), f"edge{to % 4 + 1}"])
            )
            route = [f"device{at + 1}", *edges, f"device{to + 1}"]
            ends = {"flow": flow, "packet": packet if learns else -1, "size_bytes": MODEL_BYTES}
            events.append((now, EventKind.FLOW_START, {"node": ids[route[0]], "peer": ids[route[-1]], **ends}))
            for source, target in pairwise(route):
                link = link_of[source, target]
                kind = topology["edges"][link // 2]["class_forward"].split("-")[0]
                spent_s = MODEL_BYTES * 8 / RATES_BPS[kind] * rng.uniform(1, 2) * (3 if kind == "access" else 1)
                events.append((now, EventKind.HOP_START, {"node": ids[source], "peer": ids[target], **ends}))
                for step in range(int(now / BIN_S), int((now + spent_s) / BIN_S) + 1):
                    inside_s = min(now + spent_s, (step + 1) * BIN_S) - max(now, step * BIN_S)
                    carried[step, link] = carried.get((step, link), 0.0) + MODEL_BYTES * inside_s / spent_s
                now += spent_s
                events.append((now, EventKind.HOP_END, {"node": ids[source], "peer": ids[target], **ends}))
            events.append((now, EventKind.FLOW_END, {"node": ids[route[-1]], "peer": ids[route[0]], **ends}))
            accuracy += (0.95 - accuracy) * rng.uniform(0.15, 0.4)
            metrics.append((now, "accuracy", accuracy, {"packet": packet}))
            metrics.append((now, "accuracy", accuracy - rng.uniform(0, 0.05), {"node": ids[route[-1]]}))
            now, at, flow = now + rng.uniform(0.05, 0.3), to, flow + 1
    kept = (sorted((row for row in rows if row[0] <= stop_s), key=lambda row: row[0]) for rows in (events, metrics))
    return *kept, {key: value for key, value in carried.items() if key[0] * BIN_S < stop_s}


class WalkFolder:
    """Writes run folders into one parent; tests say how each differs."""

    def __init__(self, parent: Path) -> None:
        self.parent = parent
        self.open_runs: list[RunWriter] = []

    def write(
        self,
        name: str = "first-walk",
        *,
        until_s: float = STOP_S,
        status: str = "finished",
        learns: bool = True,
        seed: int = 1,
        scenario: str = "",
        names: Mapping[str, str] = NO_NAMES,
    ) -> Path:
        """Write a run that is finished, failed, or still running at ``until_s``; nodes may have other names."""
        run = RunWriter.create(self.parent, name, {"name": name, "method": "mfd" if learns else None, "seed": seed})
        self.open_runs.append(run)
        topology = walk_topology()
        run.write_json("topology.json", renamed(topology, names))
        (run.folder / "scenario.yaml").write_text(f"name: {json.dumps(name)}\nseed: {seed}\n{scenario}")
        self._write_tables(run, topology, until_s, learns=learns)
        if status == "finished":
            run.finish(self._summary(run, until_s, learns=learns))
        elif status == "running":
            for stream in (run.events, run.metrics, run.bins):
                stream.flush()
            run.progress({"virtual_s": until_s, "stop_s": STOP_S, "events": run.events.count, "accuracy": 0.6})
        else:
            run.fail(status, "the link edge1-cloud carried more than its capacity at 2.4 s")
        return run.folder

    def _write_tables(self, run: RunWriter, topology: dict[str, Any], until_s: float, *, learns: bool) -> None:
        events, metrics, carried = walk_rows(topology, until_s, learns=learns)
        for time_s, kind, ids in events:
            run.event(time_s, kind, **ids)
        packets: dict[int, float] = {}
        devices: dict[int, float] = {}
        for time_s, name, value, about in metrics if learns else []:
            run.metric(time_s, name, value, **about)
            (packets if "packet" in about else devices)[next(iter(about.values()))] = value
            run.metric(time_s, "accuracy", (sum(packets.values()) + 0.1 * (6 - len(packets))) / 6)
            run.metric(time_s, "accuracy.nodes", (sum(devices.values()) + 0.1 * (24 - len(devices))) / 24)
        for (step, link), size in sorted(carried.items()):
            kind = topology["edges"][link // 2]["class_forward"].split("-")[0]
            busy = min(size * 8 / BIN_S / RATES_BPS[kind] * (3 if kind == "access" else 1.5), 1.0)
            run.bin(step * BIN_S, link=link, carried_bytes=size, utilisation=busy, queue=busy, energy_j=0.02 * busy)

    def _summary(self, run: RunWriter, until_s: float, *, learns: bool) -> dict[str, Any]:
        def accuracy(value: float) -> float | None:
            return value if learns else None

        return {
            "accuracy": {"final": accuracy(0.934), "nodes": accuracy(0.871), "best": accuracy(0.941)},
            "time": {"virtual_s": until_s, "wall_s": 3.21},
            "bytes": {
                "total": 61_600_000.0,
                "by_class": {"access-up": 22.4e6, "access-down": 21.6e6, "backhaul": 12e6, "core": 5.6e6, "d2d": 0},
            },
            "energy": {"total_j": 412.7, "by_cause": {"compute": 300.0, "radio": 80.0, "link": 12.7, "idle": 20.0}},
            "packets": {"sent": 58, "delivered": 52, "dropped": 0},
            "flows": {"count": 58, "last_end_s": 7.9},
            "training": {"jobs": 58, "batches": 9, "samples": 23_200},
            "digest": {"events": run.events.digest, "weights": None},
            "expectations": [
                {"line": 30, "text": "accuracy.final >= 0.93", "value": accuracy(0.934), "passed": True},
                {"line": 31, "text": "bytes.total <= 60 MB", "value": 61_600_000.0, "passed": False},
            ],
        }

    def lose(self, folder: Path) -> None:
        """Make a running run's last sign of life a minute old."""
        heartbeat = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
        write_manifest(folder, read_manifest(folder) | {"heartbeat": heartbeat})

    def damage(self, name: str, manifest: str = '{"format": 1, "status": ') -> Path:
        """Make a folder whose manifest is cut off, or is what the caller says."""
        folder = self.parent / name
        folder.mkdir()
        (folder / "run.json").write_text(manifest, encoding="utf-8")
        return folder

    def close(self) -> None:
        """Close the files of the runs that still run."""
        for run in self.open_runs:
            for stream in (run.events, run.metrics, run.bins):
                stream.close()


@pytest.fixture(scope="session")
def new_walks(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A maker of folders to write runs into; files that are still open are closed at the end."""
    made: list[WalkFolder] = []

    def make() -> WalkFolder:
        made.append(WalkFolder(tmp_path_factory.mktemp("runs")))
        return made[-1]

    yield make
    for walks in made:
        walks.close()


@pytest.fixture
def walks(new_walks: Callable[[], WalkFolder]) -> WalkFolder:
    """An empty folder to write runs into."""
    return new_walks()

"""Small networks and worlds, made by hand, for the tests of this room."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import networkx as nx
import numpy as np
import pytest

from wayfare.emulator.clock import Clock, Turn
from wayfare.emulator.experiment import Experiment, Lesson
from wayfare.emulator.forwarding import Forwarding, ForwardingPlan
from wayfare.emulator.links import DEFAULT_LINKS
from wayfare.emulator.meter import Meter
from wayfare.emulator.methods import Method
from wayfare.emulator.network import FluidNetwork
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.packets import LayerUpdate, ModelPacket, PacketKind
from wayfare.emulator.planned import PlannedTransfer
from wayfare.emulator.radio import Cell, Sidelink
from wayfare.emulator.records import RunRecord, RunWriter
from wayfare.emulator.transport import Transport
from wayfare.emulator.wiring import Wiring, wire
from wayfare.emulator.world import World
from wayfare.models.mlp import MLPStructure
from wayfare.models.streams import generator, named_streams

SEED = 7
PLAIN_NODE = NodeClass(
    compute_flop_per_s=1e6, efficiency=1.0, memory_bytes=1e12, power_idle_w=1, power_busy_w=3, jitter=0
)


@pytest.fixture
def plain_node() -> NodeClass:
    """A node of 1 MFLOP/s without jitter, and memory for everything."""
    return PLAIN_NODE


@pytest.fixture
def writer(tmp_path):
    """A run folder that is being written."""
    writer = RunWriter.create(tmp_path, "test", {"name": "test"})
    yield writer
    for stream in (writer.events, writer.metrics, writer.bins):
        stream.close()


def _wired(
    *links: tuple, tiers: Mapping[str, str] | None = None, cell=None, places=None, classes=DEFAULT_LINKS
) -> Wiring:
    graph = nx.Graph()
    for name in tiers or {}:
        graph.add_node(name)
    for a, b, *rest in links:
        names = ("rate_bps", "delay_s", "duplex")
        graph.add_edge(
            a, b, **(rest[0] if rest and isinstance(rest[0], dict) else dict(zip(names, rest, strict=False)))
        )
    for name, attributes in graph.nodes.items():
        attributes["tier"] = (tiers or {}).get(name, "edge")
        if places:
            attributes["x_m"], attributes["y_m"] = places[name]
    return wire(graph, classes, cell or Cell(), Sidelink(), partial(generator, SEED))


@pytest.fixture
def wired() -> Callable[..., Wiring]:
    """From links ``(a, b, rate [bit/s], delay [s], duplex)`` to a wiring; nodes are edge sites unless told."""
    return _wired


class Bench:
    """A network on a clock, with a note of when each transfer ended and how."""

    def __init__(self, wiring: Wiring, writer: RunWriter, forwarding: ForwardingPlan, hardware: NodeClass) -> None:
        self.wiring, self.writer, self.clock = wiring, writer, Clock()
        nodes = [hardware] * len(wiring.names)
        self.meter = Meter(wiring.links, nodes, writer)
        self.network = FluidNetwork(self.clock, wiring.capacity, self.meter, sharing=forwarding.sharing)
        self.transport = Transport(self.clock, self.network, wiring, nodes, writer, forwarding)
        self.ends: dict[int, float] = {}
        self.drops: dict[int, str] = {}
        self._planned = 0

    def send(self, source: str, target: str, size_bytes: int, start_s: float = 0.0, **options: int) -> int:
        """Plan a transfer and return its number among the planned."""
        number, self._planned = self._planned, self._planned + 1
        ends = self.wiring.names.index(source), self.wiring.names.index(target)

        def begin() -> None:
            self.transport.send(
                *ends, size_bytes, partial(self._delivered, number), partial(self._dropped, number), **options
            )

        self.clock.at(start_s, Turn.TIMER, number, begin)
        return number

    def _delivered(self, number, _):
        self.ends[number] = self.clock.now

    def _dropped(self, number, _, reason):
        self.ends[number], self.drops[number] = self.clock.now, reason.name

    def run(self) -> list[float]:
        """Run to the last event, check the laws and return when each transfer ended, in the order planned."""
        self.clock.run()
        self.settle()
        return [self.ends[number] for number in sorted(self.ends)]

    def settle(self) -> None:
        """Meter what has been carried so far and check the laws."""
        self.network.meter_now()
        self.meter.close_bin(self.clock.now)
        self.transport.check(float(self.meter.total_bits.sum()))
        self.meter.check_energy(self.clock.now)

    def events(self) -> list[dict]:
        """Return all events recorded so far."""
        self.writer.events.flush()
        return RunRecord(self.writer.folder).table("events").to_pylist()


@pytest.fixture
def bench(writer) -> Callable[..., Bench]:
    """Make a Bench of a wiring."""

    def make(
        wiring: Wiring, forwarding: Forwarding = "whole-packet", hardware: NodeClass = PLAIN_NODE, **plan: Any
    ) -> Bench:
        return Bench(wiring, writer, ForwardingPlan(forwarding, **plan), hardware)

    return make


@dataclass(frozen=True, kw_only=True)
class Scripted(Method):
    """A method whose programs are given, by node name."""

    programs: Mapping[str, Callable]

    def program(self, node, roles):
        return self.programs[node.name](node) if node.name in self.programs else None


@pytest.fixture
def scripted() -> Callable[..., Scripted]:
    """Make a method of programs by node name."""
    return lambda programs, **parameters: Scripted(programs=programs, **parameters)


def _shard(name: str, samples: int = 12, seed: int = SEED):
    import torch

    from wayfare.models.shard import Shard

    rng = generator(seed, name)
    features = torch.from_numpy(rng.integers(0, 17, (samples, 6), dtype=np.uint8))
    return Shard(features, torch.from_numpy(rng.integers(0, 3, samples)), 1 / 16)


@pytest.fixture
def make_shard() -> Callable:
    """Make a shard of 6 features and 3 classes that depends on its name."""
    return _shard


class Lived:
    """A world after its end."""

    def __init__(self, world: World, summary: dict, record: RunRecord) -> None:
        self.world, self.summary, self.record = world, summary, record
        self.events = record.table("events").to_pylist()
        self.metrics = record.table("metrics").to_pylist()
        self.by_kind = defaultdict(list)
        for event in self.events:
            self.by_kind[event["kind"]].append(event)


@pytest.fixture
def live(tmp_path) -> Callable[..., Lived]:
    """Run a world and return what came of it; with ``holders`` (names or samples by name) it learns by ``method``."""

    def run(
        wiring: Wiring, method: Method | None = None, holders=(), *, stop_s: float | None = None, bin_s: float = 0.5,
        hardware: Mapping[str, NodeClass] | None = None, transfers=(), forwarding="whole-packet", seed: int = SEED,
        test="test", service=None, faults=(), keyring=None, forgings=(), drift=None, **forwarding_plan: Any,
    ) -> Lived:  # fmt: skip
        lesson = _lesson(method, holders, seed, test, service, drift) if method is not None else None
        experiment = Experiment(
            wiring=wiring,
            hardware=[(hardware or {}).get(name, PLAIN_NODE) for name in wiring.names],
            forwarding=ForwardingPlan(forwarding, **forwarding_plan),
            faults=tuple(faults),
            transfers=tuple(PlannedTransfer(*transfer) for transfer in transfers),
            stop_s=stop_s,
            bin_s=bin_s,
            stream=named_streams(seed),
            lesson=lesson,
            keyring=keyring,
            forgings=forgings,
        )
        writer = RunWriter.create(tmp_path, "world", {"name": "world"})
        writer.write_json("topology.json", {"nodes": [{"id": n, "index": i} for i, n in enumerate(wiring.names)]})
        world = World(experiment, writer)
        try:
            summary = world.run(lambda progress: None)
        except BaseException as error:
            writer.fail("failed", str(error))
            raise
        writer.finish(summary)
        return Lived(world, summary, RunRecord(writer.folder))

    return run


def _lesson(method: Method, holders, seed: int, test: str, service, drift=None) -> Lesson:
    from wayfare.emulator.learning import Curriculum
    from wayfare.models.course import Course
    from wayfare.models.drift import Steady
    from wayfare.models.job import TrainingPlan
    from wayfare.models.mlp import MLPStructure
    from wayfare.models.service import TrainingService
    from wayfare.models.split import Split

    sizes = holders if isinstance(holders, Mapping) else dict.fromkeys(holders, 12)
    train = {name: _shard(name, samples) for name, samples in sizes.items()}
    validation = {name: _shard(f"{name} validation", 5) for name in sizes}
    split = Split(_shard(test, 30), train, validation, 3, public=_shard("public", 9))
    plan = TrainingPlan(method.steps, method.batch_size, method.optimiser, method.learning_rate, method.momentum)
    course = Course(split, drift or Steady(), list(sizes), named_streams(seed, "data"))
    curriculum = Curriculum(course, MLPStructure((6, 4, 3)).initial(seed), plan, seed, 3)
    return Lesson(method, curriculum, service or TrainingService())


@pytest.fixture
def lesson_parts() -> Callable[..., Lesson]:
    """Make the lesson that ``live`` gives a method with these holders."""
    return lambda method, holders, seed=SEED, drift=None: _lesson(method, holders, seed, "test", None, drift)


@pytest.fixture
def sample() -> ModelPacket:
    """A packet with something in every list, and a real model inside."""
    model = MLPStructure((6, 4, 3)).initial(1)
    return ModelPacket(
        PacketKind.MODEL,
        5,
        b"",
        {},
        hop_count=3,
        visited=(1, 2),
        lineage=(4,),
        updates=(LayerUpdate(1, 12), LayerUpdate(2, 24)),
        sought=(2,),
        seen=(5, 6, 1),
        signature=b"signed",
    ).with_model(model)

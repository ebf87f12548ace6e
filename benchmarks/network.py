"""Finished flows per CPU second, on networks of several shapes, and SimPy events per second.

    python benchmarks/network.py [--repeat 5] [--flows 1.0] [--only NAME] [--simgrid PROGRAM]

Each workload keeps a number of flows in progress: when one ends, another begins at the same instant. Two things are
measured: the fluid network on its clock with its meter, nothing recorded; and the whole engine, where a flow is a
transfer, cut through along its way, with each step and all that the solver was asked recorded. CPU time, medians
of repetitions in which the workloads take turns. With ``--simgrid`` the same workloads are run by SimGrid too, which
records nothing: its C++ interface, one actor a flow in progress (``peers/simgrid_flows.cpp`` says how to build it).
"""

import argparse
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import simpy

from wayfare.emulator.clock import Clock, Turn
from wayfare.emulator.forwarding import ForwardingPlan
from wayfare.emulator.garbage import rare_collections
from wayfare.emulator.journal import Journal
from wayfare.emulator.meter import Meter
from wayfare.emulator.network import FluidNetwork
from wayfare.emulator.nodes import DEFAULT_NODES
from wayfare.emulator.records import RunWriter
from wayfare.emulator.sharing import Fluid
from wayfare.emulator.transport import Transport
from wayfare.emulator.way import Way
from wayfare.emulator.wiring import Wiring

Nodes = Sequence[int]
PACKAGES = ("wayfare", "simpy", "numpy", "numba")
LINK_BPS = 1e9
MEAN_BYTES = 1e6
FORWARDING = ForwardingPlan("cut-through")


@dataclass(frozen=True)
class Workload:
    """A network and what runs over it.

    Attributes:
        edges: The wires, full duplex and without delay, as pairs of node ids from 0.
        concurrent: How many flows are in progress.
        finished: How many ends are counted.
        lane: The nodes of the way of the ``i``-th of those in progress and of all that follow it, or None.
        draw: The nodes of a way at random, or None.
    """

    name: str
    edges: Sequence[tuple[int, int]]
    concurrent: int
    finished: int
    lane: Callable[[int], Nodes] | None = None
    draw: Callable[[np.random.Generator], Nodes] | None = None

    @property
    def wiring(self) -> Wiring:
        """Return the network."""
        nodes = 1 + max(max(edge) for edge in self.edges)
        wiring = Wiring([str(node) for node in range(nodes)], ["edge"] * nodes)
        figures = {"coefficient": 1.0, "rate_bps": LINK_BPS, "power_idle_w": 1.0, "power_busy_w": 3.0, "radio": False}
        for a, b in self.edges:
            for ends in ((a, b), (b, a)):
                constraints = (wiring.add_constraint(LINK_BPS),)
                wiring.add_link(*ends, constraints=constraints, delay_s=0.0, **figures)
        return wiring

    @property
    def warm(self) -> int:
        """Return how many ends come before those that count."""
        return self.finished // 10

    def flows(self) -> tuple[list[int], list[Nodes]]:
        """Return the sizes of flows that begin one after the other [bytes], and their ways, or that of each lane."""
        rng = np.random.default_rng(1)
        total = self.concurrent + self.warm + self.finished
        sizes = [1 + int(size) for size in rng.exponential(MEAN_BYTES, total)]
        if self.draw is not None:
            return sizes, [self.draw(rng) for _ in range(total)]
        assert self.lane is not None
        return sizes, [self.lane(i) for i in range(self.concurrent)]


def dumbbell(concurrent: int, finished: int) -> Workload:
    """Return pairs of hosts with access links of their own, all over one bottleneck."""
    left, right = 2 * concurrent, 2 * concurrent + 1
    edges = [
        (left, right),
        *((2 * i, left) for i in range(concurrent)),
        *((right, 2 * i + 1) for i in range(concurrent)),
    ]
    return Workload(
        f"dumbbell {concurrent:,}", edges, concurrent, finished, lane=lambda i: (2 * i, left, right, 2 * i + 1)
    )


def geometric(finished: int) -> Workload:
    """Return 1,000 flows on 500 nodes at random in the unit square, joined up to a distance of 0.1: 7 hops a flow."""
    graph = nx.Graph(nx.random_geometric_graph(500, 0.1, seed=1).edges)
    nodes = list(graph)
    parents = {node: dict(nx.bfs_predecessors(graph, node)) for node in nodes}

    def draw(rng: np.random.Generator) -> Nodes:
        source, node = (nodes[i] for i in rng.choice(len(nodes), 2, replace=False))
        way = [node]
        while way[-1] != source:
            way.append(parents[source][way[-1]])
        return way[::-1]

    return Workload("geometric 500 nodes, 1,000 flows", list(graph.edges), 1000, finished, draw=draw)


def fat_tree(finished: int, k: int = 8) -> Workload:
    """Return 1,000 flows between the hosts of a fat-tree (Al-Fares et al., SIGCOMM 2008), each on one way at random."""
    graph: nx.Graph[str] = nx.Graph()
    half = k // 2
    for pod in range(k):
        for edge in range(half):
            for other in range(half):
                graph.add_edge(f"edge{pod}.{edge}", f"up{pod}.{other}")
                graph.add_edge(f"host{pod}.{edge}.{other}", f"edge{pod}.{edge}")
                graph.add_edge(f"up{pod}.{edge}", f"core{edge}.{other}")
    number = {name: place for place, name in enumerate(graph)}

    def draw(rng: np.random.Generator) -> Nodes:
        source, target = (divmod(int(host), half * half) for host in rng.choice(k * half * half, 2, replace=False))
        ends = [(pod, *divmod(rest, half)) for pod, rest in (source, target)]
        (pod, edge, host), (far_pod, far_edge, far_host) = ends
        up, core = (int(number) for number in rng.integers(half, size=2))
        nodes = [f"host{pod}.{edge}.{host}", f"edge{pod}.{edge}"]
        if pod != far_pod:
            nodes += [f"up{pod}.{up}", f"core{up}.{core}", f"up{far_pod}.{up}", f"edge{far_pod}.{far_edge}"]
        elif edge != far_edge:
            nodes += [f"up{pod}.{up}", f"edge{far_pod}.{far_edge}"]
        nodes.append(f"host{far_pod}.{far_edge}.{far_host}")
        return [number[name] for name in nodes]

    edges = [(number[a], number[b]) for a, b in graph.edges]
    return Workload("fat-tree k=8, 1,000 flows", edges, 1000, finished, draw=draw)


def access(devices: int, finished: int, *, shared: bool = False) -> Workload:
    """Return devices with an access link each; of ``shared`` ones, every tenth is behind one backhaul."""
    kind = "10 % behind a backhaul" if shared else "private"
    hub, far = devices, devices + 1
    return Workload(
        f"{devices:,} access links, {kind}",
        [*((i, hub) for i in range(devices)), (hub, far)],
        devices,
        finished,
        lane=lambda i: (i, hub, far) if shared and i % 10 == 0 else (i, hub),
    )


def churn(workload: Workload, folder: Path, *, whole: bool = False) -> float:
    """Run a workload and return the CPU time that the flows counted took [s].

    The compiled kernel is there from the start. Not counted: the first flows of all and another tenth.

    Args:
        workload: What to run.
        folder: Where to record.
        whole: Whether flows are transfers of the whole engine, each step recorded, or of the fluid network alone.
    """
    wiring, clock, writer = workload.wiring, Clock(), RunWriter.create(folder, "bench", {})
    meter, at_once = Meter(wiring.links, [], writer), partial(Fluid, compile_after=0)
    journal = Journal(writer) if whole else None
    network = FluidNetwork(clock, wiring.capacity, meter, fluid=at_once, journal=journal)
    hardware = [DEFAULT_NODES["edge"]] * len(wiring.names)
    transport = Transport(clock, network, wiring, hardware, writer, FORWARDING)
    warm, (sizes, ways) = workload.warm, workload.flows()
    routes = [Way([wiring.between[ends] for ends in pairwise(way)]) for way in ways]
    started = ended = 0

    def begin(lane: int) -> None:
        nonlocal started
        draw = started % len(sizes)  # the clock may go on some instants after the last flow that counts
        number = draw if workload.draw is not None else lane
        if whole:
            way, done = ways[number], partial(end, lane)
            transport.send(way[0], way[-1], sizes[draw], done, end_dropped, via=way[1:-1])
        else:
            network.start(routes[number], sizes[draw], partial(end, lane))
        started += 1

    def end(lane: int, *_: object) -> None:
        nonlocal ended
        ended += 1
        begin(lane)

    for lane in range(workload.concurrent):
        clock.at(0.0, Turn.TIMER, lane, partial(begin, lane))
    with rare_collections():
        while ended < warm:
            clock.step()
        start, first = time.process_time(), ended
        while ended < warm + workload.finished:
            clock.step()
        spent_s = (time.process_time() - start) * workload.finished / (ended - first)
    writer.fail("stopped", "measured")
    return spent_s


def churn_in_simgrid(workload: Workload, program: Path) -> float:
    """Let SimGrid run a workload and return the CPU time that the flows counted took [s].

    Of several ways between two nodes it takes the first that was drawn for all flows.
    """
    wiring, (sizes, ways) = workload.wiring, workload.flows()
    lanes = workload.draw is None
    words: list[object] = [len(wiring.names), len(wiring.links), LINK_BPS / 8]
    words += [workload.concurrent, workload.warm, workload.finished, int(lanes), len(ways)]
    for way in ways:
        links = [wiring.between[ends].index for ends in pairwise(way)]
        words += [way[0], way[-1], len(links), *links]
    words += [len(sizes), *(word for i, size in enumerate(sizes) for word in (0 if lanes else i, size))]
    done = subprocess.run([program], input=" ".join(map(str, words)), capture_output=True, text=True, check=True)
    return float(done.stdout.split()[0])


def end_dropped(*_: object) -> None:
    """Refuse to measure what does not arrive."""
    raise RuntimeError("a transfer of the benchmark was dropped")


def simpy_events(count: int = 200_000) -> float:
    """Return the CPU time that SimPy takes for so many timeouts [s]."""
    environment = simpy.Environment()

    def process() -> "simpy.events.ProcessGenerator":
        for _ in range(count):
            yield environment.timeout(1.0)

    environment.process(process())
    start = time.process_time()
    environment.run()
    return time.process_time() - start


def measure(args: argparse.Namespace, folder: Path) -> dict[str, list[float]]:
    """Return flows per CPU second by workload, one for each repetition; the workloads take turns."""
    scale = args.flows
    workloads = [
        dumbbell(100, round(10_000 * scale)),
        dumbbell(500, round(6_000 * scale)),
        dumbbell(2_000, round(4_000 * scale)),
        geometric(round(4_000 * scale)),
        fat_tree(round(4_000 * scale)),
        access(10_000, round(10_000 * scale)),
        access(10_000, round(10_000 * scale), shared=True),
    ]
    rates: dict[str, list[float]] = {}
    for _ in range(args.repeat):
        for workload in workloads:
            for part, whole in (("network", False), ("engine", True)):
                if args.only in workload.name:
                    spent_s = churn(workload, folder, whole=whole)
                    rates.setdefault(f"{workload.name}, {part}", []).append(workload.finished / spent_s)
            if args.simgrid is not None and args.only in workload.name:
                spent_s = churn_in_simgrid(workload, args.simgrid)
                rates.setdefault(f"{workload.name}, SimGrid", []).append(workload.finished / spent_s)
        rates.setdefault("SimPy events", []).append(200_000 / simpy_events(200_000))
    return rates


def exponent(folder: Path, repeat: int, scale: float) -> float:
    """Return the power of the number of private access links with which the cost of serving all of them once grows."""
    sizes = [1_000, 2_000, 4_000, 8_000, 16_000]
    spent = [
        statistics.median(churn(access(size, round(size * scale)), folder) for _ in range(repeat)) for size in sizes
    ]
    return float(np.polyfit(np.log(sizes), np.log(spent), 1)[0])


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Finished flows per CPU second of the fluid network.")
    parser.add_argument("--repeat", type=int, default=5, help="repetitions of each workload [5]")
    parser.add_argument("--flows", type=float, default=1.0, help="scale of the number of flows counted [1.0]")
    parser.add_argument("--only", default="", help="workloads whose name has this in it")
    parser.add_argument("--simgrid", type=Path, help="peers/simgrid_flows.cpp, built")
    args = parser.parse_args()
    print(f"{platform.platform()}, {platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES))
    with tempfile.TemporaryDirectory() as folder:
        for name, rates in measure(args, Path(folder)).items():
            print(f"{name:48} {statistics.median(rates):>12,.0f} per CPU s   ({min(rates):,.0f} to {max(rates):,.0f})")
        if not args.only:
            print(
                f"cost grows with the number of private links to the power {exponent(Path(folder), 3, args.flows):.2f}"
            )


if __name__ == "__main__":
    main()

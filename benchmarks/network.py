"""Finished flows per CPU second, on networks of several shapes, and SimPy events per second.

    python benchmarks/network.py [--repeat 5] [--flows 1.0] [--only NAME]

Each workload keeps a number of flows in progress: when one ends, another begins at the same instant. What is measured
is the fluid network on its clock with its meter; nothing is recorded. CPU time of the process, medians of repetitions
in which the workloads take turns.
"""

import argparse
import platform
import statistics
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
from wayfare.emulator.links import Link
from wayfare.emulator.meter import Meter
from wayfare.emulator.network import FluidNetwork
from wayfare.emulator.records import RunWriter
from wayfare.emulator.sharing import Fluid

Route = Sequence[int]
PACKAGES = ("wayfare", "simpy", "numpy", "numba")
LINK_BPS = 1e9
MEAN_BYTES = 1e6


@dataclass(frozen=True)
class Workload:
    """A network and what runs over it.

    Attributes:
        rates_bps: Of each directed link.
        concurrent: How many flows are in progress.
        finished: How many ends are counted.
        lane: The links of the ``i``-th of those in progress and of all that follow it, or None.
        draw: The links of a flow at random, or None.
    """

    name: str
    rates_bps: list[float]
    concurrent: int
    finished: int
    lane: Callable[[int], Route] | None = None
    draw: Callable[[np.random.Generator], Route] | None = None


def dumbbell(concurrent: int, finished: int) -> Workload:
    """Return pairs of hosts with access links of their own, all over one bottleneck."""
    rates = [LINK_BPS] * (2 * concurrent + 1)
    return Workload(
        f"dumbbell {concurrent:,}", rates, concurrent, finished, lane=lambda i: (2 * i, 2 * concurrent, 2 * i + 1)
    )


def routed(name: str, graph: "nx.Graph[int]", hosts: list[int], concurrent: int, finished: int) -> Workload:
    """Return random pairs of hosts, each on one shortest path, over links of one rate."""
    index = {ends: number for number, ends in enumerate((*graph.edges, *((b, a) for a, b in graph.edges)))}
    parents = {host: dict(nx.bfs_predecessors(graph, host)) for host in hosts}

    def draw(rng: np.random.Generator) -> Route:
        source, target = (hosts[i] for i in rng.choice(len(hosts), 2, replace=False))
        route, node = [], target
        while node != source:
            route.append(index[parents[source][node], node])
            node = parents[source][node]
        return route[::-1]

    return Workload(name, [LINK_BPS] * len(index), concurrent, finished, draw=draw)


def geometric(finished: int) -> Workload:
    """Return 1,000 flows on 500 nodes at random in the unit square, joined up to a distance of 0.1: 7 hops a flow."""
    graph = nx.random_geometric_graph(500, 0.1, seed=1)
    return routed("geometric 500 nodes, 1,000 flows", nx.Graph(graph.edges), list(graph), 1000, finished)


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
    index = {ends: number for number, ends in enumerate((*graph.edges, *((b, a) for a, b in graph.edges)))}

    def draw(rng: np.random.Generator) -> Route:
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
        return [index[ends] for ends in pairwise(nodes)]

    return Workload("fat-tree k=8, 1,000 flows", [LINK_BPS] * len(index), 1000, finished, draw=draw)


def access(devices: int, finished: int, *, shared: bool = False) -> Workload:
    """Return devices with an access link each; of ``shared`` ones, every tenth is behind one backhaul."""
    kind = "10 % behind a backhaul" if shared else "private"
    return Workload(
        f"{devices:,} access links, {kind}",
        [LINK_BPS] * (devices + 1),
        devices,
        finished,
        lane=lambda i: (i, devices) if shared and i % 10 == 0 else (i,),
    )


def churn(workload: Workload, folder: Path) -> float:
    """Run a workload on the fluid network and return the CPU time that the flows counted took [s].

    The compiled kernel is there from the start. Not counted: the first flows of all and another tenth.
    """
    links = [
        Link(index, 0, 1, "backhaul", index, 1.0, rate_bps, 0.0, 1.0, 3.0, False)
        for index, rate_bps in enumerate(workload.rates_bps)
    ]
    clock, writer = Clock(), RunWriter.create(folder, "bench", {})
    capacity, at_once = dict(enumerate(workload.rates_bps)), partial(Fluid, compile_after=0)
    network = FluidNetwork(clock, capacity, Meter(links, [], writer), fluid=at_once)
    rng = np.random.default_rng(1)
    warm = workload.finished // 10
    total = workload.concurrent + warm + workload.finished
    sizes = [1 + int(size) for size in rng.exponential(MEAN_BYTES, total)]
    drawn = None if workload.draw is None else [[links[j] for j in workload.draw(rng)] for _ in range(total)]
    fixed = (
        None if workload.lane is None else [[links[j] for j in workload.lane(i)] for i in range(workload.concurrent)]
    )
    started = ended = 0

    def begin(lane: int) -> None:
        nonlocal started
        route = drawn[started] if drawn is not None else fixed[lane]
        network.start(route, sizes[started], partial(end, lane))
        started += 1

    def end(lane: int) -> None:
        nonlocal ended
        ended += 1
        begin(lane)

    for lane in range(workload.concurrent):
        clock.at(0.0, Turn.TIMER, lane, partial(begin, lane))
    while ended < warm:
        clock.step()
    start, first = time.process_time(), ended
    while ended < warm + workload.finished:
        clock.step()
    spent_s = (time.process_time() - start) * workload.finished / (ended - first)
    for stream in (writer.events, writer.metrics, writer.bins):
        stream.close()
    return spent_s


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
            if args.only in workload.name:
                rates.setdefault(workload.name, []).append(workload.finished / churn(workload, folder))
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
    args = parser.parse_args()
    print(f"{platform.platform()}, {platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES))
    with tempfile.TemporaryDirectory() as folder:
        for name, rates in measure(args, Path(folder)).items():
            print(f"{name:44} {statistics.median(rates):>12,.0f} per CPU s   ({min(rates):,.0f} to {max(rates):,.0f})")
        if not args.only:
            print(
                f"cost grows with the number of private links to the power {exponent(Path(folder), 3, args.flows):.2f}"
            )


if __name__ == "__main__":
    main()

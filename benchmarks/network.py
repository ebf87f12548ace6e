"""Finished flows per CPU second, on networks of several shapes, and SimPy events per second.

    python benchmarks/network.py [--repeat 5] [--flows 1.0] [--only NAME] [--exponent] [--world]

Each workload keeps a number of flows in progress: when one ends, another begins at the same instant on a route of its
own stream. What is measured is the fluid network on its clock with its meter; ``--world`` adds the transport, the
recording of every event and the laws at the end. CPU time of the process, medians of interleaved repetitions; the first
repetition of each, in which the kernel is loaded, is not counted.
"""

import argparse
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import networkx as nx
import numpy as np
import simpy

from wayfare.emulator.clock import Clock, Turn
from wayfare.emulator.links import Link
from wayfare.emulator.meter import Meter
from wayfare.emulator.network import FluidNetwork
from wayfare.emulator.records import RunWriter

Route = Sequence[int]
Draw = Callable[[np.random.Generator], Route]
PACKAGES = ("wayfare", "simpy", "numpy", "numba")
LINK_BPS = 1e9
MEAN_BYTES = 1e6


@dataclass(frozen=True)
class Workload:
    """A network and what runs over it.

    Attributes:
        rates_bps: Of each directed link.
        routes: Where flow number ``i`` of those in progress goes: a list of link indices.
        concurrent: How many are in progress.
        finished: How many are waited for.
    """

    name: str
    rates_bps: list[float]
    draw: Callable[[np.random.Generator, int], Route]
    concurrent: int
    finished: int


def dumbbell(concurrent: int, finished: int) -> Workload:
    """Return pairs of hosts with access links of their own, all over one bottleneck."""
    rates = [LINK_BPS] * (2 * concurrent) + [LINK_BPS]
    return Workload(
        f"dumbbell {concurrent}",
        rates,
        lambda rng, lane: (2 * lane, len(rates) - 1, 2 * lane + 1),
        concurrent,
        finished,
    )


def routed(name: str, graph: "nx.Graph[int]", hosts: list[int], concurrent: int, finished: int) -> Workload:
    """Return random pairs of hosts, each on one shortest path, over links of one rate."""
    index = {ends: number for number, ends in enumerate((*graph.edges, *((b, a) for a, b in graph.edges)))}
    parents = {host: dict(nx.bfs_predecessors(graph, host)) for host in hosts}

    def draw(rng: np.random.Generator, lane: int) -> Route:
        source, target = (hosts[i] for i in rng.choice(len(hosts), 2, replace=False))
        route, node = [], target
        while node != source:
            route.append(index[parents[source][node], node])
            node = parents[source][node]
        return route[::-1]

    return Workload(name, [LINK_BPS] * len(index), draw, concurrent, finished)


def geometric(finished: int) -> Workload:
    """Return 1,000 flows on 500 nodes at random in the unit square, joined up to the least radius that connects them."""
    radius, graph = 0.05, nx.empty_graph(2)
    while not nx.is_connected(graph):
        radius += 0.005
        graph = nx.random_geometric_graph(500, radius, seed=1)
    return routed("geometric 500 nodes, 1,000 flows", nx.Graph(graph.edges), list(graph), 1000, finished)


def fat_tree(finished: int, k: int = 8) -> Workload:
    """Return 1,000 flows between the 128 hosts of a fat-tree (Al-Fares et al., SIGCOMM 2008), links chosen at random."""
    graph: nx.Graph[str] = nx.Graph()
    half = k // 2
    for pod in range(k):
        for edge in range(half):
            for other in range(half):
                graph.add_edge(f"edge{pod}.{edge}", f"up{pod}.{other}")
                graph.add_edge(f"host{pod}.{edge}.{other}", f"edge{pod}.{edge}")
                graph.add_edge(f"up{pod}.{edge}", f"core{edge}.{other}")
    index = {ends: number for number, ends in enumerate((*graph.edges, *((b, a) for a, b in graph.edges)))}

    def draw(rng: np.random.Generator, lane: int) -> Route:
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
        return [index[ends] for ends in zip(nodes, nodes[1:], strict=False)]

    return Workload("fat-tree k=8, 1,000 flows", [LINK_BPS] * len(index), draw, 1000, finished)


def access(devices: int, finished: int, *, shared: bool = False) -> Workload:
    """Return devices with an access link each; of ``shared`` ones, every tenth is behind one backhaul."""

    def draw(rng: np.random.Generator, lane: int) -> Route:
        return (lane, devices) if shared and lane % 10 == 0 else (lane,)

    kind = "10 % behind a backhaul" if shared else "private"
    return Workload(f"{devices:,} access links, {kind}", [LINK_BPS] * (devices + 1), draw, devices, finished)


def churn(workload: Workload, folder: Path) -> float:
    """Run a workload on the fluid network and return the CPU time it took [s]."""
    links = [
        Link(index, 0, 1, "backhaul", index, 1.0, rate_bps, 0.0, 1.0, 3.0, False)
        for index, rate_bps in enumerate(workload.rates_bps)
    ]
    clock, writer = Clock(), RunWriter.create(folder, "bench", {})
    meter = Meter(links, [], writer)
    network = FluidNetwork(clock, dict(enumerate(workload.rates_bps)), meter)
    rng = np.random.default_rng(1)
    plan = [
        ([links[j] for j in workload.draw(rng, i % workload.concurrent)], 1 + int(rng.exponential(MEAN_BYTES)))
        for i in range(workload.concurrent + workload.finished)
    ]
    ended = 0

    def begin(number: int, lane: int) -> None:
        # A flow takes the place of the one that ended: on the same access link where places have links of their own.
        route, size_bytes = plan[number]
        if lane != number % workload.concurrent:
            route = [links[j] for j in workload.draw(rng, lane)]
        network.start(route, size_bytes, lambda: end(lane))

    def end(lane: int) -> None:
        nonlocal ended
        ended += 1
        begin(workload.concurrent + ended - 1, lane)

    for lane in range(workload.concurrent):
        clock.at(0.0, Turn.TIMER, lane, lambda lane=lane: begin(lane, lane))
    start = time.process_time()
    while ended < workload.finished:
        clock.step()
    spent_s = time.process_time() - start
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

"""A place on a graph, from which policies choose without a world around them."""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pytest

from wayfare.emulator.packets import ModelPacket, PacketKind
from wayfare.emulator.wandering import Advertisement, Outlook

PACKET = ModelPacket(PacketKind.MODEL, 0, b"", {})


@dataclass
class Place:
    """What a policy sees of a node: a name on a graph, whose edges may have rate, delay and power."""

    graph: nx.Graph
    name: str
    rng: np.random.Generator
    samples: int = 9
    store: dict[str, Any] = field(default_factory=dict)

    @property
    def neighbours(self):
        return tuple(sorted(self.graph[self.name]))

    def name_of(self, index):
        return sorted(self.graph)[index]

    def id_of(self, name):
        return sorted(self.graph).index(name)

    def link(self, neighbour):
        figures = {"now_bps": 1e6, "delay_s": 0.0, "power_idle_w": 1.0, "power_busy_w": 3.0}
        return SimpleNamespace(**figures | self.graph.edges[self.name, neighbour])

    def next_hop(self, destination):
        return self.route(destination)[1]

    def cost(self, destination):
        return nx.shortest_path_length(self.graph, self.name, destination)

    def route(self, destination):
        return tuple(nx.shortest_path(self.graph, self.name, destination))


@pytest.fixture
def look():
    """Make an outlook from a node of a graph: of a packet that has been at some nodes and seen some labels."""

    def make(graph, name, *, visited=(), seen=(), heard=(), holders=None, rng=None):
        samples = 9 if holders is None or name in holders else 0
        place = Place(graph, name, rng or np.random.default_rng(1), samples)
        ids = tuple(place.id_of(one) for one in visited)
        known = {one.node: one for one in heard}
        return Outlook(place, replace(PACKET, visited=ids, seen=tuple(seen)), holders or sorted(graph), known)

    return make


@pytest.fixture
def degrees():
    """Make what neighbours advertise of their degree."""
    return lambda graph: [Advertisement(name, 0.0, degree=graph.degree(name)) for name in graph]


@pytest.fixture
def walk(look):
    """Let a packet walk by a policy; return how often it was at each node, looked at every so many steps."""

    def run(policy, graph, steps, heard=(), holders=None, every=1):
        rng, name, visits = np.random.default_rng(7), min(graph), dict.fromkeys(sorted(graph), 0)
        for step in range(steps):
            near = [one for one in heard if one.node in graph[name]]
            hop = policy.choose(look(graph, name, heard=near, rng=rng, holders=holders))
            name = name if hop is None else hop.destination
            visits[name] += step % every == 0
        return visits

    return run

"""What a random generator does when what it drew is not connected."""

from collections.abc import Callable
from typing import Literal

import networkx as nx
import numpy as np

from .errors import TopologyError

Disconnected = Literal["redraw", "join", "refuse"]
Streams = Callable[[str], np.random.Generator]

MOST_DRAWS = 100


def connected(draw: Callable[[Streams], "nx.Graph[str]"], stream: Streams, rule: Disconnected) -> "nx.Graph[str]":
    """Return a connected draw; what was done to get it is in the graph's attributes `draws` and `joined`.

    `redraw` draws everything again, up to 100 times; draw number n takes the streams `name#n`. `join` keeps the first
    draw and wires each further part to the nearest node of those before it. `refuse` takes the first draw or fails.

    Raises:
        TopologyError: No draw was connected, or the first was not and the rule is `refuse`.
    """
    graph = draw(stream)
    draws, joined = 1, 0
    while rule == "redraw" and not nx.is_connected(graph) and draws < MOST_DRAWS:
        draws += 1
        graph = draw(_renamed(stream, draws))
    parts = nx.number_connected_components(graph)
    if parts > 1 and rule == "join":
        joined = _join(graph)
    elif parts > 1:
        tried = f"none of {draws} draws was connected; the last" if rule == "redraw" else "what was drawn"
        raise TopologyError(f"{tried} is in {parts} parts; make links more likely, or set disconnected: join")
    graph.graph |= {"draws": draws, "joined": joined}
    return graph


def _renamed(stream: Streams, number: int) -> Streams:
    """Return the streams of another draw."""
    return lambda name: stream(f"{name}#{number}")


def _join(graph: "nx.Graph[str]") -> int:
    """Wire the parts together, each further one by the shortest wire, and return how many wires that took."""
    order = {name: number for number, name in enumerate(graph)}
    parts = [sorted(part, key=order.__getitem__) for part in nx.connected_components(graph)]
    parts.sort(key=lambda part: -len(part))
    inside = list(parts[0])
    for part in parts[1:]:
        places = _places(graph, inside)
        gaps = [np.hypot(*(places - place).T) for place in _places(graph, part)]
        here = min(range(len(part)), key=lambda number: float(gaps[number].min()))
        graph.add_edge(inside[int(gaps[here].argmin())], part[here], medium="wire")
        inside.extend(part)
    return len(parts) - 1


def _places(graph: "nx.Graph[str]", names: list[str]) -> np.ndarray:
    """Return the places of nodes, an array (nodes, 2) [m]."""
    return np.array([(graph.nodes[name]["x_m"], graph.nodes[name]["y_m"]) for name in names])

"""What is wrong with a topology, in plain sentences."""

import difflib
import sys
from collections.abc import Iterator, Mapping
from typing import TypeGuard

import networkx as nx
import numpy as np

TIERS = ("device", "edge", "cloud")
MEDIA = ("wire", "radio")
DUPLEXES = ("full", "half")
SHARINGS = ("shared", "unshared")

LINK_ATTRIBUTES = {key: key for key in ("medium", "rate_bps", "delay_s", "duplex", "sharing", "loss")}
"""The attributes of an edge that mean something here."""

LIKELY_MEANT = {
    "bandwidth": "rate_bps",
    "capacity": "rate_bps",
    "speed": "rate_bps",
    "latency": "delay_s",
    "loss_rate": "loss",
    "packet_loss": "loss",
}
"""Words that other tools use for them: read over in silence, they would give a link the rate of its class."""


def check_topology(graph: "nx.Graph[str]") -> list[str]:
    """Return every problem of a topology, empty if there is none.

    Attributes with names unlike any of ours (labels, colours) are kept and mean nothing.
    """
    if graph.is_directed() or graph.is_multigraph():
        kind = "directed" if graph.is_directed() else "a multigraph"
        return [f"the graph is {kind}; a topology is an undirected graph with at most one link between two nodes"]
    if not len(graph):
        return ["the graph has no nodes; a topology needs at least one"]
    problems: list[str] = []
    for name, attributes in graph.nodes(data=True):
        problems.extend(f"node {name!r}: {problem}" for problem in _node_problems(name, attributes))
    for first, second, attributes in graph.edges(data=True):
        found = [*link_problems(attributes), *_ends_problems(graph, first, second)]
        problems.extend(f"link {first!r} - {second!r}: {problem}" for problem in found)
    return [*problems, *_disconnection(graph)]


def _node_problems(name: object, attributes: Mapping[str, object]) -> Iterator[str]:
    """Yield what is wrong with a node by itself."""
    if not (isinstance(name, str) and name and name == name.strip() and name.isprintable()):
        yield "a name must be text, not empty, without unprintable characters or blanks at its ends"
    yield from _choice_problems(attributes, "tier", TIERS, required=True)
    present = [key for key in ("x_m", "y_m") if key in attributes]
    if len(present) == 1:
        yield f"it has {present[0]} alone; a position is both x_m and y_m, or neither"
    for key in present:
        if not is_number(attributes[key]):
            yield f"{key} is {attributes[key]!r}; it must be a finite number of metres"


def link_problems(attributes: Mapping[str, object]) -> Iterator[str]:
    """Yield what is wrong with the attributes of a link."""
    yield from _choice_problems(attributes, "medium", MEDIA)
    yield from _choice_problems(attributes, "duplex", DUPLEXES)
    yield from _choice_problems(attributes, "sharing", SHARINGS)
    if attributes.get("sharing") == "unshared" and attributes.get("duplex") == "half":
        yield "it is unshared and half duplex; the directions of an unshared link share nothing either"
    rate_bps, delay_s = attributes.get("rate_bps", 1.0), attributes.get("delay_s", 0.0)
    loss = attributes.get("loss", 0.0)
    if not (is_number(rate_bps) and rate_bps > 0):
        yield f"rate_bps is {rate_bps!r}; it must be a number of bit/s above 0"
    if not (is_number(delay_s) and delay_s >= 0):
        yield f"delay_s is {delay_s!r}; it must be a number of seconds, 0 or more"
    if not (is_number(loss) and 0 <= loss < 1):
        yield f"loss is {loss!r}; it must be the share of what is sent that is lost, 0 or more and less than 1"
    for key in [key for key in attributes if key not in LINK_ATTRIBUTES]:
        if meant := _meant(str(key)):
            yield f"{key} is not an attribute of a link; did you mean {meant}?"


def _ends_problems(graph: "nx.Graph[str]", first: str, second: str) -> Iterator[str]:
    """Yield what is wrong with a link between these two nodes."""
    if first == second:
        yield "it joins the node to itself"
        return
    attributes, ends = graph.edges[first, second], {first: graph.nodes[first], second: graph.nodes[second]}
    if attributes.get("medium") != "radio":
        return
    if "device" not in [node.get("tier") for node in ends.values()]:
        tiers = " and ".join(str(node.get("tier")) for node in ends.values())
        yield f"a radio link joins a device to an edge or cloud site, or to another device, not {tiers}"
    for name in (name for name, node in ends.items() if not {"x_m", "y_m"} <= node.keys()):
        yield f"a radio link needs the positions of both ends; {name!r} has none"
    if "rate_bps" in attributes:
        yield "a radio link has no rate_bps; its rate comes from the radio model"
    if attributes.get("duplex", "full") != "full":
        yield "a radio link has no duplex of its own; its cell has"
    for key in (key for key in ("sharing", "loss") if key in attributes):
        yield f"a radio link has no {key} of its own; its cell decides it"


def _choice_problems(
    attributes: Mapping[str, object], key: str, allowed: tuple[str, ...], *, required: bool = False
) -> Iterator[str]:
    """Yield what is wrong with an attribute that is one of a few words."""
    listed = ", ".join(allowed[:-1]) + f" or {allowed[-1]}"
    if key not in attributes:
        if required:
            yield f"it has no {key}; it must be {listed}"
    elif attributes[key] not in allowed:
        near = difflib.get_close_matches(str(attributes[key]).lower(), allowed, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        yield f"{key} is {attributes[key]!r}; it must be {listed}{hint}"


def _disconnection(graph: "nx.Graph[str]") -> Iterator[str]:
    """Yield a sentence naming a node on each side if not every node reaches every other."""
    parts = list(nx.connected_components(graph))
    if len(parts) > 1:
        first, second = (next(name for name in graph if name in part) for part in parts[:2])
        yield f"the graph is in {len(parts)} parts without a link between them: {first!r} cannot reach {second!r}"


def _meant(key: str) -> str | None:
    """Return the link attribute that a name resembles, if any."""
    known = LINK_ATTRIBUTES | LIKELY_MEANT
    near = difflib.get_close_matches(key.lower(), known.keys() - {"loss"}, n=1)  # "class" is like "loss"
    return "loss" if key.lower() == "loss" else known[near[0]] if near else None


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a value is a number that a float can hold; text, truth values, infinity and NaN are not."""
    if isinstance(value, np.integer | np.floating):
        value = value.item()
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max

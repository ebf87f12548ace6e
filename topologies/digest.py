"""One hash for equal topologies."""

import hashlib
import json
from numbers import Real

import networkx as nx

from .errors import TopologyError


def graph_hash(graph: "nx.Graph[str]") -> str:
    """Return the SHA-256 of the nodes, the links and their attributes, in hexadecimal.

    The order of nodes and of links, which end of a link comes first, and whether a number is written 1 or 1.0 make no
    difference; attributes of the graph as a whole (its name) take no part.

    Raises:
        TopologyError: An attribute is neither number, text, truth value, list nor mapping.
    """
    nodes = sorted([name, _canonical(attributes)] for name, attributes in graph.nodes(data=True))
    links = sorted([*sorted(ends), _canonical(attributes)] for *ends, attributes in graph.edges(data=True))
    return hashlib.sha256(json.dumps([nodes, links]).encode()).hexdigest()


def _canonical(value: object) -> str:
    """Return the one text of a value: keys sorted, numbers as floats, zero without a sign."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: object) -> object:
    """Return a value as JSON knows it, with every number a float."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Real):
        return float(value) + 0.0
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    raise TopologyError(
        f"an attribute is {value!r}; only numbers, text, truth values, lists and mappings can be hashed"
    )

"""Node-link JSON: `{"nodes": [{"id": ...}], "edges": [{"source": ..., "target": ...}]}`, as networkx and D3 write it.

Read here by hand, because `networkx.node_link_graph` invents the nodes that a link names.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import networkx as nx

from .errors import TopologyError, refuse
from .sketch import Sketch, Stroke

SHAPE = 'a mapping with "nodes" and "edges" (or "links"), each a list of mappings'


def decode(data: bytes) -> Sketch:
    """Return what a file draws; the links are under `edges` or `links`.

    Raises:
        TopologyError: It is not JSON, not a graph, or has nodes of one name or links of unknown nodes.
    """
    document = _parse(data)
    if "edges" in document and "links" in document:
        raise TopologyError('it has both "edges" and "links"; keep one of them')
    about = _mapping(document.get("graph", {}), '"graph"')
    problems: list[str] = []
    nodes = _nodes(_mappings(document, "nodes"), problems)
    links = _links(nodes, _mappings(document, "links" if "links" in document else "edges"), problems)
    refuse(problems)
    return Sketch(nodes, links, bool(document.get("directed")), about)


def encode(graph: "nx.Graph[str]") -> bytes:
    """Return the content of a graph's file, links under `edges`.

    Raises:
        TopologyError: An attribute is something that JSON cannot express.
    """
    document = {
        "directed": False,
        "multigraph": False,
        "graph": graph.graph,
        "nodes": [{"id": name, **node} for name, node in graph.nodes(data=True)],
        "edges": [{"source": a, "target": b, **link} for a, b, link in graph.edges(data=True)],
    }
    try:
        return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
    except (TypeError, ValueError) as error:
        raise TopologyError(f"JSON cannot express an attribute: {error}") from error


def _nodes(entries: Iterable[Mapping[str, Any]], problems: list[str]) -> dict[str, dict[str, Any]]:
    """Return the attributes of each node by its `id`; add what is wrong with these to the problems."""
    nodes: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(entries, start=1):
        name = entry.get("id")
        if not _is_name(name):
            problems.append(_nameless("id", name, f"node {number}"))
            continue
        if str(name) in nodes:
            problems.append(f"node {number} is called {str(name)!r:.60}, as another is; names must differ")
        nodes[str(name)] = dict(entry)
    return nodes


def _links(nodes: Mapping[str, object], entries: Iterable[Mapping[str, Any]], problems: list[str]) -> list[Stroke]:
    """Return each link; add to the problems which of their ends are not among the nodes."""
    links = []
    for number, entry in enumerate(entries, start=1):
        for end in ("source", "target"):
            name = entry.get(end)
            if not _is_name(name):
                problems.append(_nameless(end, name, f"link {number}"))
            elif str(name) not in nodes:
                problems.append(f"link {number} names {str(name)!r:.60}, which is not among the nodes")
        links.append(Stroke(str(entry.get("source")), str(entry.get("target")), dict(entry)))
    return links


def _is_name(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _nameless(key: str, value: object, where: str) -> str:
    return f"{where} has {key} {value!r:.60}; it must be the name of a node, text or a number"


def _mappings(document: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Return the list of mappings under a key."""
    entries = document.get(key)
    if not isinstance(entries, list):
        raise TopologyError(f"not a node-link graph: it must be {SHAPE}; {key!r} is {type(entries).__name__}")
    return [_mapping(entry, f"entry {number} of {key!r}") for number, entry in enumerate(entries, start=1)]


def _mapping(value: object, where: str) -> dict[str, Any]:
    """Return a value that must be a mapping."""
    if not isinstance(value, dict):
        raise TopologyError(f"not a node-link graph: {where} is {value!r:.60}; it must be a mapping")
    return value


def _parse(data: bytes) -> dict[str, Any]:
    """Return the JSON document."""
    try:
        document = json.loads(data, parse_constant=_refuse_constant, object_pairs_hook=_refuse_repeated)
    except json.JSONDecodeError as error:
        raise TopologyError(f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from error
    except TopologyError:
        raise
    except (RecursionError, ValueError) as error:
        raise TopologyError(f"not JSON that can be read: {error}") from error
    return _mapping(document, "the document")


def _refuse_constant(name: str) -> NoReturn:
    raise TopologyError(f"not JSON: it has a number {name}; numbers must be finite")


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs as a mapping, in which JSON would let the last of two equal keys win."""
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise TopologyError(f"the key {repeated!r} stands twice in one mapping")
    return mapping

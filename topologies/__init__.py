"""Topologies: graphs of nodes and links, generated, read from files, checked.

A topology is an undirected simple `networkx.Graph` whose nodes are named by strings; their order is the index order.
Node attributes: `tier` ("device", "edge", "cloud"), and `x_m` with `y_m`, or neither. Edge attributes: `medium`
("wire", the default, or "radio"), and optionally `rate_bps`, `delay_s`, `duplex` ("full", "half"). A radio edge joins a
device to the edge or cloud site whose cell it is in; both have positions, and its rate comes from the radio model.

ThreeTier          cloud, edge sites, and devices scattered around the sites
Line, Ring, Star   plain shapes
GENERATORS         the generators by the name a scenario gives them; TopologyGenerator is what they have in common
read_topology      from node-link JSON or GraphML; write_topology to them
check_topology     the list of what is wrong with a graph, in plain sentences
graph_hash         one hash for equal topologies
TopologyError      what all of them raise
"""

import importlib

_HOME = {
    "GENERATORS": "generators",
    "Line": "shapes",
    "Ring": "shapes",
    "Star": "shapes",
    "ThreeTier": "three_tier",
    "TopologyError": "errors",
    "TopologyGenerator": "generators",
    "check_topology": "checks",
    "graph_hash": "digest",
    "read_topology": "files",
    "write_topology": "files",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)

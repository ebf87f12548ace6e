"""Topologies: graphs of nodes and links, generated, read from files, checked.

A topology is an undirected simple `networkx.Graph` whose nodes are named by strings; their order is the index order.
Node attributes: `tier` ("device", "edge", "cloud"), and `x_m` with `y_m`, or neither. Edge attributes: `medium`
("wire", the default, or "radio"), and optionally `rate_bps`, `delay_s`, `duplex` ("full", "half"), `sharing` ("shared",
"unshared") and `loss`. A radio edge joins a device to the edge or cloud site whose cell it is in; both have positions,
and its rate comes from the radio model.

ThreeTier          cloud, edge sites, and devices scattered around the sites
HexagonalCells     sites on a hexagonal grid, with devices in the cell of each
Line, Ring, Star   plain shapes; Complete wires each node to every other; Grid, Tree and FatTree are regular too
SmallWorld         a ring with some links thrown far; RandomGeometric wires nodes within reach
Real               real networks that come with Wayfare: REAL_NETWORKS
GENERATORS         the generators by the name a scenario gives them; TopologyGenerator is what they have in common
read_topology      from node-link JSON, GraphML, GML, GEXF or a SimGrid platform; write_topology to the first two,
                   encode_topology into the bytes of such a file
import_topology    the same with an ImportReport: what an Import converted, repaired and left, each a Finding
check_topology     the list of what is wrong with a graph, in plain sentences
graph_hash         one hash for equal topologies
TopologyError      what all of them raise
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

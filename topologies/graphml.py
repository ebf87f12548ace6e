"""GraphML, read and written with networkx."""

import io
import warnings
from xml.etree import ElementTree

import networkx as nx

from .errors import TopologyError


def decode(data: bytes) -> "nx.Graph[str]":
    """Return the graph in the content of a file, GraphML's defaults written out on the nodes and links without.

    Raises:
        TopologyError: It is not GraphML, or the graph is directed or has parallel links.
    """
    graph = _parse(data)
    if graph.is_directed():
        raise TopologyError('the graph is directed; a topology is undirected: edgedefault="undirected"')
    if graph.is_multigraph():
        first, second = next(ends for ends in graph.edges() if graph.number_of_edges(*ends) > 1)
        raise TopologyError(f"there are parallel links between {first!r} and {second!r}; keep one of them")
    _write_out_defaults(graph)
    return graph


def encode(graph: "nx.Graph[str]") -> bytes:
    """Return the content of a graph's file.

    Raises:
        TopologyError: An attribute is something that GraphML cannot express, as a list.
    """
    file = io.BytesIO()
    try:
        # The plain writer: networkx's default one changes with whether lxml happens to be installed.
        nx.write_graphml_xml(graph, file)
    except (nx.NetworkXError, TypeError, ValueError) as error:
        raise TopologyError(f"GraphML cannot express an attribute: {error}") from error
    return file.getvalue() + b"\n"


def _parse(data: bytes) -> "nx.Graph[str]":
    """Return what networkx makes of a file; what it warns about and carries on from is an error here."""
    _refuse_oddities(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return nx.read_graphml(io.BytesIO(data), node_type=str)
    except (nx.NetworkXException, UserWarning, LookupError, TypeError, ValueError, AttributeError) as error:
        raise TopologyError(f"not GraphML: {error}") from error


def _refuse_oddities(data: bytes) -> None:
    """Raise at what networkx passes over: a second graph, a node listed twice, a link of a node that is not listed."""
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise TopologyError(f"not XML: {error}") from error
    if (graphs := len(root.findall(".//{*}graph"))) > 1:
        raise TopologyError(f"it holds {graphs} graphs; a topology file holds one")
    names = [node.get("id") for node in root.iterfind(".//{*}node")]
    known = set(names)
    if None in known:
        raise TopologyError("a node has no id; every node needs a name")
    if len(known) < len(names):
        repeated = next(name for name in names if names.count(name) > 1)
        raise TopologyError(f"two nodes are called {repeated!r}; names must differ")
    for end in (edge.get(side) for edge in root.iterfind(".//{*}edge") for side in ("source", "target")):
        if end not in known:
            raise TopologyError(f"a link names {end!r}, which is not among the nodes")


def _write_out_defaults(graph: "nx.Graph[str]") -> None:
    """Give nodes and links the defaults of their keys, and drop the identifiers that GraphML gives to links."""
    node_defaults = graph.graph.pop("node_default", {})
    edge_defaults = graph.graph.pop("edge_default", {})
    for _, attributes in graph.nodes(data=True):
        for key, value in node_defaults.items():
            attributes.setdefault(key, value)
    for _, _, attributes in graph.edges(data=True):
        attributes.pop("id", None)
        for key, value in edge_defaults.items():
            attributes.setdefault(key, value)

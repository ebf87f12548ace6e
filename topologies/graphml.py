"""GraphML, read and written with networkx."""

import io
import warnings
from typing import Any

import networkx as nx

from . import markup
from .errors import TopologyError
from .sketch import Sketch, Stroke


def decode(data: bytes) -> Sketch:
    """Return what a file draws, GraphML's defaults written out on the nodes and links without.

    Raises:
        TopologyError: It is not GraphML.
    """
    root = markup.parse(data)
    markup.refuse_oddities(root)
    try:
        with warnings.catch_warnings():
            # What networkx warns about and carries on from is an error here.
            warnings.simplefilter("error", UserWarning)
            graph = nx.read_graphml(io.BytesIO(markup.number_links(root)), node_type=str, force_multigraph=True)
    except (nx.NetworkXException, UserWarning, LookupError, TypeError, ValueError, AttributeError) as error:
        raise TopologyError(f"not GraphML: {error}") from error
    return in_file_order(graph)


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


def in_file_order(graph: Any) -> Sketch:
    """Return the sketch of a multigraph whose links are numbered, with defaults written out."""
    node_defaults = graph.graph.pop("node_default", {})
    link_defaults = graph.graph.pop("edge_default", {})
    numbered = sorted(graph.edges(keys=True, data=True), key=lambda link: int(link[2]))
    sketch = Sketch.of(graph)
    for attributes in sketch.nodes.values():
        attributes |= {key: value for key, value in node_defaults.items() if key not in attributes}
    links = [Stroke(first, second, link_defaults | link) for first, second, _, link in numbered]
    for link in links:
        # Identifiers that the formats give to links; they mean nothing to us.
        for key in ("id", "key", "networkx_key"):
            link.attributes.pop(key, None)
    return Sketch(sketch.nodes, links, sketch.directed, sketch.attributes)

"""GEXF, the format of Gephi, read with networkx."""

import io

import networkx as nx

from . import markup
from .errors import TopologyError
from .graphml import in_file_order
from .sketch import Sketch


def decode(data: bytes) -> Sketch:
    """Return what a file draws; what draws it (sizes, colours, places on the screen) is left out.

    Raises:
        TopologyError: It is not GEXF.
    """
    root = markup.parse(data)
    markup.refuse_oddities(root)
    try:
        graph = nx.read_gexf(io.BytesIO(markup.number_links(root)), node_type=str)
    except (nx.NetworkXException, LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise TopologyError(f"not GEXF: {error}") from error
    numbered: nx.MultiGraph[str] = nx.MultiDiGraph() if graph.is_directed() else nx.MultiGraph()
    numbered.graph.update(graph.graph)
    numbered.add_nodes_from(graph.nodes(data=True))
    numbered.add_edges_from((*ends, link["id"], link) for *ends, link in graph.edges(data=True))
    return in_file_order(numbered)

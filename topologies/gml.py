"""GML, read with networkx."""

import re

import networkx as nx

from .errors import TopologyError
from .sketch import Sketch

_GRAPH = re.compile(r"\bgraph\s*\[")


def decode(data: bytes) -> Sketch:
    """Return what a file draws; the name of a node is its `id`.

    Raises:
        TopologyError: It is not GML, or not text in UTF-8.
    """
    try:
        # Without the word, networkx refuses parallel links; whether they are is for the import to say.
        text = _GRAPH.sub("graph [ multigraph 1", data.decode("utf-8"), count=1)
        return Sketch.of(nx.parse_gml(text, label="id"))
    except (nx.NetworkXException, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise TopologyError(f"not GML: {error}") from error

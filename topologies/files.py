"""Topologies in files: node-link JSON and GraphML.

What is read is checked, so a graph that comes from here is a topology. Names of nodes become text. Nothing is repaired
in silence: parallel and directed links, which a repair would have to choose between, are errors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import networkx as nx

from . import graphml, node_link
from .checks import check_topology
from .errors import TopologyError

LISTED_PROBLEMS = 8
"""An error lists this many problems and counts the others."""


@dataclass(frozen=True)
class Format:
    """How one kind of file is read and written."""

    decode: Callable[[bytes], "nx.Graph[str]"]
    encode: Callable[["nx.Graph[str]"], bytes]


FORMATS = {
    ".json": Format(node_link.decode, node_link.encode),
    ".graphml": Format(graphml.decode, graphml.encode),
}
"""The kinds of file by their extension."""


def read_topology(path: str | Path) -> "nx.Graph[str]":
    """Return the topology in a file, node-link JSON (`.json`) or GraphML (`.graphml`).

    Raises:
        TopologyError: The file is missing, of another kind, not readable as its kind, or not a topology.
    """
    path = Path(path)
    file_format = _format(path)
    try:
        graph = file_format.decode(path.read_bytes())
    except TopologyError as error:
        raise TopologyError(f"{path}: {error}") from error
    except OSError as error:
        raise TopologyError(f"{path}: cannot be read: {error.strerror}") from error
    _refuse_problems(path, graph)
    return graph


def write_topology(graph: "nx.Graph[str]", path: str | Path) -> None:
    """Write a topology to a file, as node-link JSON (`.json`) or GraphML (`.graphml`).

    Raises:
        TopologyError: The kind is another, the graph is not a topology, an attribute has no place in the format (in
            GraphML: lists and mappings), or the file cannot be written.
    """
    path = Path(path)
    file_format = _format(path)
    _refuse_problems(path, graph)
    try:
        path.write_bytes(file_format.encode(graph))
    except TopologyError as error:
        raise TopologyError(f"{path}: {error}") from error
    except OSError as error:
        raise TopologyError(f"{path}: cannot be written: {error.strerror}") from error


def _format(path: Path) -> Format:
    """Return the format of a file by its extension."""
    if path.suffix.lower() in FORMATS:
        return FORMATS[path.suffix.lower()]
    found = f"ends in {path.suffix!r}" if path.suffix else "has no extension"
    raise TopologyError(f"{path}: the name {found}; a topology file is .json (node-link JSON) or .graphml")


def _refuse_problems(path: Path, graph: "nx.Graph[str]") -> None:
    """Raise if the graph is not a topology."""
    problems = check_topology(graph)
    more = [f"and {len(problems) - LISTED_PROBLEMS} more"] if len(problems) > LISTED_PROBLEMS else []
    if problems:
        raise TopologyError(f"{path}: " + "; ".join(problems[:LISTED_PROBLEMS] + more))

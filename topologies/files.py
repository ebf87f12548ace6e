"""Topologies in files: node-link JSON, GraphML, GML, GEXF and SimGrid platforms; the first two are also written.

What is read is checked, so a graph that comes from here is a topology. Names of nodes become text. Nothing is repaired
unless `Import` asks for it, and whatever is done is in the report.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import networkx as nx

from . import gexf, gml, graphml, node_link, simgrid
from .checks import check_topology
from .errors import TopologyError, refuse
from .imports import Import, ImportReport
from .mending import mend
from .sketch import Sketch


@dataclass(frozen=True)
class Format:
    """How one kind of file is read and, for some, written."""

    name: str
    decode: Callable[[bytes], Sketch]
    encode: Callable[["nx.Graph[str]"], bytes] | None = None


FORMATS = {
    ".json": Format("node-link JSON", node_link.decode, node_link.encode),
    ".graphml": Format("GraphML", graphml.decode, graphml.encode),
    ".gml": Format("GML", gml.decode),
    ".gexf": Format("GEXF", gexf.decode),
    ".xml": Format("SimGrid platform", simgrid.decode),
}
"""The kinds of file by their extension."""


@dataclass(frozen=True)
class Imported:
    """A topology out of a file, and what it took to make it one."""

    graph: "nx.Graph[str]"
    report: ImportReport


def read_topology(path: str | Path, options: Import | None = None) -> "nx.Graph[str]":
    """Return the topology in a file, whose extension says its kind: see `FORMATS`.

    Raises:
        TopologyError: As `import_topology`.
    """
    return import_topology(path, options).graph


def import_topology(path: str | Path, options: Import | None = None) -> Imported:
    """Return the topology in a file, repaired as the options ask, with a report of what was done.

    Args:
        path: The file; its extension says its kind: see `FORMATS`.
        options: What to repair; by default nothing.

    Raises:
        TopologyError: The file is missing, of another kind, not readable as its kind, or not a topology; `problems`
            holds everything that is wrong.
    """
    path = Path(path)
    file_format = _format(path, FORMATS)
    try:
        sketch = file_format.decode(path.read_bytes())
    except TopologyError as error:
        raise TopologyError(f"{path}: {error}", [f"{path}: {problem}" for problem in error.problems]) from error
    except OSError as error:
        raise TopologyError(f"{path}: cannot be read: {error.strerror}") from error
    mended = mend(sketch, options or Import())
    refuse(mended.problems, f"{path}: ", repairable=True)
    return Imported(mended.graph, mended.report)


def write_topology(graph: "nx.Graph[str]", path: str | Path) -> None:
    """Write a topology to a file, as node-link JSON (`.json`) or GraphML (`.graphml`).

    Raises:
        TopologyError: As `encode_topology`, or the file cannot be written.
    """
    content = encode_topology(graph, path)
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise TopologyError(f"{path}: cannot be written: {error.strerror}") from error


def encode_topology(graph: "nx.Graph[str]", path: str | Path) -> bytes:
    """Return what a topology is in a file of this name: node-link JSON (`.json`) or GraphML (`.graphml`).

    Raises:
        TopologyError: The kind is another, the graph is not a topology, or an attribute has no place in the format (in
            GraphML: lists and mappings).
    """
    path = Path(path)
    written = {extension: file_format for extension, file_format in FORMATS.items() if file_format.encode}
    encode = _format(path, written).encode
    refuse(check_topology(graph), f"{path}: ", repairable=True)
    try:
        return encode(graph) if encode else b""
    except TopologyError as error:
        raise TopologyError(f"{path}: {error}") from error


def _format(path: Path, formats: dict[str, Format]) -> Format:
    """Return the format of a file by its extension, one of these."""
    if path.suffix.lower() in formats:
        return formats[path.suffix.lower()]
    found = f"ends in {path.suffix!r}" if path.suffix else "has no extension"
    known = [f"{extension} ({file_format.name})" for extension, file_format in formats.items()]
    listed = ", ".join(known[:-1]) + f" or {known[-1]}"
    which = "a topology file is" if len(formats) == len(FORMATS) else "a topology is written as"
    raise TopologyError(f"{path}: the name {found}; {which} {listed}")

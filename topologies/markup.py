"""XML from anywhere, parsed without following what it refers to or blowing up what it defines."""

from collections import Counter
from xml.etree import ElementTree
from xml.parsers import expat

from .errors import TopologyError, refuse

DEEPEST = 100
"""Elements nested deeper are a mistake or an attack."""


def parse(data: bytes) -> ElementTree.Element:
    """Return the root element of an XML file.

    A reference to a document type (`<!DOCTYPE platform SYSTEM "...">`) is allowed and never fetched; definitions within
    the file (entities, which may grow without bound or name other files) are refused.

    Raises:
        TopologyError: It is not XML, defines entities, or is nested too deep.
    """
    try:
        _inspect(data)
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, TopologyError):
            raise
        raise TopologyError(f"not XML: {error}") from error


def refuse_oddities(root: ElementTree.Element) -> None:
    """Raise at what networkx passes over in GraphML and GEXF, which use the same words for it.

    Raises:
        TopologyError: There is a second graph, a node is listed twice, or a link names a node that is not listed.
    """
    if (graphs := len(root.findall(".//{*}graph"))) > 1:
        raise TopologyError(f"it holds {graphs} graphs; a topology file holds one")
    names = Counter(node.get("id") for node in root.iterfind(".//{*}node"))
    problems = ["a node has no id; every node needs a name"] if names.pop(None, 0) else []
    problems += [
        f"{count} nodes are called {name!r:.60}; names must differ" for name, count in names.items() if count > 1
    ]
    for number, edge in enumerate(root.iterfind(".//{*}edge"), start=1):
        strange = [end for end in (edge.get("source"), edge.get("target")) if end not in names]
        problems += [f"link {number} names {end!r:.60}, which is not among the nodes" for end in strange]
    refuse(problems)


def number_links(root: ElementTree.Element) -> bytes:
    """Return the file with links called 0, 1, 2, ...: networkx would merge parallel links that have the same id."""
    for number, edge in enumerate(root.iterfind(".//{*}edge")):
        edge.set("id", str(number))
    return ElementTree.tostring(root)


def _inspect(data: bytes) -> None:
    """Raise at definitions and at deep nesting, before a tree is built."""
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise TopologyError(f"its elements are nested more than {DEEPEST} deep")

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(name: str, system: str | None, public: str | None, has_definitions: int) -> None:
        if has_definitions:
            raise TopologyError("its document type defines entities or elements; remove them, they are not read")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = doctype
    parser.Parse(data, True)

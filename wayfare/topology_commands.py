"""The commands ``wayfare topology show``, ``check`` and ``convert``.

Each takes a topology file, a scenario, or the name of a real network that comes with Wayfare. What a file leaves out is
repaired as ``--repair`` and ``--import`` ask, and whatever was done is printed.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wayfare.scenarios.schema import Scenario
    from wayfare.topologies import Import, Imported

app = typer.Typer(
    name="topology", help="Look at topologies, check and convert them.", no_args_is_help=True, rich_markup_mode=None
)

MISTAKE = 2
"""The exit code where something is wrong with a topology or a setting."""

Source = Annotated[
    str,
    typer.Argument(metavar="TOPOLOGY", help="A topology file, a *.scenario.yaml, or a real network such as abilene."),
]
Repair = Annotated[
    bool,
    typer.Option(
        "--repair",
        help="Repair what can be: nodes without a tier become edge, parallel and one-way links are merged, links of a "
        "node with itself dropped, and the largest part is kept.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--import",
        metavar="KEY=VALUE",
        help="Say how to import a file, as in a scenario's topology.import: tier=device, names=label, parallel=first, "
        "'default_rate=1 Gbit/s', missing_position=neighbours ...",
    ),
]


@app.command()
def show(topology: Source, repair: Repair = False, settings: Settings = None) -> None:
    """Print what a topology is: nodes by tier, links by class, degrees, diameter, and what its import did."""
    from rich.console import Console

    from .topology_table import topology_table

    with _messages():
        imported = _read(topology, repair, settings or [])
    Console(width=None if sys.stdout.isatty() else 100).print(topology_table(topology, imported.graph))
    _report(imported)


@app.command()
def check(topology: Source, repair: Repair = False, settings: Settings = None) -> None:
    """Print every problem of a topology and exit with 2, or say that there is none."""
    with _messages(every=True):
        imported = _read(topology, repair, settings or [])
    print(f"{topology}: no problems, {_size(imported)}")
    _report(imported)


@app.command()
def convert(
    source: Annotated[str, typer.Argument(metavar="IN", help="A topology file, a scenario, or a real network.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write, .json (node-link) or .graphml.")],
    repair: Repair = False,
    settings: Settings = None,
) -> None:
    """Write a topology as node-link JSON or GraphML, and print what its import did."""
    from wayfare.topologies import encode_topology

    from .output_file import write_output

    with _messages():
        imported = _read(source, repair, settings or [])
        content = encode_topology(imported.graph, target)
    write_output("topology convert", target, content)
    print(f"{target}: written, {_size(imported)}")
    _report(imported)


@contextmanager
def _messages(every: bool = False) -> Iterator[None]:
    """Turn what is wrong with a topology into a message, or into one for every problem, and the exit code."""
    from wayfare.topologies import TopologyError

    try:
        yield
    except TopologyError as error:
        print("\n".join(error.problems) if every else error, file=sys.stderr)
        if error.repairable:
            print("what can be repaired, and how: wayfare topology check --help", file=sys.stderr)
        raise typer.Exit(MISTAKE) from None


def _read(source: str, repair: bool, settings: list[str]) -> "Imported":
    """Return the topology of a file, a scenario or a real network, and what its import did."""
    from wayfare.scenarios.errors import unknown
    from wayfare.topologies import REAL_NETWORKS, Import, TopologyError, import_topology, network_file

    if source.endswith((".yaml", ".yml")):
        if repair or settings:
            raise TopologyError("--repair and --import are for files; a scenario says it under topology.import")
        return _built(Path(source))
    if source in REAL_NETWORKS and not Path(source).exists():
        return import_topology(network_file(source), _import(repair, settings, Import(tier="edge")))
    if not (Path(source).suffix or Path(source).exists()):
        raise TopologyError(f"no such file; {unknown('network', source, list(REAL_NETWORKS))}")
    return import_topology(source, _import(repair, settings, Import()))


def _import(repair: bool, settings: list[str], usual: "Import") -> "Import":
    """Return how to import a file: as usual or repairing everything, changed by the settings."""
    from pydantic import ValidationError

    from wayfare.scenarios import components
    from wayfare.scenarios.document import Document
    from wayfare.scenarios.errors import ScenarioError
    from wayfare.scenarios.messages import problems_of
    from wayfare.topologies import REPAIR, Import, TopologyError

    data = components.write(REPAIR if repair else usual)
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise TopologyError(f"--import {setting}: it must be KEY=VALUE, for example tier=edge")
        data[key] = value
    readers: dict[int, type[components.ComponentModel]] = {}
    try:
        options: Import = components.read(Import, data, readers)
    except ValidationError as error:
        raise ScenarioError(*problems_of(error, Document("--import", data, {}), readers)) from None
    return options


def _built(file: Path) -> "Imported":
    """Return the network that a scenario builds, as its run would, and what the import of its file did, if any."""
    from wayfare.models.streams import named_streams
    from wayfare.scenarios.checks import built_topology
    from wayfare.scenarios.loading import load
    from wayfare.topologies import Imported

    scenario = load(file)
    graph = built_topology(scenario, named_streams(scenario.seed, "topology"))
    return Imported(graph, _import_of(scenario).report)


def _import_of(scenario: "Scenario") -> "Imported":
    """Return what the import of a scenario's topology file gave, nothing where it has none."""
    import networkx as nx

    from wayfare.scenarios.networks import TopologyFile
    from wayfare.topologies import Imported, ImportReport, import_topology

    if isinstance(scenario.topology, TopologyFile):
        return import_topology(scenario.topology.file, scenario.topology.import_)
    return Imported(nx.Graph(), ImportReport())


def _report(imported: "Imported") -> None:
    for finding in imported.report.findings:
        print(f"  {finding}")


def _size(imported: "Imported") -> str:
    return f"{len(imported.graph)} nodes and {imported.graph.number_of_edges()} links"

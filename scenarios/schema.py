"""The scenario: every section of a scenario file, as frozen dataclasses with SI values inside.

What a section may hold is declared here once. `components` derives from it what pydantic checks, what is written back
and the JSON Schema that editors use.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, Len, Lt
from pydantic import StringConstraints

from wayfare.emulator.background import BACKGROUND
from wayfare.emulator.faults import FAULTS
from wayfare.emulator.forgery import Forged
from wayfare.emulator.forwarding import HOP_LIMIT, PRIORITY_MAX, Forwarding, FullBuffer, Interrupted, Unreachable
from wayfare.emulator.links import DEFAULT_LINKS, LinkClass
from wayfare.emulator.methods import METHODS, Method
from wayfare.emulator.mobility import MOBILITY, Mobility
from wayfare.emulator.nodes import DEFAULT_NODES, NodeClass, NodeClassOverride
from wayfare.emulator.profiles import Profile
from wayfare.emulator.radio.blockage import Blockers
from wayfare.emulator.radio.cell import Cell
from wayfare.emulator.radio.handover import Handover
from wayfare.emulator.radio.sidelink import Sidelink
from wayfare.emulator.routing import Routing
from wayfare.emulator.signing import Signing
from wayfare.emulator.tcp import SHARING, Fair, TransportTerm
from wayfare.models.datasets import DATASETS
from wayfare.models.drift import DRIFTS, Steady
from wayfare.models.families import FAMILIES
from wayfare.models.partition import PARTITIONS
from wayfare.models.poison import Poison
from wayfare.topologies.generators import GENERATORS, TopologyGenerator

from . import components
from .components import Choice, Table
from .composer import KeyPath, Origin
from .document import Document
from .editor_schema import for_editors
from .errors import ScenarioError
from .expectations import Expectation
from .networks import InlineTopology, Tier, TopologyFile
from .plugins import Plugins
from .smoke import Smoke
from .study_sections import Matrix, Replications, Sweep

SCHEMA_FILE = Path(__file__).with_name("scenario.schema.json")
"""Where the JSON Schema is kept for editors."""

_LONGEST_S = 1e9  # integer nanoseconds of 64 bits end after 292 years

_TOPOLOGY_FORMS: Mapping[str, type] = {"file": TopologyFile, "nodes": InlineTopology}


@dataclass(frozen=True)
class Data:
    """What there is to learn from, and which node holds what."""

    dataset: Annotated[Any, "The dataset.", Choice("kind", DATASETS)]
    partition: Annotated[Any, "How the samples are spread over the nodes that hold data.", Choice("kind", PARTITIONS)]
    drift: Annotated[Any, "How the data changes with time.", Choice("kind", DRIFTS)] = field(default_factory=Steady)
    test_fraction: Annotated[
        float, "Share of the samples held out for the final accuracy, seen by no node.", Gt(0), Lt(1)
    ] = 0.2
    validation_fraction: Annotated[float, "Share of each node's samples that it evaluates on.", Ge(0), Lt(1)] = 0.1
    public_fraction: Annotated[
        float,
        "Share of the samples beside the test set that every node knows and none holds as its own, for methods whose "
        "models agree on them; by default there are none.",
        Ge(0),
        Lt(1),
    ] = 0.0
    holders: Annotated[Tier, "Tier of the nodes that hold the data."] = "device"
    poison: Annotated[Poison | None, "Nodes whose labels are wrong on purpose; by default none."] = None


@dataclass(frozen=True)
class Transfer:
    """Bytes that go from one node to another."""

    from_: Annotated[str, "The node that sends."]
    to: Annotated[str, "The node that receives."]
    size_bytes: Annotated[int, "How much.", Gt(0), Le(10**18)]
    start_s: Annotated[float, "When, in virtual time.", Ge(0), Le(_LONGEST_S)] = 0.0
    priority: Annotated[int, "On every link what has a higher one is served first.", Ge(0), Le(PRIORITY_MAX)] = 0
    deadline_s: Annotated[float | None, "How long after its start it is dropped if it has not arrived.", Gt(0)] = None
    via: Annotated[
        tuple[str, ...] | None,
        "The nodes between the two, for a source route; by default the forwarding tables decide.",
    ] = None


@dataclass(frozen=True)
class ClassForwarding:
    """How packets of a class are forwarded, where it is not as usual."""

    model: Annotated[Forwarding | None, "Packets that carry a model."] = None
    data: Annotated[Forwarding | None, "Packets that carry raw samples."] = None
    transfer: Annotated[Forwarding | None, "Transfers of the scenario."] = None
    background: Annotated[Forwarding | None, "Background traffic."] = None


@dataclass(frozen=True)
class Traffic:
    """How what is sent moves through the network, and what is sent besides model packets."""

    forwarding: Annotated[
        Forwarding,
        "Whether a node waits for the whole of a packet before sending it on, for each fragment of it, or for nothing.",
    ] = "whole-packet"
    classes: Annotated[ClassForwarding, "Another forwarding for packets of a class."] = ClassForwarding()
    fragment_bytes: Annotated[int, "Size of a fragment.", Gt(0)] = 1_000_000
    interrupted: Annotated[
        Interrupted,
        "What happens to what is on a link that fails: it waits for the link and goes on where it was, or from its "
        "start; it takes another way from the node that holds it; or it is dropped.",
    ] = "resume"
    unreachable: Annotated[
        Unreachable, "Whether a packet that has no way to go is dropped, or waits where it is until there is one."
    ] = "drop"
    full_buffer: Annotated[
        FullBuffer,
        "Whether a packet that does not fit into a node's buffer is dropped on arrival, or waits before the link there "
        "until there is room.",
    ] = "drop-tail"
    sharing: Annotated[
        Any, "How flows share what they cross: fairly, or as TCP does in SimGrid's models.", Choice("model", SHARING)
    ] = field(default_factory=Fair)
    transport: Annotated[
        TransportTerm | None, "What TCP's handshake, slow start and headers cost; by default nothing."
    ] = None
    hop_limit: Annotated[
        int, "Links that transfers and background traffic cross at most; as the TTL of IP, RFC 1700.", Ge(1)
    ] = HOP_LIMIT
    transfers: Annotated[tuple[Transfer, ...], "Transfers of plain bytes."] = ()
    background: Annotated[
        tuple[Annotated[Any, Choice("kind", BACKGROUND)], ...], "Sources of further plain bytes."
    ] = ()


@dataclass(frozen=True)
class Radio:
    """How the radio changes during a run; without mobility, interference or blockers it does not."""

    update_s: Annotated[
        float, "Time from one look at the radio to the next: places, fading, handovers, rates.", Gt(0)
    ] = 0.1
    interference: Annotated[
        bool, "Whether all cells use the same carrier, and disturb each other by what they sent since the last look."
    ] = False
    handovers: Annotated[bool, "Whether devices that move change to a better site."] = True
    handover: Annotated[Handover, "When they do: event A3 of TS 38.331."] = field(default_factory=Handover)
    blockers: Annotated[Blockers | None, "Screens that move about and block links: TR 38.901, clause 7.6.4.2."] = None


@dataclass(frozen=True)
class Record:
    """What a run writes down."""

    bin_s: Annotated[float, "Width of the time bins that the dashboard draws.", Gt(0)] = 0.1
    sharing: Annotated[bool, "Whether what 'wayfare explain' needs to work out the rates again is written."] = True
    weights: Annotated[bool, "Whether the weights of the method's answers are written at the end."] = True


@dataclass(frozen=True)
class Scenario:
    """An experiment: a network, what moves through it, what learns in it, and what to expect of the run."""

    name: Annotated[
        str,
        "Name of the scenario, which its runs carry: up to 64 letters, digits, '.', '_' and '-', no mark first.",
        StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"),
    ]
    topology: Annotated[
        TopologyGenerator,
        "Nodes and links: a generator, a file, or both inline.",
        Choice("generator", GENERATORS, _TOPOLOGY_FORMS),
    ]
    seed: Annotated[int, "Everything random in a run follows from it.", Ge(0), Le(2**63 - 1)] = 1
    links: Annotated[
        Mapping[str, LinkClass],
        "Rate, delay and power of wired links that say nothing themselves.",
        Table(DEFAULT_LINKS),
    ] = field(default_factory=lambda: dict(DEFAULT_LINKS))
    cells: Annotated[Cell, "The radio cell of each site that has radio links."] = field(default_factory=Cell)
    sidelink: Annotated[Sidelink, "The radio link between two devices."] = field(default_factory=Sidelink)
    radio: Annotated[Radio, "How the radio changes during a run."] = field(default_factory=Radio)
    mobility: Annotated[
        tuple[Annotated[Mobility, Choice("kind", MOBILITY)], ...], "Nodes that move; all others stay where they are."
    ] = ()
    nodes: Annotated[
        Mapping[str, NodeClass],
        "Compute, memory and power of the nodes, by tier; and by name of those that are different, such as stragglers.",
        Table(DEFAULT_NODES, NodeClassOverride),
    ] = field(default_factory=lambda: dict(DEFAULT_NODES))
    data: Annotated[Data | None, "Comes with 'model' and 'learning', or not at all."] = None
    model: Annotated[Any | None, "The family of what learns.", Choice("family", FAMILIES)] = None
    learning: Annotated[
        Method | None, "The learning method; without one it is a network experiment.", Choice("method", METHODS)
    ] = None
    routing: Annotated[Routing, "How the forwarding tables choose among ways."] = field(default_factory=Routing)
    traffic: Annotated[Traffic, "How things move, and plain transfers."] = Traffic()
    profiles: Annotated[tuple[Profile, ...], "Wires whose rate or delay changes on a schedule."] = ()
    faults: Annotated[
        tuple[Annotated[Any, Choice("kind", FAULTS)], ...], "Links and nodes that fail, lose or come late."
    ] = ()
    attacks: Annotated[tuple[Forged, ...], "Nodes that send forged packets to others."] = ()
    signing: Annotated[Signing | None, "Who signs model packets, and whose are taken; without it nobody does."] = None
    record: Annotated[Record, "What the run writes down."] = Record()
    stop_s: Annotated[
        float | None,
        "Virtual time at which the run ends; without one a network run ends with its last transfer.",
        Gt(0),
        Le(_LONGEST_S),
    ] = None
    expect: Annotated[tuple[Expectation, ...], "What must hold after the run: KEY OPERATOR VALUE."] = ()
    plugins: Annotated[
        tuple[Annotated[str, Len(1)], ...],
        "Python files whose classes the scenario can choose; relative ones start at its folder.",
    ] = ()
    extends: Annotated[
        str | None, "Another scenario file, whose keys count where this one has none; relative to this file.", Len(1)
    ] = field(default=None, compare=False, metadata={"resolved": False})
    replications: Replications = field(default=1, compare=False, metadata={"resolved": False})
    matrix: Matrix = field(default=None, compare=False, metadata={"resolved": False})
    sweep: Sweep = field(default=None, compare=False, metadata={"resolved": False})
    smoke: Smoke = field(default=None, compare=False, metadata={"resolved": False})
    extensions: Plugins = field(
        default_factory=Plugins, compare=False, repr=False, kw_only=True, metadata={"written": False}
    )
    document: Document | None = field(
        default=None, compare=False, repr=False, kw_only=True, metadata={"written": False}
    )

    @property
    def record_bin_s(self) -> float:
        """Return the width of the record's time bins [s]."""
        return self.record.bin_s

    def where(self, key: str | KeyPath) -> Origin:
        """Return the file and line that a key was written on, such as `traffic.transfers.0.from`.

        A key that is not written has the line of the section around it. A value from the command line has the option in
        the place of the file, and no line.
        """
        return self._written.where(key)

    def error(self, key: str | KeyPath, message: str) -> ScenarioError:
        """Return the error that says what is wrong at a key."""
        return ScenarioError(self._written.problem(key, message))

    @property
    def _written(self) -> Document:
        return self.document or Document(self.name, {}, {})


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of scenario files."""
    schema = for_editors(components.json_schema(Scenario))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Wayfare scenario"}


def json_schema_text() -> str:
    """Return the content of `SCHEMA_FILE`."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def write_json_schema(file: Path = SCHEMA_FILE) -> None:
    """Write the JSON Schema to a file."""
    file.write_text(json_schema_text(), encoding="utf-8")

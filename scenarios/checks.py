"""Mistakes that no section has by itself: sections that do not fit each other, names that the network does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from wayfare.emulator.background import Trace, TraceError
from wayfare.emulator.nodes import TIERS, hardware_of
from wayfare.emulator.tcp import TcpSharing
from wayfare.topologies.checks import check_topology
from wayfare.topologies.errors import TopologyError

from .composer import KeyPath
from .disturbances import disturbances
from .errors import ScenarioError, in_file_order, unknown
from .networks import InlineTopology, TopologyFile
from .quantities import format as written
from .schema import Scenario, Traffic

if TYPE_CHECKING:
    import networkx as nx

_MOST_BINS = 1_000_000
_MOST_TIMES = 10_000_000
_PERIODS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("traffic", "background"): ("interval_s", "on_s"),
    ("profiles",): ("repeat_s",),
    ("faults",): ("slot_s", "up_s"),
    ("attacks",): ("interval_s",),
    ("mobility",): ("interval_s",),
}
"""Sections whose entries have fields that say how often something happens [s]."""

Found = Iterator[tuple[KeyPath, str]]


def check_sections(scenario: Scenario) -> None:
    """Check that the sections fit each other.

    Raises:
        ScenarioError: They do not; it carries every problem.
    """
    _raise_any(scenario, _sections(scenario))


def built_topology(scenario: Scenario, stream: Callable[[str], np.random.Generator]) -> nx.Graph[str]:
    """Build the network and check that the scenario fits it: nothing of a run needs to exist before that.

    Args:
        scenario: The scenario.
        stream: From a node's name to the random stream of its place.

    Raises:
        ScenarioError: The topology cannot be built or is not one, or the scenario names nodes that it does not have.
    """
    try:
        graph = scenario.topology.build(stream)
    except TopologyError as error:
        raise scenario.error(_topology_key(scenario), str(error)) from None
    _raise_any(scenario, _graph(scenario, graph))
    return graph


def check_written_topology(scenario: Scenario) -> None:
    """Check a topology that is written down, in a file or inline, where no generator is needed to see it.

    Raises:
        ScenarioError: As `built_topology`.
    """
    if isinstance(scenario.topology, InlineTopology):
        _raise_any(scenario, _inline(scenario.topology))
    if isinstance(scenario.topology, InlineTopology | TopologyFile):
        built_topology(scenario, lambda name: np.random.default_rng(0))


def _raise_any(scenario: Scenario, found: Found) -> None:
    problems = [problem for key, message in found for problem in scenario.error(key, message).problems]
    if problems:
        raise ScenarioError(*in_file_order(problems))


def _sections(scenario: Scenario) -> Found:
    yield from _learning(scenario)
    yield from _background(scenario)
    yield from _transport(scenario)
    yield from _faults(scenario)
    yield from _record(scenario)
    yield from _radio(scenario)
    yield from _too_often(scenario)
    traffic = scenario.traffic
    if not (scenario.learning or traffic.transfers or traffic.background or scenario.stop_s):
        yield (), "there is nothing to run: give 'learning', 'traffic.transfers' or a 'stop'"
    for index, transfer in enumerate(scenario.traffic.transfers):
        key = ("traffic", "transfers", index)
        if traffic.forwarding == "fragments" and transfer.size_bytes > _MOST_BINS * traffic.fragment_bytes:
            yield ("traffic", "fragment"), f"cuts transfer {index} into more than {_MOST_BINS:,} fragments"
        if transfer.from_ == transfer.to:
            yield (*key, "to"), f"{transfer.to!r} also sends it; a transfer needs two different nodes"
        if scenario.stop_s is not None and transfer.start_s >= scenario.stop_s:
            stop = written(scenario.stop_s, "s")
            yield (*key, "start"), f"{written(transfer.start_s, 's')} is too late: the run stops at {stop}"


def _radio(scenario: Scenario) -> Found:
    """Yield what the radio and its changes need of the other sections."""
    radio, key = scenario.radio, ("mobility",) if scenario.mobility else ("radio",)
    if scenario.stop_s is None and (scenario.mobility or radio.interference or radio.blockers):
        yield ("stop",), f"is missing; with {key[0]!r} a transfer may wait for ever, so say when to end: 'stop: 10 s'"
    if scenario.cells.airtime == "max-rate":
        usual, by_class = scenario.traffic.forwarding, vars(scenario.traffic.classes).values()
        if "cut-through" in (usual, *by_class):
            yield (
                ("cells", "airtime"),
                "max-rate does not go with forwarding 'cut-through', where the fastest of a cell would come first on "
                "the wires behind it too; use 'whole-packet' or 'fragments'",
            )


def _too_often(scenario: Scenario) -> Found:
    """Yield what would happen more often than anybody can wait for."""
    if scenario.stop_s is None:
        return
    periods: list[tuple[KeyPath, float | None]] = []
    if scenario.mobility or scenario.radio.interference or scenario.radio.blockers:
        periods.append((("radio", "update"), scenario.radio.update_s))
    for section, fields in _PERIODS.items():
        entries: Any = scenario
        for step in section:
            entries = getattr(entries, step)
        for index, entry in enumerate(entries):
            periods += [((*section, index, field[:-2]), getattr(entry, field, None)) for field in fields]
    for key, period_s in periods:
        if period_s is not None and scenario.stop_s / period_s > _MOST_TIMES:
            least = written(float(f"{scenario.stop_s / _MOST_TIMES:.1g}"), "s")
            yield key, f"comes more than {_MOST_TIMES:,} times until the run stops; take at least about {least}"


def _record(scenario: Scenario) -> Found:
    """Yield that there would be more time bins than anybody can look at."""
    if scenario.stop_s is not None and scenario.stop_s / scenario.record_bin_s > _MOST_BINS:
        least = written(float(f"{scenario.stop_s / _MOST_BINS:.1g}"), "s")
        yield ("record", "bin"), f"cuts the run into more than {_MOST_BINS} bins; take at least about {least}"


def _background(scenario: Scenario) -> Found:
    """Yield what is wrong with sources of background traffic."""
    for index, source in enumerate(scenario.traffic.background):
        if isinstance(source, Trace):
            continue
        if source.from_ == source.to:
            key = ("traffic", "background", index, "to")
            yield key, f"{source.to!r} also sends it; a source needs two different nodes"
        if scenario.stop_s is None:
            yield ("stop",), "is missing; background traffic goes on until then, for example 'stop: 10 s'"


def _faults(scenario: Scenario) -> Found:
    """Yield what is missing where links fail: what waits for a link must not wait for ever."""
    halting = any(profile.file or any(step.rate_bps == 0 for step in profile.steps) for profile in scenario.profiles)
    section = "faults" if scenario.faults else "profiles" if halting else None
    if section and scenario.stop_s is None:
        yield ("stop",), f"is missing; with {section!r} a transfer may wait for ever, so say when to end: 'stop: 10 s'"


def _transport(scenario: Scenario) -> Found:
    """Yield what does not fit in how things move: who waits for room may do so for ever, and a start counted twice."""
    traffic = scenario.traffic
    finite = any(node.buffer_bytes is not None for node in scenario.nodes.values())
    if traffic.full_buffer == "back-pressure" and finite and scenario.stop_s is None:
        yield (
            ("stop",),
            "is missing; with back-pressure packets may wait for each other's room for ever, so say when to end: "
            "'stop: 10 s'",
        )
    if traffic.transport is not None and isinstance(traffic.sharing, TcpSharing):
        yield (
            ("traffic", "transport"),
            "counts the start of a connection, and so does 'traffic.sharing'; take one of them",
        )
    for index, transfer in enumerate(traffic.transfers):
        route = (transfer.from_, *(transfer.via or ()))
        for place, name in enumerate(route[1:]):
            if name == transfer.to or name in route[: place + 1]:
                yield ("traffic", "transfers", index, "via", place), f"{name!r} is on the route twice"


def _source_routes(traffic: Traffic, graph: nx.Graph[str]) -> Found:
    """Yield the nodes and links of source routes that the network does not have."""
    for index, transfer in enumerate(traffic.transfers):
        key = ("traffic", "transfers", index, "via")
        strangers = [name for name in transfer.via or () if name not in graph]
        for name in dict.fromkeys(strangers):
            yield key, unknown("node", name, list(graph))
        route = (transfer.from_, *(transfer.via or ()), transfer.to)
        if transfer.via is None or not all(name in graph for name in route):
            continue
        for first, second in pairwise(route):
            if not graph.has_edge(first, second):
                yield key, f"no link joins {first!r} and {second!r}"


def _traces(traffic: Traffic, graph: nx.Graph[str]) -> Found:
    """Yield what is wrong with trace files, and the nodes they name that the network does not have."""
    for index, source in enumerate(traffic.background):
        if isinstance(source, Trace):
            key = ("traffic", "background", index, "file")
            try:
                bursts = list(source.bursts(np.random.default_rng(0)))
            except TraceError as error:
                yield key, str(error)
                continue
            for name in dict.fromkeys(name for burst in bursts for name in (burst.from_, burst.to)):
                if name not in graph:
                    yield key, unknown("node", name, list(graph))


def _learning(scenario: Scenario) -> Found:
    """Yield what is wrong with learning's being there or not."""
    present = [name for name in ("data", "model", "learning") if getattr(scenario, name) is not None]
    needy = f"{' and '.join(map(repr, present))} need{'s' if len(present) == 1 else ''}"
    for missing in ("data", "model", "learning") if present else ():
        if missing not in present:
            yield (missing,), f"is missing; {needy} it: the three come together or not at all"
    if scenario.learning is not None and scenario.stop_s is None:
        yield ("stop",), "is missing; learning goes on until then, for example 'stop: 10 s'"
    if scenario.learning is None:
        for section in ("attacks", "signing"):
            if getattr(scenario, section):
                yield (section,), "is about model packets, and nothing learns here; add 'learning' or leave it out"
        for index, expectation in enumerate(scenario.expect):
            if expectation.about_learning:
                yield (
                    ("expect", index),
                    f"nothing learns here, so there is no {expectation.left_text}; add 'learning' or leave it out",
                )


def _inline(topology: InlineTopology) -> Found:
    """Yield what is wrong with links that are written in the scenario."""
    seen: dict[frozenset[str], int] = {}
    for index, link in enumerate(topology.links):
        key = ("topology", "links", index)
        for end, name in enumerate(link.between):
            if name not in topology.nodes:
                yield (*key, "between", end), unknown("node", name, topology.nodes)
        pair = frozenset(link.between)
        if seen.setdefault(pair, index) != index:
            first, second = link.between
            yield key, f"{first!r} and {second!r} are already linked by topology.links.{seen[pair]}; keep one of them"


def _graph(scenario: Scenario, graph: nx.Graph[str]) -> Found:
    """Yield what is wrong with the network, or with what the scenario wants of it."""
    keys = _inline_keys(scenario)
    for problem in check_topology(graph):
        yield keys.get(problem.partition(": ")[0], _topology_key(scenario)), problem
    for index, expectation in enumerate(scenario.expect):
        for named in expectation.figures:
            if named.figure.argument == "node" and named.argument not in graph:
                yield ("expect", index), unknown("node", named.argument, list(graph))
    traffic = scenario.traffic
    for section, senders in (("transfers", traffic.transfers), ("background", traffic.background)):
        for index, sender in enumerate(senders):
            for end, name in (("from", getattr(sender, "from_", None)), ("to", getattr(sender, "to", None))):
                if name is not None and name not in graph:
                    yield ("traffic", section, index, end), unknown("node", name, list(graph))
    for index, attack in enumerate(scenario.attacks):
        for end, name in (("from", attack.from_), ("to", attack.to)):
            if name not in graph:
                yield ("attacks", index, end), unknown("node", name, list(graph))
    yield from _named_nodes(scenario, graph)
    yield from _traces(traffic, graph)
    yield from _source_routes(traffic, graph)
    yield from disturbances(scenario, graph)
    tiers = {attributes["tier"] for _, attributes in graph.nodes(data=True)}
    if scenario.data and scenario.data.holders not in tiers:
        yield ("data", "holders"), f"the network has no node of tier {scenario.data.holders!r} to hold the data"


def _named_nodes(scenario: Scenario, graph: nx.Graph[str]) -> Found:
    """Yield what is wrong with nodes that differ from their tier: nobody is called so, or the two do not fit."""
    for name in scenario.nodes:
        if name in TIERS:
            continue
        if name not in graph:
            yield ("nodes", name), unknown("tier or node", name, dict.fromkeys((*TIERS, *graph)))
            continue
        try:
            hardware_of(name, graph.nodes[name]["tier"], scenario.nodes)
        except ValueError as error:
            yield ("nodes", name), str(error)


def _topology_key(scenario: Scenario) -> KeyPath:
    return ("topology", "file") if isinstance(scenario.topology, TopologyFile) else ("topology",)


def _inline_keys(scenario: Scenario) -> dict[str, KeyPath]:
    """Return the key of each inline node and link, by the name that topology problems give it."""
    if not isinstance(scenario.topology, InlineTopology):
        return {}
    nodes = {f"node {name!r}": ("topology", "nodes", name) for name in scenario.topology.nodes}
    links = enumerate(scenario.topology.links)
    return nodes | {"link {!r} - {!r}".format(*link.between): ("topology", "links", index) for index, link in links}

"""Mistakes in faults and profiles that show once the network is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from wayfare.emulator.faults import Join, NodeFault, Partition
from wayfare.emulator.links import Ends, class_of, section_of
from wayfare.emulator.profiles import Profile, ProfileError

from .composer import KeyPath
from .errors import unknown

if TYPE_CHECKING:
    import networkx as nx

    from .schema import Scenario

Found = Iterator[tuple[KeyPath, str]]


def disturbances(scenario: Scenario, graph: nx.Graph[str]) -> Found:
    """Yield what faults and profiles name that the network does not have, and what else is wrong with them."""
    for section, changes in (("faults", scenario.faults), ("profiles", scenario.profiles)):
        for index, change in enumerate(changes):
            key = (section, index)
            strangers = list(_strangers(key, change, graph))
            yield from strangers
            if not strangers and not _strikes(change, graph):
                yield key, f"changes nothing: the network has no {_what(change)}"
    for index, profile in enumerate(scenario.profiles):
        yield from _profile(("profiles", index), profile, scenario, graph)
    yield from _twice(scenario, graph)


def _twice(scenario: Scenario, graph: nx.Graph[str]) -> Found:
    """Yield profiles and joins of what has one already: the later would win."""
    followed = ((index, _followed(profile, graph)) for index, profile in enumerate(scenario.profiles))
    yield from _repeated("profiles", "follows", followed)
    joins = ((index, fault) for index, fault in enumerate(scenario.faults) if isinstance(fault, Join))
    yield from _repeated("faults", "joins by", ((index, _joining(join, graph)) for index, join in joins))


def _repeated(section: str, does: str, changes: Iterable[tuple[int, Iterable[str]]]) -> Found:
    """Yield each change of something that one before it changes."""
    first: dict[str, int] = {}
    for index, things in changes:
        taken = [thing for thing in things if first.setdefault(thing, index) != index]
        if taken:
            yield (section, index), f"{taken[0]} already {does} {section}.{first[taken[0]]}; keep one of them"


def _followed(profile: Profile, graph: nx.Graph[str]) -> Iterator[str]:
    """Yield what a profile says of which directions of wires."""
    try:
        steps = profile.all_steps()
    except ProfileError:
        return
    said = [what for what in ("rate_bps", "delay_s") if any(getattr(step, what) is not None for step in steps)]
    for a, b, edge in graph.edges(data=True):
        if not _is_radio(edge) and profile.strikes(_ends(graph, a, b)):
            for first, second in ((a, b), (b, a)):
                if profile.directions == "both" or profile.between == (first, second):
                    yield from (f"the {what.partition('_')[0]} of {first!r} -> {second!r}" for what in said)


def _joining(join: Join, graph: nx.Graph[str]) -> Iterator[str]:
    """Yield the nodes that join."""
    return (repr(name) for name, node in graph.nodes(data=True) if join.strikes(name, node["tier"]))


def _strangers(key: KeyPath, change: Any, graph: nx.Graph[str]) -> Found:
    """Yield the nodes and links that are named and not there."""
    node, between = getattr(change, "node", None), getattr(change, "between", None)
    if node is not None and node not in graph:
        yield (*key, "node"), unknown("node", node, list(graph))
    for name in change.nodes if isinstance(change, Partition) else ():
        if name not in graph:
            yield (*key, "nodes"), unknown("node", name, list(graph))
    if between is not None and not graph.has_edge(*between):
        first, second = between
        strangers = [name for name in between if name not in graph]
        what = unknown("node", strangers[0], list(graph)) if strangers else f"no link joins {first!r} and {second!r}"
        yield (*key, "between"), what


def _strikes(change: Any, graph: nx.Graph[str]) -> bool:
    """Tell whether a fault or a profile is for anything."""
    if isinstance(change, NodeFault):
        return any(change.strikes(name, node["tier"]) for name, node in graph.nodes(data=True))
    edges = [(a, b) for a, b, edge in graph.edges(data=True) if not (_is_radio(edge) and isinstance(change, Profile))]
    return any(change.strikes(_ends(graph, *names)) for names in edges)


def _what(change: Any) -> str:
    """Say what is missing."""
    if isinstance(change, NodeFault):
        return f"node of tier {getattr(change, 'tier', None)!r}"
    if isinstance(change, Partition):
        return "link between these nodes and the others"
    if isinstance(change, Profile) and change.between is not None:
        return f"wire between {change.between[0]!r} and {change.between[1]!r}; that link is radio"
    return f"{'wire' if isinstance(change, Profile) else 'link'} of class {change.links!r}"


def _ends(graph: nx.Graph[str], a: str, b: str) -> Ends:
    tiers = graph.nodes[a]["tier"], graph.nodes[b]["tier"]
    return Ends((a, b), tiers, section_of(class_of(*tiers)))


def _profile(key: KeyPath, profile: Profile, scenario: Scenario, graph: nx.Graph[str]) -> Found:
    """Yield what is wrong with a profile's file, and with the link that it is for."""
    try:
        profile.all_steps()
    except ProfileError as error:
        yield (*key, "file"), str(error)
    if profile.between is None or not graph.has_edge(*profile.between):
        return
    first, second = profile.between
    if profile.directions == "forward" and _is_half_duplex(
        graph.edges[first, second], _ends(graph, first, second), scenario
    ):
        yield (*key, "directions"), f"the directions of {first!r} - {second!r} share one rate (half duplex); take both"


def _is_radio(edge: Any) -> bool:
    return bool(edge.get("medium", "wire") == "radio")


def _is_half_duplex(edge: Any, ends: Ends, scenario: Scenario) -> bool:
    """Tell whether the directions of a link share its capacity."""
    link_class = scenario.links[ends.section]
    shared = edge.get("sharing", link_class.sharing) == "shared"
    return bool(shared and edge.get("duplex", link_class.duplex) == "half")

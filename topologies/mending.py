"""From what a file draws to a topology: each step converts, repairs or refuses, and says so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import networkx as nx

from . import zoo
from .checks import check_topology, is_number, link_problems
from .geography import Coordinates, fibre_delay_s, projected_m
from .imports import Finding, Import, ImportReport
from .sketch import Sketch, Stroke

_RESERVED = ({"id"}, {"source", "target", "key"})
"""Attributes of nodes and of links that would pass for their names when they are written."""


@dataclass(frozen=True)
class Mended:
    """A graph, what was done to get it, and what is still wrong with it: nothing, if it is a topology."""

    graph: "nx.Graph[str]"
    report: ImportReport
    problems: tuple[str, ...]


def mend(sketch: Sketch, options: Import) -> Mended:
    """Return the topology that a file draws, repaired as the options ask."""
    work = _Mending(sketch, options)
    for step in (
        work.name_nodes,
        work.convert_coordinates,
        work.convert_speeds,
        work.drop_loops,
        work.merge_directions,
        work.merge_parallel,
        work.keep_largest,
        work.give_tiers,
        work.give_delays,
        work.give_rates,
        work.give_positions,
    ):
        step()
    graph = work.graph()
    problems = [*work.problems, *check_topology(graph)]
    return Mended(graph, ImportReport(tuple(work.findings)), tuple(dict.fromkeys(problems)))


class _Mending:
    """The nodes and links on their way, in the order of the file."""

    def __init__(self, sketch: Sketch, options: Import) -> None:
        self.options = options
        self.nodes = {name: _without(node, _RESERVED[0]) for name, node in sketch.nodes.items()}
        self.links = [Stroke(*link[:2], _without(link.attributes, _RESERVED[1])) for link in sketch.links]
        self.directed = sketch.directed
        self.about = sketch.attributes
        self.places: dict[str, Coordinates] = {}
        self.findings = list(sketch.findings)
        self.problems: list[str] = []

    def found(self, action: Literal["converted", "repaired", "left"], what: str, where: Sequence[str]) -> None:
        """Report what was done, unless it was nothing."""
        if where:
            self.findings.append(Finding(action, what, tuple(where)))

    def name_nodes(self) -> None:
        """Call nodes after their labels, if asked to."""
        if self.options.names == "id":
            return
        names: dict[str, str] = {}
        taken: set[str] = set()
        unlabelled: list[str] = []
        repeated: list[str] = []
        for name, node in self.nodes.items():
            label = str(node.get("label", "")).strip()
            if not label:
                unlabelled.append(repr(name))
            elif label in taken:
                label = f"{label} ({name})"
                repeated.append(repr(label))
            names[name] = label or name
            taken.add(names[name])
        self.found("left", "nodes without a label, called after their id", unlabelled)
        self.found("repaired", "labels that several nodes have, told apart by the id", repeated)
        if len(set(names.values())) < len(names):
            self.problems.append("the labels of nodes are ambiguous even with their ids; import with names: id")
            return
        self.nodes = {names[name]: node for name, node in self.nodes.items()}
        self.links = [Stroke(names[link.first], names[link.second], link.attributes) for link in self.links]

    def convert_coordinates(self) -> None:
        """Place nodes with longitude and latitude on a flat map, unless they have a place on one."""
        for name, node in self.nodes.items():
            try:
                place = zoo.coordinates(node)
            except ValueError as error:
                self.problems.append(f"node {name!r}: {error}")
            else:
                self.places |= {} if place is None else {name: place}
        unplaced = {name: place for name, place in self.places.items() if not self.nodes[name].keys() & {"x_m", "y_m"}}
        flat = next((name for name, node in self.nodes.items() if node.keys() & {"x_m", "y_m"}), None)
        if unplaced and flat is not None:
            self.problems.append(
                f"node {flat!r} has a position in metres and {next(iter(unplaced))!r} only longitude and latitude; "
                "give all nodes the one or the other"
            )
            return
        for name, (x_m, y_m) in projected_m(unplaced).items():
            self.nodes[name] |= {"x_m": x_m, "y_m": y_m}
        self.found("converted", "longitude and latitude to a position on a flat map", list(map(repr, unplaced)))

    def convert_speeds(self) -> None:
        """Turn the Zoo's link speeds into rates."""
        read: list[str] = []
        unread: list[str] = []
        for link in self.links:
            if "rate_bps" not in link.attributes and link.attributes.keys() & set(zoo.SPEED_KEYS):
                speed_bps = zoo.take_speed_bps(link.attributes)
                (unread if speed_bps is None else read).append(link.name)
                link.attributes.update({} if speed_bps is None else {"rate_bps": speed_bps})
        self.found("converted", "LinkSpeed to a rate", read)
        self.found("left", "LinkSpeed that says no speed in bit/s, left out", unread)

    def drop_loops(self) -> None:
        """Drop links of a node with itself, if asked to; else the check of the whole refuses them."""
        if self.options.loops == "drop":
            loops = [link.name for link in self.links if link.first == link.second]
            self.links = [link for link in self.links if link.first != link.second]
            self.found("repaired", "links of a node with itself, dropped", loops)

    def merge_directions(self) -> None:
        """Make links that go one way into links for both ways."""
        if not self.directed:
            return
        if self.options.directed == "refuse":
            self.problems.append(
                "the graph is directed; a topology is undirected, with each link listed once (import with directed: "
                "merge to make it so)"
            )
        both: list[str] = []
        one: list[str] = []
        merged: list[Stroke] = []
        bundles = self._bundles()
        self._refuse_unmergeable([bundle for bundle in bundles if len(bundle) > 1])
        for bundle in bundles:
            there = [link for link in bundle if link.first == bundle[0].first]
            back = [link for link in bundle if link.first != bundle[0].first]
            (both if back else one).append(bundle[0].name)
            # The n-th link there belongs to the n-th back; what is left over goes one way.
            merged.extend(_both_ways(*pair) for pair in zip(there, back, strict=False))
            merged.extend(there[len(back) :] + back[len(there) :])
        self.links = merged
        self.found("repaired", "links there and back merged into one for both ways", both)
        self.found("repaired", "links that went one way, now both", one)

    def merge_parallel(self) -> None:
        """Make one link of those between the same two nodes."""
        bundles = self._bundles()
        bundled = [bundle for bundle in bundles if len(bundle) > 1]
        if self.options.parallel == "refuse":
            self.problems.extend(
                f"there are parallel links between {bundle[1].first!r} and {bundle[1].second!r}; keep one of them (or "
                "import with parallel: merge or first)"
                for bundle in bundled
            )
        elif self.options.parallel == "merge":
            self._refuse_unmergeable(bundled)
            self._refuse_unlike(bundled)
            self.found("repaired", "parallel links merged, their rates added", [bundle[0].name for bundle in bundled])
        else:
            self.found("repaired", "parallel links of which the first was kept", [bundle[0].name for bundle in bundled])
        self.links = [_bundle(links) if self.options.parallel == "merge" else links[0] for links in bundles]

    def keep_largest(self) -> None:
        """Keep the largest part of the graph, if asked to; of parts of one size the first in the file."""
        if self.options.disconnected == "refuse" or not self.nodes:
            return
        largest = max(nx.connected_components(self.graph()), key=len)
        outside = [repr(name) for name in self.nodes if name not in largest]
        self.nodes = {name: node for name, node in self.nodes.items() if name in largest}
        self.links = [link for link in self.links if link.first in largest]
        self.found("repaired", "nodes outside the largest part, left out", outside)

    def give_tiers(self) -> None:
        """Give nodes without a tier the one that was asked for."""
        bare = [name for name, node in self.nodes.items() if "tier" not in node]
        if self.options.tier is not None:
            for name in bare:
                self.nodes[name]["tier"] = self.options.tier
            self.found("repaired", f"nodes without a tier, now {self.options.tier}", list(map(repr, bare)))

    def give_delays(self) -> None:
        """Give wires between nodes on the globe the delay of fibre."""
        bare = [link for link in self._wires() if "delay_s" not in link.attributes]
        fibre = [link for link in bare if {link.first, link.second} <= self.places.keys()]
        if self.options.delays == "class":
            fibre = []
        for link in fibre:
            link.attributes["delay_s"] = fibre_delay_s(self.places[link.first], self.places[link.second])
        self.found("converted", "great-circle distance to the delay of fibre", [link.name for link in fibre])
        left = [link.name for link in bare if "delay_s" not in link.attributes]
        self.found("left", "links without a delay, which take that of their class", left)

    def give_rates(self) -> None:
        """Do about wires without a rate what was asked for."""
        bare = [link for link in self._wires() if "rate_bps" not in link.attributes]
        names = [link.name for link in bare]
        if self.options.missing_rate == "refuse":
            self.problems.extend(f"link {name}: it has no rate, and the import refuses that" for name in names)
        elif self.options.default_rate_bps is None:
            self.found("left", "links without a rate, which take that of their class", names)
        else:
            for link in bare:
                link.attributes["rate_bps"] = self.options.default_rate_bps
            self.found("repaired", f"links without a rate, now {self.options.default_rate_bps:g} bit/s", names)

    def give_positions(self) -> None:
        """Do about nodes without a position what was asked for; it matters where others have one, or is asked for."""
        bare = [name for name, node in self.nodes.items() if not node.keys() & {"x_m", "y_m"}]
        if self.options.missing_position == "refuse":
            self.problems.extend(f"node {name!r}: it has no position, and the import refuses that" for name in bare)
        elif self.options.missing_position == "neighbours":
            placed = self._place_among_neighbours(bare)
            self.found("repaired", "nodes without a position, put in the middle of their neighbours", placed)
        left = [repr(name) for name in bare if "x_m" not in self.nodes[name]]
        if len(left) < len(self.nodes):
            self.found("left", "nodes without a position", left)

    def graph(self) -> "nx.Graph[str]":
        """Return the graph."""
        graph: nx.Graph[str] = nx.Graph()
        graph.graph.update(self.about)
        graph.add_nodes_from(self.nodes.items())
        graph.add_edges_from(self.links)
        return graph

    def _wires(self) -> list[Stroke]:
        """Return the links that are wires, as far as one can tell."""
        return [link for link in self.links if link.attributes.get("medium", "wire") != "radio"]

    def _bundles(self) -> list[list[Stroke]]:
        """Return the links that join the same two nodes together, in the order of the file."""
        bundles: dict[frozenset[str], list[Stroke]] = {}
        for link in self.links:
            bundles.setdefault(frozenset(link[:2]), []).append(link)
        return list(bundles.values())

    def _refuse_unmergeable(self, bundles: list[list[Stroke]]) -> None:
        """Note what a merge would hide: bad numbers, and a wire beside a radio link."""
        for bundle in bundles:
            for link in bundle:
                self.problems.extend(f"link {link.name}: {problem}" for problem in link_problems(link.attributes))
            if len({link.attributes.get("medium", "wire") for link in bundle}) > 1:
                self.problems.append(f"link {bundle[0].name}: a wire and a radio link in parallel cannot be merged")

    def _refuse_unlike(self, bundles: list[list[Stroke]]) -> None:
        """Note parallel links that no one link can stand for, whatever its rate."""
        for bundle in bundles:
            for key, default in (("duplex", "full"), ("sharing", "shared"), ("loss", 0.0)):
                values = [link.attributes.get(key, default) for link in bundle]
                if any(value != values[0] for value in values):
                    self.problems.append(
                        f"link {bundle[0].name}: parallel links that differ in their {key} cannot be merged (import "
                        "with parallel: first to keep one of them)"
                    )

    def _place_among_neighbours(self, bare: list[str]) -> list[str]:
        """Place nodes in the middle of their neighbours, ring by ring outwards from those with a place; return them."""
        around: dict[str, list[str]] = {name: [] for name in self.nodes}
        for link in self.links:
            around[link.first].append(link.second)
            around[link.second].append(link.first)
        waiting = list(bare)
        while True:
            found = {name: self._middle(around[name]) for name in waiting}
            ring = {name: place for name, place in found.items() if place}
            if not ring:
                return [repr(name) for name in bare if name not in waiting]
            for name, place in ring.items():
                self.nodes[name] |= place
            waiting = [name for name in waiting if name not in ring]

    def _middle(self, names: list[str]) -> dict[str, float]:
        """Return the middle of the nodes that have a place, nothing if none has."""
        nodes = [self.nodes[name] for name in names]
        places = [node for node in nodes if is_number(node.get("x_m")) and is_number(node.get("y_m"))]
        return {key: sum(node[key] / len(places) for node in places) for key in ("x_m", "y_m") if places}


def _without(attributes: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    """Return a copy without some keys."""
    return {key: value for key, value in attributes.items() if key not in keys}


def _both_ways(there: Stroke, back: Stroke) -> Stroke:
    """Return one link for both ways: the lower rate, the longer delay, the other attributes of the first."""
    return Stroke(*there[:2], {**there.attributes, **_combined([there, back], min, max)})


def _bundle(links: list[Stroke]) -> Stroke:
    """Return one link for parallel ones: rates added, the shortest delay, the other attributes of the first."""
    return Stroke(*links[0][:2], {**links[0].attributes, **_combined(links, sum, min)})


def _combined(
    links: list[Stroke], rate: Callable[[list[float]], float], delay: Callable[[list[float]], float]
) -> dict[str, float]:
    """Return the rate and the delay of several links; those without one do not count."""
    combined = {}
    for key, combine in (("rate_bps", rate), ("delay_s", delay)):
        values = [link.attributes[key] for link in links if is_number(link.attributes.get(key))]
        if values and len(links) > 1:
            combined[key] = combine(values)
    return combined

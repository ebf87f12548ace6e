"""From a scenario to an experiment: everything is made and checked here, before anything is written."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import networkx as nx

from wayfare.emulator.air import AirPlan
from wayfare.emulator.background import Burst
from wayfare.emulator.changes import VaryingLinks
from wayfare.emulator.faults import FailingNode, FailingPair, Join, LinkFault, NodeFault
from wayfare.emulator.forgery import Forger, Forging
from wayfare.emulator.forwarding import ForwardingPlan
from wayfare.emulator.links import Ends, Link, section_of
from wayfare.emulator.loss import GilbertElliott
from wayfare.emulator.nodes import NodeClass, hardware_of
from wayfare.emulator.planned import PlannedTransfer
from wayfare.emulator.signing import Keyring, SigningError
from wayfare.emulator.wiring import Wiring, WiringError, wire
from wayfare.models.streams import generator, named_streams

from .checks import built_topology
from .lesson import build_lesson
from .networks import InlineTopology
from .radio_plan import radio_plan
from .schema import Scenario, Traffic

if TYPE_CHECKING:
    from wayfare.emulator.experiment import Experiment
    from wayfare.models.service import TrainingService


@dataclass(frozen=True)
class Blueprint:
    """A scenario's network, wired and checked: what is needed to run it and to draw it."""

    scenario: Scenario
    graph: "nx.Graph[str]"
    wiring: Wiring
    air: AirPlan

    def experiment(self, service: "TrainingService | None") -> "Experiment":
        """Return what the emulator runs.

        Args:
            service: What trains; by default one that is alone and remembers nothing.

        Raises:
            ScenarioError: The data cannot be spread as the scenario asks.
        """
        from wayfare.emulator.experiment import Experiment

        scenario = self.scenario
        return Experiment(
            wiring=self.wiring,
            hardware=self._hardware(),
            forwarding=_forwarding(scenario.traffic),
            routing=scenario.routing,
            transfers=tuple(
                PlannedTransfer(
                    self.wiring.id_of(transfer.from_),
                    self.wiring.id_of(transfer.to),
                    round(transfer.size_bytes),
                    transfer.start_s,
                    priority=transfer.priority,
                    deadline_s=math.inf if transfer.deadline_s is None else transfer.start_s + transfer.deadline_s,
                    via=None if transfer.via is None else tuple(map(self.wiring.id_of, transfer.via)),
                )
                for transfer in scenario.traffic.transfers
            ),
            background=tuple(self._sources()),
            faults=tuple(self._failing()),
            varying=tuple(self._varying()),
            stop_s=scenario.stop_s,
            bin_s=scenario.record_bin_s,
            record_sharing=scenario.record.sharing,
            record_weights=scenario.record.weights,
            air=self.air,
            keyring=self._keyring(),
            forgings=tuple(self._forgings()),
            stream=named_streams(scenario.seed),
            lesson=build_lesson(scenario, self.graph, service) if scenario.learning is not None else None,
        )

    def _keyring(self) -> Keyring | None:
        """Return the keys that nodes sign packets with.

        Raises:
            ScenarioError: They cannot be had.
        """
        if self.scenario.signing is None:
            return None
        try:
            return Keyring(self.scenario.signing, self.wiring.names, self.scenario.seed)
        except SigningError as error:
            raise self.scenario.error("signing", str(error)) from None

    def _forgings(self) -> Iterator[Forging]:
        """Yield who sends forged packets to whom; each has a random stream of its own."""
        for number, attack in enumerate(self.scenario.attacks):
            forger = Forger(attack.forgery, generator(self.scenario.seed, "attack", number))
            ends = self.wiring.id_of(attack.from_), self.wiring.id_of(attack.to)
            yield Forging(*ends, attack.times_s(), forger)

    def _hardware(self) -> list[NodeClass]:
        """Return what each node is made of; a site draws what its base station does besides."""
        wiring, classes = self.wiring, self.scenario.nodes
        nodes = [hardware_of(name, tier, classes) for name, tier in zip(wiring.names, wiring.tiers, strict=True)]
        station = self.scenario.cells.base_station
        if station is not None:
            for site in self.wiring.radio.sites(self.wiring.tiers, roaming=self.air.handover is not None):
                idle_w, busy_w = nodes[site].power_idle_w + station.idle_w, nodes[site].power_busy_w + station.idle_w
                nodes[site] = replace(nodes[site], power_idle_w=idle_w, power_busy_w=busy_w)
        return nodes

    def _sources(self) -> "Iterator[Iterator[PlannedTransfer]]":
        """Yield the transfers of each source of background traffic, each with a random stream of its own."""
        index = {name: number for number, name in enumerate(self.wiring.names)}
        for number, source in enumerate(self.scenario.traffic.background):
            bursts = source.bursts(generator(self.scenario.seed, "background", number))
            yield _planned(bursts, index, source.priority)

    def _failing(self) -> Iterator[FailingPair | FailingNode]:
        """Yield the links and nodes that fail; each has a random stream of its own for each fault."""
        for number, fault in enumerate(self.scenario.faults):
            stream = named_streams(self.scenario.seed, "fault", number)
            if isinstance(fault, NodeFault):
                for node, (name, tier) in enumerate(zip(self.wiring.names, self.wiring.tiers, strict=True)):
                    if fault.strikes(name, tier):
                        yield FailingNode(node, fault.outages(stream(name)), joins=isinstance(fault, Join))
            elif isinstance(fault, LinkFault):
                for pair, ends in self._pairs():
                    if fault.strikes(ends):
                        yield FailingPair(pair, fault.outages(stream(*sorted(ends.names))))

    def _varying(self) -> Iterator[VaryingLinks]:
        """Yield the links that change; a random stream belongs to a link, or to a direction of it, and a fault."""
        for profile in self.scenario.profiles:
            for pair, ends in self._pairs():
                if profile.strikes(ends) and not pair[0].radio:
                    backwards = profile.directions == "forward" and profile.between != ends.names
                    links = pair if profile.directions == "both" else pair[backwards : backwards + 1]
                    yield VaryingLinks(links, profile.changes())
        for number, fault in enumerate(self.scenario.faults):
            if isinstance(fault, GilbertElliott):
                stream = named_streams(self.scenario.seed, "fault", number)
                for pair, ends in self._pairs():
                    if fault.strikes(ends) and fault.directions == "together":
                        yield VaryingLinks(pair, fault.changes(stream(*sorted(ends.names))))
                    elif fault.strikes(ends):
                        for link, names in zip(pair, (ends.names, ends.names[::-1]), strict=True):
                            yield VaryingLinks((link,), fault.changes(stream(*names)))

    def _pairs(self) -> Iterator[tuple[tuple[Link, Link], Ends]]:
        """Yield both directions of each link with its ends."""
        names, tiers, links = self.wiring.names, self.wiring.tiers, self.wiring.links
        for forward, backward in zip(links[::2], links[1::2], strict=True):
            a, b = forward.source, forward.target
            yield (forward, backward), Ends((names[a], names[b]), (tiers[a], tiers[b]), section_of(forward.link_class))

    def topology_record(self) -> dict[str, Any]:
        """Return the content of ``topology.json``: node-link data with what each direction of a link is."""
        nodes = [{"id": name, "index": index, **self.graph.nodes[name]} for index, name in enumerate(self.wiring.names)]
        pairs = zip(self.wiring.links[::2], self.wiring.links[1::2], strict=True)
        edges = [self._edge(forward, backward) for forward, backward in pairs]
        about = {"bin_s": self.scenario.record_bin_s, "stop_s": self.scenario.stop_s}
        return {"directed": False, "multigraph": False, "graph": about, "nodes": nodes, "edges": edges}

    def _edge(self, forward: Link, backward: Link) -> dict[str, Any]:
        names = self.wiring.names
        return {
            "source": names[forward.source],
            "target": names[forward.target],
            "index": forward.index // 2,
            "medium": "radio" if forward.radio else "wire",
            "class_forward": forward.link_class,
            "class_backward": backward.link_class,
            "rate_forward_bps": forward.rate_bps,
            "rate_backward_bps": backward.rate_bps,
            "delay_s": forward.delay_s,
            "duplex": "half" if forward.constraints and forward.constraints == backward.constraints else "full",
            "sharing": "shared" if forward.constraints else "unshared",
            "loss": forward.loss,
            "cell": names[min(forward.source, forward.target, key=lambda i: self.wiring.tiers[i] == "device")]
            if forward.radio
            else None,
        }


def build(scenario: Scenario) -> Blueprint:
    """Build and wire a scenario's network.

    Raises:
        ScenarioError: It cannot be built; nothing has been written then.
    """
    graph = built_topology(scenario, named_streams(scenario.seed, "topology"))
    stream = named_streams(scenario.seed)
    try:
        wiring = wire(graph, scenario.links, scenario.cells, scenario.sidelink, stream, reach=not scenario.mobility)
    except WiringError as error:
        raise scenario.error(_edge_key(scenario, error.edge), str(error)) from None
    return Blueprint(scenario, graph, wiring, radio_plan(scenario, graph, stream))


def _forwarding(traffic: Traffic) -> ForwardingPlan:
    """Return the forwarding plan of a scenario."""
    by_class = {name: forwarding for name, forwarding in asdict(traffic.classes).items() if forwarding is not None}
    return ForwardingPlan(
        traffic.forwarding,
        by_class,
        traffic.fragment_bytes,
        traffic.interrupted,
        traffic.unreachable,
        traffic.full_buffer,
        traffic.sharing,
        traffic.transport,
        traffic.hop_limit,
    )


def _planned(bursts: Iterator[Burst], index: Mapping[str, int], priority: int) -> Iterator[PlannedTransfer]:
    """Yield the transfers of a source of background traffic."""
    for burst in bursts:
        ends = index[burst.from_], index[burst.to]
        yield PlannedTransfer(*ends, burst.size_bytes, burst.start_s, burst.cap_bps, priority)


def _edge_key(scenario: Scenario, edge: tuple[str, str]) -> tuple[str | int, ...]:
    if isinstance(scenario.topology, InlineTopology):
        for index, link in enumerate(scenario.topology.links):
            if set(link.between) == set(edge):
                return ("topology", "links", index)
    return ("topology",)

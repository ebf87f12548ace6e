"""From a scenario to an experiment: everything is made and checked here, before anything is written."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from wayfare.emulator.faults import FailingNode, FailingPair, LinkOutage, NodeOutage, RandomNodeOutages
from wayfare.emulator.forwarding import ForwardingPlan
from wayfare.emulator.links import Link, section_of
from wayfare.emulator.methods import Roles
from wayfare.emulator.planned import PlannedTransfer
from wayfare.emulator.wiring import Wiring, WiringError, wire
from wayfare.models.streams import generator, hashed_seed, named_streams

from .checks import built_topology
from .networks import InlineTopology
from .schema import Scenario, Traffic

if TYPE_CHECKING:
    from wayfare.emulator.world import Experiment, Lesson
    from wayfare.models.memory import ResultMemory


@dataclass(frozen=True)
class Blueprint:
    """A scenario's network, wired and checked: what is needed to run it and to draw it."""

    scenario: Scenario
    graph: "nx.Graph[str]"
    wiring: Wiring

    def experiment(self, memory: "ResultMemory | None") -> "Experiment":
        """Return what the emulator runs.

        Raises:
            ScenarioError: The data cannot be spread as the scenario asks.
        """
        from wayfare.emulator.world import Experiment

        scenario, names = self.scenario, self.wiring.names
        return Experiment(
            wiring=self.wiring,
            hardware=[scenario.nodes[tier] for tier in self.wiring.tiers],
            forwarding=_forwarding(scenario.traffic),
            routing=scenario.routing,
            transfers=tuple(
                PlannedTransfer(
                    names.index(transfer.from_),
                    names.index(transfer.to),
                    round(transfer.size_bytes),
                    transfer.start_s,
                )
                for transfer in scenario.traffic.transfers
            ),
            background=tuple(self._sources()),
            faults=tuple(self._failing()),
            stop_s=scenario.stop_s,
            bin_s=scenario.record_bin_s,
            stream=partial(generator, scenario.seed),
            lesson=_lesson(scenario, self.graph, memory) if scenario.learning is not None else None,
        )

    def _sources(self) -> "Iterator[Iterator[PlannedTransfer]]":
        """Yield the transfers of each source of background traffic, each with a random stream of its own."""
        index = {name: number for number, name in enumerate(self.wiring.names)}
        for number, source in enumerate(self.scenario.traffic.background):
            bursts = source.bursts(generator(self.scenario.seed, "background", number))
            yield (PlannedTransfer(index[b.from_], index[b.to], b.size_bytes, b.start_s, b.cap_bps) for b in bursts)

    def _failing(self) -> "Iterator[FailingPair | FailingNode]":
        """Yield the links and nodes that fail; each has a random stream of its own for each fault."""
        names, links = self.wiring.names, self.wiring.links
        for number, fault in enumerate(self.scenario.faults):
            if isinstance(fault, NodeOutage | RandomNodeOutages):
                for node, name in enumerate(names):
                    if name == fault.node if isinstance(fault, NodeOutage) else self.wiring.tiers[node] == fault.tier:
                        rng = generator(self.scenario.seed, "fault", number, name)
                        yield FailingNode(node, fault.outages(rng))
                continue
            for pair in zip(links[::2], links[1::2], strict=True):
                ends = names[pair[0].source], names[pair[0].target]
                if isinstance(fault, LinkOutage):
                    struck = set(fault.between) == set(ends)
                else:
                    struck = section_of(pair[0].link_class) == fault.links
                if struck:
                    rng = generator(self.scenario.seed, "fault", number, *sorted(ends))
                    yield FailingPair(pair, fault.outages(rng))

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
            "duplex": "half" if forward.constraint == backward.constraint else "full",
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
    stream: Callable[..., np.random.Generator] = partial(generator, scenario.seed)
    try:
        return Blueprint(scenario, graph, wire(graph, scenario.links, scenario.cells, stream))
    except WiringError as error:
        raise scenario.error(_edge_key(scenario, error.edge), str(error)) from None


def _forwarding(traffic: Traffic) -> ForwardingPlan:
    """Return the forwarding plan of a scenario."""
    by_class = {name: forwarding for name, forwarding in asdict(traffic.classes).items() if forwarding is not None}
    return ForwardingPlan(
        traffic.forwarding, by_class, traffic.fragment_bytes, traffic.interrupted, traffic.unreachable
    )


def _edge_key(scenario: Scenario, edge: tuple[str, str]) -> tuple[str | int, ...]:
    if isinstance(scenario.topology, InlineTopology):
        for index, link in enumerate(scenario.topology.links):
            if set(link.between) == set(edge):
                return ("topology", "links", index)
    return ("topology",)


def _lesson(scenario: Scenario, graph: "nx.Graph[str]", memory: "ResultMemory | None") -> "Lesson":
    from wayfare.emulator.learning import Curriculum
    from wayfare.emulator.world import Lesson
    from wayfare.models.job import TrainingPlan
    from wayfare.models.service import TrainingService
    from wayfare.models.split import split_data

    data, method = scenario.data, scenario.learning
    assert data is not None
    assert method is not None
    assert scenario.model is not None
    tiers = {name: graph.nodes[name]["tier"] for name in graph}
    holders = [name for name, tier in tiers.items() if tier == data.holders]
    try:
        method.check(Roles.on(tiers, holders))
    except ValueError as error:
        raise scenario.error("learning.method", str(error)) from None
    dataset = data.dataset.load()
    try:
        split = split_data(
            dataset,
            data.partition,
            holders,
            named_streams(scenario.seed, "data"),
            data.test_fraction,
            data.validation_fraction,
        )
        plan = TrainingPlan(method.steps, method.batch_size, method.optimiser, method.learning_rate, method.momentum)
    except ValueError as error:
        raise scenario.error("data", str(error)) from None
    structure = scenario.model.structure(split.test.features.shape[1], dataset.classes)
    initial = structure.initial(hashed_seed(scenario.seed, "model"))
    curriculum = Curriculum(split, initial, plan, dataset.classes, scenario.seed)
    return Lesson(method, curriculum, TrainingService(memory))

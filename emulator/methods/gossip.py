"""Gossip learning: models spread like rumours, and merge where they meet."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Gt

from wayfare.emulator.choice import Choice
from wayfare.models.merging import MERGERS, Mean, Merger

from .merging import check_own_merger
from .method import Method, Roles

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.structure import Structure

    from .method import Program


@dataclass(frozen=True, kw_only=True)
class Gossip(Method):
    """Gossip learning (Hegedus, Danner and Jelasity, JPDC 2021, "Decentralized learning works", Algorithm 1).

    Once a period every node sends its model to a random neighbour (epidemic push). Who receives one merges it with its
    own, weighted by their ages, and trains the result on its own data. The age of a model is how many samples it has
    learned from; a merged one has the greater. Nodes without data merge and send too. Nobody waits for anybody, so
    slow or dead nodes only say less. The answers are the holders' models.
    """

    # In the paper's experiments it is the time that a model takes from node to node; a tenth of a second is ours.
    period_s: Annotated[float, "Time between two models that a node sends.", Gt(0)] = 0.1
    merger: Annotated[
        Merger, "How a node makes one model of its own, which is the base, and one that came.", Choice("kind", MERGERS)
    ] = field(default_factory=Mean)

    def check(self, roles: Roles) -> None:
        """Refuse a network in which there is nobody to tell."""
        if len(roles.nodes) < 2:
            raise ValueError("gossip needs at least two nodes")

    def check_merger(self, structure: Structure, roles: Roles, degrees: Mapping[str, int]) -> None:
        """Refuse a merger that cannot merge two models."""
        check_own_merger(self.merger, "gossip")
        self.merger.check(structure, 2)

    def program(self, node: Node, roles: Roles) -> Program | None:
        """Run the same program at every node."""
        return self.live(node) if node.neighbours else None

    def live(self, node: Node) -> Program:
        """Send when it is time, and learn from what comes in between. Nodes begin at random within a period."""
        node.store.setdefault("packet", node.packet(node.initial_model()))
        due_s = node.now + self.period_s * float(node.rng.random())
        while True:
            met = (yield node.receive(timeout=due_s - node.now)) if node.now < due_s else None
            if met is not None:
                yield from self.learn(node, met)
            else:
                self.tell(node)
                due_s = max(due_s + self.period_s, node.now)

    def tell(self, node: Node) -> None:
        """Send the node's model to a random neighbour."""
        packet = node.store["packet"]
        neighbour = node.neighbours[int(node.rng.integers(len(node.neighbours)))]
        node.send(neighbour, node.packet(packet.to_model(), updates=packet.updates, seen=packet.seen))

    def learn(self, node: Node, met: ModelPacket) -> Generator[simpy.Event, Any, None]:
        """Merge the node's model with one that came, by age, and train it (the paper's "onReceiveModel")."""
        packet: ModelPacket = node.store["packet"]
        model = packet.to_model()
        models = [model, met.to_model()]
        if met.learned_samples and node.can_merge(models, self.merger):
            model = node.merge(models, [packet.learned_samples, met.learned_samples], self.merger, model)
            packet = packet.joined_by(met)
        if node.samples:
            model = yield node.train(model)
            packet = node.stamp(packet, model)
            node.answer(model)
        node.store |= {"packet": packet.with_model(model), "model": model}

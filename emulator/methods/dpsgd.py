"""D-PSGD: decentralised parallel stochastic gradient descent."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from annotated_types import Gt

from wayfare.emulator.choice import Choice
from wayfare.models.merging import MERGERS, Mean, Merger

from .merging import check_own_merger
from .method import Method, Roles, when_lost
from .parcel import models_in, with_models

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model
    from wayfare.models.structure import Structure

    from .method import Program

    Heard = dict[str, dict[int, ModelPacket]]


class Answer(NamedTuple):
    """What a neighbour said: its model, in which round, and how many neighbours it has."""

    model: Model
    task: int
    degree: int


@dataclass(frozen=True, kw_only=True)
class DPsgd(Method):
    """D-PSGD (Lian et al., NeurIPS 2017, arXiv 1705.09056, Algorithm 1), with several local steps a round.

    In every round each node trains, exchanges models with all its neighbours, and takes the weighted average. As local
    steps come before the average, on a complete graph this is FedAvg. Nodes without data take part in the average.
    The answers are the holders' models.

    A neighbour whose model cannot be had, or does not come before the timeout, is left out of the round, and its weight
    is the node's own. A node that was down goes on in its neighbours' round. With another `merger` than the mean a node
    merges otherwise; one that counts no weights is not doubly stochastic. Where there are too few models, it keeps its
    own.
    """

    weights: Annotated[
        Literal["metropolis", "uniform"],
        "1 / (1 + the larger degree of the two), which is doubly stochastic on every graph (Xiao and Boyd 2004); or "
        "1 / (1 + the node's degree), which is where all degrees are equal.",
    ] = "metropolis"
    timeout_s: Annotated[float, "How long a node waits for the next neighbour's model of a round.", Gt(0)] = 60.0
    merger: Annotated[
        Merger,
        "How a node makes one model of its own, which is the base, and its neighbours'.",
        Choice("kind", MERGERS),
    ] = field(default_factory=Mean)

    def check(self, roles: Roles) -> None:
        """Refuse a network in which there is nobody to average with."""
        if len(roles.nodes) < 2:
            raise ValueError("d-psgd needs at least two nodes")

    def check_merger(self, structure: Structure, roles: Roles, degrees: Mapping[str, int]) -> None:
        """Refuse a merger that cannot merge the model of some node with those of its neighbours."""
        check_own_merger(self.merger, "d-psgd")
        lonely = min(degrees, key=degrees.__getitem__)
        try:
            self.merger.check(structure, 1 + degrees[lonely])
        except ValueError as error:
            raise ValueError(f"with {degrees[lonely]} neighbours, {lonely} cannot merge so: {error}") from None

    def program(self, node: Node, roles: Roles) -> Program | None:
        """Run the same program at every node."""
        return self.live(node) if node.neighbours else None

    def live(self, node: Node) -> Program:
        """Train, exchange and average, round after round."""
        model, task = node.store.get("model", node.initial_model()), node.store.get("task", 0)
        heard: Heard = {}
        while True:
            if node.samples:
                model = yield node.train(model)
            answers = yield from self.exchange(node, model, task, heard)
            model = self.average(node, model, answers)
            task = max([task, *(answer.task for answer in answers.values())]) + 1
            node.store |= {"model": model, "task": task}
            if node.samples:
                node.answer(model)

    def exchange(
        self, node: Node, model: Model, task: int, heard: Heard
    ) -> Generator[simpy.Event, Any, dict[str, Answer]]:
        """Send the model to all neighbours; return theirs of this round, or of a later one where they are ahead."""
        lost: set[str] = set()
        for neighbour in node.neighbours:
            packet = with_models(node.packet(model, task=task), {"x": model}, degree=len(node.neighbours))
            when_lost(node.send(neighbour, packet), partial(lost.add, neighbour))
        while not all(name in lost or _from_now(heard, name, task) for name in node.neighbours):
            packet = yield node.receive(timeout=self.timeout_s)
            if packet is None:
                break
            heard.setdefault(node.name_of(packet.source), {})[packet.task] = packet
        answers = {}
        for name in node.neighbours:
            rounds = heard[name] = _from_now(heard, name, task)
            if rounds:
                packet = rounds[min(rounds)]
                answers[name] = Answer(models_in(packet)["x"], packet.task, packet.specification["degree"])
        return answers

    def average(self, node: Node, model: Model, answers: Mapping[str, Answer]) -> Model:
        """Return the sum over neighbours of W_ij x_j; what is missing from the weights is the node's own."""
        degree = len(node.neighbours)
        weights = {
            name: 1 / (1 + (max(degree, answer.degree) if self.weights == "metropolis" else degree))
            for name, answer in answers.items()
        }
        own = 1 - math.fsum(weights.values())
        models = [model, *(answer.model for answer in answers.values())]
        if not node.can_merge(models, self.merger):
            return model
        return node.merge(models, [max(own, 0.0), *weights.values()], self.merger, model)


def _from_now(heard: Heard, name: str, task: int) -> dict[int, ModelPacket]:
    """Return what has come from a neighbour for this round and later ones."""
    return {number: packet for number, packet in heard.get(name, {}).items() if number >= task}

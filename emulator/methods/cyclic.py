"""Cyclic weight transfer: one model goes round all holders of data."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Gt, Le

from wayfare.emulator.failures import SendFailed

from .method import Method, Roles

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket

    from .method import Program

_TASKS = 2**31
_HOPS_MAX = 2**31


@dataclass(frozen=True, kw_only=True)
class Cyclic(Method):
    """Cyclic weight transfer (Chang et al., JAMIA 2018, "Distributed deep learning networks among institutions ...").

    One model visits the holders of data one after another, cycle after cycle; each trains it and sends it to the next,
    over as many links as it takes. In a random order, drawn anew for each cycle, this is sequential federated learning
    (Li and Lyu, NeurIPS 2023, arXiv 2311.03154, Algorithm 1). Its answer is the travelling model.

    A holder that cannot be reached in time is left out of the cycle. One that fails while it has the model goes on with
    it when it is back: nobody else has a copy.
    """

    order: Annotated[
        Literal["fixed", "random"], "Whether holders follow by their ids, or in a new random order each cycle."
    ] = "fixed"
    fraction: Annotated[float, "Share of the holders in a cycle; below 1 only in random order.", Gt(0), Le(1)] = 1.0
    timeout_s: Annotated[float, "How long the way to a holder may take; then the next is tried.", Gt(0)] = 60.0

    def __post_init__(self) -> None:
        """Refuse to draw some holders where nothing is drawn."""
        if self.fraction < 1 and self.order == "fixed":
            raise ValueError("in fixed order the model visits all holders; 'fraction' is for 'order: random'")

    def check(self, roles: Roles) -> None:
        """Refuse a network without data."""
        if not roles.holders:
            raise ValueError("cyclic needs a node with data")

    def program(self, node: Node, roles: Roles) -> Program | None:
        """Run the same program at every holder; the first one launches the model."""
        return self.live(node, roles.holders) if node.samples else None

    def live(self, node: Node, holders: Sequence[str]) -> Program:
        """Launch the model, or go on with it; then receive, learn and send on."""
        packet = node.store.get("held")
        if packet is None and node.name == holders[0] and not node.restarts:
            packet = self.launch(node)
            packet = yield from self.pass_on(node, packet, self.cycle(packet, holders), holders)
        while True:
            if packet is None:
                packet = yield node.receive()
            if packet.learned_samples < node.store.get("learned", 0):
                packet = None  # the model has been here since: a failure made a copy
                continue
            packet = yield from self.learn(node, packet)
            order = self.cycle(packet, holders)
            place = order.index(node.name) + 1 if node.name in order else 0  # it may have held it for another
            packet = yield from self.pass_on(node, packet, order[place:], holders)

    def launch(self, node: Node) -> ModelPacket:
        """Return the packet that will travel."""
        model = node.initial_model()
        packet = node.packet(model, task=self.next_task(node, -1), hop_limit=_HOPS_MAX)
        node.launch(packet)
        node.answer(model, packet.packet)
        node.store["held"] = packet
        return packet

    def learn(self, node: Node, packet: ModelPacket) -> Generator[simpy.Event, Any, ModelPacket]:
        """Train the model, and keep a copy of it."""
        node.store["held"] = packet
        model = yield node.train(packet.to_model())
        packet = node.sign_visit(node.stamp(packet, model))
        node.store |= {"held": packet, "learned": packet.learned_samples, "model": model}
        node.answer(model, packet.packet)
        return packet

    def pass_on(
        self, node: Node, packet: ModelPacket, rest: Sequence[str], holders: Sequence[str]
    ) -> Generator[simpy.Event, Any, ModelPacket | None]:
        """Send the model to the next of the cycle that can be reached; return it if that is the node itself."""
        while True:
            for name in rest:
                if name == node.name:
                    return packet
                try:
                    yield node.send(name, replace(packet, deadline_s=node.now + self.timeout_s))
                except SendFailed:
                    continue
                del node.store["held"]
                return None
            if rest and len(rest) == len(self.cycle(packet, holders)):
                yield node.wait(self.timeout_s)  # a whole cycle was out of reach
            packet = replace(packet, task=self.next_task(node, packet.task))
            rest = self.cycle(packet, holders)

    def next_task(self, node: Node, task: int) -> int:
        """Return the number of the next cycle, which stands for its order too: at random where that is."""
        return task + 1 if self.order == "fixed" else int(node.rng.integers(_TASKS))

    def cycle(self, packet: ModelPacket, holders: Sequence[str]) -> Sequence[str]:
        """Return the order of the cycle that a packet is in."""
        from wayfare.models.streams import generator

        if self.order == "fixed":
            return holders
        places = generator("cycle", packet.task).permutation(len(holders))
        return [holders[place] for place in places[: max(1, round(self.fraction * len(holders)))]]

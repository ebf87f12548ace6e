"""Model-Follow-Data: models travel to the data, train there and move on."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge

from wayfare.emulator.failures import NodeDown, SendFailed

from .method import Method, Roles

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket

    from .method import Program


@dataclass(frozen=True, kw_only=True)
class Mfd(Method):
    """Several model packets wander over the network with no centre, each trained at every data holder it reaches.

    A node that receives a packet trains it on its own data, evaluates it, keeps a copy, and sends it to the neighbour
    that the packet has not seen for the longest time; equal neighbours by lot. The packet's own header is all that a
    node knows of the rest of the network. The answers are the travelling models.

    With ``merging`` a packet first merges with the copy that the last packet left at the node, weighted by how much
    each has learned, as in gossip learning (Hegedus et al., JPDC 2021, Algorithm 1). The copies are stale: on
    first-walk this costs accuracy, so it is off unless asked for.
    """

    packets: Annotated[int, "Model packets that travel; they start at data holders, evenly spread.", Ge(1)] = 6
    bits: Annotated[Literal[16, 32], "Bits a parameter takes on links; 16 halves the packet and rounds the model."] = 32
    merging: Annotated[bool, "Whether a packet merges with the copy that the last packet left at a node."] = False
    hop_limit: Annotated[int, "Links a packet crosses in its life at most; there it retires.", Ge(1)] = 1_000_000

    def check(self, roles: Roles) -> None:
        """Refuse a network in which there is nowhere to go."""
        if len(roles.nodes) < 2:
            raise ValueError("mfd needs at least two nodes to travel between")

    def program(self, node: Node, roles: Roles) -> Program | None:
        """Run the same program at every node; some holders launch packets first."""
        holders = roles.holders
        starts = [holders[number * len(holders) // self.packets] for number in range(self.packets)]
        return self.live(node, launches=0 if node.restarts else starts.count(node.name))

    def live(self, node: Node, *, launches: int) -> Program:
        """Launch, then receive, learn and send on."""
        for _ in range(launches):
            packet = node.packet(node.initial_model(), hop_limit=self.hop_limit)
            node.launch(packet)
            yield from self.handle(node, packet)
        while True:
            packet = yield node.receive()
            yield from self.handle(node, packet)

    def handle(self, node: Node, packet: ModelPacket) -> Generator[simpy.Event, Any, None]:
        """Learn where there is data; then forward the packet, or let it retire at its hop limit."""
        if node.samples:
            try:
                packet = yield from self.learn(node, packet)
            except NodeDown:
                node.retire(packet)
                raise
        packet = node.sign_visit(packet)
        if packet.hop_count < packet.hop_limit and node.neighbours:
            sending = node.send(self.next_hop(node, packet), packet)
            sending.callbacks.append(lambda event: node.retire(packet) if isinstance(event.value, SendFailed) else None)
        else:
            node.retire(packet)

    def learn(self, node: Node, packet: ModelPacket) -> Generator[simpy.Event, Any, ModelPacket]:
        """Merge with the model met here, train, evaluate and keep a copy."""
        model = packet.to_model()
        met: ModelPacket | None = node.store.get("packet")
        if self.merging and met is not None and met.packet != packet.packet:
            model = node.merge([model, met.to_model()], [packet.learned_samples, met.learned_samples])
            packet = packet.joined_by(met)
        model = yield node.train(model)
        if self.bits != 32:
            model = node.scale(model, self.bits)
        evaluation = yield node.evaluate(model)
        packet = node.stamp(packet, model, evaluation.accuracy)
        node.store |= {"packet": packet, "model": model}
        node.answer(model, packet.packet)
        return packet

    def next_hop(self, node: Node, packet: ModelPacket) -> str:
        """Return the neighbour not seen for the longest time, by the visits the packet's header remembers."""
        visits = {node.name_of(visited): place for place, visited in enumerate(packet.visited)}
        oldest = min(visits.get(neighbour, -1) for neighbour in node.neighbours)
        choices = [neighbour for neighbour in node.neighbours if visits.get(neighbour, -1) == oldest]
        return choices[int(node.rng.integers(len(choices)))]

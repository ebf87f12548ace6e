"""FedMD: models of any structure learn from each other by what they say of public samples."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Gt

from wayfare.emulator.choice import Choice
from wayfare.models.families import FAMILIES

from .method import Roles
from .rounds import Rounds

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.knowledge import Knowledge
    from wayfare.models.model import Model

    from .method import Program


@dataclass(frozen=True, kw_only=True)
class FedMD(Rounds):
    """FedMD (Li and Wang 2019, arXiv 1910.03581, Algorithm 1).

    All nodes know the same public samples. In each round the server sends its clients the consensus: the mean of the
    class scores that their models gave those samples. Each client trains its model to say the same (digest), trains it
    on its own samples (revisit), and answers with the scores that it gives the public samples then. Scores travel, and
    never models. Its answers are the clients' models.

    The paper's public samples are of another dataset, and each model is first trained on their labels. Here they are a
    share of the one dataset, so their labels would tell clients what only others should know, and are not used unless
    `transfer_steps` says so. The divergence that a digest makes small is that of `Teacher`.
    """

    models: Annotated[
        tuple[Annotated[Any, Choice("family", FAMILIES)], ...],
        "Families that the clients take in turn; by default all have the scenario's model.",
    ] = ()
    digest_steps: Annotated[int, "Optimiser steps in which a client learns the consensus, each round.", Ge(1)] = 20
    transfer_steps: Annotated[
        int, "Optimiser steps on the public samples and their labels, before a client's first round.", Ge(0)
    ] = 0
    temperature: Annotated[
        float, "How much softer the probabilities are that a digest compares than the scores.", Gt(0)
    ] = 1.0
    bits: Annotated[Literal[16, 32], "Bits of a score that travels."] = 32

    @property
    def needs_public(self) -> bool:
        """Return that it does."""
        return True

    def program(self, node: Node, roles: Roles) -> Program | None:
        """Serve at the server; a client has a model of its own."""
        if self.models and node.name in roles.clients:
            family = self.models[roles.clients.index(node.name) % len(self.models)]
            node.store.setdefault("model", node.initial_model(family))
        return super().program(node, roles)

    def serve(self, node: Node, roles: Roles) -> Program:
        """Run round after round; the server has no model to answer with."""
        model = node.initial_model()
        while roles.clients:
            answers = yield from self.ask(node, roles.clients, model, self.patience_s)
            if answers:
                model = self.update(node, model, answers)

    def question(self, node: Node, client: str, model: Model, task: int) -> ModelPacket:
        """Distribute the consensus; in the first round there is none."""
        return self.packet_with(node, node.store.get("consensus"), task)

    def update(self, node: Node, model: Model, answers: Sequence[ModelPacket]) -> Model:
        """Aggregate: the consensus is the mean of all scores, and every client counts the same. No model changes."""
        from wayfare.emulator.records import EventKind
        from wayfare.models.knowledge import consensus, unpack_knowledge

        node.log(EventKind.MERGE, value=float(len(answers)))
        node.store["consensus"] = consensus([unpack_knowledge(answer.payload) for answer in answers])
        return model

    def learn(self, node: Node, packet: ModelPacket) -> Generator[simpy.Event, Any, ModelPacket]:
        """Digest, revisit, and answer with what the model says of the public samples now."""
        from wayfare.models.knowledge import unpack_knowledge

        public, model = node.public, node.store.get("model", node.initial_model())
        if self.transfer_steps and not node.store.get("transferred"):
            model = yield node.train(model, self.transfer_steps, public)
            node.store |= {"model": model, "transferred": True}
        if packet.to_tensors():
            agreed = unpack_knowledge(packet.payload).teacher(temperature=self.temperature)
            model = yield node.train(model, self.digest_steps, public, teacher=agreed)
        model = yield node.train(model)
        node.store["model"] = model
        node.answer(model)
        said = yield node.ask(model, public, self.bits)
        return self.packet_with(node, said, packet.task)

    def packet_with(self, node: Node, said: Knowledge | None, task: int) -> ModelPacket:
        """Return a packet with scores, or with nothing inside."""
        from wayfare.emulator.packets import PacketKind
        from wayfare.models.knowledge import pack_knowledge
        from wayfare.models.packing import pack

        payload = pack({}) if said is None else pack_knowledge(said)
        return replace(node.beacon({}, task=task), kind=PacketKind.TENSORS, payload=payload)

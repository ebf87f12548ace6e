"""FLoRA: federated low-rank adapters, stacked."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .parcel import models_in, with_models
from .rounds import Rounds

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model
    from wayfare.models.structure import Structure


@dataclass(frozen=True, kw_only=True)
class FLoRA(Rounds):
    """FLoRA (Wang et al., NeurIPS 2024, arXiv 2409.05976, Algorithm 1), for models of the family `lora`.

    The server puts its clients' adapters side by side, weighted by samples, so that the product of the stack is exactly
    the mean of their products. Every client adds that product to its own copy of the base, and begins with fresh
    adapters. So the stack that travels down is as large as all adapters that travelled up. A client that has missed
    some stacks is sent them all. Its answer is the server's model.
    """

    def check_model(self, structure: Structure) -> None:
        """Refuse a model without adapters."""
        if structure.family != "lora":
            raise ValueError(f"flora is for low-rank adapters, the family lora, not {structure.family}")

    def question(self, node: Node, client: str, model: Model, task: int) -> ModelPacket:
        """Send the stacks that a client has not had; in the first round there is none."""
        missing = node.store.get("stacks", [])[node.store.get("had", {}).get(client, 0) :]
        # The header sorts names as text.
        named = {f"stack{place:06}": stack for place, stack in enumerate(missing)}
        return with_models(node.packet(model, task=task), named)

    def learn(self, node: Node, packet: ModelPacket) -> Generator[simpy.Event, Any, ModelPacket]:
        """Fold the stacks that came into the base, train fresh adapters on it and answer these."""
        from wayfare.models.folding import fold

        fresh = node.store.get("fresh", node.initial_model())
        for stack in models_in(packet).values():
            if stack.structure.specification()["base"] == fresh.structure.specification()["base"]:
                fresh = fold(fresh, stack)
        model = yield node.train(fresh)
        node.store |= {"fresh": fresh, "model": model}
        return node.stamp(node.packet(model, task=packet.task), model)

    def update(self, node: Node, model: Model, answers: Sequence[ModelPacket]) -> Model:
        """Stack the adapters, and fold them into the server's own copy of the base."""
        from wayfare.emulator.records import EventKind
        from wayfare.models.folding import fold
        from wayfare.models.merging import Contribution, Stacking

        node.log(EventKind.MERGE, value=float(len(answers)))
        stack = Stacking().merge([Contribution(answer.to_model(), answer.learned_samples) for answer in answers])
        stacks = node.store.get("stacks", [])
        had = {node.name_of(answer.source): len(stacks) for answer in answers}
        node.store |= {"stacks": [*stacks, stack], "had": node.store.get("had", {}) | had}
        return fold(model, stack)

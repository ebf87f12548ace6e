"""FLoRA: federated low-rank adapters, stacked."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from wayfare.emulator.choice import Choice
from wayfare.models.merging import MERGERS, Merger, Stacking

from .merged import Merged
from .parcel import models_in, with_models

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model
    from wayfare.models.structure import Structure

    from .method import Roles


@dataclass(frozen=True, kw_only=True)
class FLoRA(Merged):
    """FLoRA (Wang et al., NeurIPS 2024, arXiv 2409.05976, Algorithm 1), for models of the family `lora`.

    The server puts its clients' adapters side by side, weighted by samples, so that the product of the stack is exactly
    the mean of their products. Every client adds that product to its own copy of the base, and begins with fresh
    adapters: A is drawn anew at every client in every round and B is zero, as in the authors' code
    (github.com/ATP-1010/FederatedLLM). So the stack that travels down is as large as all adapters that travelled up. A
    client that has missed some stacks is sent them all. Its answer is the server's model. With the merger `product` the
    stack is brought back to a rank before it travels, which is smaller and no longer exact.
    """

    merger: Annotated[
        Merger, "How the server makes one of the adapters: stacking, or product.", Choice("kind", MERGERS)
    ] = field(default_factory=Stacking)

    def __post_init__(self) -> None:
        """Refuse what makes no product of the products."""
        if not isinstance(self.merger, tuple(MERGERS[name] for name in ("stacking", "product"))):
            raise ValueError("flora merges adapters by stacking, or by product; other mergers are for fedavg and fedit")

    def check_model(self, structure: Structure) -> None:
        """Refuse a model without adapters."""
        if structure.family != "lora":
            raise ValueError(f"flora is for low-rank adapters, the family lora, not {structure.family}")

    def check_merger(self, structure: Structure, roles: Roles, degrees: Mapping[str, int]) -> None:
        """Refuse ranks that add up to more than an adapter may have."""
        self.merger.check(structure, self.clients_at_once(len(roles.clients)))

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
        model = yield node.train(_begun_anew(fresh, int(node.rng.integers(2**63))))
        node.store |= {"fresh": fresh, "model": model}
        return node.stamp(node.packet(model, task=packet.task), model)

    def update(self, node: Node, model: Model, answers: Sequence[ModelPacket]) -> Model:
        """Stack the adapters, and fold them into the server's own copy of the base."""
        from wayfare.models.folding import fold

        stack = self.merge(node, model, answers)
        stacks = node.store.get("stacks", [])
        had = {node.name_of(answer.source): len(stacks) for answer in answers}
        node.store |= {"stacks": [*stacks, stack], "had": node.store.get("had", {}) | had}
        return fold(model, stack)


def _begun_anew(silent: Model, seed: int) -> Model:
    """Return silent adapters with another A, so that each round explores other directions of the weights."""
    from wayfare.models.model import Model

    drawn = silent.structure.initial(seed).weights
    return Model(
        silent.structure, {n: drawn[n] if n.endswith(".lora_A.weight") else w for n, w in silent.weights.items()}
    )

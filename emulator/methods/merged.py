"""Merged: what methods have in common whose server makes one model of what its clients answer."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from wayfare.emulator.choice import Choice
from wayfare.models.merging import MERGERS, Mean, Merger

from .parcel import models_in, with_models
from .rounds import Rounds

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model
    from wayfare.models.structure import Structure

    from .method import Roles


@dataclass(frozen=True, kw_only=True)
class Merged(Rounds):
    """In every round the server makes one model of its clients' by a merger; its own is the base.

    A round with too few answers for the merger comes to nothing: the server keeps its model. Where a merger goes by
    importance, as Fisher-weighted merging does, each client measures it on its own samples when it has trained, at the
    cost of one more pass over them, and sends it beside its model in its true size.
    """

    merger: Annotated[
        Merger, "How the server makes one model of its clients'; its own is the base.", Choice("kind", MERGERS)
    ] = field(default_factory=Mean)

    def check_merger(self, structure: Structure, roles: Roles, degrees: Mapping[str, int]) -> None:
        """Refuse a merger that is never for this model, or for so few clients; and one that grows with every round."""
        if isinstance(self.merger, MERGERS["stacking"]):
            raise ValueError(
                "stacked adapters have the ranks of all together, and would grow with every round: take the merger "
                "product, or the method flora, which folds them into the base"
            )
        self.merger.check(structure, self.clients_at_once(len(roles.clients)))

    def learn(self, node: Node, packet: ModelPacket) -> Generator[simpy.Event, Any, ModelPacket]:
        """Train the model that came, keep it and answer with it, and with its importance where the merger needs it."""
        answer = yield from super().learn(node, packet)
        if not self.merger.needs_importance:
            return answer
        model = answer.to_model()
        importance = yield node.importance(model)
        return with_models(answer, {"model": model, "importance": importance})

    def can_update(self, node: Node, model: Model, answers: Sequence[ModelPacket]) -> bool:
        """Return whether the merger can merge what was answered."""
        return bool(answers) and node.can_merge(_parts(answers)[0], self.merger)

    def merge(
        self, node: Node, model: Model, answers: Sequence[ModelPacket], weights: Sequence[float] | None = None
    ) -> Model:
        """Return the merged model, each counted by the samples it was trained on, or by other weights."""
        models, importance = _parts(answers)
        samples = [answer.learned_samples for answer in answers]
        return node.merge(models, weights or samples, self.merger, model, importance)


def _parts(answers: Sequence[ModelPacket]) -> tuple[list[Model], list[Model] | None]:
    """Return the models in the answers, and their importance where that is beside them."""
    from wayfare.emulator.packets import PacketKind

    if answers[0].kind is PacketKind.MODEL:
        return [answer.to_model() for answer in answers], None
    named = [models_in(answer) for answer in answers]
    return [each["model"] for each in named], [each["importance"] for each in named]

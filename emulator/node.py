"""The interface that a learning method's programs are written against."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import simpy

from .compute import Processor, Work
from .endpoint import Endpoint, Virtual
from .gate import Gate
from .laws import models_are_values
from .packets import VISITED_KEPT, LayerUpdate, ModelPacket, PacketKind, Performance
from .records import EventKind
from .scalings import Scalings

if TYPE_CHECKING:
    from wayfare.models.knowledge import ScoreBits
    from wayfare.models.merging import Merger
    from wayfare.models.model import Bits, Model
    from wayfare.models.scaling import Choices, Scale, ScaleReport
    from wayfare.models.shard import Shard
    from wayfare.models.structure import Family
    from wayfare.models.teacher import Teacher

    from .learning import Learning
    from .nodes import NodeClass


class Studied(NamedTuple):
    """What a node's latest training job was about: the samples, since when [s], and the layers that stayed."""

    shard: "Shard | None"
    time_s: float
    frozen: tuple[str, ...]


class Node(Endpoint):
    """One node, as its programs see it. Every method that takes virtual time returns an event to ``yield``.

    Attributes:
        index: The node's id.
        name: Its name.
        tier: device, edge or cloud.
        neighbours: Names of the nodes one link away.
        rng: The node's own random stream.
        restarts: How often it has come back after a failure.
        is_down: Whether it has failed and is not back.
        store: What the node keeps, also over a failure. ``accuracy.nodes`` measures the model under ``"model"``.
        scalings: Scales models and records it.
        on_beacon: Takes each beacon as it comes, whatever the program waits for; without it they are ignored.
    """

    def __init__(self, virtual: Virtual, index: int, processor: Processor, learning: "Learning", gate: Gate) -> None:
        super().__init__(virtual, index, gate)
        self._processor, self._learning = processor, learning
        self.rng = virtual.stream("node", self.name)
        self.store: dict[str, Any] = {}
        self.restarts = 0
        self._jobs = 0
        self._studied: Studied | None = None
        self.scalings = Scalings(self, learning.tally)

    def __repr__(self) -> str:
        return f"<Node {self.name} ({self.tier}) at {self.now:.6f} s, {self.samples} samples>"

    @property
    def data(self) -> "Shard | None":
        """Return the training samples that the node has now; what it was sent it must keep itself."""
        return self._learning.held_at(self.now).train.get(self.name)

    @property
    def public(self) -> "Shard | None":
        """Return the samples that every node knows and none holds as its own, if there are any."""
        return self._learning.held_at(self.now).public

    @property
    def samples(self) -> int:
        """Return how many training samples the node has."""
        return 0 if self.data is None else len(self.data)

    @property
    def kinds(self) -> tuple[int, ...]:
        """Return how many training samples of each kind the node has, as headers count them; without any, nothing."""
        return () if self.data is None else self._learning.count(self.name, self.data, self.now)

    @property
    def hardware(self) -> "NodeClass":
        """Return what the node is made of."""
        return self._processor.hardware

    def initial_model(self, family: "Family | None" = None) -> "Model":
        """Return the untrained model of the scenario, or of a family for its data, the same at every node.

        Raises:
            ValueError: The family has no model for the node's data.
        """
        if family is None:
            return self._learning.initial
        assert self.data is not None
        known = self._learning.initial.structure
        structure = family.structure(tuple(self.data.features.shape[1:]), known.outputs, known.task)
        return structure.initial(int(self._virtual.stream("model", repr(structure)).integers(2**63)))

    def train(
        self,
        model: "Model",
        steps: int | None = None,
        data: "Shard | None" = None,
        *,
        anchor: "Model | None" = None,
        proximal: float = 0.0,
        correction: "Mapping[str, Any] | None" = None,
        teacher: "Teacher | None" = None,
        frozen: Sequence[str] = (),
        learning_rate: float | None = None,
    ) -> simpy.Event:
        """Train a model on the node's own samples, or on those given; the value is the trained model.

        The job waits for a slot and then lasts as long as its FLOPs; only then is the result known. It keeps the
        samples of now, whatever the node holds when it is done.

        Args:
            model: What to train; it stays as it is.
            steps: Optimiser steps, instead of the scenario's.
            data: What to train on, instead of the node's own.
            anchor: The model that `proximal` pulls towards, instead of the one given.
            proximal: FedProx's mu (arXiv 1812.06127).
            correction: Tensors added to the gradients of each step, by name of the weight, as in SCAFFOLD (arXiv
                1910.06378).
            teacher: What another model says of the samples.
            frozen: Layers that stay as they are.
            learning_rate: Step size, instead of the scenario's.

        Raises:
            ValueError: There are no samples to train on, or the job makes no sense.
        """
        shard = self.data if data is None else data
        if shard is None:
            raise ValueError(f"{self.name} has no samples to train on")
        models_are_values(self.name, [model])
        plan: dict[str, Any] = {"proximal": proximal, "frozen": tuple(frozen)}
        terms = {"anchor": anchor, "correction": correction, "teacher": teacher}
        self._jobs += 1
        self._studied = Studied(shard, self.now, tuple(frozen))
        if steps is not None:
            plan["steps"] = steps
        if learning_rate is not None:
            plan["learning_rate"] = learning_rate
        return self._learning.train_at(self, self._processor, model, shard, self._jobs, plan, **terms)

    def evaluate(self, model: "Model") -> simpy.Event:
        """Evaluate a model on the node's validation split; it costs a forward pass. The value is an Evaluation."""
        from wayfare.models.evaluation import evaluate

        shard = self._learning.held_at(self.now).validation.get(self.name)
        if shard is None:
            raise ValueError(f"{self.name} has no samples to evaluate on")
        models_are_values(self.name, [model])
        event = self.event()

        def finished() -> None:
            evaluation = evaluate(model, shard)
            self.log(EventKind.EVALUATE, value=evaluation.accuracy)
            event.succeed(evaluation)

        flop = len(shard) * model.structure.forward_flop_per_sample
        self._processor.submit(Work(flop, lambda _: None, finished))
        return event

    def ask(self, model: "Model", data: "Shard | None" = None, bits: "ScoreBits" = 32) -> simpy.Event:
        """Ask a model what it says of the node's training samples, or of those given; the value is a Knowledge.

        It costs a forward pass.

        Args:
            model: Who is asked.
            data: About what, instead of the node's own.
            bits: Of each number of the answer.

        Raises:
            ValueError: There are no samples to ask about.
        """
        from wayfare.models.knowledge import knowledge_of

        shard = self.data if data is None else data
        if shard is None:
            raise ValueError(f"{self.name} has no samples to ask about")
        models_are_values(self.name, [model])
        event = self.event()

        def finished() -> None:
            event.succeed(knowledge_of(model, shard, bits))

        flop = len(shard) * model.structure.forward_flop_per_sample
        self._processor.submit(Work(flop, lambda _: None, finished))
        return event

    def importance(self, model: "Model") -> simpy.Event:
        """Measure the diagonal of a model's Fisher information on the node's samples; the value is a Model of it.

        It costs a forward and a backward pass. What is drawn for it depends on the node and on how much it has trained.

        Raises:
            ValueError: There are no samples to measure it on.
        """
        from wayfare.models.merging import fisher_information
        from wayfare.models.model import Model

        shard = self.data
        if shard is None:
            raise ValueError(f"{self.name} has no samples to measure importance on")
        event, seed = self.event(), self._learning.seed_of(self.name, "importance", self._jobs)

        def finished() -> None:
            event.succeed(Model(model.structure, fisher_information(model, shard, seed)))

        flop = len(shard) * model.structure.training_flop_per_sample
        self._processor.submit(Work(flop, lambda _: None, finished))
        return event

    def relative_gradients(self, model: "Model", samples: int) -> simpy.Event:
        """Measure how strongly so many of the node's samples pull at each layer of a model, for the layer's size.

        It costs a forward and a backward pass over them; the value has a number for each layer, by name. Which samples
        are drawn depends on the node and on how much it has trained.

        Raises:
            ValueError: There are no samples to measure it on.
        """
        from wayfare.models.relative_gradients import relative_gradients

        shard = self.data
        if shard is None:
            raise ValueError(f"{self.name} has no samples to measure gradients on")
        models_are_values(self.name, [model])
        event, seed = self.event(), self._learning.seed_of(self.name, "gradients", self._jobs)

        def finished() -> None:
            event.succeed(relative_gradients(model, shard, samples, seed))

        flop = min(samples, len(shard)) * model.structure.training_flop_per_sample
        self._processor.submit(Work(flop, lambda _: None, finished))
        return event

    def merge(
        self,
        models: "Sequence[Model]",
        weights: Sequence[float],
        merger: "Merger | None" = None,
        base: "Model | None" = None,
        importance: "Sequence[Model] | None" = None,
    ) -> "Model":
        """Return one model out of several.

        Args:
            models: What is merged.
            weights: How much each counts.
            merger: How; by default the weighted mean of models of one structure.
            base: The model that the others come from, for mergers that need it.
            importance: What `importance` said of each, for mergers that need it.

        Raises:
            ValueError: They cannot be merged so.
        """
        from wayfare.models.merging import Contribution, Mean

        models_are_values(self.name, models)
        known = [None] * len(models) if importance is None else [each.weights for each in importance]
        given = [
            Contribution(model, weight, importance=each)
            for model, weight, each in zip(models, weights, known, strict=True)
        ]
        merged = (merger or Mean()).merge(given, base)
        self.log(EventKind.MERGE, value=float(len(models)))
        return merged

    def can_merge(self, models: "Sequence[Model]", merger: "Merger") -> bool:
        """Return whether a merger can merge these; where it cannot, the record says that it came to nothing."""
        can = merger.can(models)
        if not can:
            self._learning.tally.void += 1
            self.log(EventKind.MERGE, value=0.0)
        return can

    def scale(self, model: "Model", scale: "Scale | Bits") -> "Model":
        """Return the model at a scale, or in so many bits a parameter, its values rounded to what these carry.

        Raises:
            ValueError: A model of this family does not scale so.
        """
        from wayfare.models.scaling import Scale

        return self.scalings.scale(model, scale if isinstance(scale, Scale) else Scale(bits=scale), "precision")

    def fit(
        self,
        model: "Model",
        choices: "Choices",
        *,
        size_bytes: float = math.inf,
        memory_bytes: float = math.inf,
        flop_per_sample: float = math.inf,
    ) -> "tuple[Model, ScaleReport]":
        """Return the model at the scale that loses least and stays within limits, and what that saves and loses.

        Raises:
            ValueError: Nothing that may be chosen is so small.
        """
        limits = {"size_bytes": size_bytes, "memory_bytes": memory_bytes, "flop_per_sample": flop_per_sample}
        return self.scalings.fit(model, choices, "link" if size_bytes < math.inf else "admission", -1, **limits)

    def answer(self, model: "Model | None", packet: int = -1) -> None:
        """Name an answer model of the method, the node's or a packet's; None takes it back."""
        self._learning.answer(self.index if packet < 0 else -1, packet, model)

    def write_scaling(self, packet: int, why: str, *figures: Any) -> None:
        """Write a row of the table ``scalings``; `Scalings` knows its columns."""
        self._virtual.writer.scaling(self.now, self.index, packet, why, *figures)

    def packet(self, model: "Model", **fields: Any) -> ModelPacket:
        """Return a new packet that carries a model."""
        number = self._learning.next_packet()
        return self._learning.packed(model).but(packet=number, model=number, **fields)

    def beacon(self, says: Mapping[str, Any], **fields: Any) -> ModelPacket:
        """Return a new packet that is all header, with what it says as its specification."""
        return ModelPacket(PacketKind.BEACON, self._learning.next_packet(), b"", says, **fields)

    def data_packet(self) -> ModelPacket:
        """Return a new packet that carries the node's own raw samples."""
        from wayfare.models.packing import pack

        if self.data is None:
            raise ValueError(f"{self.name} has no samples to send")
        return ModelPacket(PacketKind.DATA, self._learning.next_packet(), pack(self.data.raw()), {"data": "shard"})

    def sign_visit(self, packet: ModelPacket) -> ModelPacket:
        """Return the packet with this node as the latest that handled it."""
        return packet.but(visited=(*packet.visited, self.index)[-VISITED_KEPT:])

    def launch(self, packet: ModelPacket) -> None:
        """Record that a travelling model comes to life here."""
        self.log(EventKind.LAUNCH, packet=packet.packet, size_bytes=packet.size_bytes)

    def retire(self, packet: ModelPacket, *, ended: bool = False, settled: bool = False) -> None:
        """Record that a travelling model ends here; its answer is taken back.

        Args:
            packet: What carries it.
            ended: It has come to its end in order, and is not lost: it answers where no other does any more.
            settled: It stays an answer for good.
        """
        self.log(EventKind.RETIRE, packet=packet.packet)
        if ended:
            self._learning.rest(packet.packet)
        elif not settled:
            self.answer(None, packet.packet)

    def stamp(self, packet: ModelPacket, model: "Model", accuracy: float = math.nan) -> ModelPacket:
        """Return a packet with the model this node has just trained, its header brought up to date.

        What it has seen counts the samples of the node's latest job by class; by natural group where the task has no
        classes; and not at all where there are no groups either. Layers that were frozen are not updated.
        """
        shard, time_s, frozen = self._studied or Studied(self.data, self.now, ())
        assert shard is not None
        seen = counts = self._learning.count(self.name, shard, time_s)
        if packet.seen:
            seen = tuple(a + b for a, b in zip(packet.seen, counts, strict=True))
        layers = model.structure.layers
        before = packet.updates or (LayerUpdate(-1, 0),) * len(layers)
        kinds, total = len(seen), sum(seen)
        return packet.with_model(model).but(
            seen=seen,
            sought=tuple([kind for kind, count in enumerate(seen) if count * kinds < total]),
            updates=tuple(
                [
                    update if layer in frozen else LayerUpdate(self.index, update.samples + len(shard))
                    for layer, update in zip(layers, before, strict=True)
                ]
            ),
            performance=Performance(
                node=self.index, value=accuracy if math.isfinite(accuracy) else math.nan, time_s=self.now
            ),
        )

    def fail(self) -> None:
        """Lose jobs, packets and whatever the program waits for."""
        self._processor.clear()
        for packet in self._lose_all():
            if self._learning.is_answer(packet.packet):
                self.retire(packet)

"""Learning in a run: who holds which data, what trains when, and what the observer sees of it.

The observer alone sees the test set, at no virtual cost and with no way back into any decision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import simpy

from wayfare.models.evaluation import Evaluation, evaluate
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.model import Model, weights_digest
from wayfare.models.service import TrainingService
from wayfare.models.shard import Shard
from wayfare.models.split import Split

from .compute import Processor, Work
from .records import EventKind, RunWriter

if TYPE_CHECKING:
    from .node import Node


@dataclass(frozen=True)
class Curriculum:
    """What a run learns.

    Attributes:
        split: Test, training and validation data.
        initial: The untrained model.
        plan: What a training job does unless a program says otherwise.
        classes: Number of labels.
        seed: The scenario's seed.
    """

    split: Split
    initial: Model
    plan: TrainingPlan
    classes: int
    seed: int


class Learning:
    """Connects node programs with the training service, and keeps the method's answers for the observer."""

    def __init__(self, curriculum: Curriculum, service: TrainingService, writer: RunWriter) -> None:
        self._curriculum, self.service, self._writer = curriculum, service, writer
        self.train, self.validation = curriculum.split.train, curriculum.split.validation
        self.initial, self.classes = curriculum.initial, curriculum.classes
        self.nodes: list[Node] = []
        self.answers: dict[tuple[int, int], Model] = {}
        self.best: float | None = None
        self._packets = 0
        self._seen: dict[Model, Evaluation] = {}
        self._shown: dict[tuple[int, int], Model] = {}

    def next_packet(self) -> int:
        """Return a new packet id."""
        self._packets += 1
        return self._packets - 1

    def train_at(
        self, node: "Node", processor: Processor, model: Model, shard: Shard, steps: int | None, number: int
    ) -> simpy.Event:
        """Submit a node's job: to the processor for its time, to the service for the result when that is over."""
        plan = self._curriculum.plan
        if steps is not None:
            plan = TrainingPlan(steps, plan.batch_size, plan.optimiser, plan.learning_rate, plan.momentum)
        job = TrainingJob(model, shard, plan, job_seed(self._curriculum.seed, node.name, "train", number))
        ticket = self.service.submit(job)
        event = node.event()

        def started(duration_s: float) -> None:
            node.log(EventKind.TRAIN_START, size_bytes=model.size_bytes, value=duration_s)

        def finished() -> None:
            result = self.service.result(ticket)
            node.log(EventKind.TRAIN_END, value=result.loss)
            node.record("loss", result.loss)
            event.succeed(result.model)

        processor.submit(Work(job.work_flop, started, finished, lost=partial(self.service.discard, ticket)))
        return event

    def answer(self, node: int, packet: int, model: Model | None) -> None:
        """Note or take back an answer model, of a node or of a packet (the other is -1)."""
        if model is None:
            self.answers.pop((node, packet), None)
        else:
            self.answers[node, packet] = model

    def is_answer(self, packet: int) -> bool:
        """Return whether a packet carries an answer of the method."""
        return (-1, packet) in self.answers

    def observe(self, now_s: float) -> Mapping[str, float | None]:
        """Measure on the test set: the answers' mean, the mean over the data holders of the model each holds.

        Every model that changed since the last look is recorded too. A holder without a model counts with the untrained
        one.
        """
        held = {node.index: node.store.get("model", self.initial) for node in self.nodes if node.name in self.train}
        models = dict.fromkeys((*held.values(), *self.answers.values()))
        test, known = self._curriculum.split.test, self._seen
        self._seen = {model: known[model] if model in known else evaluate(model, test) for model in models}
        shown = {**{(node, -1): model for node, model in held.items()}, **self.answers}
        for (node, packet), model in sorted(shown.items(), key=lambda item: item[0]):
            if self._shown.get((node, packet)) is not model:
                self._writer.metric(now_s, "accuracy", self._seen[model].accuracy, node, packet)
        self._shown = shown
        final, nodes = self._mean(list(self.answers.values())), self._mean(list(held.values()))
        if final is not None:
            self._writer.metric(now_s, "accuracy", final)
            self.best = final if self.best is None else max(self.best, final)
        if nodes is not None:
            self._writer.metric(now_s, "accuracy.nodes", nodes)
        return {"final": final, "nodes": nodes, "best": self.best}

    def weights_digest(self) -> str:
        """Return the digest of all answer models."""
        names = {f"node{node}" if packet < 0 else f"packet{packet}": m for (node, packet), m in self.answers.items()}
        return weights_digest(names)

    def _mean(self, observed: Sequence[Model]) -> float | None:
        return sum(self._seen[model].accuracy for model in observed) / len(observed) if observed else None

"""Learning in a run: who holds which data, what trains when, and what the observer sees of it.

The observer alone sees the test set, at no virtual cost and with no way back into any decision.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import filterfalse
from typing import TYPE_CHECKING, Any

import simpy

from wayfare.models.course import Course
from wayfare.models.evaluation import Evaluation, evaluate_all
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.model import Model, weights_digest
from wayfare.models.service import TrainingService
from wayfare.models.shard import Shard
from wayfare.models.split import Split
from wayfare.models.weights_file import pack_answers

from .clock import Clock, Turn
from .compute import Processor, Work
from .laws import models_are_values
from .packets import ModelPacket, PacketKind
from .records import EventKind, RunWriter
from .scalings import Tally

if TYPE_CHECKING:
    from .node import Node

_TICK_S = 1e-9  # virtual time is recorded, and data changes, in whole nanoseconds


@dataclass(frozen=True)
class Curriculum:
    """What a run learns.

    Attributes:
        course: Test, training and validation data, at any time.
        initial: The untrained model.
        plan: What a training job does unless a program says otherwise.
        seed: The scenario's seed.
        kinds: How many kinds of samples headers count: classes; natural groups where a task has no classes; or none.
    """

    course: Course
    initial: Model
    plan: TrainingPlan
    seed: int
    kinds: int


class Learning:
    """Connects node programs with the training service, and keeps the method's answers for the observer.

    Attributes:
        initial: The untrained model.
        nodes: All nodes, by id.
        tally: How often models were scaled, left untrained and merged.
        answers: The method's answer models, by node and packet; one of the two is -1.
        rested: The last models of packets that came to their end in order; they answer where nothing else does.
        best: The highest accuracy and the least loss of the answers' mean so far; None before the first look.
    """

    def __init__(self, curriculum: Curriculum, service: TrainingService, writer: RunWriter) -> None:
        self._curriculum, self.service, self._writer = curriculum, service, writer
        self.initial = curriculum.initial
        self.nodes: list[Node] = []
        self.tally = Tally()
        self.answers: dict[tuple[int, int], Model] = {}
        self.rested: dict[tuple[int, int], Model] = {}
        self.best: Evaluation | None = None
        self._packed = ModelPacket(PacketKind.MODEL, 0, b"", {})
        self._packets = 0
        self._changes = 0
        self._plans: dict[tuple[tuple[str, Any], ...], TrainingPlan] = {}
        self._seen: dict[tuple[str, Model], Evaluation] = {}
        self._shown: dict[tuple[int, int], tuple[str, Model]] = {}

    def held_at(self, time_s: float) -> Split:
        """Return who holds which data at a virtual time [s]."""
        return self._curriculum.course.at(time_s)

    def follow(self, clock: Clock) -> None:
        """Record each change of the data when its time comes."""
        time_s = self._curriculum.course.next_change_s(clock.now)
        if time_s is not None:
            clock.at(time_s, Turn.TIMER, -1, partial(self._note_change, clock))

    def _note_change(self, clock: Clock) -> None:
        self._changes += 1
        self._writer.event(clock.now, EventKind.DRIFT, value=float(self._changes))
        self.follow(clock)

    def count(self, node: str, shard: Shard, time_s: float) -> tuple[int, ...]:
        """Return how many of a node's samples are of each kind.

        A kind is a class, or a natural group where the task has no classes; of these a node is known to hold some, not
        how many, so it counts with equal numbers of each. Without either there are no kinds.
        """
        kinds = self._curriculum.kinds
        if shard.task == "classification":
            return shard.counts + (0,) * (kinds - len(shard.counts))
        held = sorted(self.held_at(time_s).domains.get(node, ())) if kinds else []
        counts = [0] * kinds
        for place, kind in enumerate(held):
            counts[kind] = len(shard) * (place + 1) // len(held) - len(shard) * place // len(held)
        return tuple(counts)

    def seed_of(self, node: str, task: str, number: int) -> int:
        """Return the seed of what a node does for the so-manyth time in a task."""
        return job_seed(self._curriculum.seed, node, task, number)

    def next_packet(self) -> int:
        """Return a new packet id."""
        self._packets += 1
        return self._packets - 1

    def packed(self, model: Model) -> ModelPacket:
        """Return a packet with a model inside and nothing else said; one that goes to many is packed once."""
        before = self._packed
        self._packed = before.with_model(model)
        if self._packed is before:
            before.listed  # noqa: B018 - the model goes to several, and what they say is listed once
        return self._packed

    def train_at(
        self,
        node: "Node",
        processor: Processor,
        model: Model,
        shard: Shard,
        number: int,
        plan: Mapping[str, Any],
        **terms: Any,
    ) -> simpy.Event:
        """Submit a node's job: to the processor for its time, to the service for the result when that is over.

        Args:
            node: Whose job it is.
            processor: The node's.
            model: What to train.
            shard: On what.
            number: The node's own count of jobs.
            plan: What differs from the scenario's plan.
            terms: The job's `anchor`, `correction` and `teacher`.
        """
        seed = job_seed(self._curriculum.seed, node.name, "train", number)
        job = TrainingJob(model, shard, self._plan(**plan), seed, **terms)
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

    def _plan(self, **different: Any) -> TrainingPlan:
        """Return the scenario's plan with some differences: jobs of one plan are recognised faster by one object."""
        known = tuple(different.items())
        if known not in self._plans:
            self._plans[known] = replace(self._curriculum.plan, **different)
        return self._plans[known]

    def answer(self, node: int, packet: int, model: Model | None) -> None:
        """Note or take back an answer model, of a node or of a packet (the other is -1)."""
        if model is None:
            self.answers.pop((node, packet), None)
        else:
            self.answers[node, packet] = model

    def rest(self, packet: int) -> None:
        """Note that a packet has come to its end in order: it answers no more, as long as there are others."""
        model = self.answers.pop((-1, packet), None)
        if model is not None:
            self.rested[-1, packet] = model

    @property
    def last_answers(self) -> Mapping[tuple[int, int], Model]:
        """Return the answers; where there are none any more, those of packets that came to their end."""
        return self.answers or self.rested

    def is_answer(self, packet: int) -> bool:
        """Return whether a packet carries an answer of the method."""
        return (-1, packet) in self.answers

    def observe(self, now_s: float) -> Mapping[str, Mapping[str, float | None]]:
        """Measure accuracy and loss on the test set: the answers' mean, and the mean over the data holders' own models.

        Every model that changed since the last look is recorded too. A holder without a model counts with the untrained
        one. A look ends a time bin, so the data are those until now: not yet those of a change at this very moment.
        """
        split = self.held_at(max(0.0, now_s - _TICK_S))
        held = {node.index: node.store.get("model", self.initial) for node in self.nodes if node.name in split.train}
        answers = self.last_answers
        self._measure((*held.values(), *answers.values()), split.test)
        self._show({**{(node, -1): model for node, model in held.items()}, **answers}, split.test, now_s)
        final, nodes = self._mean(split.test, answers.values()), self._mean(split.test, held.values())
        if final is not None:
            self._writer.metric(now_s, "accuracy", final.accuracy)
            self._writer.metric(now_s, "loss.test", final.loss)
            self.best = final if self.best is None else _best(self.best, final)
        if nodes is not None:
            self._writer.metric(now_s, "accuracy.nodes", nodes.accuracy)
        measured = {"final": final, "nodes": nodes, "best": self.best}
        return {
            figure: {name: None if mean is None else _number(getattr(mean, figure)) for name, mean in measured.items()}
            for figure in ("accuracy", "loss")
        }

    def _measure(self, models: Iterable[Model], test: Shard) -> None:
        """Evaluate those models that are new, or new on this test set, and forget all others."""
        keys = dict.fromkeys((test.digest, model) for model in models)
        models_are_values("the observer", (model for _, model in keys))
        new = [key for key in keys if key not in self._seen]
        found = dict(zip(new, evaluate_all([model for _, model in new], test), strict=True))
        self._seen = {key: found[key] if key in found else self._seen[key] for key in keys}

    def _show(self, shown: Mapping[tuple[int, int], Model], test: Shard, now_s: float) -> None:
        """Record what a node or a packet has, where it is new or has never been measured on this test set."""
        keys = {place: (test.digest, model) for place, model in sorted(shown.items(), key=lambda item: item[0])}
        for (node, packet), key in keys.items():
            if self._shown.get((node, packet)) != key:
                self._writer.metric(now_s, "accuracy", self._seen[key].accuracy, node, packet)
                self._writer.metric(now_s, "loss.test", self._seen[key].loss, node, packet)
        self._shown = keys

    def weights_digest(self) -> str:
        """Return the digest of all answer models."""
        return weights_digest(self._named_answers)

    def packed_answers(self) -> bytes:
        """Return all answer models as a safetensors file."""
        return pack_answers(self._named_answers)

    @property
    def _named_answers(self) -> dict[str, Model]:
        answers = self.last_answers.items()
        return {f"node{node}" if packet < 0 else f"packet{packet}": model for (node, packet), model in answers}

    @property
    def left_out(self) -> int:
        """Return how many samples nobody holds because they equal one of the test set."""
        return self.held_at(0.0).left_out

    def _mean(self, test: Shard, observed: Iterable[Model]) -> Evaluation | None:
        seen = [self._seen[test.digest, model] for model in observed]
        if not seen:
            return None
        accuracy, loss = (sum(getattr(one, figure) for one in seen) / len(seen) for figure in ("accuracy", "loss"))
        return Evaluation(accuracy, loss, len(test))


def _number(value: float) -> float | None:
    """Return a figure; None for that of a model that has diverged, which is no number."""
    return value if math.isfinite(value) else None


def _best(first: Evaluation, second: Evaluation) -> Evaluation:
    """Return the higher accuracy and the lower loss of two; where one of two figures is no number, the other."""
    accuracies, losses = (first.accuracy, second.accuracy), (first.loss, second.loss)
    return replace(
        first,
        accuracy=max(filterfalse(math.isnan, accuracies), default=math.nan),
        loss=min(filterfalse(math.isnan, losses), default=math.nan),
    )

"""The virtual world of one run: everything on one clock, from the first event to the summary."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .clock import Clock, Turn
from .compute import Processor
from .failures import NodeDown
from .faults import FailingNode, FailingPair
from .forwarding import ForwardingPlan, PacketClass
from .meter import Meter
from .methods import Method, Roles
from .network import FluidNetwork
from .node import Node, Virtual
from .nodes import NodeClass
from .planned import PlannedTransfer
from .records import RunWriter
from .records.tables import nanoseconds
from .routing import Routing
from .transport import Transport
from .wiring import Wiring

if TYPE_CHECKING:
    from wayfare.models.service import TrainingService

    from .learning import Curriculum, Learning
    from .methods.method import Program

PROGRESS_S = 0.25
HORIZON_S = 1e9  # about thirty years: the end of a run that has no other


@dataclass(frozen=True)
class Lesson:
    """What learns, and how: the method, the data and model, and the service that trains."""

    method: Method
    curriculum: "Curriculum"
    service: "TrainingService"


@dataclass(frozen=True)
class Experiment:
    """All that decides a run.

    Attributes:
        hardware: Of each node, by id.
        stop_s: When it ends; None: with the last transfer.
        bin_s: Width of the record's time bins, at whose ends the observer looks.
        stream: Random streams by name.
        lesson: None for a network experiment.
        background: Transfers of each source of background traffic, in order of time.
        faults: Links and nodes that fail, and when.
    """

    wiring: Wiring
    hardware: list[NodeClass]
    forwarding: ForwardingPlan
    transfers: tuple[PlannedTransfer, ...]
    stop_s: float | None
    bin_s: float
    stream: Callable[..., np.random.Generator]
    lesson: Lesson | None = None
    background: tuple[Iterator[PlannedTransfer], ...] = ()
    faults: tuple[FailingPair | FailingNode, ...] = ()
    routing: Routing = field(default_factory=Routing)


@dataclass(frozen=True)
class Progress:
    """Where a run is: virtual time and end (if known) [s], events recorded, packets in flight, accuracy (if any)."""

    virtual_s: float
    stop_s: float | None
    events: int
    packets_in_flight: int
    accuracy: float | None


class Watcher(Protocol):
    """Somebody who is told of a run's progress, about every 250 ms of wall-clock time."""

    def __call__(self, progress: Progress) -> None:
        """Take note."""


class World:
    """One experiment on one clock. ``run`` may be called once."""

    def __init__(self, experiment: Experiment, writer: RunWriter) -> None:
        self._experiment, self._writer = experiment, writer
        wiring = experiment.wiring
        self._clock = Clock()
        self._meter = Meter(wiring.links, experiment.hardware, writer)
        self._network = FluidNetwork(self._clock, wiring.capacity, self._meter)
        self._transport = Transport(
            self._clock, self._network, wiring, experiment.hardware, writer, experiment.forwarding, experiment.routing
        )
        self._processors = [
            Processor(self._clock, index, hardware, self._meter, partial(self._job_stream, wiring.names[index]))
            for index, hardware in enumerate(experiment.hardware)
        ]
        self._learning: Learning | None = None
        self._accuracy: Mapping[str, float | None] = {"final": None, "nodes": None, "best": None}
        self._to_come = len(experiment.transfers)
        self._over = False
        self._closed_s = -1.0

    def run(self, watcher: Watcher) -> dict[str, Any]:
        """Run to the end and return the summary, without the wall-clock time and the expectations.

        Raises:
            LawBroken: The emulator broke its own physics.
        """
        self._plan_transfers()
        if self._experiment.lesson is not None:
            self._start_learning(self._experiment.lesson)
        stop_s = HORIZON_S if self._experiment.stop_s is None else self._experiment.stop_s
        self._clock.at(stop_s, Turn.STOP, 0, self._stop)
        self._clock.at(self._experiment.bin_s, Turn.OBSERVE, 0, partial(self._end_bin, 1))
        self._step_to_the_end(watcher)
        if self._clock.now > self._closed_s:
            self._close_bin()
        self._check_laws()
        return self._summary()

    def _plan_transfers(self) -> None:
        for number, planned in enumerate(self._experiment.transfers):
            self._clock.at(planned.start_s, Turn.TIMER, number, partial(self._begin, planned, "transfer"))
        for number, source in enumerate(self._experiment.background):
            self._plan_next(number, source)
        for failing in self._experiment.faults:
            self._plan_outage(failing)

    def _plan_next(self, number: int, source: Iterator[PlannedTransfer]) -> None:
        """Look forward to the next transfer of a source of background traffic."""
        planned = next(source, None)
        if planned is not None:
            self._to_come += 1
            identity = len(self._experiment.transfers) + number
            self._clock.at(planned.start_s, Turn.TIMER, identity, partial(self._burst, number, source, planned))

    def _plan_outage(self, failing: FailingPair | FailingNode) -> None:
        """Look forward to the next outage of a link or a node."""
        outage = next(failing.outages, None)
        if outage is not None:
            self._at_fault(outage.start_s, failing, partial(self._fail, failing, outage.end_s))

    def _at_fault(self, time_s: float, failing: FailingPair | FailingNode, action: Callable[[], None]) -> None:
        identity = failing.node if isinstance(failing, FailingNode) else failing.links[0].index
        self._clock.at(time_s, Turn.FAULT, identity, action)

    def _fail(self, failing: FailingPair | FailingNode, end_s: float) -> None:
        self._set(failing, up=False)
        if end_s < math.inf:
            self._at_fault(end_s, failing, partial(self._restore, failing))

    def _restore(self, failing: FailingPair | FailingNode) -> None:
        self._set(failing, up=True)
        self._plan_outage(failing)

    def _set(self, failing: FailingPair | FailingNode, *, up: bool) -> None:
        if isinstance(failing, FailingPair):
            for link in failing.links:
                self._transport.set_link(link, up)
        elif self._transport.set_node(failing.node, up):
            self._meter.switch(failing.node, up, self._clock.now)
            if self._learning is not None:
                self._set_program(self._learning.nodes[failing.node], up=up)

    def _set_program(self, node: Node, *, up: bool) -> None:
        """Let a node's program hear that the node failed, or start it anew."""
        if up:
            node.restarts += 1
            self._start_program(node)
        else:
            node.fail()

    def _burst(self, number: int, source: Iterator[PlannedTransfer], planned: PlannedTransfer) -> None:
        self._plan_next(number, source)
        self._begin(planned, "background")

    def _begin(self, planned: PlannedTransfer, packet_class: PacketClass) -> None:
        self._to_come -= 1
        self._transport.send(
            planned.source,
            planned.target,
            planned.size_bytes,
            lambda _: self._end_if_idle(),
            lambda *_: self._end_if_idle(),
            packet_class=packet_class,
            cap_bps=planned.cap_bps,
        )

    def _end_if_idle(self) -> None:
        """A network run without a stop ends with its last transfer."""
        if self._experiment.stop_s is None and not self._to_come and not self._transport.in_flight:
            self._stop()

    def _stop(self) -> None:
        self._over = True

    def _start_learning(self, lesson: Lesson) -> None:
        from .learning import Learning

        experiment = self._experiment
        self._learning = Learning(lesson.curriculum, lesson.service, self._writer)
        virtual = Virtual(self._clock, experiment.wiring, self._transport, self._writer, experiment.stream)
        nodes = [Node(virtual, index, processor, self._learning) for index, processor in enumerate(self._processors)]
        self._learning.nodes = nodes
        self._roles = Roles.on({node.name: node.tier for node in nodes}, [node.name for node in nodes if node.samples])
        for node in nodes:
            self._start_program(node)

    def _start_program(self, node: Node) -> None:
        assert self._experiment.lesson is not None
        program = self._experiment.lesson.method.program(node, self._roles)
        if program is not None:
            self._clock.process(_until_down(program))

    def _step_to_the_end(self, watcher: Watcher) -> None:
        watched = time.monotonic()
        while not self._over:
            self._clock.step()
            if time.monotonic() - watched >= PROGRESS_S:
                watcher(self._progress())
                watched = time.monotonic()
        watcher(self._progress())

    def _progress(self) -> Progress:
        return Progress(
            self._clock.now,
            self._experiment.stop_s,
            self._writer.events.count,
            len(self._transport.in_flight),
            self._accuracy["final"],
        )

    def _end_bin(self, number: int) -> None:
        """End a bin and look forward to the end of the next; in a silence bins are one."""
        self._close_bin()
        width_s, following = self._experiment.bin_s, number + 1
        if self._learning is None and self._network.is_idle():
            following = max(following, math.ceil(min(self._clock.upcoming_s(), HORIZON_S) / width_s))
        self._clock.at(following * width_s, Turn.OBSERVE, 0, partial(self._end_bin, following))

    def _close_bin(self) -> None:
        self._network.meter_now()
        for processor in self._processors:
            processor.meter_now()
        self._meter.close_bin(self._clock.now)
        self._closed_s = self._clock.now
        if self._learning is not None:
            self._accuracy = self._learning.observe(self._clock.now)

    def _check_laws(self) -> None:
        self._transport.check(float(self._meter.total_bits.sum()))
        self._meter.check_energy(self._clock.now)

    def _summary(self) -> dict[str, Any]:
        transport, by_class = self._transport, self._meter.bytes_by_class()
        service = self._experiment.lesson.service if self._experiment.lesson else None
        self._writer.events.flush()
        return {
            "accuracy": self._accuracy,
            "time": {"virtual_s": _to_the_nanosecond(self._clock.now)},
            "bytes": {"total": sum(by_class.values()), "by_class": by_class},
            "energy": {"total_j": sum(self._meter.energy_j.values()), "by_cause": self._meter.energy_j},
            "packets": {"sent": transport.sent, "delivered": transport.delivered, "dropped": transport.dropped},
            "flows": {"count": transport.sent, "last_end_s": _to_the_nanosecond(transport.last_end_s)},
            "drops": transport.drops_by_reason(),
            "training": {name: getattr(service, name, 0) for name in ("jobs", "batches", "samples")},
            "digest": {
                "events": self._writer.events.digest,
                "weights": self._learning.weights_digest() if self._learning else None,
            },
        }

    def _job_stream(self, node: str, number: int) -> np.random.Generator:
        return self._experiment.stream("job", node, number)


def _to_the_nanosecond(time_s: float | None) -> float | None:
    """Return a virtual time as the record has it: a multiple of a nanosecond."""
    return None if time_s is None else nanoseconds(time_s) / 1e9


def _until_down(program: "Program") -> "Program":
    """Run a program until its node fails."""
    with suppress(NodeDown):
        yield from program

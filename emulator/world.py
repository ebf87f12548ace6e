"""The virtual world of one run: everything on one clock, from the first event to the summary."""

import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .batteries import Batteries
from .clock import Clock, Turn
from .compute import Processor
from .endpoint import Virtual
from .experiment import Experiment, Lesson
from .faults import FailingNode
from .forwarding import PacketClass
from .garbage import rare_collections
from .gate import Gate
from .journal import Journal
from .likeness import Likeness
from .meter import Meter
from .methods import Roles
from .network import FluidNetwork
from .node import Node
from .outages import Outages
from .packets import RefuseReason
from .planned import PlannedTransfer
from .programs import Programs
from .rates import LinkRates
from .records import EventKind, RunWriter
from .records.conventions import nanoseconds
from .scalings import Tally
from .transport import Transport

if TYPE_CHECKING:
    from .air import Air
    from .learning import Learning

PROGRESS_S = 0.25
HORIZON_S = 1e9  # about thirty years: the end of a run that has no other


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
        self._journal = Journal(writer) if experiment.record_sharing else None
        self._network = FluidNetwork(
            self._clock, wiring.capacity, self._meter, journal=self._journal, sharing=experiment.forwarding.sharing
        )
        self._transport = Transport(
            self._clock, self._network, wiring, experiment.hardware, writer, experiment.forwarding, experiment.routing
        )
        self._rates = LinkRates(self._clock, self._network, self._transport, writer)
        self._processors = [
            Processor(self._clock, index, hardware, self._meter, partial(self._job_streams, wiring.names[index]))
            for index, hardware in enumerate(experiment.hardware)
        ]
        self._batteries = Batteries(
            self._clock, self._meter, experiment.hardware, wiring.links, self._bring_up_to_date, self._run_out
        )
        self._air = self._make_air() if experiment.air.changes else None
        self._learning: Learning | None = None
        self._observed: Mapping[str, Mapping[str, float | None]] = {
            figure: {"final": None, "nodes": None, "best": None} for figure in ("accuracy", "loss")
        }
        self._outages = Outages(self._clock, self._transport, self._meter, self._node_changed)
        self._programs: Programs | None = None
        self._refused = Counter[RefuseReason]()
        self._to_come = len(experiment.transfers)
        self._over = False
        self._closed_s = -1.0

    def _make_air(self) -> "Air":
        from .air import Air

        experiment = self._experiment
        return Air(
            self._clock,
            self._network,
            self._rates,
            self._transport,
            experiment.wiring,
            self._meter,
            self._writer,
            experiment.air,
            experiment.stream,
        )

    def run(self, watcher: Watcher) -> dict[str, Any]:
        """Run to the end and return the summary, without the wall-clock time and the expectations.

        Raises:
            LawBroken: The emulator broke its own physics.
        """
        if self._air is not None:
            self._air.begin()
        if self._journal is not None:
            self._journal.note_radio(self._clock.now, self._experiment.wiring.links)
        self._batteries.begin()
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
        self._meter.ledger.write(self._writer)
        if self._learning is not None and self._learning.last_answers and self._experiment.record_weights:
            self._writer.keep_weights(self._learning.packed_answers())
        return self._summary()

    def _bring_up_to_date(self) -> None:
        """Tell the meter all that was carried and computed until now."""
        self._network.meter_now()
        for processor in self._processors:
            processor.meter_now()

    def _run_out(self, node: int) -> None:
        self._writer.event(self._clock.now, EventKind.BATTERY_EMPTY, node)
        self._outages.set_node(node, up=False)

    def _plan_transfers(self) -> None:
        for number, planned in enumerate(self._experiment.transfers):
            self._clock.at(planned.start_s, Turn.TIMER, number, partial(self._begin, planned, "transfer"))
        for number, source in enumerate(self._experiment.background):
            self._plan_next(number, source)
        self._outages.plan(self._experiment.faults)
        for varying in self._experiment.varying:
            self._rates.follow(varying)

    def _plan_next(self, number: int, source: Iterator[PlannedTransfer]) -> None:
        """Look forward to the next transfer of a source of background traffic."""
        planned = next(source, None)
        if planned is not None:
            self._to_come += 1
            identity = len(self._experiment.transfers) + number
            self._clock.at(planned.start_s, Turn.TIMER, identity, partial(self._burst, number, source, planned))

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
            hop_limit=self._experiment.forwarding.hop_limit,
            cap_bps=planned.cap_bps,
            priority=planned.priority,
            deadline_s=planned.deadline_s,
            via=planned.via,
        )

    def _end_if_idle(self) -> None:
        """A network run without a stop ends with its last transfer."""
        if self._experiment.stop_s is None and not self._to_come and not self._transport.in_flight:
            self._stop()

    def _stop(self) -> None:
        self._over = True
        self._clock.interrupt()

    def _start_learning(self, lesson: Lesson) -> None:
        from .learning import Learning

        experiment = self._experiment
        self._learning = learning = Learning(lesson.curriculum, lesson.service, self._writer)
        virtual = Virtual(
            self._clock,
            experiment.wiring,
            self._transport,
            self._writer,
            experiment.stream,
            experiment.keyring,
            self._refused,
        )
        train = learning.held_at(0.0).train
        likeness = Likeness(lesson.curriculum.initial.structure, next(iter(train.values()), None))
        learning.nodes = nodes = [
            Node(
                virtual,
                index,
                self._processors[index],
                learning,
                Gate(index, len(experiment.hardware), hardware.memory_bytes, experiment.keyring, likeness),
            )
            for index, hardware in enumerate(experiment.hardware)
        ]
        learning.follow(self._clock)
        roles = Roles.on({node.name: node.tier for node in nodes}, [node.name for node in nodes if node.samples])
        to_join = {failing.node for failing in experiment.faults if isinstance(failing, FailingNode) and failing.joins}
        self._programs = Programs(self._clock, lesson.method, roles, nodes, to_join)
        self._programs.plan_forged(self._transport, experiment.forgings)
        self._programs.begin()

    def _node_changed(self, node: int, up: bool) -> None:
        if self._programs is not None:
            self._programs.node_changed(node, up)

    def _step_to_the_end(self, watcher: Watcher) -> None:
        watched = time.monotonic()
        with rare_collections():
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
            self._observed["accuracy"]["final"],
        )

    def _end_bin(self, number: int) -> None:
        """End a bin and look forward to the end of the next; in a silence bins are one."""
        self._close_bin()
        width_s, following = self._experiment.bin_s, number + 1
        if self._learning is None and self._network.is_idle():
            following = max(following, math.ceil(min(self._clock.upcoming_s(), HORIZON_S) / width_s))
        self._clock.at(following * width_s, Turn.OBSERVE, 0, partial(self._end_bin, following))

    def _close_bin(self) -> None:
        self._bring_up_to_date()
        self._meter.close_bin(self._clock.now)
        self._closed_s = self._clock.now
        if self._learning is not None:
            self._observed = self._learning.observe(self._clock.now)

    def _check_laws(self) -> None:
        self._transport.check(float(self._meter.total_bits.sum()))
        self._meter.check_energy(self._clock.now)

    def _summary(self) -> dict[str, Any]:
        accounts, by_class = self._transport.accounts, self._meter.bytes_by_class()
        service = self._experiment.lesson.service if self._experiment.lesson else None
        by_cause = self._meter.ledger.by_cause()
        self._writer.events.flush()
        return {
            **self._observed,
            "time": {"virtual_s": _to_the_nanosecond(self._clock.now)},
            "bytes": {
                "total": sum(by_class.values()),
                "by_class": by_class,
                "retransmitted": round(float(self._meter.resent_bits.sum()) / 8),
            },
            "energy": {"total_j": sum(by_cause.values()), "by_cause": by_cause},
            "packets": {"sent": accounts.sent, "delivered": accounts.delivered, "dropped": accounts.dropped},
            "flows": {"count": accounts.sent, "last_end_s": _to_the_nanosecond(accounts.last_end_s)},
            "refused": {reason.name.lower().replace("_", "-"): n for reason, n in sorted(self._refused.items())},
            "drops": accounts.drops_by_reason(),
            **(self._learning.tally if self._learning else Tally()).summary(),
            "handovers": self._air.handovers if self._air is not None else 0,
            "training": {name: getattr(service, name, 0) for name in ("jobs", "batches", "samples")}
            | {"left_out": self._learning.left_out if self._learning else 0},
            "digest": {
                "events": self._writer.events.digest,
                "weights": self._learning.weights_digest() if self._learning else None,
            },
        }

    def _job_streams(self, node: str, numbers: Sequence[int]) -> Iterable[np.random.Generator]:
        return self._experiment.stream.numbered("job", node, numbers=numbers)


def _to_the_nanosecond(time_s: float | None) -> float | None:
    """Return a virtual time as the record has it: a multiple of a nanosecond."""
    return None if time_s is None else nanoseconds(time_s) / 1e9

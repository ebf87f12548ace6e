"""The interface that a learning method's programs are written against."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from .clock import Clock, Turn
from .compute import Processor, Work
from .failures import NodeDown, SendFailed
from .mailbox import Mailbox
from .packets import VISITED_KEPT, LayerUpdate, ModelPacket, PacketKind, Performance, count_hop
from .records import DropReason, EventKind, RunWriter
from .transfer import Transfer
from .transport import Transport
from .wiring import Wiring

if TYPE_CHECKING:
    from wayfare.models.model import Bits, Model
    from wayfare.models.shard import Shard

    from .learning import Learning


@dataclass(frozen=True)
class Virtual:
    """What all nodes of a run have in common."""

    clock: Clock
    wiring: Wiring
    transport: Transport
    writer: RunWriter
    stream: Callable[..., np.random.Generator]


class Node:
    """One node, as its programs see it. Every method that takes virtual time returns an event to ``yield``.

    Attributes:
        index: The node's id.
        name: Its name.
        tier: device, edge or cloud.
        neighbours: Names of the nodes one link away.
        rng: The node's own random stream.
        restarts: How often it has come back after a failure.
        store: What the node keeps, also over a failure. ``accuracy.nodes`` measures the model under ``"model"``.
    """

    def __init__(self, virtual: Virtual, index: int, processor: Processor, learning: "Learning") -> None:
        self._virtual, self._processor, self._learning = virtual, processor, learning
        self.index = index
        self.name = virtual.wiring.names[index]
        self.tier = virtual.wiring.tiers[index]
        self.rng = virtual.stream("node", self.name)
        self.store: dict[str, Any] = {}
        self.restarts = 0
        self._mailbox = Mailbox(virtual.clock, index)
        self._awaited: dict[simpy.Event, None] = {}
        self._jobs = 0

    def __repr__(self) -> str:
        return f"<Node {self.name} ({self.tier}) at {self.now:.6f} s, {self.samples} samples>"

    @property
    def now(self) -> float:
        """Return the virtual time [s]."""
        return float(self._virtual.clock.now)

    @cached_property
    def neighbours(self) -> tuple[str, ...]:
        """Return the names of the nodes one link away, in id order."""
        wiring = self._virtual.wiring
        return tuple(wiring.names[other] for other in wiring.neighbours(self.index))

    @property
    def data(self) -> "Shard | None":
        """Return the node's own training samples; what it was sent it must keep itself."""
        return self._learning.train.get(self.name)

    @property
    def samples(self) -> int:
        """Return how many training samples the node has."""
        return 0 if self.data is None else len(self.data)

    def initial_model(self) -> "Model":
        """Return the untrained model of the scenario, the same at every node."""
        return self._learning.initial

    def event(self) -> simpy.Event:
        """Return an event for somebody to trigger; it fails with NodeDown when the node does."""
        event = self._virtual.clock.event()
        self._awaited[event] = None
        assert event.callbacks is not None
        event.callbacks.append(lambda _: self._awaited.pop(event, None))
        return event

    def wait(self, seconds: float) -> simpy.Event:
        """Let time pass."""
        event = self.event()
        self._virtual.clock.after(seconds, Turn.TIMER, self.index, partial(_trigger, event))
        return event

    def receive(self, timeout: float | None = None) -> simpy.Event:
        """Wait for the next packet; the value is None if none comes within ``timeout`` [s]."""
        return self._mailbox.get(self.event(), timeout)

    def send(self, destination: str, packet: ModelPacket) -> simpy.Event:
        """Send a packet; the event succeeds when it is delivered and fails with SendFailed when it is dropped.

        Without a ``yield`` the program goes on at once and learns nothing of a drop.
        """
        target = self._virtual.wiring.names.index(destination)
        packet = replace(packet, source=self.index, destination=target)
        data = packet.encode()
        event = self.event()
        self._virtual.transport.send(
            self.index,
            target,
            len(data),
            delivered=partial(self._delivered, packet.hop_count, data, event),
            dropped=partial(self._dropped, packet, event),
            packet=packet.packet,
            packet_class="model" if packet.kind == PacketKind.MODEL else "data",
            hop_limit=packet.hop_limit - packet.hop_count,
        )
        return event

    def train(self, model: "Model", steps: int | None = None, data: "Shard | None" = None) -> simpy.Event:
        """Train a model on the node's own samples, or on those given; the value is the trained model.

        The job waits for a slot and then lasts as long as its FLOPs; only then is the result known.

        Raises:
            ValueError: There are no samples to train on.
        """
        shard = self.data if data is None else data
        if shard is None:
            raise ValueError(f"{self.name} has no samples to train on")
        self._jobs += 1
        return self._learning.train_at(self, self._processor, model, shard, steps, self._jobs)

    def evaluate(self, model: "Model") -> simpy.Event:
        """Evaluate a model on the node's validation split; it costs a forward pass. The value is an Evaluation."""
        from wayfare.models.evaluation import evaluate

        shard = self._learning.validation.get(self.name)
        if shard is None:
            raise ValueError(f"{self.name} has no samples to evaluate on")
        event = self.event()

        def finished() -> None:
            evaluation = evaluate(model, shard)
            self.log(EventKind.EVALUATE, value=evaluation.accuracy)
            event.succeed(evaluation)

        flop = len(shard) * model.structure.forward_flop_per_sample
        self._processor.submit(Work(flop, lambda _: None, finished))
        return event

    def merge(self, models: "Sequence[Model]", weights: Sequence[float]) -> "Model":
        """Return the weighted mean of models of one structure."""
        from wayfare.models.merging import merge

        self.log(EventKind.MERGE, value=float(len(models)))
        return merge(models, weights)

    def scale(self, model: "Model", bits: "Bits") -> "Model":
        """Return the model with 32 or 16 bits a parameter, its values rounded to what these carry."""
        from wayfare.models.scaling import scale_bits

        scaled = scale_bits(model, bits)
        self.log(EventKind.SCALE, size_bytes=scaled.size_bytes, value=float(bits))
        return scaled

    def answer(self, model: "Model | None", packet: int = -1) -> None:
        """Name an answer model of the method, the node's or a packet's; None takes it back."""
        self._learning.answer(self.index if packet < 0 else -1, packet, model)

    def record(self, name: str, value: float) -> None:
        """Record a value of this node in the run's metrics."""
        self._virtual.writer.metric(self.now, name, value, node=self.index)

    def packet(self, model: "Model", **fields: Any) -> ModelPacket:
        """Return a new packet that carries a model."""
        empty = ModelPacket(PacketKind.MODEL, self._learning.next_packet(), b"", {}, **fields)
        return replace(empty, model=empty.packet).with_model(model)

    def data_packet(self) -> ModelPacket:
        """Return a new packet that carries the node's own raw samples."""
        from wayfare.models.packing import pack

        if self.data is None:
            raise ValueError(f"{self.name} has no samples to send")
        return ModelPacket(PacketKind.DATA, self._learning.next_packet(), pack(self.data.raw()), {"data": "shard"})

    def name_of(self, index: int) -> str:
        """Return the name of the node of an id, as packets' headers hold them."""
        return self._virtual.wiring.names[index]

    def sign_visit(self, packet: ModelPacket) -> ModelPacket:
        """Return the packet with this node as the latest that handled it."""
        return replace(packet, visited=(*packet.visited, self.index)[-VISITED_KEPT:])

    def launch(self, packet: ModelPacket) -> None:
        """Record that a travelling model comes to life here."""
        self.log(EventKind.LAUNCH, packet=packet.packet, size_bytes=len(packet.encode()))

    def retire(self, packet: ModelPacket) -> None:
        """Record that a travelling model ends here, and take back its answer."""
        self.log(EventKind.RETIRE, packet=packet.packet)
        self.answer(None, packet.packet)

    def stamp(self, packet: ModelPacket, model: "Model", accuracy: float = math.nan) -> ModelPacket:
        """Return a packet with the model this node has just trained, its header brought up to date."""
        assert self.data is not None
        counts = np.bincount(self.data.labels.numpy(), minlength=self._learning.classes)
        seen = tuple(int(a + b) for a, b in zip(packet.seen or (0,) * len(counts), counts, strict=True))
        average = sum(seen) / len(seen)
        before = packet.updates or (LayerUpdate(-1, 0),) * len(model.structure.layers)
        return replace(
            packet.with_model(model),
            seen=seen,
            sought=tuple(label for label, count in enumerate(seen) if count < average),
            updates=tuple(LayerUpdate(self.index, update.samples + len(self.data)) for update in before),
            performance=Performance(node=self.index, value=accuracy, time_s=self.now),
        )

    def fail(self) -> None:
        """Lose jobs, packets and whatever the program waits for."""
        self._processor.clear()
        for packet in self._mailbox.clear():
            if self._learning.is_answer(packet.packet):
                self.retire(packet)
        for event in [event for event in self._awaited if not event.triggered]:
            event.fail(NodeDown(self.name))
            event.defused = True
        self._awaited.clear()

    def _delivered(self, hops_before: int, data: bytes, event: simpy.Event, transfer: Transfer) -> None:
        packet = ModelPacket.decode(count_hop(data, hops_before + transfer.hops))
        self._learning.nodes[transfer.target]._mailbox.put(packet)
        _trigger(event)

    def _dropped(self, packet: ModelPacket, event: simpy.Event, _: Transfer, reason: DropReason) -> None:
        if not event.triggered:
            event.fail(SendFailed(packet, reason))
            event.defused = True  # it is recorded already; a program that waits for the event still gets the exception

    def log(self, kind: EventKind, packet: int = -1, size_bytes: int = -1, value: float = math.nan) -> None:
        """Record an event of this node."""
        self._virtual.writer.event(self.now, kind, self.index, packet=packet, size_bytes=size_bytes, value=value)


def _trigger(event: simpy.Event) -> None:
    """Let an event happen, unless its node has failed since."""
    if not event.triggered:
        event.succeed()

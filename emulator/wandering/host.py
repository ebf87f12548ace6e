"""Host: what a node does with the packets that come by, step by step."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wayfare.emulator.failures import NodeDown, SendFailed
from wayfare.emulator.packets import PacketKind
from wayfare.emulator.records import DropReason
from wayfare.emulator.routing import NoRoute

from .advertisement import advertised, read
from .copies import Copies
from .experience import Experience
from .growth import grow, learning_rate
from .joining import join
from .layers import aligned, flat_layers, frozen_layers, resized
from .neighbourhood import Neighbourhood
from .outlook import Hop, Outlook

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.methods.method import Program, Roles
    from wayfare.emulator.methods.mfd import Mfd
    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.evaluation import Evaluation
    from wayfare.models.model import Model

    Step = Generator[simpy.Event, Any, Any]

_PAUSE_S = 0.1  # after which a node without data looks again where a packet could go
_SHUNNED_S = 1.0  # for which a node to which a packet could not be sent is not chosen, unless it is heard of


class Host:
    """A node, as packets find it: it admits them, trains them, lets them meet what lives there, and sends them on.

    What it knows of others it has from beacons; all else it knows is in the packets' headers.
    """

    def __init__(self, method: Mfd, node: Node, roles: Roles) -> None:
        self.method, self.node, self.roles = method, node, roles
        lasts_s = method.beacons.lasts_s if method.beacons is not None else math.inf
        self.neighbourhood = Neighbourhood(node.name, lasts_s)
        self.copies = Copies(node, method.copies, method.lost_after_s or math.inf, self.holds, self.relaunch)
        self._here: dict[int, None] = {}
        self._shunned: dict[str, float] = {}

    def live(self, launches: Sequence[int]) -> Program:
        """Launch packets of these numbers, then receive, handle and send on."""
        self.node.on_beacon = self.hear
        self.copies.resume()
        for program in (self.method.next_hop.beside(self.node, self.roles), self.advertise()):
            if program is not None:
                self.node.beside(program)
        for number in launches:
            packet = self.new_packet(number)
            self.node.launch(packet)
            yield from self.handle(packet)
        while True:
            packet = yield self.node.receive()
            if packet.kind is PacketKind.MODEL:
                yield from self.handle(packet)

    def new_packet(self, number: int) -> ModelPacket:
        """Return the packet of a number, with an untrained model; families take turns."""
        method, node = self.method, self.node
        family = method.models[number % len(method.models)] if method.models else None
        deadline_s = math.inf if method.lifetime_s is None else node.now + method.lifetime_s
        return node.packet(node.initial_model(family), hop_limit=method.hop_limit, deadline_s=deadline_s)

    def advertise(self) -> Program | None:
        """Tell the neighbours, again and again, what there is here; without beacons there is nothing to do."""
        return None if self.method.beacons is None else self._advertise(self.method.beacons.interval_s)

    def _advertise(self, interval_s: float) -> Program:
        node = self.node
        yield node.wait(interval_s * float(node.rng.random()))
        while True:
            assert self.method.beacons is not None
            heard = self.neighbourhood.at(node.now)
            relayed = [one for one in heard.values() if one.hops < self.method.beacons.radius]
            beacon = advertised(node, len(node.neighbours), self._here, relayed)
            for neighbour in node.neighbours:
                node.send(neighbour, beacon)
            yield node.wait(interval_s)

    def hear(self, beacon: ModelPacket) -> None:
        """Take what another node says; what makes no sense is nothing said."""
        says = beacon.specification
        with suppress(ValueError, TypeError, LookupError):
            if "tour" in says:
                self.node.store["tour"] = tuple(self.node.name_of(int(stop)) for stop in says["tour"])
            elif not self.copies.hear(says, beacon.source):
                for heard in read(beacon, self.node.name_of):
                    self.neighbourhood.take(heard)
                    self.copies.heard_of(heard.holds)
                    if heard.hops == 1:
                        self._shunned.pop(heard.node, None)

    def holds(self, packet: int) -> bool:
        """Return whether a packet is here, handled or waiting."""
        return packet in self._here or self.node.has_waiting(packet)

    def handle(self, packet: ModelPacket) -> Step:
        """Learn where there is data, as long as the packet stays; then send it on, or let it come to its end."""
        self.copies.forget(packet.packet)
        self._here[packet.packet] = None
        try:
            while not self.yields(packet):
                began_s = self.node.now
                packet = self.grow(packet)
                if self.node.samples:
                    packet = yield from self.learn(packet)
                else:
                    self._note_visit(0.0, began_s)
                packet = self.node.sign_visit(packet)
                if self.ends(packet):
                    return
                hop = self.method.next_hop.choose(self.outlook(packet))
                if hop is not None:
                    self.send_on(packet, hop)
                    return
                if not self.node.samples:
                    yield self.node.wait(_PAUSE_S)
        except NodeDown:
            self.node.retire(packet)
            raise
        finally:
            self._here.pop(packet.packet, None)

    def grow(self, packet: ModelPacket) -> ModelPacket:
        """Return the packet with its model grown, where the scenario says that it grows and that is due here."""
        return grow(self.node, self.restore(packet)[0], self.method.growth) if self.method.growth else packet

    def relaunch(self, heir: ModelPacket) -> Step:
        """Let the heir of a lost packet set out; it has been trained here before."""
        self.node.launch(heir)
        self.node.answer(heir.to_model(), heir.packet)
        yield from self.set_out(heir)

    def set_out(self, packet: ModelPacket) -> Step:
        """Send on a packet that has been trained here, as soon as there is somewhere to go."""
        self._here[packet.packet] = None
        try:
            while not self.yields(packet) and not self.ends(packet):
                hop = self.method.next_hop.choose(self.outlook(packet))
                if hop is not None and hop.destination not in self.shunned():
                    self.send_on(packet, hop)
                    return
                yield self.node.wait(_PAUSE_S)
        except NodeDown:
            self.node.retire(packet)
            raise
        finally:
            self._here.pop(packet.packet, None)

    def yields(self, packet: ModelPacket) -> bool:
        """Let a packet retire that was taken for lost, and has an heir; return whether it did."""
        if not self.copies.must_yield(packet.packet):
            return False
        self.copies.end(packet)
        self.node.retire(packet)
        return True

    def shunned(self) -> frozenset[str]:
        """Return the nodes to which a packet could not be sent lately."""
        self._shunned = {name: until_s for name, until_s in self._shunned.items() if until_s > self.node.now}
        return frozenset(self._shunned)

    def outlook(self, packet: ModelPacket) -> Outlook:
        """Return what the policy may know."""
        heard = self.neighbourhood.at(self.node.now)
        return Outlook(self.node, packet, self.roles.holders, heard, self.shunned())

    def ends(self, packet: ModelPacket) -> bool:
        """Let a packet retire at its hop limit, after its time, or where its goal is reached; return whether it did."""
        goal = self.method.goal
        settled = goal is not None and packet.performance.value >= goal
        at_an_end = packet.hop_count >= packet.hop_limit or self.node.now >= packet.deadline_s
        if settled or at_an_end or not self.node.neighbours:
            self.copies.end(packet)
            self.node.retire(packet, ended=not settled, settled=settled)
            return True
        return False

    def learn(self, packet: ModelPacket) -> Step:
        """Restore, meet, admit, train and evaluate; return the packet as it is then, of which a copy stays."""
        from wayfare.models.scaling import Scale

        node, began_s = self.node, self.node.now
        packet, model = self.restore(packet)
        before: Evaluation | None = (yield node.evaluate(model)) if self.method.next_hop.needs_gain else None
        packet, model = self.meet(packet, model)
        part = self.admit(packet, model)
        if part is None:
            return packet
        trained = yield from self.train(packet, part)
        if part is not model:
            trained = node.scalings.put_back(model, trained, packet.packet)
        if self.method.bits != 32:
            trained = node.scalings.scale(trained, Scale(bits=self.method.bits), "precision", packet.packet)
        if self.method.meeting == "together":
            packet, trained = join(node, packet, trained, self.method.merger)
        evaluation = yield node.evaluate(trained)
        packet = node.stamp(packet, trained, evaluation.accuracy)
        if before is not None:
            self._note_visit(evaluation.accuracy - before.accuracy, began_s)
        yield from self.leave_copy(packet, trained)
        node.answer(trained, packet.packet)
        return packet

    def restore(self, packet: ModelPacket) -> tuple[ModelPacket, Model]:
        """Return a packet that a link has made smaller with its model put back into the larger copy that is here.

        Adapters need no copy to get back the rank that all begin with.
        """
        model = packet.to_model()
        if self.method.fit_link_s is None:
            return packet, model
        whole: Model | None = self.node.store.get("wholes", {}).get(packet.packet)
        if model.structure.family == "lora" and not self.method.models:
            whole = self.node.initial_model()
        if whole is None or whole.structure == model.structure or not _holds(whole, model):
            return packet, model
        model = self.node.scalings.put_back(whole, model, packet.packet)
        return resized(packet, model), model

    def meet(self, packet: ModelPacket, model: Model) -> tuple[ModelPacket, Model]:
        """Merge with the copy that another packet left here, if that can go into this one's, by what each learned."""
        met: ModelPacket | None = self.node.store.get("packet")
        if self.method.meeting != "merge" or met is None or met.packet == packet.packet:
            return packet, model
        resident = met.to_model()
        if not self.method.merger.takes(model.structure, resident.structure):
            return packet, model
        met = replace(met, updates=aligned(met.updates, len(model.structure.layers)))
        weights = [packet.learned_samples, met.learned_samples]
        if not self.node.can_merge([model, resident], self.method.merger):
            return packet, model
        return packet.joined_by(met), self.node.merge([model, resident], weights, self.method.merger, model)

    def admit(self, packet: ModelPacket, model: Model) -> Model | None:
        """Return what of a model the node has memory and time to train; None: nothing, and the record says why."""
        admission, node = self.method.admission, self.node
        reason = None if admission is None else admission.lacking(self.method, node, model)
        if admission is None or reason is None:
            return model
        if admission.otherwise == "scale":
            choices = replace(self.method.choices, depths=(1.0,), sparsities=(0.0,), bits=(32,))
            limits = admission.limits(self.method, node)
            with suppress(ValueError):  # nothing of it is small enough
                return node.scalings.fit(model, choices, "admission", packet.packet, **limits)[0]
        node.scalings.reject(model, reason, packet.packet)
        return None

    def train(self, packet: ModelPacket, model: Model) -> Step:
        """Train for one job, or in rounds until the validation loss falls no more; return the model."""
        frozen = yield from self.freeze(packet, model)
        teacher = yield from self.teacher(packet)
        until, rate = self.method.until, learning_rate(self.node, packet.structure, self.method.growth)
        if until is None:
            return (yield self.node.train(model, teacher=teacher, frozen=frozen, learning_rate=rate))
        best, least, since = model, math.inf, 0
        for _ in range(max(1, until.max_steps // self.method.steps)):
            model = yield self.node.train(model, teacher=teacher, frozen=frozen, learning_rate=rate)
            evaluation = yield self.node.evaluate(model)
            since += 1
            if evaluation.loss < least:
                best, least, since = model, evaluation.loss, 0
            if since >= until.patience:
                break
        return best

    def freeze(self, packet: ModelPacket, model: Model) -> Step:
        """Return the layers that stay as they are, by what the header or what the samples here say of them."""
        layers, trained = model.structure.layers, self.method.train
        if trained != "surgical":
            return frozen_layers(trained, layers, packet.updates)
        if len(layers) == 1:
            return ()
        gradients = yield self.node.relative_gradients(model, self.method.batch_size)
        frozen = flat_layers(gradients, self.method.train_share)
        self.node.record("layers.trained", len(layers) - len(frozen))
        return frozen

    def teacher(self, packet: ModelPacket) -> Step:
        """Return what the model that lives here says of the samples here, if it is another's and may teach."""
        met: ModelPacket | None = self.node.store.get("packet")
        if self.method.meeting != "teach" or met is None or met.packet == packet.packet:
            return None
        knowledge = yield self.node.ask(met.to_model())
        return knowledge.teacher(self.method.teaching.weight, self.method.teaching.temperature)

    def leave_copy(self, packet: ModelPacket, model: Model) -> Step:
        """Let a copy live here from now on; or, in mutual learning, the one that lives here learn from the packet."""
        node, teaching, met = self.node, self.method.teaching, self.node.store.get("packet")
        if self.method.meeting == "teach" and teaching.mutual and met is not None and met.packet != packet.packet:
            knowledge = yield node.ask(model)
            resident = yield node.train(
                met.to_model(), teacher=knowledge.teacher(teaching.weight, teaching.temperature)
            )
            evaluation = yield node.evaluate(resident)
            node.store |= {"packet": node.stamp(met, resident, evaluation.accuracy), "model": resident}
        else:
            node.store |= {"packet": packet, "model": model}
        if self.method.fit_link_s is not None:
            node.store.setdefault("wholes", {})[packet.packet] = model

    def send_on(self, packet: ModelPacket, hop: Hop) -> None:
        """Send a packet, made to fit its next link; a copy may stay until it is known to be safe."""
        whole, packet = packet, self.fit_link(packet, hop)
        self.copies.keep(packet, hop.destination)

        def ended(event: simpy.Event) -> None:
            if isinstance(event.value, SendFailed):
                self.fall_back(whole, hop.destination, event.value.reason)
            elif event.ok:
                self.copies.left(packet, hop.destination)

        sending = self.node.send(hop.destination, packet, hop.via)
        assert sending.callbacks is not None
        sending.callbacks.append(ended)

    def fall_back(self, packet: ModelPacket, destination: str, reason: DropReason) -> None:
        """Send a packet that was dropped elsewhere, if a copy of it is here; else it is lost."""
        if not self.copies.kept or self.node.is_down:
            self.node.retire(packet)
        elif reason in (DropReason.DEADLINE, DropReason.HOP_LIMIT):
            self.copies.end(packet)
            self.node.retire(packet, ended=True)
        else:
            self._shunned[destination] = self.node.now + _SHUNNED_S
            self.node.beside(self.set_out(packet))

    def fit_link(self, packet: ModelPacket, hop: Hop) -> ModelPacket:
        """Return the packet at the scale at which it crosses its next link in time; as it is where no scale does."""
        if self.method.fit_link_s is None:
            return packet
        try:
            first = (hop.via or (self.node.next_hop(hop.destination),))[0]
        except NoRoute:
            return packet
        link = self.node.link(first)
        most_bytes = link.now_bps * max(0.0, self.method.fit_link_s - link.delay_s) / 8
        size_bytes = packet.size_bytes
        if size_bytes <= most_bytes:
            return packet
        room_bytes = most_bytes - (size_bytes - len(packet.payload))
        try:
            model, report = self.node.scalings.fit(
                packet.to_model(), self.method.choices, "link", packet.packet, size_bytes=room_bytes
            )
        except ValueError:
            return packet
        self.node.answer(model, packet.packet)
        return resized(packet, model, report.scale)

    def _note_visit(self, gain: float, began_s: float) -> None:
        """Add a visit to what the node tells others of."""
        if self.method.next_hop.needs_gain:
            seconds, hardware = self.node.now - began_s, self.node.hardware
            joules = seconds * (hardware.power_busy_w - hardware.power_idle_w) / hardware.slots
            past: Experience = self.node.store.get("experience", Experience())
            self.node.store["experience"] = past.after(gain, seconds, joules)


def _holds(whole: Model, part: Model) -> bool:
    """Return whether a model is part of a larger one."""
    from wayfare.models.scaling import nested_places

    if whole.structure.family == part.structure.family == "lora":
        return whole.structure.rank > part.structure.rank  # type: ignore[attr-defined, no-any-return]
    try:
        nested_places(whole.structure, part.structure)
    except ValueError:
        return False
    return True

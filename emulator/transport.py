"""Transport: journeys over a network in which links and nodes fail, come back, fall silent and move."""

from collections.abc import Callable, Collection

from .clock import Turn
from .journeys import Journeys
from .links import Link
from .network import bits
from .records import DropReason, EventKind
from .transfer import Crossing

_LAST = 2**62  # an id after all others


class Transport(Journeys):
    """Moves transfers over the fluid network, whatever becomes of its nodes and links under way."""

    def set_link(self, link: Link, up: bool) -> None:
        """Let a directed link fail or come back.

        What has left it already still arrives. What is on it is treated as the forwarding plan says. A link that has
        failed twice is back when it has come back twice.
        """
        if not (self._down.open(link.index) if up else self._down.close(link.index)):
            return
        self.tables.set_up(link, up)
        kind = EventKind.LINK_UP if up else EventKind.LINK_DOWN
        self._writer.event(self._clock.now, kind, link.source, link.target)
        if up:
            self._go_on()
            self._end_custody()
            return
        if not self._failed:
            # After all that fails at this instant, so that nothing is sent another way that has failed too.
            self._clock.after(0.0, Turn.FAULT, _LAST, self._interrupt_all)
        self._failed.append(link)

    def set_node(self, node: int, up: bool) -> bool:
        """Let a node fail or come back, and all its links with it; what it held is lost. Return whether it changed."""
        if not (self._dead.open(node) if up else self._dead.close(node)):
            return False
        self._writer.event(self._clock.now, EventKind.NODE_UP if up else EventKind.NODE_DOWN, node)
        if not up:
            lost = [crossing.transfer for crossing in self._crossings.at(node)]
            for transfer in (*lost, *self._custody.at(node)):
                if transfer.number in self.in_flight:
                    self._drop(transfer, node, DropReason.NODE_DOWN)
        for neighbour in self._wiring.neighbours(node):
            self.set_link(self._wiring.between[node, neighbour], up)
            self.set_link(self._wiring.between[neighbour, node], up)
        return True

    def is_dead(self, node: int) -> bool:
        """Tell whether a node has failed."""
        return node in self._dead

    def hold(self, links: Collection[Link], held: bool) -> None:
        """Let nothing pass links for a while, or let it pass again; ways stay as they are, and what waits resumes.

        Links that are held twice are free when they were let go twice.
        """
        for link in links:
            (self._held.close if held else self._held.open)(link.index)
        if held:
            for crossing in self._crossings.on(links):
                self._halt(crossing)
        else:
            self._go_on()

    def move(self, links: Collection[Link], change: Callable[[], None]) -> None:
        """Let links have other ends, which ``change`` gives them.

        What is on them goes on from the node that holds it, or is dropped, as the forwarding plan says of an
        interruption. To resume is to send the rest alone; what has passed goes on from where it is.
        """
        moved = self._crossings.on(links)
        self.hold(links, held=True)
        for crossing in moved:
            self._count_lost(crossing)
            if self._plan.interrupted == "resume":
                self._split(crossing)
        before = [(link, {link.source, link.target}) for link in links]
        change()
        self.tables.forget()
        for link, ends in before:
            self._follow_nodes(link, ends)
        for crossing in moved:
            if crossing in self._crossings:
                self._abandon(crossing)
        self.hold(links, held=False)
        self._end_custody()

    def _follow_nodes(self, link: Link, ends: set[int]) -> None:
        """Let a link that has left a dead node be up again, and one that has come to a dead node be down."""
        now = {link.source, link.target}
        for node, up in (*((node, True) for node in ends - now), *((node, False) for node in now - ends)):
            if node in self._dead:
                self.set_link(link, up)

    def _interrupt_all(self) -> None:
        """Interrupt what was on the links that have failed at this instant."""
        failed, self._failed = self._failed, []
        for crossing in self._crossings.on(failed):
            self._interrupt(crossing)
        if any(link.index not in self._down for link in failed):
            self._go_on()  # some were back before they were missed

    def _interrupt(self, crossing: Crossing) -> None:
        """A link has failed under a piece."""
        if crossing not in self._crossings:
            return  # its transfer was dropped for another piece
        self._halt(crossing)
        self._count_lost(crossing)
        if self._plan.interrupted == "restart":
            crossing.rest_bits = bits(crossing.transfer.pieces[crossing.piece])
        elif self._plan.interrupted != "resume":
            self._abandon(crossing)

    def _halt(self, crossing: Crossing) -> None:
        self._crossings.halt(crossing)
        self._buffers.withdraw(crossing)

    def _count_lost(self, crossing: Crossing) -> None:
        """Record an interruption, and what has to be sent again."""
        transfer = crossing.transfer
        passed_bits = bits(transfer.pieces[crossing.piece]) - crossing.rest_bits
        lost_bits = 0.0 if self._plan.interrupted == "resume" else passed_bits
        first = crossing.links[0]
        interrupt, flow, packet = EventKind.INTERRUPT, transfer.number, transfer.packet
        self._writer.event(self._clock.now, interrupt, crossing.node, first.target, flow, packet, value=lost_bits / 8)

    def _abandon(self, crossing: Crossing) -> None:
        """Take a piece off its links, to drop its transfer or to send it another way from the node that holds it."""
        transfer = crossing.transfer
        if self._plan.interrupted == "drop":
            self._drop(transfer, crossing.node, DropReason.LINK_DOWN)
            return
        self._take_off(crossing)
        self._free(crossing.beyond, transfer, crossing.piece)
        transfer.least_s = 0.0  # a bound for another way than the one it will have come
        if self._plan.interrupted == "reroute":
            transfer.via = None
        if transfer.cut_through:
            self._cut_through(transfer)
            return
        transfer.way.clear()  # other nodes might send its next pieces back here
        transfer.passed.clear()
        for piece in transfer.queues.pop(crossing.links[0].index):
            if transfer.number in self.in_flight:
                self._send_on(transfer, piece, crossing.node)

    def _split(self, crossing: Crossing) -> None:
        """Make a piece of its own of what has passed, which goes on from where the links lead now."""
        transfer = crossing.transfer
        passed_bytes = transfer.pieces[crossing.piece] - crossing.rest_bits / 8
        if passed_bytes <= 0:
            return
        transfer.split = True
        transfer.pieces[crossing.piece] -= passed_bytes
        transfer.pieces.append(passed_bytes)
        self._buffers.split(crossing.beyond, transfer, crossing.piece)
        self._propagate(crossing, len(transfer.pieces) - 1)

    def _go_on(self) -> None:
        """Let pieces that waited for their links go on, if these are open now."""
        for crossing in self._crossings.waiting():
            if crossing in self._crossings and crossing.waits:
                self._cross(crossing)

    def _end_custody(self) -> None:
        """Let what had no way look for one again."""
        for transfer, go_on in self._custody.release():
            if transfer.number in self.in_flight:
                go_on()

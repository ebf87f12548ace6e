"""The nodes' programs in a run: started, told of failures, started anew; and what attackers send them."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from .clock import Clock, Turn
from .endpoint import until_down
from .forgery import Forging
from .node import Node
from .packets import count_hop, hops_of
from .transfer import Transfer
from .transport import Transport

if TYPE_CHECKING:
    from .methods import Method, Roles


class Programs:
    """One program a node, by the method.

    Args:
        clock: The run's.
        method: Whose programs.
        roles: What the programs are told of the network.
        nodes: By id.
        to_join: Ids of the nodes that are not there yet.
    """

    def __init__(
        self, clock: Clock, method: "Method", roles: "Roles", nodes: Sequence[Node], to_join: set[int]
    ) -> None:
        self._clock, self._method, self._roles, self._nodes, self._to_join = clock, method, roles, nodes, to_join

    def begin(self) -> None:
        """Start the programs of all nodes that are there."""
        for node in self._nodes:
            if node.index not in self._to_join:
                self._start(node)

    def node_changed(self, index: int, up: bool) -> None:
        """Let a node's program hear that the node failed, or start it: anew, or for the first time."""
        node = self._nodes[index]
        if not up:
            node.fail()
            return
        node.is_down = False
        node.restarts += index not in self._to_join
        self._to_join.discard(index)
        self._start(node)

    def _start(self, node: Node) -> None:
        program = self._method.program(node, self._roles)
        if program is not None:
            self._clock.process(until_down(program))

    def plan_forged(self, transport: Transport, forgings: Sequence[Forging]) -> None:
        """Let attackers send forged packets over the network, made of what they overhear at the node they attack."""
        for number, forging in enumerate(forgings):
            self._nodes[forging.target].overheard_by.append(forging.forger)
            self._plan_next(transport, number, forging)

    def _plan_next(self, transport: Transport, number: int, forging: Forging) -> None:
        time_s = next(forging.times_s, None)
        if time_s is not None:
            self._clock.at(time_s, Turn.TIMER, number, partial(self._forge, transport, number, forging))

    def _forge(self, transport: Transport, number: int, forging: Forging) -> None:
        self._plan_next(transport, number, forging)
        data = forging.forger.forge()
        if data:
            deliver = partial(self._deliver, data)
            transport.send(forging.source, forging.target, len(data), deliver, lambda *_: None, packet_class="model")

    def _deliver(self, data: bytes, transfer: Transfer) -> None:
        self._nodes[transfer.target].arrive(count_hop(data, hops_of(data) + transfer.hops), transfer)

"""How failure reaches a node's program."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .packets import ModelPacket
    from .records import DropReason


class SendFailed(Exception):  # noqa: N818 - it names what happened, as SimPy's Interrupt does
    """A packet was dropped on its way; ``packet`` is what was sent, ``reason`` says why."""

    def __init__(self, packet: "ModelPacket", reason: "DropReason") -> None:
        super().__init__(packet, reason)  # SimPy makes the exception anew from these in the waiting program
        self.packet = packet
        self.reason = reason

    def __str__(self) -> str:
        return f"packet {self.packet.packet} was dropped: {self.reason.name.lower().replace('_', ' ')}"


class NodeDown(Exception):  # noqa: N818 - as above
    """The node itself has failed: what it was waiting for will not come, and its jobs and packets are lost.

    A program may put in order what others see of it, and must let the exception pass. When the node is back, its
    program starts anew; what is in ``node.store`` has survived.
    """

    def __init__(self, node: str) -> None:
        super().__init__(node)
        self.node = node

    def __str__(self) -> str:
        return f"{self.node} is down"

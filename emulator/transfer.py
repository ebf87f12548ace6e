"""What is on its way: a transfer from end to end, and each piece of it on its links."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .links import Link
from .network import Flow
from .records import DropReason

HOP_LIMIT = 64  # the TTL that RFC 1700 recommends for IP


@dataclass(eq=False)
class Transfer:
    """Something of a size on its way from one node to another.

    Attributes:
        packet: Id of the model packet it carries, or -1.
        pieces: Sizes of what travels by itself: one for a whole packet, several fragments [bytes].
        cap_bps: The most it takes.
        hops: Links that its first piece has entered.
        hop_limit: It is dropped when it would need one more link than this.
        arrived: Pieces at the destination.
        least_s: Its delays so far, and each piece's size at the fastest rate there is for it.
    """

    number: int
    source: int
    target: int
    size_bytes: int
    start_s: float
    packet: int
    pieces: tuple[int, ...]
    cap_bps: float
    hop_limit: int
    delivered: Callable[["Transfer"], None]
    dropped: Callable[["Transfer", DropReason], None]
    hops: int = 0
    arrived: int = 0
    least_s: float = 0.0
    way: dict[int, Link] = field(default_factory=dict)
    queues: dict[int, deque[int]] = field(default_factory=dict)
    crossed: dict[int, int] = field(default_factory=dict)


@dataclass(eq=False)
class Crossing:
    """A piece of a transfer on one or several links at once; ``flow`` is None while a link of it is down."""

    transfer: Transfer
    piece: int
    links: list[Link]
    flow: Flow | None = None
    rest_bits: float = 0.0

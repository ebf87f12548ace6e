"""What is on its way: a transfer from end to end, and each piece of it on its links."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from .clock import Appointment
from .links import Link
from .network import Flow
from .records import DropReason
from .way import Way

_COLLECTIONS: Mapping[str, type] = MappingProxyType(
    {"way": dict, "passed": set, "queues": dict, "crossed": dict, "room": set}
)


@dataclass(eq=False, slots=True)
class Transfer:
    """Something of a size on its way from one node to another.

    Attributes:
        packet: Id of the model packet it carries, or -1.
        pieces: Sizes of what travels by itself: one for a whole packet, several fragments; of one that was on a link
            as it moved, the two parts [bytes].
        split: Whether there are such parts, which need not all go the same way.
        cut_through: Whether it crosses all its links at once.
        cap_bps: The most it takes.
        priority: On every link a higher one is served first.
        hop_limit: It is dropped when it would need one more link than this.
        via: The nodes of the source route, from end to end; None where the forwarding tables decide.
        last: The piece that is sent last.
        rear: The node where that arrived last.
        deadline: The appointment at which it is dropped.
        hops: Links that its first piece has entered.
        arrived: Pieces at the destination.
        way: The link that the first piece took at each node; the next ones follow.
        passed: Node and piece of each that has taken it; one that comes back finds another.
        room: Node and piece of each that takes room in a buffer.
        crossings: Its pieces that are on links.
        least_s: The delays so far of its first piece, and its size at the fastest rate there was for it.
    """

    number: int
    source: int
    target: int
    size_bytes: int
    start_s: float
    packet: int
    pieces: list[float]
    cut_through: bool
    cap_bps: float
    priority: int
    hop_limit: int
    via: tuple[int, ...] | None
    delivered: Callable[["Transfer"], None]
    dropped: Callable[["Transfer", DropReason], None]
    last: int
    rear: int
    deadline: Appointment | None = None
    split: bool = False
    hops: int = 0
    arrived: int = 0
    least_s: float = 0.0
    crossings: list["Crossing"] = field(default_factory=list)
    way: dict[int, Link] = field(init=False)
    passed: set[tuple[int, int]] = field(init=False)
    queues: dict[int, deque[int]] = field(init=False)
    crossed: dict[tuple[int, int], int] = field(init=False)
    room: set[tuple[int, int]] = field(init=False)

    def __getattr__(self, name: str) -> object:
        """Make a collection when it is asked for the first time: one that cuts through needs few of them."""
        if name not in _COLLECTIONS:
            raise AttributeError(f"a transfer has no {name!r}")
        made = _COLLECTIONS[name]()
        setattr(self, name, made)
        return made


@dataclass(eq=False, slots=True)
class Crossing:
    """A piece of a transfer on one or several links at once: a connection of its own.

    Attributes:
        leads: Whether it is the first of its transfer there, and stands for it in the record until it has begun.
        node: Who holds the piece.
        beyond: Who will hold it.
        back: The way of its acknowledgements, where these count.
        since_s: When it came to the first link.
        rest_bits: What of the piece has not passed.
        window_bits: What of that is sent next, or is being sent.
        began_s: When that began.
        paid_s: Delay that it waited for before it began, in the place of one after it.
        pause: When it goes on; None unless it pauses.
        flow: None while nothing flows.
    """

    transfer: Transfer
    piece: int
    way: Way
    leads: bool
    node: int
    beyond: int
    back: Sequence[Link]
    since_s: float
    rest_bits: float
    window_bits: float = 0.0
    began_s: float = 0.0
    paid_s: float = 0.0
    pause: Appointment | None = None
    flow: Flow | None = None

    @property
    def links(self) -> Sequence[Link]:
        """Return the links it is on."""
        return self.way.links

    @property
    def waits(self) -> bool:
        """Return whether it has not begun, or was stopped."""
        return self.flow is None and self.pause is None

"""What numbers of the record stand for: kinds of things, and times."""

from enum import IntEnum


class EventKind(IntEnum):
    """What happened. ``node`` and ``peer`` are node ids; ``value`` is what the comment says."""

    FLOW_START = 0  # node: source, peer: destination; a transfer begins
    HOP_START = 1  # node: from, peer: to; the first bit enters the link
    HOP_END = 2  # node: from, peer: to; the last bit has arrived after the link's delay
    FLOW_END = 3  # node: destination, peer: source; delivered
    FLOW_DROP = 4  # node: where, peer: destination; value: DropReason
    TRAIN_START = 5  # node; size_bytes: of the model; value: duration [s]
    TRAIN_END = 6  # node; value: mean loss over the job's steps
    EVALUATE = 7  # node; value: accuracy on the node's own validation split
    MERGE = 8  # node; value: number of models merged; 0: they were too few for the merger
    SCALE = 9  # node; size_bytes: of the weights after scaling; value: bits a parameter; SCALINGS has the rest
    LAUNCH = 10  # node; a model packet comes to life
    RETIRE = 11  # node; a model packet ends
    LINK_DOWN = 12  # node: from, peer: to; a directed link fails
    LINK_UP = 13  # node: from, peer: to; it is back
    INTERRUPT = 14  # node: from, peer: to; a link failed under a transfer; value: bytes to be sent again
    NODE_DOWN = 15  # node; it fails, or is not there yet at the start
    NODE_UP = 16  # node; it is back
    HANDOVER = 17  # node: device, peer: its new site; value: id of the old one
    LINK_RATE = 18  # node: from, peer: to; value: what a flow alone gets there from now on [bit/s]
    LINK_DELAY = 19  # node: from, peer: to; value: delay of what leaves it from now on [s]
    REFUSE = 20  # node, peer: sender; its gate refuses what has arrived; value: RefuseReason
    DRIFT = 21  # the data of nodes changes; value: number of the change, from 1
    BATTERY_EMPTY = 22  # node; it fails for good
    REJECT = 23  # node; it leaves a model untrained; size_bytes: memory that it takes; value: RejectReason


class DropReason(IntEnum):
    """Why a packet was dropped."""

    HOP_LIMIT = 0
    NO_ROUTE = 1
    NO_MEMORY = 2
    LINK_DOWN = 3
    NODE_DOWN = 4
    DEADLINE = 5
    BUFFER_FULL = 6


class RejectReason(IntEnum):
    """Why a node does not train a model that has come by."""

    MEMORY = 0
    COMPUTE = 1


class Asked(IntEnum):
    """What the solver of the rates was asked; one row for each link and constraint of a flow."""

    ENTER = 0  # a flow begins
    CHANGE = 1  # it asks for something else of the same constraints
    LEAVE = 2  # it has passed, or was taken out
    CAPACITY = 3  # a constraint has this capacity from now on (in ``coefficient``)


def nanoseconds(time_s: float) -> int:
    """Return a virtual time [s] as the integer nanoseconds a row holds."""
    return round(time_s * 1e9)

"""Why bytes that arrive are refused.

PacketError       a ValueError with its RefuseReason
"""

from enum import IntEnum


class RefuseReason(IntEnum):
    """Why a node does not take what has arrived, as the record has it."""

    TRUNCATED = 0  # fewer bytes than the header announces
    CORRUPTED = 1  # the checksum does not match
    OVERSIZED = 2  # beyond a limit of the format
    WRONG_VERSION = 3  # another version of the format
    UNSIGNED = 4  # no signature where one is required
    BAD_SIGNATURE = 5  # signed by somebody else, or by nobody that is trusted
    REPLAYED = 6  # it was here before, or was sent to another node
    HOP_LIMIT = 7  # it has crossed more links than it may
    MALFORMED = 8  # no packet, or one that contradicts itself
    UNKNOWN_STRUCTURE = 9  # a structure that nobody knows here, or that is not for this task
    DOES_NOT_FIT = 10  # more than the node's memory has room for
    NOT_FINITE = 11  # a weight or sample is infinite or not a number


class PacketError(ValueError):
    """Bytes that are no packet of this version, were changed on the way, or hold what they should not.

    Attributes:
        reason: Why, for the record.
    """

    def __init__(self, reason: RefuseReason, message: str) -> None:
        super().__init__(reason, message)  # SimPy makes exceptions anew from these
        self.reason = reason

    def __str__(self) -> str:
        return str(self.args[1])

"""How a scenario sends: what a run's tables do not say of how transfers travel."""

import math
from dataclasses import dataclass

WHOLE = 1e-6  # as near as this it is a whole number of segments


@dataclass(frozen=True)
class Sending:
    """Fragments, segments and pauses.

    Attributes:
        fragment_bytes: The size of a fragment, where packets go in fragments.
        segment_bytes: The payload of a segment, where a transport makes segments.
        overhead_bytes: What it adds to each.
        forwarding: ``cut-through``, ``fragments`` or ``whole-packet``; None where it is to be seen from the way.
        pauses: Whether connections pause: with a transport, or where flows share as TCP does.
        interruption_s: For how long a device that changes its site sends nothing.
    """

    fragment_bytes: float = math.inf
    segment_bytes: float = math.inf
    overhead_bytes: float = 0.0
    forwarding: str | None = None
    pauses: bool = False
    interruption_s: float = 0.040  # 3GPP TR 36.839, execution time

    def payload_bits(self, wire_bits: float, *, stopped: bool) -> float:
        """Return the payload in what a flow carried; of one that was stopped, as if all segments were full."""
        if self.overhead_bytes == 0:
            return wire_bits
        full_bytes = self.segment_bytes + self.overhead_bytes
        segments = wire_bits / 8 / full_bytes
        return wire_bits - 8 * self.overhead_bytes * (segments if stopped else math.ceil(segments - WHOLE))

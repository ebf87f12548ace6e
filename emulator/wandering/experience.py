"""Experience: what packets have gained at a node, and what that took."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Experience:
    """What packets have gained at a node so far.

    Attributes:
        visits: Packets that were handled.
        gain: Sum of how much training raised their accuracy on the node's validation split.
        seconds: Virtual time that took in all [s].
        joules: Energy above idle that took in all [J].
    """

    visits: int = 0
    gain: float = 0.0
    seconds: float = 0.0
    joules: float = 0.0

    def after(self, gain: float, seconds: float, joules: float) -> "Experience":
        """Return the experience after one more visit."""
        return Experience(self.visits + 1, self.gain + gain, self.seconds + seconds, self.joules + joules)

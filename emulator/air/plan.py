"""What a scenario asks of the radio in a run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wayfare.emulator.mobility import Leg
from wayfare.emulator.radio import Handover, MovingBlockers
from wayfare.emulator.radio.blockage import Screen


@dataclass(frozen=True)
class AirPlan:
    """What changes on the air.

    Attributes:
        update_s: Time from one look at the radio to the next.
        interference: Whether what other cells sent since the last look disturbs.
        handover: When devices change their site; None: never.
        legs: The movement of each node that moves, by id.
        blockers: Screens in the way, and what each is.
    """

    update_s: float = 0.1
    interference: bool = False
    handover: Handover | None = None
    legs: Mapping[int, Iterator[Leg]] = field(default_factory=dict)
    blockers: tuple[MovingBlockers, Screen] | None = None

    @property
    def changes(self) -> bool:
        """Return whether anything can change during a run."""
        return self.interference or bool(self.legs) or self.blockers is not None

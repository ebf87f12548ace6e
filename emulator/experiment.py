"""The experiment: all that decides a run."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wayfare.models.streams import NamedStreams

from .air import AirPlan
from .changes import VaryingLinks
from .faults import FailingNode, FailingPair
from .forgery import Forging
from .forwarding import ForwardingPlan
from .methods import Method
from .nodes import NodeClass
from .planned import PlannedTransfer
from .routing import Routing
from .signing import Keyring
from .wiring import Wiring

if TYPE_CHECKING:
    from wayfare.models.service import TrainingService

    from .learning import Curriculum


@dataclass(frozen=True)
class Lesson:
    """What learns, and how: the method, the data and model, and the service that trains."""

    method: Method
    curriculum: "Curriculum"
    service: "TrainingService"


@dataclass(frozen=True)
class Experiment:
    """All that decides a run.

    Attributes:
        hardware: Of each node, by id.
        stop_s: When it ends; None: with the last transfer.
        bin_s: Width of the record's time bins, at whose ends the observer looks.
        record_sharing: Whether the journal of the sharing is written.
        record_weights: Whether the weights of the answers are, at the end.
        stream: Random streams by name.
        lesson: None for a network experiment.
        air: What changes on the air.
        background: Transfers of each source of background traffic, in order of time.
        faults: Links and nodes that fail, and when.
        varying: Links whose rate or delay changes, and when.
    """

    wiring: Wiring
    hardware: list[NodeClass]
    forwarding: ForwardingPlan
    transfers: tuple[PlannedTransfer, ...]
    stop_s: float | None
    bin_s: float
    stream: NamedStreams
    lesson: Lesson | None = None
    background: tuple[Iterator[PlannedTransfer], ...] = ()
    faults: tuple[FailingPair | FailingNode, ...] = ()
    varying: tuple[VaryingLinks, ...] = ()
    routing: Routing = field(default_factory=Routing)
    record_sharing: bool = True
    record_weights: bool = True
    air: AirPlan = field(default_factory=AirPlan)
    keyring: Keyring | None = None
    forgings: tuple[Forging, ...] = ()

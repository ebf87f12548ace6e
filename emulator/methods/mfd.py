"""Model-Follow-Data: models travel to the data, train there and move on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Gt, Le

from wayfare.emulator.choice import Choice
from wayfare.emulator.wandering import POLICIES, Beacons, Growth, LeastRecent, Policy, Teaching, Until
from wayfare.emulator.wandering.admission import Admission
from wayfare.emulator.wandering.layers import Trained
from wayfare.models.families import FAMILIES
from wayfare.models.formats import Bits
from wayfare.models.merging import MERGERS, Mean, Merger
from wayfare.models.scaling import Choices

from .method import Method, Roles

if TYPE_CHECKING:
    from wayfare.emulator.node import Node
    from wayfare.models.structure import Structure

    from .method import Program

# Krum needs more than two models, Fisher what nobody measures here, and stacked ranks grow with every meeting.
_NOT_FOR_TWO = ("fisher", "krum", "multi-krum", "stacking")


@dataclass(frozen=True, kw_only=True)
class Mfd(Method):
    """Several model packets wander over the network with no centre, each trained at every data holder it reaches.

    A node that receives a packet trains it on its own data, evaluates it, keeps a copy, and sends it to the neighbour
    that its policy chooses. The packet's own header, and what neighbours advertise if there are beacons, is all that a
    node knows of the rest of the network. The answers are the travelling models, and those that reached their goal;
    where there are none, the last models of those that retired at their hop limit or after their lifetime.

    Every part but the travelling is optional: `emulator.wandering.Host` has the steps in order. The copies that models
    meet are stale; on first-walk merging with them costs accuracy, so it is off unless asked for. Merging with packets
    that are there at the same moment is another choice. Both are weighted by how much each has learned, as in gossip
    learning (Hegedus et al., JPDC 2021, Algorithm 1).
    """

    packets: Annotated[int, "Model packets that travel; they start at data holders, evenly spread.", Ge(1)] = 6
    models: Annotated[
        tuple[Annotated[Any, Choice("family", FAMILIES)], ...],
        "Families that the packets take in turn; by default all have the scenario's model.",
    ] = ()
    bits: Annotated[Bits, "Bits a parameter takes on links, as in `Scale`; training is in 32."] = 32
    hop_limit: Annotated[int, "Links a packet crosses in its life at most; there it retires.", Ge(1), Le(2**32 - 2)] = (
        1_000_000
    )
    lifetime_s: Annotated[float | None, "Time after which a packet retires; by default never.", Gt(0)] = None
    goal: Annotated[
        float | None,
        "Accuracy on a node's own validation split at which a packet comes to rest there; its model stays an answer.",
        Gt(0),
    ] = None
    next_hop: Annotated[Policy, "Where a packet goes next.", Choice("policy", POLICIES)] = field(
        default_factory=LeastRecent
    )
    beacons: Annotated[Beacons | None, "What nodes tell their neighbours of themselves; by default nothing."] = None
    train: Annotated[
        Trained,
        "Which layers a node trains: all, the last, the half that has learned from the fewest samples, or (surgical) "
        "those at which its own samples pull most, by relative gradient norm (Lee et al. 2023, arXiv 2210.11466).",
    ] = "all"
    train_share: Annotated[
        float, "Share of all relative gradient norms that the layers of surgical training hold.", Gt(0), Le(1)
    ] = 0.5
    until: Annotated[Until | None, "When training at a node ends; by default after one job."] = None
    admission: Annotated[Admission | None, "What nodes refuse to train; by default nothing."] = None
    meeting: Annotated[
        Literal["none", "merge", "teach", "together"],
        "What a packet does with the model that the last one left at a node: nothing; merge, if both have one "
        "structure; or learn from what it says of the node's samples, whatever its structure. Together: nothing with "
        "that one, but packets that are at a node at one moment merge with each other, and all go on.",
    ] = "none"
    merger: Annotated[Merger, "How they merge; the packet's model is the base.", Choice("kind", MERGERS)] = field(
        default_factory=Mean
    )
    teaching: Annotated[Teaching, "How they teach."] = field(default_factory=Teaching)
    fit_link_s: Annotated[
        float | None,
        "Time in which a packet alone crosses its next link, made smaller if need be; where nothing is small enough it "
        "goes as it is. By default it takes its time. At a node it has been at before it gets its size back.",
        Gt(0),
    ] = None
    choices: Annotated[Choices, "Scales that fit_link and admission choose from."] = field(default_factory=Choices)
    growth: Annotated[
        tuple[Growth, ...], "Stages in which the models become larger on their way; by default they stay as they are."
    ] = ()
    copies: Annotated[int, "Last nodes of a packet that keep a copy, to launch an heir if it is lost.", Ge(0)] = 0
    lost_after_s: Annotated[
        float | None,
        "Silence after which who keeps a copy asks the others about the packet; silence alone does not make it lost.",
        Gt(0),
    ] = None

    def __post_init__(self) -> None:
        """Refuse parts that need others."""
        if self.next_hop.needs_beacons and self.beacons is None:
            name = next(name for name, policy in POLICIES.items() if isinstance(self.next_hop, policy))
            raise ValueError(
                f"next_hop {name!r} works by what neighbours advertise: add 'beacons: {{interval: 200 ms}}', or take "
                "a policy that needs none, such as least-recent"
            )
        if any(isinstance(self.merger, MERGERS[name]) for name in _NOT_FOR_TWO):
            raise ValueError(f"two models that meet cannot merge by any of {', '.join(_NOT_FOR_TWO)}; take mean")
        if self.growth and self.models:
            raise ValueError("'growth' is of the scenario's own model: leave out 'models'")
        if bool(self.copies) != (self.lost_after_s is not None):
            raise ValueError("'copies' and 'lost_after' come together: who keeps a copy must know when to use it")
        if self.until is not None and self.until.max_steps < self.steps:
            raise ValueError(f"'until' allows {self.until.max_steps} steps, fewer than the {self.steps} of one job")
        self._check_use()

    def _check_use(self) -> None:
        """Refuse keys that would change nothing."""
        if self.merger != Mean() and self.meeting not in ("merge", "together"):
            raise ValueError(
                f"'merger' is how models that meet merge, and with 'meeting: {self.meeting}' none do: leave it out, or "
                "take 'meeting: merge' or 'together'"
            )
        if self.teaching != Teaching() and self.meeting != "teach":
            raise ValueError(f"nobody teaches with 'meeting: {self.meeting}': leave 'teaching' out, or take 'teach'")
        if self.train_share != Mfd.train_share and self.train != "surgical":
            raise ValueError(
                f"'train_share' is how much of a model is trained by 'train: surgical', and with 'train: {self.train}' "
                "nothing asks for it: leave it out, or take 'train: surgical'"
            )
        if self.choices != Choices() and self.fit_link_s is None and self.admission is None:
            raise ValueError(
                "'choices' are what 'fit_link' and 'admission' choose from: add one of them, or leave it out"
            )

    def check(self, roles: Roles) -> None:
        """Refuse a network in which there is nowhere to go."""
        if len(roles.nodes) < 2:
            raise ValueError("mfd needs at least two nodes to travel between")

    def check_merger(self, structure: Structure, roles: Roles, degrees: Mapping[str, int]) -> None:
        """Refuse a merger that cannot merge two models that meet."""
        if self.meeting in ("merge", "together"):
            self.merger.check(structure, 2)

    def program(self, node: Node, roles: Roles) -> Program | None:
        """Run the same program at every node; some holders launch packets first."""
        from wayfare.emulator.wandering.host import Host

        holders = roles.holders
        starts = [holders[number * len(holders) // self.packets] for number in range(self.packets)]
        launches = [number for number, start in enumerate(starts) if start == node.name and not node.restarts]
        return Host(self, node, roles).live(launches)

"""Workers: who trains for the service, beside its own process or instead of it.

What they are given are groups of jobs of one signature. The bits of a result depend on its job alone, so nothing that
is decided here moves them: which jobs go where, in which order, or whether a worker was there in time.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from .errand import can_go
from .job import TrainingJob, TrainingResult
from .trainer import together

STEP_ALONE_FLOP, STEP_TOGETHER_FLOP = 5_000_000, 2_500_000
"""What a step costs beside its arithmetic, in FLOPs that take as long: of one job alone, of all jobs of a stack."""

HAND_FLOP, HAND_JOB_FLOP, HAND_FLOP_PER_BYTE = 16_000_000, 2_000_000, 50
"""What it costs to hand something to another process and take it back: at all, for each job, for each of its bytes."""

WORTH = 4.0
"""How many times that the work must be."""

Group = Sequence[TrainingJob]


class WorkerLost(ChildProcessError):  # noqa: N818 - it says what happened
    """A worker died, ran out of memory or could not be reached; the message says which and why."""


class Workers(Protocol):
    """Trains groups of jobs somewhere."""

    def train(self, groups: Sequence[Group]) -> list[list[TrainingResult]]:
        """Return the results of the jobs of each group, in order.

        Raises:
            WorkerLost: A worker was; whatever a job itself raises is raised here as it would be without workers.
        """
        ...

    def close(self) -> None:
        """Let go of all workers; nothing of them stays behind."""
        ...


class Part(NamedTuple):
    """Some jobs of a group, to be computed at one place.

    Attributes:
        group: its place among the groups.
        first: the place of the first job in the group.
        jobs: they themselves.
        effort_flop: what they cost.
        away: whether another process may compute them, and is worth being asked.
    """

    group: int
    first: int
    jobs: Group
    effort_flop: int
    away: bool


def cut(groups: Sequence[Group], hands: int, worth: float = WORTH) -> list[Part]:
    """Return groups in parts that so many processes can take, the largest first.

    Jobs that are stacked stay together as far as they can. What is not worth being handed over stays whole, and here.

    Args:
        groups: jobs of one signature each.
        hands: how many processes there are.
        worth: how many times as much as handing it over the work must cost; with 0 everything that can go is handed.
    """
    parts = []
    for number, group in enumerate(groups):
        effort = effort_flop(group)
        away = can_go(group[0].model.structure) and effort >= worth * len(group) * _handing_flop(group[0])
        least = max(1, -(-int(worth * HAND_FLOP) * len(group) // effort)) if away else len(group)
        size = max(least, -(-len(group) // hands)) if together(group) else least
        for first in range(0, len(group), size):
            jobs = group[first : first + size]
            parts.append(Part(number, first, jobs, effort_flop(jobs), away))
    return sorted(parts, key=lambda part: -part.effort_flop)


def effort_flop(jobs: Group) -> int:
    """Return what jobs of one signature cost [FLOP], the fixed costs of their steps counted as work."""
    step_flop = STEP_TOGETHER_FLOP if together(jobs) else STEP_ALONE_FLOP * len(jobs)
    return jobs[0].plan.steps * step_flop + sum(job.work_flop for job in jobs)


def _handing_flop(job: TrainingJob) -> int:
    """Return what it costs to hand a job over and take its result back, besides what handing anything over costs."""
    features = job.shard.features
    size_bytes = 4 * job.model.structure.parameters + features.numel() * features.element_size() // 2  # one way only
    return HAND_JOB_FLOP + HAND_FLOP_PER_BYTE * size_bytes

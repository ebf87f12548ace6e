"""RayWorkers: jobs trained as tasks of a Ray cluster, which has as many machines as outgrow one.

A task gets an errand's bytes and gives back those of its results, so neither side unpickles what the other has made. A
machine with another processor or other versions would make other bits; its tasks refuse, and that ends the run.
"""

from collections.abc import Sequence

from .errand import carry_out, decode_results, encode_jobs
from .job import TrainingResult
from .ray_cluster import connect
from .trainer import run_on_one_thread, train
from .workers import WORTH, Group, Part, WorkerLost, cut

RETRIES = 2  # of a task whose machine was lost: a result is a pure function, so trying again is safe


class RayWorkers:
    """Sends what is worth it to the cluster, in as many parts as it has processors, and trains the rest here."""

    def __init__(self, address: str, worth: float = WORTH) -> None:
        """Connect to a cluster.

        Args:
            address: As `connect` has it.
            worth: As `cut` has it.

        Raises:
            ValueError: Ray is not installed, or no cluster answers.
        """
        self._ray, self._worth = connect(address), worth
        self._task = self._ray.remote(num_cpus=1, max_retries=RETRIES)(_carried_out)
        self._hands = max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def __repr__(self) -> str:
        return f"<RayWorkers: {self._hands} processors>"

    def train(self, groups: Sequence[Group]) -> list[list[TrainingResult]]:
        """Return the results of the jobs of each group, in order.

        Raises:
            WorkerLost: A machine was, several times, or has another processor or other versions than this one.
        """
        parts = cut(groups, self._hands, self._worth)
        sent = [(part, self._task.remote(encode_jobs(part.jobs))) for part in parts if part.away]
        found: list[dict[int, list[TrainingResult]]] = [{} for _ in groups]
        for part in parts:
            if not part.away:
                found[part.group][part.first] = train(part.jobs)
        for part, reference in sent:
            found[part.group][part.first] = self._result(part, reference)
        return [[result for first in sorted(own) for result in own[first]] for own in found]

    def close(self) -> None:
        """Let go of the cluster; what it still does for this process ends."""
        self._ray.shutdown()

    def _result(self, part: Part, reference: object) -> list[TrainingResult]:
        try:
            return decode_results(self._ray.get(reference), part.jobs)
        except self._ray.exceptions.RayTaskError as error:
            train(part.jobs)  # what is the job's own fault is raised here as it would be without workers
            raise WorkerLost(f"a task on the Ray cluster failed ({error.cause})") from error
        except self._ray.exceptions.RayError as error:
            reason = str(error).strip().splitlines()[0]
            raise WorkerLost(f"the Ray cluster lost a task ({type(error).__name__}: {reason})") from error


def _carried_out(data: bytes) -> bytes:
    run_on_one_thread()
    return carry_out(data)

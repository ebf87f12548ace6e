"""What trains a run's models: a device, and processes beside this one, on this machine or on a Ray cluster."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import Problem, ScenarioError

if TYPE_CHECKING:
    from wayfare.models.memory import ResultMemory
    from wayfare.models.service import TrainingService
    from wayfare.models.workers import Workers

MOST_BY_DEFAULT = 3
"""Workers where nobody says how many: each takes 300 MB of memory."""


@dataclass(frozen=True)
class Resources:
    """What a run may train with; it moves no bit of a result but for the device.

    Attributes:
        device: `cpu`, `cuda`, or `cuda:1`.
        workers: Processes beside this one; None: as many as there are other processors, started when there was enough
            to do to pay for that.
        ray: Address of a Ray cluster that trains instead; `local` makes one here.
    """

    device: str = "cpu"
    workers: int | None = None
    ray: str | None = None

    def __post_init__(self) -> None:
        if self.ray is not None and self.workers is not None:
            raise ScenarioError(Problem("has workers of its own: leave --workers out", "--ray"))
        for option, given in (("--ray", self.ray), ("--workers", self.workers)):
            if self.device != "cpu" and given:
                message = "trains on processors, and --device on one device: give one of the two"
                raise ScenarioError(Problem(message, option))

    def service(self, memory: "ResultMemory | None") -> "TrainingService":
        """Return the service that trains with all this.

        Raises:
            ScenarioError: There is no such device, or no such cluster.
        """
        from wayfare.models.device import use_device
        from wayfare.models.service import TrainingService

        try:
            device = use_device(self.device)
        except ValueError as error:
            raise ScenarioError(Problem(str(error), "--device")) from None
        return TrainingService(memory, self._workers(), device)

    def fingerprint(self) -> dict[str, str]:
        """Return what the bits of a result depend on besides its job."""
        from wayfare.models.device import use_device
        from wayfare.models.fingerprint import machine_fingerprint

        return machine_fingerprint(use_device(self.device))

    def _workers(self) -> "Workers | None":
        if self.device != "cpu":
            return None
        if self.ray is not None:
            return _cluster(self.ray)
        from wayfare.models.local_workers import LocalWorkers

        if self.workers is not None:
            return LocalWorkers(self.workers, patience_flop=0) if self.workers else None
        most = workers_by_default()
        return LocalWorkers(most) if most else None


def workers_by_default() -> int:
    """Return one less than the processors of this process, at most three; none where OMP_NUM_THREADS is 1.

    Whoever says that wants one processor to be taken, as sweeps and batch systems do, which run many at a time.
    """
    if os.environ.get("OMP_NUM_THREADS") == "1":
        return 0
    has = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(has - 1, MOST_BY_DEFAULT)


def _cluster(address: str) -> "Workers":
    from wayfare.models.ray_workers import RayWorkers

    try:
        return RayWorkers(address)
    except ValueError as error:
        raise ScenarioError(Problem(str(error), "--ray")) from None

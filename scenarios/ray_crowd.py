"""The runs of a sweep as tasks on a Ray cluster.

A task gets the text of a resolved scenario and gives back the run folder as an archive, so the machines of the cluster
need no disk in common; files that the scenario names must be there under the same path. Ray is an optional extra:
`pip install 'wayfare[ray]'`.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .crowd import ONE_THREAD, Job, Result, cause
from .errors import Problem, ScenarioError


class RayCrowd:
    """Runs jobs as tasks of a Ray cluster, one processor each, as many at a time as it has processors."""

    def __init__(self, address: str) -> None:
        """Connect to a cluster.

        Args:
            address: Of its head, such as `10.0.0.1:6379` or `ray://10.0.0.1:10001`; `auto` finds that of this machine,
                `local` starts one here for as long as the sweep takes.

        Raises:
            ScenarioError: Ray is not installed, or no cluster answers.
        """
        was_connected = "ray" in sys.modules and sys.modules["ray"].is_initialized()
        self._ray = _connected(address)
        self._is_mine = not was_connected
        self._task = self._ray.remote(num_cpus=1, max_retries=2)(carry_out)
        self._running: dict[Any, Job] = {}
        self._most = max(int(self._ray.cluster_resources().get("CPU", 1)), 1)

    @property
    def free(self) -> int:
        """How many more jobs it would take now."""
        return self._most - len(self._running)

    def start(self, job: Job) -> None:
        """Begin a job; what is unfinished on this machine is begun anew on the cluster."""
        text = job.scenario.read_text(encoding="utf-8")
        self._running[self._task.remote(text, job.scenario.name, job.cache)] = job

    def done(self) -> Iterator[Result]:
        """Yield the jobs that have ended since it was last asked, without waiting."""
        if not self._running:
            return
        ready, _ = self._ray.wait(list(self._running), num_returns=len(self._running), timeout=0)
        for reference in ready:
            yield self._result(self._running.pop(reference), reference)

    def stop(self) -> None:
        """Cancel all that runs."""
        for reference in self._running:
            self._ray.cancel(reference, force=True)
        self._running.clear()
        self.close()

    def close(self) -> None:
        """Let go of the cluster, unless this process was connected to it before."""
        if self._is_mine:
            self._ray.shutdown()

    def _result(self, job: Job, reference: Any) -> Result:
        try:
            archive, error = self._ray.get(reference)
        except self._ray.exceptions.RayError as lost:
            return Result(job, "failed", None, f"lost on the cluster: {str(lost).strip().splitlines()[-1]}")
        folder = _unpacked(archive, job.parent) if archive else None
        return Result(job, "finished" if error is None else "failed", folder, error)


def _connected(address: str) -> Any:
    """Return the module `ray`, connected to a cluster.

    Raises:
        ScenarioError: It is not installed, or no cluster answers.
    """
    from wayfare.models.ray_cluster import connect

    try:
        return connect(address)
    except ValueError as error:
        message = f"{error}; without a cluster, --workers runs on this machine"
        raise ScenarioError(Problem(message, "--ray")) from None


def carry_out(text: str, name: str, cache: bool) -> tuple[bytes | None, str | None]:
    """Run a resolved scenario; return its run folder as an archive if there is one, and the cause if it failed."""
    with tempfile.TemporaryDirectory(prefix="wayfare-ray-") as place:
        scenario, runs = Path(place) / name, Path(place) / "runs"
        scenario.write_text(text, encoding="utf-8")
        options = ["--out", str(runs), "--quiet", *([] if cache else ["--no-cache"])]
        done = subprocess.run(
            [sys.executable, "-m", "wayfare", "run", str(scenario), *options],
            env=os.environ | ONE_THREAD,
            capture_output=True,
            check=False,
        )
        folders = sorted(runs.iterdir()) if runs.is_dir() else []
        error = cause(done.returncode, done.stderr.decode(errors="replace")) if done.returncode else None
        return (_packed(folders[-1]) if folders else None), error


def _packed(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.add(folder, arcname=folder.name)
    return buffer.getvalue()


def _unpacked(content: bytes, parent: Path) -> Path:
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        name = archive.getnames()[0]
        archive.extractall(parent, filter="data")
    return parent / name

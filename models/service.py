"""TrainingService: collects jobs whose results are not due yet and computes them together when the first is."""

from collections import defaultdict
from typing import NamedTuple

import torch

from .allocation import keep_freed_memory
from .device import CPU
from .fingerprint import machine_fingerprint
from .job import Signature, TrainingJob, TrainingResult
from .memory import ResultMemory
from .trainer import run_on_one_thread, train
from .workers import Workers


class Ticket(NamedTuple):
    """A claim on the result of a job that was submitted."""

    number: int


class TrainingService:
    """Takes jobs when they start in virtual time, and has their results when they are due.

    Nothing here moves the bits of a result: not what is computed together, nor what is remembered.

    Attributes:
        jobs: results claimed.
        samples: samples of the claimed results.
        batches: batched calls that were computed.
        remembered: results that came from the memory instead.
        dropped: jobs discarded, computed or not.
        memory: where results are remembered, if they are.
        workers: who trains beside this process, if anybody does.
        device: what trains in this process.
    """

    def __init__(
        self, memory: ResultMemory | None = None, workers: Workers | None = None, device: torch.device = CPU
    ) -> None:
        run_on_one_thread()
        keep_freed_memory()
        self.jobs = self.samples = self.batches = self.remembered = self.dropped = 0
        self.memory, self.workers, self.device = memory, workers, device
        self._fingerprint = machine_fingerprint(device)
        self._submitted = 0
        self._pending: dict[Ticket, TrainingJob] = {}
        self._results: dict[Ticket, TrainingResult] = {}

    def __repr__(self) -> str:
        return f"<TrainingService: {len(self._pending)} pending, {self.jobs} claimed, {self.batches} batches>"

    def submit(self, job: TrainingJob) -> Ticket:
        """Take a job and return the ticket for its result; nothing is computed yet."""
        self._submitted += 1
        ticket = Ticket(self._submitted)
        self._pending[ticket] = job
        return ticket

    def result(self, ticket: Ticket) -> TrainingResult:
        """Return the result of a job, once; if it is not there yet, compute all pending jobs.

        Raises:
            KeyError: the ticket was claimed or discarded before, or is not from here.
        """
        if ticket in self._pending:
            self._compute_pending()
        if ticket not in self._results:
            raise KeyError(f"{ticket} was claimed or discarded before, or is not of this service")
        result = self._results.pop(ticket)
        self.jobs += 1
        self.samples += result.samples
        return result

    def discard(self, ticket: Ticket) -> None:
        """Give up a job: its node died, or its announcement came to nothing. A pending one is never computed.

        Raises:
            KeyError: the ticket was claimed or discarded before, or is not from here.
        """
        if self._pending.pop(ticket, None) is None and self._results.pop(ticket, None) is None:
            raise KeyError(f"{ticket} was claimed or discarded before, or is not of this service")
        self.dropped += 1

    def close(self) -> None:
        """Let go of the workers."""
        if self.workers is not None:
            self.workers.close()

    def _compute_pending(self) -> None:
        groups: dict[Signature, list[Ticket]] = defaultdict(list)
        for ticket, job in self._pending.items():
            if not self._remember(ticket, job):
                groups[job.signature].append(ticket)
        jobs = [[self._pending[ticket] for ticket in tickets] for tickets in groups.values()]
        for tickets, group, results in zip(groups.values(), jobs, self._trained(jobs), strict=True):
            self.batches += 1
            for ticket, job, result in zip(tickets, group, results, strict=True):
                self._results[ticket] = result
                if self.memory:
                    self.memory.put(job.key(self._fingerprint), result)
        self._pending.clear()

    def _remember(self, ticket: Ticket, job: TrainingJob) -> bool:
        """Look a job up in the memory; say whether its result was there."""
        known = self.memory.get(job.key(self._fingerprint), job.model.structure) if self.memory else None
        if known is not None:
            self._results[ticket] = known
            self.remembered += 1
        return known is not None

    def _trained(self, groups: list[list[TrainingJob]]) -> list[list[TrainingResult]]:
        if self.workers is None or not groups:
            return [train(group, self.device) for group in groups]
        return self.workers.train(groups)

"""Workers beside this process: the same bits whatever their number, and one clear end when one of them dies."""

import dataclasses
import os
import signal
import socket
import threading
from contextlib import contextmanager

import pytest
import torch

from wayfare.models import (
    LinearStructure,
    LoRA,
    MLPStructure,
    Teacher,
    TrainingPlan,
    TrainingService,
    predict,
    train,
    weights_digest,
)
from wayfare.models.cnn import CNNStructure
from wayfare.models.errand import carry_out, decode_results, encode_jobs
from wayfare.models.local_workers import LocalWorkers
from wayfare.models.transformer import TransformerStructure
from wayfare.models.workers import WorkerLost, cut

PLAN = TrainingPlan(3, 7, "adam", 0.01)


def bits(result):
    return weights_digest({"": result.model}), result.loss.hex(), result.samples


STRUCTURES = {
    "linear": lambda: LinearStructure((7, 3)),
    "mlp": lambda: MLPStructure((13, 9, 10)),
    "regression": lambda: MLPStructure((5, 7, 2), "tanh", "regression"),
    "cnn": lambda: CNNStructure((5, 4), 3, (3,), 3, (5,)),
    "transformer": lambda: TransformerStructure(5, 1, 1, 6),
    "lora": lambda: LoRA(rank=2).structure((5,), 3),
}


@contextmanager
def started(count):
    workers = LocalWorkers(count, worth=0)
    workers.wait()
    try:
        yield workers
    finally:
        workers.close()


@pytest.fixture(scope="module")
def one_worker():
    with started(1) as workers:
        yield workers


def varied(jobs):
    """The jobs with everything that a job can carry: anchor, correction, teacher, few bits."""
    structure = jobs[0].model.structure
    others = [structure.initial(100 + number) for number in range(len(jobs))]
    return [
        dataclasses.replace(
            job,
            plan=dataclasses.replace(job.plan, proximal=0.1, frozen=structure.layers[:1]),
            anchor=other,
            correction=other.weights,
            teacher=Teacher(predict(other, job.shard), 0.3, 2.0),
        )
        for job, other in zip(jobs, others, strict=True)
    ]


@pytest.mark.parametrize("family", STRUCTURES)
def test_a_job_of_every_family_is_the_same_after_its_way_as_bytes(make_jobs, family):
    structure = STRUCTURES[family]()
    plain = make_jobs(structure, PLAN, 3)
    for jobs in (plain, varied(plain) if len(structure.layers) > 1 else []):
        if jobs:
            assert list(map(bits, decode_results(carry_out(encode_jobs(jobs)), jobs))) == list(map(bits, train(jobs)))


@pytest.mark.slow
def test_workers_move_no_bits_of_any_family_at_any_place(make_jobs):
    groups = [make_jobs(structure(), PLAN, 7) for structure in STRUCTURES.values()]
    groups += [varied(groups[1]), varied(groups[4])]
    alone = [[bits(train([job])[0]) for job in group] for group in groups]
    for count in (0, 1, 2, 3):
        with started(count) as workers:
            for turn in (1, -1):
                found = workers.train([group[::turn] for group in groups[::turn]])
                assert [[bits(result) for result in group][::turn] for group in found][::turn] == alone


def test_the_service_gives_what_it_gives_without_workers(make_jobs, one_worker):
    jobs = make_jobs(MLPStructure((13, 9, 10)), PLAN, 5) + make_jobs(TransformerStructure(5, 1, 1, 6), PLAN, 3)
    found = []
    for workers in (None, one_worker):
        service = TrainingService(workers=workers)
        tickets = [service.submit(job) for job in jobs]
        found.append(([bits(service.result(ticket)) for ticket in tickets], service.batches))
    assert found[0] == found[1]


def test_a_loss_that_is_no_number_comes_back_to_its_last_bit(make_jobs, one_worker):
    jobs = make_jobs(MLPStructure((13, 9, 10)), TrainingPlan(30, 7, learning_rate=1e6), 4)
    local, (away,) = train(jobs), one_worker.train([jobs])
    assert [torch.tensor(result.loss).view(torch.int32).item() for result in local] == [
        torch.tensor(result.loss).view(torch.int32).item() for result in away
    ]


def test_no_worker_is_started_for_little_work_nor_for_one_job(make_jobs):
    small = [make_jobs(MLPStructure((13, 9, 10)), PLAN, 24) for _ in range(3)]
    one = [make_jobs(TransformerStructure(32, 2, 2, 64), TrainingPlan(5, 16), 1)]
    eager = LocalWorkers(2, patience_flop=0)
    eager.train(small)
    eager.train(one)
    assert repr(eager) == "<LocalWorkers: 0 of 2 started>"


def test_what_is_handed_over_is_worth_it_and_what_is_stacked_stays_together(make_jobs):
    small, large = MLPStructure((13, 9, 10)), MLPStructure((64, 200, 200, 10))
    transformer = make_jobs(TransformerStructure(16, 1, 2, 32), TrainingPlan(20, 16), 3)
    parts = cut([make_jobs(small, PLAN, 24), make_jobs(large, TrainingPlan(20, 16), 24), transformer], 2)
    assert [(part.group, len(part.jobs), part.away) for part in parts] == [
        (1, 12, True),
        (1, 12, True),
        *[(2, 1, True)] * 3,
        (0, 24, False),
    ]
    assert [part.effort_flop for part in parts] == sorted((part.effort_flop for part in parts), reverse=True)


@pytest.mark.slow
def test_a_worker_that_is_killed_is_named_and_none_is_left_behind(make_jobs):
    jobs = make_jobs(TransformerStructure(32, 2, 2, 64), TrainingPlan(40, 16), 6)
    with started(2) as workers:
        processes = [process._process for process in workers._processes]
        killing = threading.Timer(0.2, os.kill, (processes[1].pid, signal.SIGKILL))
        killing.start()
        with pytest.raises(WorkerLost, match=f"training worker {processes[1].pid} was killed by SIGKILL; the system"):
            workers.train([jobs])
        assert repr(workers) == "<LocalWorkers: 0 of 2 started>"
        assert [process.poll() for process in processes] == [-signal.SIGKILL] * 2


def test_what_a_job_raises_is_raised_as_without_workers(make_jobs, one_worker):
    jobs = make_jobs(TransformerStructure(5, 1, 1, 6), PLAN, 6)
    object.__setattr__(jobs[0].shard, "labels", jobs[0].shard.labels.abs() + 1000)
    said = []
    for trainer in (train, one_worker._processes[0].train):
        with pytest.raises(IndexError) as caught:
            trainer(jobs)
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_what_fails_in_a_worker_alone_is_a_lost_worker(make_jobs, one_worker, monkeypatch):
    monkeypatch.setattr("wayfare.models.errand._circumstances", lambda family: {"processor": "an abacus"})
    with pytest.raises(WorkerLost, match=r"make other results: processor is .* the run has an abacus"):
        one_worker._processes[0].train(make_jobs(MLPStructure((13, 9, 10)), PLAN, 1))


@pytest.mark.slow
def test_a_worker_ends_when_the_process_that_it_works_for_has(make_jobs):
    with started(1) as workers:
        process = workers._processes[0]
        process._line.shutdown(socket.SHUT_RDWR)
        assert process._process.wait(20) == 0

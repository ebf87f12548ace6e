"""The bits of a training result depend on its job alone: not on the batch, its size, its order, or the job's place."""

import dataclasses
import os
import subprocess
import sys

import pytest

from wayfare.models import (
    LinearStructure,
    MLPStructure,
    ResultMemory,
    TrainingPlan,
    TrainingService,
    evaluate,
    evaluate_all,
    pack_model,
    train,
    unpack_model,
    weights_digest,
)
from wayfare.models.cnn import CNNStructure
from wayfare.models.transformer import TransformerStructure

STRUCTURES = [(64, 32, 10), (7, 5, 3), (1, 1, 2), (3, 2), (13, 33, 17, 10), (17, 129, 5)]
OPTIMISERS = [("sgd", 0.1, 0.0), ("sgd", 0.05, 0.9), ("adam", 0.01, 0.0)]


def bits(result):
    return weights_digest({"": result.model}), result.loss.hex(), result.samples


def several_places(count):
    """Batches of 2 to `count` of the jobs in which, taken together, each stands in several places."""
    for size in (2, 3, 8, 24, count):
        yield list(range(size))
        yield [(place - 1) % count for place in range(size)][::-1]


@pytest.mark.parametrize("widths", STRUCTURES, ids=str)
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize(("optimiser", "learning_rate", "momentum"), OPTIMISERS)
def test_a_job_trains_to_the_same_bits_in_every_batch(
    make_jobs, widths, activation, optimiser, learning_rate, momentum
):
    batch_size = {64: 20, 7: 1, 1: 7}.get(widths[0], 33)
    plan = TrainingPlan(3, batch_size, optimiser, learning_rate, momentum)
    jobs = make_jobs(MLPStructure(widths, activation), plan, 40)
    alone = [bits(train([job])[0]) for job in jobs]
    for window in several_places(len(jobs)):
        together = train([jobs[number] for number in window])
        assert [bits(result) for result in together] == [alone[number] for number in window]


def test_a_job_trains_to_the_same_bits_in_several_places_of_a_batch(make_jobs):
    jobs = make_jobs(MLPStructure((13, 9, 10), "tanh"), TrainingPlan(4, 7, "adam", 0.01), 40)
    alone = bits(train(jobs[:1])[0])
    for place in range(40):
        others = jobs[1:]
        assert bits(train([*others[:place], jobs[0], *others[place:]])[place]) == alone


@pytest.mark.parametrize(("optimiser", "learning_rate", "momentum"), OPTIMISERS)
@pytest.mark.parametrize("widths", [(64, 10), (7, 3), (1, 2)], ids=str)
def test_a_linear_model_trains_to_the_same_bits_in_every_batch(make_jobs, widths, optimiser, learning_rate, momentum):
    jobs = make_jobs(LinearStructure(widths), TrainingPlan(3, 7, optimiser, learning_rate, momentum), 40)
    alone = [bits(train([job])[0]) for job in jobs]
    for window in several_places(len(jobs)):
        together = train([jobs[number] for number in window])
        assert [bits(result) for result in together] == [alone[number] for number in window]


def added_to(job, number, *, anchor, correction):
    """The job with an anchor and a correction that are its own."""
    structure = job.model.structure
    return dataclasses.replace(
        job,
        anchor=structure.initial(100 + number) if anchor else None,
        correction=structure.initial(200 + number).weights if correction else None,
    )


@pytest.mark.parametrize(
    ("anchor", "correction", "terms"),
    [
        (False, False, {"proximal": 0.3}),
        (True, False, {"proximal": 0.3}),
        (False, True, {}),
        (True, True, {"proximal": 0.01, "frozen": ("layer2",)}),
    ],
    ids=["proximal", "anchor", "correction", "all"],
)
@pytest.mark.parametrize(("optimiser", "learning_rate", "momentum"), OPTIMISERS)
@pytest.mark.parametrize("widths", [(64, 32, 10), (13, 33, 17, 10), (1, 1, 2)], ids=str)
def test_what_a_method_adds_leaves_the_bits_of_other_jobs_alone(
    make_jobs, widths, optimiser, learning_rate, momentum, anchor, correction, terms
):
    plan = TrainingPlan(3, 7, optimiser, learning_rate, momentum, **terms)
    jobs = make_jobs(MLPStructure(widths, "tanh"), plan, 24)
    jobs = [added_to(job, number, anchor=anchor, correction=correction) for number, job in enumerate(jobs)]
    alone = [bits(train([job])[0]) for job in jobs]
    for size in (2, 3, 8, 24):
        window = [(place - 1) % 24 for place in range(size)][::-1]
        together = train([jobs[number] for number in window])
        assert [bits(result) for result in together] == [alone[number] for number in window]


def test_a_batch_beyond_the_limit_of_one_call_changes_nothing(make_jobs):
    jobs = make_jobs(MLPStructure((5, 4, 3)), TrainingPlan(2, 4), 70)
    assert [bits(result) for result in train(jobs)] == [bits(train([job])[0]) for job in jobs]


def test_a_job_that_diverges_leaves_its_neighbours_alone(make_jobs):
    jobs = make_jobs(MLPStructure((13, 9, 10)), TrainingPlan(30, 7, learning_rate=1e6), 8)
    alone = [bits(train([job])[0]) for job in jobs]
    assert [bits(result) for result in train(jobs)] == alone


def test_the_service_gives_the_bits_of_the_job_alone(make_jobs):
    jobs = make_jobs(MLPStructure((13, 9, 10)), TrainingPlan(3, 7), 12)
    jobs += make_jobs(MLPStructure((13, 9, 10), "tanh"), TrainingPlan(3, 7), 5)
    service = TrainingService()
    tickets = [service.submit(job) for job in jobs]
    assert [bits(service.result(ticket)) for ticket in tickets] == [bits(train([job])[0]) for job in jobs]
    assert service.batches == 2


ALONE = [
    MLPStructure((5, 7, 2), "tanh", "regression"),
    LinearStructure((5, 3), bias=False),
    CNNStructure((5, 4), 3, (3,), 3, (5,)),
    CNNStructure((6, 6, 3), 10, (5, 7), 3, norm="group"),
    TransformerStructure(5, 1, 1, 6),
]
"""Structures whose jobs go through the plain loop."""


@pytest.mark.parametrize("structure", ALONE, ids=repr)
@pytest.mark.parametrize(("optimiser", "learning_rate", "momentum"), OPTIMISERS)
def test_a_job_of_a_family_that_is_not_stacked_trains_to_the_same_bits_among_others(
    make_jobs, structure, optimiser, learning_rate, momentum
):
    jobs = make_jobs(structure, TrainingPlan(3, 7, optimiser, learning_rate, momentum), 4)
    alone = [bits(train([job])[0]) for job in jobs]
    for window in ([3, 1, 0, 2], [1, 2], [2, 0, 3]):
        assert [bits(result) for result in train([jobs[number] for number in window])] == [
            alone[number] for number in window
        ]


@pytest.mark.parametrize("structure", [*ALONE, MLPStructure((13, 9, 10)), LinearStructure((7, 3))], ids=repr)
def test_a_model_that_has_travelled_trains_and_does_as_before(make_jobs, make_fitting, structure):
    for job in make_jobs(structure, TrainingPlan(3, 7, "adam", 0.01), 3):
        travelled = unpack_model(pack_model(job.model), structure)
        assert bits(train([dataclasses.replace(job, model=travelled)])[0]) == bits(train([job])[0])
        shard = make_fitting(structure, 23, 99)
        assert evaluate(travelled, shard) == evaluate(job.model, shard)


@pytest.mark.parametrize("samples", [1, 7, 33, 360])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("widths", STRUCTURES, ids=str)
def test_a_model_is_evaluated_to_the_same_bits_beside_any_others(make_shard, widths, activation, samples):
    structure, shard = MLPStructure(widths, activation), make_shard(samples, widths[0], widths[-1], 1)
    models = [structure.initial(number) for number in range(24)]
    alone = [evaluate(model, shard) for model in models]
    for window in several_places(24):
        assert evaluate_all([models[number] for number in window], shard) == [alone[number] for number in window]


def test_models_of_several_structures_are_evaluated_in_order(make_shard):
    shard = make_shard(45, 64, 10, 1)
    structures = [MLPStructure((64, 9, 10)), LinearStructure((64, 10)), CNNStructure((8, 8), 10, (3,), 3)]
    models = [structures[number % 3].initial(number) for number in range(8)]
    assert evaluate_all(models, shard) == [evaluate(model, shard) for model in models]


def test_more_models_than_pass_together_are_evaluated_the_same(make_shard):
    structure, shard = MLPStructure((64, 128, 10)), make_shard(1000, 64, 10, 1)
    models = [structure.initial(number) for number in range(45)]
    assert evaluate_all(models, shard) == [evaluate(model, shard) for model in models]


def test_what_is_remembered_moves_no_bits_of_what_is_computed_beside_it(make_jobs, tmp_path):
    jobs = make_jobs(MLPStructure((13, 9, 10), "tanh"), TrainingPlan(3, 7, "adam", 0.01), 9)
    alone = [bits(train([job])[0]) for job in jobs]
    for remembered in ([], [0], [4, 8], range(9)):
        memory = ResultMemory(tmp_path / str(len(remembered)))
        warm = TrainingService(memory)
        for number in remembered:
            warm.result(warm.submit(jobs[number]))
        service = TrainingService(memory)
        assert [bits(service.result(ticket)) for ticket in [service.submit(job) for job in jobs]] == alone
        assert service.remembered == len(remembered)


def test_the_order_of_sets_and_the_process_move_no_bits():
    program = """
import torch
from wayfare.models import MLPStructure, Shard, TrainingJob, TrainingPlan, TrainingService, weights_digest
from wayfare.models.transformer import TransformerStructure
service, tickets = TrainingService(), []
text = torch.arange(60, dtype=torch.uint8).view(12, 5)
structures = [MLPStructure((5, 7, 3)), MLPStructure((5, 7, 3), "tanh"), TransformerStructure(5, 1, 1, 6)]
plan = TrainingPlan(3, 5, "adam", 0.01)
for number, structure in enumerate(structures * 3):
    labels = text.long() if structure.task == "language" else torch.arange(12) % 3
    shard = Shard(text, labels, 0.1, structure.task)
    tickets.append(service.submit(TrainingJob(structure.initial(number), shard, plan, number)))
print(weights_digest({str(place): service.result(ticket).model for place, ticket in enumerate(tickets)}))
"""
    found = [
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, threads in (("1", "1"), ("2", "2"))
    ]
    assert found[0] == found[1]
    assert len(found[0].strip()) == 64

"""The bits of a training result depend on its job alone: not on the batch, its size, its order, or the job's place."""

import dataclasses

import pytest

from wayfare.models import LinearStructure, MLPStructure, TrainingPlan, TrainingService, train, weights_digest

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

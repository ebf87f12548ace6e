import pytest
import torch

from wayfare.models import MLPStructure, ResultMemory, TrainingPlan, TrainingService, train, weights_digest

STRUCTURE = MLPStructure((5, 4, 3))
PLAN = TrainingPlan(3, 4)


def bits(result):
    return weights_digest({"": result.model}), result.loss.hex(), result.samples


@pytest.fixture
def jobs(make_jobs):
    return make_jobs(STRUCTURE, PLAN, 6)


def test_pending_jobs_are_computed_together_when_the_first_is_due(jobs):
    service = TrainingService()
    tickets = [service.submit(job) for job in jobs]
    assert service.batches == 0
    service.result(tickets[3])
    assert service.batches == 1
    for ticket in tickets[:3] + tickets[4:]:
        service.result(ticket)
    assert (service.jobs, service.batches) == (6, 1)
    assert service.samples == sum(job.samples for job in jobs)


def test_a_batch_holds_one_signature(jobs, make_jobs):
    service = TrainingService()
    tickets = [service.submit(job) for job in jobs + make_jobs(STRUCTURE, TrainingPlan(4, 4), 2)]
    service.result(tickets[0])
    assert service.batches == 2


def test_results_are_claimed_in_any_order(jobs):
    service = TrainingService()
    tickets = [service.submit(job) for job in jobs]
    results = {ticket: service.result(ticket) for ticket in reversed(tickets)}
    for ticket, job in zip(tickets, jobs, strict=True):
        assert bits(results[ticket]) == bits(train([job])[0])


def test_a_result_is_claimed_once(jobs):
    service = TrainingService()
    ticket = service.submit(jobs[0])
    service.result(ticket)
    with pytest.raises(KeyError, match="claimed"):
        service.result(ticket)
    with pytest.raises(KeyError, match="claimed"):
        service.discard(ticket)


def test_a_discarded_job_is_not_computed_and_is_counted(jobs):
    service = TrainingService()
    tickets = [service.submit(job) for job in jobs[:2]]
    service.discard(tickets[0])
    service.result(tickets[1])
    assert (service.jobs, service.dropped) == (1, 1)
    assert service.samples == jobs[1].samples
    with pytest.raises(KeyError, match="discarded"):
        service.result(tickets[0])


def test_a_result_may_be_discarded_after_it_was_computed(jobs):
    service = TrainingService()
    tickets = [service.submit(job) for job in jobs[:2]]
    service.result(tickets[1])
    service.discard(tickets[0])
    assert (service.jobs, service.dropped) == (1, 1)


def test_remembered_results_have_the_same_bits_and_cost_no_batch(jobs, tmp_path):
    first = TrainingService(ResultMemory(tmp_path))
    expected = [bits(first.result(ticket)) for ticket in [first.submit(job) for job in jobs]]
    second = TrainingService(ResultMemory(tmp_path))
    assert [bits(second.result(ticket)) for ticket in [second.submit(job) for job in jobs]] == expected
    assert (second.jobs, second.batches, second.remembered) == (6, 0, 6)
    assert second.samples == first.samples == sum(job.samples for job in jobs)


def test_some_remembered_and_some_computed_are_the_same_as_all_computed(jobs, tmp_path):
    memory = ResultMemory(tmp_path)
    warm = TrainingService(memory)
    warm.result(warm.submit(jobs[2]))
    service = TrainingService(memory)
    results = [service.result(ticket) for ticket in [service.submit(job) for job in jobs]]
    assert [bits(result) for result in results] == [bits(train([job])[0]) for job in jobs]
    assert (service.batches, service.remembered) == (1, 1)


def test_a_damaged_memory_is_computed_again(jobs, tmp_path):
    memory = ResultMemory(tmp_path)
    warm = TrainingService(memory)
    warm.result(warm.submit(jobs[0]))
    for file in tmp_path.rglob("*.safetensors"):
        file.write_bytes(b"damaged")
    service = TrainingService(memory)
    assert bits(service.result(service.submit(jobs[0]))) == bits(train(jobs[:1])[0])
    assert (service.remembered, service.batches, memory.corrupt) == (0, 1, 1)
    again = TrainingService(memory)
    again.result(again.submit(jobs[0]))
    assert again.remembered == 1


def test_torch_runs_on_one_thread():
    TrainingService()
    assert torch.get_num_threads() == 1

"""What a run trains with: what cannot be together, what there is not, and what is taken where nobody says."""

import pytest
import torch

from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.resources import MOST_BY_DEFAULT, Resources, workers_by_default


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"ray": "auto", "workers": 2}, "--ray: has workers of its own"),
        ({"device": "cuda", "workers": 2}, "--workers: trains on processors"),
        ({"device": "cuda:1", "ray": "local"}, "--ray: trains on processors"),
    ],
)
def test_what_excludes_each_other_is_refused_before_anything_is_built(wanted, said):
    with pytest.raises(ScenarioError, match=said):
        Resources(**wanted)


@pytest.mark.parametrize("name", ["tpu", "cuda:", "cuda:x", "cpu:0", ""])
def test_a_device_that_is_none_is_refused(name):
    with pytest.raises(ScenarioError, match=r"--device: .*is no device; there are cpu, cuda"):
        Resources(name).service(None)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
@pytest.mark.parametrize("name", ["cuda", "cuda:1"])
def test_without_a_cuda_device_that_is_said(name):
    with pytest.raises(ScenarioError, match=f"--device: {name}: there is no CUDA device here"):
        Resources(name).service(None)


def test_the_processor_by_name_is_the_default():
    assert Resources("cpu") == Resources()
    assert Resources("cpu").fingerprint()["device"] == "cpu"
    assert Resources("cpu").service(None).device == torch.device("cpu")


def test_workers_by_default_leave_a_processor_to_the_run_and_are_none_where_one_thread_is_asked_for(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    for processors, workers in ((1, 0), (2, 1), (64, MOST_BY_DEFAULT)):
        monkeypatch.setattr("os.sched_getaffinity", lambda _, processors=processors: set(range(processors)))
        assert workers_by_default() == workers
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert workers_by_default() == 0
    assert Resources().service(None).workers is None

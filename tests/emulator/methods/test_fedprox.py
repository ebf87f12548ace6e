import pytest

from wayfare.emulator.methods import FedAvg, FedProx
from wayfare.models.algebra import combine, norm

STAR = (("server", "a", 1e6, 0.01), ("server", "b", 2e6, 0.01))
TIERS = {"server": "cloud", "a": "device", "b": "device"}


@pytest.fixture
def served(live, wired):
    """Return the server's last model of a run."""

    def run(method, holders=("a", "b"), stop_s=1.0):
        lived = live(wired(*STAR, tiers=TIERS), method, holders, stop_s=stop_s)
        return lived.world._learning.answers[0, -1], lived

    return run


def test_without_pull_it_is_fedavg_to_the_last_bit(served):
    (_, plain), (_, pulled) = served(FedAvg(steps=3)), served(FedProx(steps=3, mu=0.0))
    assert plain.summary["digest"] == pulled.summary["digest"]


def test_a_pull_keeps_clients_nearer_to_the_model_that_they_got(served):
    moved = []
    for mu in (0.0, 1.0, 5.0):
        model, lived = served(FedProx(steps=4, mu=mu), stop_s=0.25)
        moved.append(norm(combine([model, lived.world._learning.initial], [1, -1])))
    assert moved[0] > moved[1] > moved[2] > 0

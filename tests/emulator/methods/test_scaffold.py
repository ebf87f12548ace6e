import pytest

from wayfare.emulator.methods import FedAvg, Scaffold
from wayfare.emulator.records import EventKind
from wayfare.models.algebra import combine
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.trainer import train

STAR = (("server", "a", 1e6, 0.01), ("server", "b", 2e6, 0.01))
TIERS = {"server": "cloud", "a": "device", "b": "device"}
PLAN = TrainingPlan(3, 20, "sgd", 0.1, 0.0)


@pytest.fixture
def star(wired):
    return wired(*STAR, tiers=TIERS)


@pytest.mark.parametrize(("stop_s", "within"), [(0.06, 0.0), (0.6, 1e-6)])
def test_with_one_client_the_variates_cancel_and_it_is_fedavg(live, star, make_shard, stop_s, within):
    """With variates of zero, in the first round, to the last bit."""
    run = live(star, Scaffold(steps=3), {"b": 10}, stop_s=stop_s)
    rounds, model = len(run.by_kind[EventKind.MERGE]), run.world._learning.initial
    for number in range(1, rounds + 1):
        model = train([TrainingJob(model, make_shard("b", 10), PLAN, job_seed(7, "b", "train", number))])[0].model
    answer = run.world._learning.answers[0, -1]
    assert (rounds == 1) == (within == 0)
    assert all(
        answer.weights[name].numpy() == pytest.approx(tensor.numpy(), rel=0, abs=within)
        for name, tensor in model.weights.items()
    )


def test_two_rounds_follow_the_papers_algorithm(live, star, make_shard):
    """x and c by hand, with option II: c_i+ = c_i - c + (x - y_i) / (K eta)."""
    run = live(star, Scaffold(steps=3, server_learning_rate=0.5), {"a": 4, "b": 10}, stop_s=3.0)
    x = run.world._learning.initial
    c = combine([x], [0.0])
    own = {"a": c, "b": c}
    for number in range(1, len(run.by_kind[EventKind.MERGE]) + 1):
        trained, changes = [], []
        for name, count in (("a", 4), ("b", 10)):
            correction = combine([c, own[name]], [1, -1]).weights
            seed = job_seed(7, name, "train", number)
            y = train([TrainingJob(x, make_shard(name, count), PLAN, seed, correction=correction)])[0].model
            after = combine([own[name], c, x, y], [1, -1, 1 / 0.3, -1 / 0.3])
            changes.append(combine([after, own[name]], [1, -1]))
            own[name] = after
            trained.append(y)
        c = combine([c, *changes], [1, 0.5, 0.5])
        x = combine([x, *trained], [0.5, 0.25, 0.25])
    assert number > 1
    answer = run.world._learning.answers[0, -1]
    for name, tensor in x.weights.items():
        assert answer.weights[name].numpy() == pytest.approx(tensor.numpy(), abs=1e-6)


def test_the_variates_double_what_travels_both_ways(live, wired):
    sizes = {}
    for method in (FedAvg, Scaffold):
        run = live(wired(*STAR, tiers=TIERS), method(steps=3), ("a",), stop_s=0.3)
        sizes[method] = [event["size_bytes"] for event in run.by_kind[EventKind.FLOW_START]][:2]
        weights = run.world._learning.initial.size_bytes
    for single, double in zip(sizes[FedAvg], sizes[Scaffold], strict=True):
        assert single + weights < double < single + 2 * weights + 400


@pytest.mark.parametrize("wrong", [{"optimiser": "adam"}, {"momentum": 0.5}])
def test_option_two_needs_plain_sgd(wrong):
    with pytest.raises(ValueError, match="plain sgd"):
        Scaffold(**wrong)

"""Methods for low-rank adapters: one round of FLoRA is exact, one of FedIT is not."""

from itertools import combinations

import pytest
import torch

from wayfare.emulator.methods import FedIT, FLoRA
from wayfare.emulator.packets import LayerUpdate
from wayfare.models import LoRA, MLPStructure
from wayfare.models.model import Model
from wayfare.models.scaling.rank import factors
from wayfare.models.streams import generator

PAIR = (("server", "a", 1e6, 0.01), ("server", "b", 1e6, 0.01))
SAMPLES = {"a": 30, "b": 10}


def adapters(seed):
    structure = LoRA(rank=2).structure((12,), 256, "language")
    drawn = {name: generator(seed, name).normal(0, 0.3, shape) for name, shape in structure.shapes.items()}
    return Model(structure, {name: torch.from_numpy(values).float() for name, values in drawn.items()})


def products(model):
    return {layer: b @ a * model.structure.alpha / model.structure.rank for layer, (b, a) in factors(model).items()}


@pytest.mark.parametrize("method", [FedIT(), FLoRA()])
def test_a_model_without_adapters_is_refused(method):
    method.check_model(adapters(1).structure)
    with pytest.raises(ValueError, match="the family lora, not mlp"):
        method.check_model(MLPStructure((6, 4, 3)))


@pytest.fixture
def updated(live, wired, scripted):
    """Let a server take up two answers; return what it has in store, and its model."""

    def run(method):
        kept = {}

        def serve(node):
            answers = []
            for index, samples in ((1, 30), (2, 10)):
                packet = node.packet(adapters(index), updates=(LayerUpdate(index, samples),) * 2)
                answers.append(packet.but(source=index))
            silent = adapters(1).structure.initial(7)
            kept.update(model=method.update(node, silent, answers), **node.store)
            kept["question"] = method.question(node, "a", kept["model"], 2)
            kept["new"] = method.question(node, "somebody", kept["model"], 2)
            yield node.wait(0.1)

        live(wired(*PAIR), scripted({"server": serve}), SAMPLES, stop_s=0.2)
        return kept

    return run


def test_a_stack_stands_for_the_mean_of_the_products(updated):
    stack = updated(FLoRA())["stacks"][0]
    first, second = products(adapters(1)), products(adapters(2))
    for layer, product in products(stack).items():
        torch.testing.assert_close(product, 0.75 * first[layer] + 0.25 * second[layer], rtol=1e-5, atol=1e-6)
    assert stack.structure.rank == 4


def test_factors_averaged_apart_stand_for_something_else(updated):
    merged = products(updated(FedIT())["model"])
    first, second = products(adapters(1)), products(adapters(2))
    for layer, product in merged.items():
        right = 0.75 * first[layer] + 0.25 * second[layer]
        assert float((product - right).norm() / right.norm()) > 0.2


def test_a_client_is_sent_the_stacks_that_it_has_not_had(updated):
    """The server has made one stack: nobody has had it yet."""
    kept = updated(FLoRA())
    stack = kept["stacks"][0].size_bytes
    assert kept["had"] == {"a": 0, "b": 0}
    assert all(stack < len(kept[packet].payload) < stack + 2000 for packet in ("question", "new"))


def test_clients_of_flora_begin_each_round_with_fresh_adapters(live, wired, scripted):
    """B is zero, so they say nothing yet; A is another one for every client and every round."""
    method, begun = FLoRA(), []
    initial = adapters(1).structure.initial(7)

    def work(node):
        node.initial_model = lambda: initial
        node.train = lambda model: (begun.append(model), node.event().succeed(model))[1]
        for task in (1, 2):
            yield from method.learn(node, method.question(node, node.name, initial, task))
            del node.store["model"]  # which the observer would ask about data of another shape

    live(wired(*PAIR), scripted({"a": work, "b": work}), SAMPLES, stop_s=0.5)
    for model in begun:
        assert all(not product.any() for product in products(model).values())
    firsts = [next(a for _, a in factors(model).values()) for model in (initial, *begun)]
    assert len(begun) == 4
    assert not any(torch.equal(a, b) for a, b in combinations(firsts, 2))

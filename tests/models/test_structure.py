"""What holds for the structures of all families."""

import json
import math

import numpy as np
import pytest
import torch

from wayfare.models import (
    CNN,
    FAMILIES,
    MLP,
    STRUCTURES,
    Linear,
    LoRA,
    Shard,
    TrainingPlan,
    Transformer,
    evaluate,
    predict,
    same_weights,
    structure_from,
    train,
    weights_digest,
)
from wayfare.models.objective import mean_loss

CHOICES = {
    "linear": lambda: Linear().structure((6,), 3),
    "linear regression": lambda: Linear(bias=False).structure((6,), 2, "regression"),
    "mlp": lambda: MLP(hidden=(5, 4), activation="tanh").structure((2, 3), 3),
    "mlp regression": lambda: MLP(hidden=(5,)).structure((6,), 2, "regression"),
    "cnn": lambda: CNN(channels=(3, 4), hidden=(5,)).structure((8, 6), 3),
    "cnn in groups": lambda: CNN(channels=(4,), norm="group").structure((5, 7, 2), 3),
    "cnn regression": lambda: CNN(channels=(3,), pooling=1).structure((3, 3), 2, "regression"),
    "transformer": lambda: Transformer(layers=2, heads=2, width=16).structure((12,), 256, "language"),
    "transformer untied": lambda: Transformer(layers=1, heads=1, width=8, tied=False).structure((9,), 256, "language"),
    "lora": lambda: LoRA(rank=2).structure((10,), 3),
    "lora language": lambda: LoRA(rank=2).structure((10,), 256, "language"),
}
OPTIMISERS = [("sgd", 0.1, 0.0), ("sgd", 0.05, 0.9), ("adam", 0.01, 0.0)]


@pytest.fixture(scope="module", params=CHOICES)
def structure(request):
    return CHOICES[request.param]()


def bits(result):
    return weights_digest({"": result.model}), result.loss.hex(), result.samples


def test_every_family_has_a_structure_of_its_name():
    assert FAMILIES.keys() == STRUCTURES.keys()
    assert {name.split()[0] for name in CHOICES} == FAMILIES.keys()
    assert all(STRUCTURES[name].family == name for name in STRUCTURES)


def test_a_structure_comes_back_from_its_specification(structure):
    arrived = structure_from(json.loads(json.dumps(structure.specification())))
    assert arrived == structure
    assert hash(arrived) == hash(structure)


def test_a_specification_with_a_key_too_many_or_too_few_is_refused(structure):
    whole = structure.specification()
    with pytest.raises(ValueError, match="not the specification"):
        structure_from(whole | {"colour": "red"})
    for key in whole.keys() - {"family", "task"}:
        with pytest.raises(ValueError, match="not the specification"):
            structure_from({name: value for name, value in whole.items() if name != key})


def test_a_specification_with_nonsense_in_any_place_is_refused(structure):
    whole = structure.specification()
    for key in whole.keys() - {"base", "targets"}:
        for nonsense in (None, -1, 1e99, "no", [], [None], {"a": 1}, 10**12):
            if not (key == "alpha" and nonsense in (1e99, 10**12)) and not (key == "hidden" and nonsense == []):
                with pytest.raises(ValueError, match=r"\S"):
                    structure_from(whole | {key: nonsense})


def test_every_weight_belongs_to_one_layer(structure):
    assert len(set(structure.layers)) == len(structure.layers)
    for name in structure.shapes:
        assert [layer for layer in structure.layers if name.startswith(f"{layer}.")] == [structure.layer_of(name)]
    assert {structure.layer_of(name) for name in structure.shapes} == set(structure.layers)


def test_parameters_are_the_numbers_in_the_weights(structure):
    model = structure.initial(1)
    assert sum(tensor.numel() for tensor in model.weights.values()) == structure.parameters
    assert model.size_bytes == 4 * structure.parameters


def test_initial_weights_depend_on_the_seed_alone(structure):
    model = structure.initial(1)
    assert same_weights(model, structure.initial(1))
    assert same_weights(model, structure.initial(2)) == (structure.family == "linear")
    assert all(bool(tensor.isfinite().all()) for tensor in model.weights.values())


def test_the_work_of_a_step_is_between_one_and_three_forward_passes(structure):
    forward = structure.forward_flop_per_sample
    assert forward == sum(structure.layer_flop_per_sample.values()) > 2 * structure.parameters / 1e3
    assert structure.training_flop_per_sample == structure.training_flop()
    if structure.family != "lora":
        assert structure.training_flop_per_sample == 3 * forward
    previous = structure.training_flop()
    for count in range(1, len(structure.layers)):  # freezing from the input on saves ever more
        assert forward <= structure.training_flop(structure.layers[:count]) <= previous
        previous = structure.training_flop(structure.layers[:count])


def test_a_forward_pass_is_a_function_of_its_tensors(structure, make_fitting):
    model, shard = structure.initial(1), make_fitting(structure, 5, 1)
    inputs = structure.prepare(shard.features, shard.scale)
    said = structure.forward(model.weights, inputs)
    assert torch.equal(said, structure.forward(model.weights, inputs))
    assert same_weights(model, structure.initial(1))
    length = structure.input_shape if structure.task == "language" else ()
    assert said.shape == (5, *length, structure.outputs)
    moved = {name: tensor + 0.1 for name, tensor in model.weights.items()}
    assert not torch.equal(structure.forward(moved, inputs), said)


@pytest.mark.parametrize(("optimiser", "learning_rate", "momentum"), OPTIMISERS)
def test_a_job_trains_to_the_same_bits_in_any_company(structure, make_jobs, optimiser, learning_rate, momentum):
    jobs = make_jobs(structure, TrainingPlan(3, 7, optimiser, learning_rate, momentum), 6)
    alone = [bits(train([job])[0]) for job in jobs]
    assert [bits(result) for result in train(jobs)] == alone
    assert [bits(result) for result in train(jobs[::-1])] == alone[::-1]


def test_training_makes_the_loss_smaller_and_leaves_its_inputs_alone(structure, make_jobs):
    job = make_jobs(structure, TrainingPlan(40, 8, "adam", 0.01), 3)[2]
    before, digest = evaluate(job.model, job.shard), job.shard.digest
    copies = {name: tensor.clone() for name, tensor in job.model.weights.items()}
    result = train([job])[0]
    assert evaluate(result.model, job.shard).loss < before.loss
    assert all(torch.equal(copies[name], tensor) for name, tensor in job.model.weights.items())
    assert job.shard.digest == digest
    assert result.samples == job.samples
    assert not result.model.weights[next(iter(structure.shapes))].requires_grad


def test_the_reported_loss_is_the_mean_of_the_minibatches(structure, make_jobs):
    job = make_jobs(structure, TrainingPlan(2, 100, "sgd", 1e-30), 3)[2]
    assert train([job])[0].loss == pytest.approx(evaluate(job.model, job.shard).loss, rel=1e-5)


def test_evaluation_is_that_of_all_samples_at_once(structure, make_fitting):
    model, shard = structure.initial(1), make_fitting(structure, 300, 1)  # more than one chunk
    with torch.no_grad():
        said = structure.forward(model.weights, structure.prepare(shard.features, shard.scale))
    found = evaluate(model, shard)
    assert found.loss == pytest.approx(float(mean_loss(structure.task, said, shard.labels)), rel=1e-5)
    assert found.samples == 300
    torch.testing.assert_close(predict(model, shard), said, rtol=1e-5, atol=1e-5)
    if structure.task == "regression":
        spread = shard.labels.numpy() - shard.labels.numpy().mean(0)
        expected = 1 - ((said - shard.labels) ** 2).sum() / (spread**2).sum()
    else:
        counts = shard.labels >= 0
        expected = (said.argmax(-1) == shard.labels)[counts].double().mean()
    assert found.accuracy == pytest.approx(float(expected), abs=1e-5)


def test_what_does_not_fit_is_refused(structure, make_fitting):
    model, shard = structure.initial(1), make_fitting(structure, 4, 1)
    sizes = " x ".join(map(str, structure.input_shape))
    assert math.prod(structure.input_shape) == np.prod(shard.features.shape[1:])
    empty = Shard(shard.features[:0], shard.labels[:0], shard.scale, shard.task)
    with pytest.raises(ValueError, match=f"{sizes} inputs"):
        evaluate(model, empty)
    labels = shard.labels[:, 1:] if shard.task == "language" else shard.labels
    narrow = Shard(shard.features[:, 1:], labels, shard.scale, shard.task)
    with pytest.raises(ValueError, match=f"{sizes} inputs"):
        predict(model, narrow)

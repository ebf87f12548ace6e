import dataclasses

import pytest
import torch
from torch.nn import functional

from wayfare.models import (
    MLP,
    Linear,
    Model,
    Teacher,
    TrainingJob,
    TrainingPlan,
    Transformer,
    evaluate,
    predict,
    train,
)

MLP_STRUCTURE = MLP(hidden=(8,)).structure((6,), 4)


def divergence(model, teacher, shard):
    mine, theirs = (predict(each, shard).log_softmax(-1) for each in (model, teacher))
    return float(functional.kl_div(mine, theirs, reduction="batchmean", log_target=True))


@pytest.mark.parametrize(("weight", "temperature"), [(0.3, 1.0), (1.0, 4.0), (0.0, 2.0)])
def test_one_step_goes_down_hintons_loss(make_fitting, weight, temperature):
    shard, model, wise = make_fitting(MLP_STRUCTURE, 9, 1), MLP_STRUCTURE.initial(1), MLP_STRUCTURE.initial(2)
    said = predict(wise, shard)
    weights = {name: tensor.clone().requires_grad_() for name, tensor in model.weights.items()}
    logits = MLP_STRUCTURE.forward(weights, shard.inputs)
    soft = -(torch.softmax(said / temperature, 1) * torch.log_softmax(logits / temperature, 1)).sum(1).mean()
    loss = (1 - weight) * functional.cross_entropy(logits, shard.labels) + weight * temperature**2 * soft
    loss.backward()
    job = TrainingJob(model, shard, TrainingPlan(1, 9, "sgd", 0.5), 1, teacher=Teacher(said, weight, temperature))
    for name, tensor in train([job])[0].model.weights.items():
        torch.testing.assert_close(tensor, weights[name].detach() - 0.5 * weights[name].grad, rtol=1e-5, atol=1e-6)


def test_a_teacher_of_another_architecture_is_imitated(make_fitting):
    shard, wise = make_fitting(MLP_STRUCTURE, 40, 1), MLP(hidden=(20,)).structure((6,), 4).initial(2)
    student = Linear().structure((6,), 4).initial(1)
    teacher = Teacher(predict(wise, shard), weight=1.0)
    taught = train([TrainingJob(student, shard, TrainingPlan(200, 40, "sgd", 1.0), 1, teacher=teacher)])[0].model
    assert divergence(taught, wise, shard) < 0.1 * divergence(student, wise, shard)


def test_two_models_that_teach_each_other_come_to_agree(make_fitting):
    shard = make_fitting(MLP_STRUCTURE, 40, 1)
    one, other = MLP_STRUCTURE.initial(1), MLP(hidden=(20,)).structure((6,), 4).initial(2)

    def meet(models, weight):
        for _ in range(3):
            said = [predict(model, shard) for model in models]
            models = [
                train([TrainingJob(model, shard, TrainingPlan(20, 8), 1, teacher=Teacher(words, weight))])[0].model
                for model, words in zip(models, said[::-1], strict=True)
            ]
        return divergence(*models, shard)

    assert meet([one, other], 0.7) < meet([one, other], 0.0)


def test_a_teacher_without_weight_is_no_teacher(make_fitting):
    shard = make_fitting(MLP_STRUCTURE, 9, 1)
    job = TrainingJob(MLP_STRUCTURE.initial(1), shard, TrainingPlan(3, 4), 1)
    unheard = dataclasses.replace(job, teacher=Teacher(torch.ones(9, 4), weight=0.0))
    alone, taught = train([job])[0], train([unheard])[0]
    assert taught.loss == pytest.approx(alone.loss, rel=1e-6)
    for name, tensor in taught.model.weights.items():
        torch.testing.assert_close(tensor, alone.model.weights[name])


def test_in_a_regression_the_teachers_numbers_are_the_labels(make_fitting):
    structure = Linear().structure((6,), 2, "regression")
    shard = make_fitting(structure, 60, 1)
    wise = Model(structure, {name: torch.ones(shape) for name, shape in structure.shapes.items()})
    teacher = Teacher(predict(wise, shard), weight=1.0)
    job = TrainingJob(structure.initial(1), shard, TrainingPlan(300, 60, "sgd", 0.2), 1, teacher=teacher)
    for tensor in train([job])[0].model.weights.values():
        torch.testing.assert_close(tensor, torch.ones_like(tensor), rtol=1e-3, atol=1e-3)


def test_a_language_model_is_taught_where_bytes_count(make_fitting):
    structure = Transformer(layers=1, heads=1, width=16).structure((8,), 256, "language")
    shard, wise = make_fitting(structure, 10, 1), structure.initial(2)
    said = predict(wise, shard)
    unseen = said.masked_fill((shard.labels < 0)[:, :, None], 1e3)  # what is said where nothing counts moves nothing
    plan = TrainingPlan(10, 10, "adam", 0.01)
    results = [
        train([TrainingJob(structure.initial(1), shard, plan, 1, teacher=Teacher(words, 1.0))])[0]
        for words in (said, unseen)
    ]
    assert results[0].loss == results[1].loss
    assert divergence(results[0].model, wise, shard) < divergence(structure.initial(1), wise, shard)


def test_a_temperature_or_weight_that_makes_no_sense_is_refused():
    for wrong in ({"weight": 1.1}, {"weight": -0.1}, {"temperature": 0.0}, {"temperature": float("inf")}):
        with pytest.raises(ValueError, match=str(next(iter(wrong.values())))):
            Teacher(torch.zeros(2, 2), **wrong)
    with pytest.raises(ValueError, match="float32"):
        Teacher(torch.zeros(2, 2, dtype=torch.float64))


def test_predictions_are_those_that_evaluation_judges(make_fitting):
    shard, model = make_fitting(MLP_STRUCTURE, 300, 1), MLP_STRUCTURE.initial(1)
    said = predict(model, shard)
    assert said.shape == (300, 4)
    assert evaluate(model, shard).accuracy == float((said.argmax(1) == shard.labels).double().mean())

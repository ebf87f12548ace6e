"""What all mergers have in common."""

import dataclasses
import subprocess
import sys
import typing

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import MERGERS, Contribution, MLPStructure, Model, same_weights
from wayfare.models.merging import (
    Coverage,
    FactorsApart,
    Krum,
    Mean,
    Median,
    MultiKrum,
    Product,
    Stacking,
    Ties,
    TrimmedMean,
)

STRUCTURE = MLPStructure((5, 4, 3))
BASE = STRUCTURE.initial(9)
MODELS = [STRUCTURE.initial(seed) for seed in range(5)]
ONES = {name: torch.ones(shape) for name, shape in STRUCTURE.shapes.items()}
GENERAL = [name for name in MERGERS if name not in ("stacking", "product", "factors-apart")]


def contributions(models, weights):
    return [
        Contribution(model, weight, number, ONES)
        for number, (model, weight) in enumerate(zip(models, weights, strict=True))
    ]


GIVEN = contributions(MODELS, [1, 2, 3, 4, 5])


@pytest.mark.parametrize("name", GENERAL)
def test_merging_twice_gives_the_same_bits(name):
    assert same_weights(MERGERS[name]().merge(GIVEN, BASE), MERGERS[name]().merge(GIVEN, BASE))


@pytest.mark.parametrize("name", GENERAL)
@given(order=st.permutations(range(5)))
@settings(max_examples=10)
def test_the_order_matters_to_rounding_only(name, order):
    merged = MERGERS[name]().merge(GIVEN, BASE)
    for weight, tensor in MERGERS[name]().merge([GIVEN[k] for k in order], BASE).weights.items():
        torch.testing.assert_close(merged.weights[weight], tensor, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", GENERAL)
@given(factor=st.floats(1e-3, 1e3))
@settings(max_examples=10)
def test_only_the_proportions_of_the_weights_matter(name, factor):
    merged = MERGERS[name]().merge(GIVEN, BASE)
    scaled = MERGERS[name]().merge(contributions(MODELS, [factor * k for k in (1, 2, 3, 4, 5)]), BASE)
    for weight, tensor in scaled.weights.items():
        torch.testing.assert_close(merged.weights[weight], tensor, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", GENERAL)
def test_copies_of_the_base_merge_into_it_to_the_bit(name):
    merged = MERGERS[name]().merge(contributions([BASE] * 5, [3, 1, 4, 1, 5]), BASE)
    assert same_weights(merged, BASE)
    assert merged.bits == 32


@pytest.mark.parametrize("name", GENERAL)
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_model_that_diverged_merges_without_a_warning(name, value):
    broken = Model(STRUCTURE, {weight: tensor * value for weight, tensor in BASE.weights.items()})
    merged = MERGERS[name]().merge(contributions([broken, *MODELS, broken], [1] * 7), BASE)
    robust = name in ("median", "krum")
    assert not robust or all(bool(tensor.isfinite().all()) for tensor in merged.weights.values())


@pytest.mark.parametrize("name", MERGERS)
def test_nothing_to_merge_is_refused(name):
    with pytest.raises(ValueError, match="one or more"):
        MERGERS[name]().merge([], BASE)


@pytest.mark.parametrize("name", GENERAL)
@pytest.mark.parametrize("weights", [[0] * 5, [1, 1, 1, 1, -1], [1, 1, 1, 1, float("nan")]], ids=str)
def test_weights_that_make_no_mean_are_refused(name, weights):
    with pytest.raises(ValueError, match="merging weights"):
        MERGERS[name]().merge(contributions(MODELS, weights), BASE)


@pytest.mark.parametrize("name", GENERAL)
def test_models_of_another_family_are_refused(name):
    with pytest.raises(ValueError, match=r"structure|no part of|Fisher"):
        MERGERS[name]().merge([*GIVEN, Contribution(MLPStructure((5, 6, 3), "tanh").initial(1))], BASE)


@pytest.mark.parametrize("name", MERGERS)
def test_a_merger_is_a_documented_component(name):
    merger = MERGERS[name]
    assert dataclasses.is_dataclass(merger)
    assert merger.__doc__
    hints = typing.get_type_hints(merger, include_extras=True)
    assert all(isinstance(hint.__metadata__[0], str) for hint in hints.values())
    with pytest.raises(dataclasses.FrozenInstanceError):
        merger().anything = 1


def test_choosing_a_merger_or_a_scale_imports_no_torch():
    code = (
        "import sys\n"
        "from wayfare.models import MERGERS, Choices, Contribution, Scale\n"
        "[merger() for merger in MERGERS.values()], Scale(), Choices(), Contribution(None)\n"
        "assert not {'torch', 'safetensors'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("merger", "models", "reason"),
    [
        (TrimmedMean(0.1), 2, "2 models without 1 at either end are none"),
        (TrimmedMean(0.4), 4, "4 models without 2"),
        (Krum(1), 4, "krum with 1 hostile models needs 5 or more, not 4"),
        (MultiKrum(2), 6, "needs 7 or more"),
        (MultiKrum(0, kept=9), 5, "of 5 models 9 cannot be kept"),
        (Stacking(), 9, "stacking is for low-rank adapters, the family lora, not mlp"),
        (Product(), 9, "product is for low-rank adapters"),
        (FactorsApart(), 9, "factors-apart is for low-rank adapters"),
    ],
    ids=str,
)
def test_a_merger_says_beforehand_what_it_cannot_merge(merger, models, reason):
    model = MLPStructure((5, 4, 3)).initial(1)
    with pytest.raises(ValueError, match=reason):
        merger.check(model.structure, models)
    assert not merger.can([model] * models)


@pytest.mark.parametrize("merger", [Mean(), Median(), TrimmedMean(0.4), Krum(1), MultiKrum(1), Ties(), Coverage()])
def test_a_merger_can_merge_what_it_does_not_refuse(merger):
    model = MLPStructure((5, 4, 3)).initial(1)
    assert merger.can([model] * 5)
    assert same_weights(merger.merge([Contribution(model)] * 5, model), model)

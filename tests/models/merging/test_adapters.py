import dataclasses
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import Contribution, MLPStructure, Model, merge, same_weights
from wayfare.models.merging import FactorsApart, Product, Stacking


def contributions(models, weights=None):
    return [Contribution(model, weight) for model, weight in zip(models, weights or [1] * len(models), strict=True)]


def mean_products(products, models, weights):
    each = [products(model) for model in models]
    return {
        layer: sum(weight * held[layer] for weight, held in zip(weights, each, strict=True)) / sum(weights)
        for layer in each[0]
    }


def test_stacking_is_the_mean_of_the_products_and_ranks_add_up(make_adapted, products):
    models, weights = [make_adapted(1, 4), make_adapted(2, 2), make_adapted(3, 1)], [1, 2, 5]
    merged = Stacking().merge(contributions(models, weights))
    assert merged.structure.rank == 7
    for layer, expected in mean_products(products, models, weights).items():
        torch.testing.assert_close(products(merged)[layer], expected, rtol=1e-5, atol=1e-4)


def test_heads_are_averaged(make_adapted):
    models, weights = [make_adapted(1), make_adapted(2)], [1, 3]
    head = merge(models, weights).weights["head.weight"]
    for merger in (Stacking(), Product(), FactorsApart()):
        assert torch.equal(merger.merge(contributions(models, weights)).weights["head.weight"], head)


@pytest.mark.parametrize("rank", [1, 3, None])
def test_the_product_is_the_nearest_of_its_rank_to_the_mean(make_adapted, products, rank):
    models, weights = [make_adapted(1, 4), make_adapted(2, 2)], [1, 2]
    merged = Product(rank).merge(contributions(models, weights))
    assert merged.structure.rank == (rank or 4)
    for layer, whole in mean_products(products, models, weights).items():
        u, singular, v = torch.linalg.svd(whole)
        nearest = u[:, : rank or 4] * singular[: rank or 4] @ v[: rank or 4]
        torch.testing.assert_close(products(merged)[layer], nearest, rtol=1e-5, atol=1e-4)


def test_more_ranks_than_adapters_may_have_merge_by_product(make_adapted):
    models = contributions([make_adapted(seed, 600) for seed in (1, 2)])
    with pytest.raises(ValueError, match="1024"):
        Stacking().merge(models)
    assert Product(2).merge(models).structure.rank == 2


@pytest.mark.parametrize(("count", "error"), [(2, 0.707), (5, 0.894), (10, 0.949)])
def test_factors_averaged_apart_are_off_by_the_root_of_one_minus_one_over_their_number(
    make_adapted, products, count, error
):
    models = [make_adapted(seed) for seed in range(count)]
    right = mean_products(products, models, [1] * count)
    wrong = products(FactorsApart().merge(contributions(models)))
    lost = sum(float((wrong[layer] - right[layer]).square().sum()) for layer in right)
    whole = sum(float(each.square().sum()) for each in right.values())
    assert math.sqrt(lost / whole) == pytest.approx(error, rel=0.02)
    assert error == pytest.approx(math.sqrt(1 - 1 / count), abs=1e-3)


def test_the_plain_mean_of_adapters_is_that_mistake(make_adapted):
    models = [make_adapted(1), make_adapted(2)]
    assert same_weights(FactorsApart().merge(contributions(models)), merge(models, [1, 1]))


@pytest.mark.parametrize("merger", [Stacking(), Product()], ids=str)
def test_equal_adapters_keep_their_product(make_adapted, products, merger):
    model = make_adapted(1)
    merged = products(merger.merge(contributions([model] * 3, [1, 2, 3])))
    for layer, expected in products(model).items():
        torch.testing.assert_close(merged[layer], expected, rtol=1e-5, atol=1e-4)


@given(order=st.permutations(range(3)), factor=st.floats(1e-3, 1e3))
@settings(max_examples=5)
def test_neither_order_nor_the_unit_of_the_weights_changes_the_product(make_adapted, products, order, factor):
    models, weights = [make_adapted(seed) for seed in range(3)], [1, 2, 3]
    first = products(Product().merge(contributions(models, weights)))
    second = products(Product().merge(contributions([models[k] for k in order], [factor * weights[k] for k in order])))
    for layer, expected in first.items():
        torch.testing.assert_close(second[layer], expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("merger", [Stacking(), Product(), FactorsApart()], ids=str)
def test_what_are_no_adapters_of_one_kind_is_refused(make_adapted, merger):
    with pytest.raises(ValueError, match="no rank"):
        merger.merge(contributions([MLPStructure((3, 2)).initial(1)]))
    other = dataclasses.replace(make_adapted(1).structure, alpha=3.0)
    with pytest.raises(ValueError, match="one base"):
        merger.merge(contributions([make_adapted(1), Model(other, make_adapted(1).weights)]))

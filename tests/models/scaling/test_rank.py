import pytest
import torch

from wayfare.models import MLPStructure, Model, TrainingJob, TrainingPlan, same_weights, train
from wayfare.models.scaling import scale_rank
from wayfare.models.scaling.rank import product_energy, truncated


def test_the_same_rank_is_the_model_itself(make_adapted):
    model = make_adapted(1)
    assert same_weights(scale_rank(model, 4), model)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_lower_rank_is_the_truncated_svd_of_the_product(make_adapted, products, rank):
    model = make_adapted(1)
    for whole, low in zip(products(model).values(), products(scale_rank(model, rank)).values(), strict=True):
        u, singular, v = torch.linalg.svd(whole)
        torch.testing.assert_close(low, u[:, :rank] * singular[:rank] @ v[:rank], rtol=1e-5, atol=1e-4)


def test_a_higher_rank_has_the_same_product_and_comes_back_to_it(make_adapted, products):
    model = make_adapted(1)
    high = scale_rank(model, 6)
    for same in (high, scale_rank(high, 4)):
        for one, other in zip(products(model).values(), products(same).values(), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("rank", [2, 6])
def test_adapters_scaled_before_they_learned_anything_still_learn(adapted_structure, make_fitting, rank):
    fresh = scale_rank(adapted_structure.initial(1), rank)
    job = TrainingJob(fresh, make_fitting(fresh.structure, 8, 1), TrainingPlan(2, 8, learning_rate=1.0), 1)
    trained = train([job])[0].model
    for name, tensor in trained.weights.items():
        if ".lora_B." in name:
            assert bool((tensor.abs().amax(0) > 0).all()), f"a rank of {name} is dead"


def test_the_energy_of_the_products_is_found_without_forming_them(make_adapted, products):
    model = make_adapted(1)
    formed = sum(float(each.square().sum()) for each in products(model).values())
    assert product_energy(model) == pytest.approx(formed + float(model.weights["head.weight"].double().square().sum()))


def test_what_ordered_dropout_learns_of_a_linear_map_is_its_truncation():
    """FjORD, Horvath et al. 2021, arXiv 2102.13451, theorem 1: every width is the best map of that rank."""
    generator = torch.Generator().manual_seed(1)
    left = torch.linalg.qr(torch.randn(6, 3, generator=generator, dtype=torch.float64))[0]
    right = torch.linalg.qr(torch.randn(5, 3, generator=generator, dtype=torch.float64))[0]
    b, a = left * torch.tensor([3.0, 2.0, 1.0]), right.T
    u, v = (torch.randn(shape, generator=generator, dtype=torch.float64) * 0.3 for shape in ((6, 3), (3, 5)))
    for _ in range(3000):
        gradient_u, gradient_v = torch.zeros_like(u), torch.zeros_like(v)
        for width in (1, 2, 3):
            wrong = u[:, :width] @ v[:width] - b @ a
            gradient_u[:, :width] += wrong @ v[:width].T
            gradient_v[:width] += u[:, :width].T @ wrong
        u, v = u - 0.03 * gradient_u, v - 0.03 * gradient_v
    for width in (1, 2, 3):
        first, second = truncated(b, a, width)
        torch.testing.assert_close(u[:, :width] @ v[:width], first @ second, rtol=1e-6, atol=1e-6)


def test_the_first_ranks_of_a_truncation_are_the_truncation_to_them(make_adapted):
    b, a = (torch.randn(9, 4, dtype=torch.float64), torch.randn(4, 7, dtype=torch.float64))
    whole = truncated(b, a, 4)
    for rank in (1, 2, 3):
        low = truncated(b, a, rank)
        torch.testing.assert_close((whole[0][:, :rank], whole[1][:rank]), low)


def test_what_has_no_rank_is_refused(make_adapted):
    with pytest.raises(ValueError, match="no rank"):
        scale_rank(MLPStructure((3, 2)).initial(1), 1)
    with pytest.raises(ValueError, match="1024"):
        scale_rank(make_adapted(1), 1025)
    model = make_adapted(1)
    name = next(iter(model.weights))
    with pytest.raises(ValueError, match="not finite"):
        scale_rank(Model(model.structure, {**model.weights, name: model.weights[name] * torch.nan}), 2)

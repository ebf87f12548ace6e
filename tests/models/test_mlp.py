import pytest
import torch

from wayfare.models import MLP, MLPStructure, same_weights, structure_from


def test_the_default_mlp_on_digits_is_64_32_10():
    structure = MLP().structure((8, 8), 10)
    assert structure == MLPStructure((64, 32, 10), "relu")
    assert structure.layers == ("layer1", "layer2")
    assert structure.parameters == 64 * 32 + 32 + 32 * 10 + 10 == 2410


def test_work_counts_two_flop_a_weight_and_one_a_bias_and_activation():
    structure = MLPStructure((64, 32, 10))
    assert structure.forward_flop_per_sample == 2 * (64 * 32 + 32 * 10) + (32 + 10) + 32
    assert structure.training_flop_per_sample == 3 * structure.forward_flop_per_sample


def test_without_hidden_layers_it_is_logistic_regression():
    structure = MLP(hidden=()).structure((64,), 10)
    assert structure.parameters == 650
    assert structure.forward_flop_per_sample == 2 * 640 + 10


def test_a_structure_comes_back_from_its_specification():
    structure = MLPStructure((13, 33, 17, 10), "tanh")
    assert structure_from(structure.specification()) == structure


def test_a_large_mlp_is_the_2nn_of_the_paper_on_federated_averaging():
    # 199,210 parameters: McMahan et al. 2017 (arXiv 1602.05629), section 3.
    assert MLP(size="large").structure((28, 28), 10).parameters == 199_210


def test_explicit_widths_stand_instead_of_those_of_the_size():
    assert MLP(size="medium").structure((4,), 3).widths == (4, 128, 64, 3)
    assert MLP(size="medium", hidden=(5,)).structure((4,), 3).widths == (4, 5, 3)


def test_an_mlp_can_predict_numbers():
    structure = MLP(hidden=(3,)).structure((2,), 1, "regression")
    assert structure.task == "regression"
    assert structure_from(structure.specification()) == structure
    assert "task" not in MLP().structure((2,), 2).specification()
    with pytest.raises(ValueError, match="no model for 'language'"):
        MLP().structure((2,), 256, "language")


@pytest.mark.parametrize(
    "specification",
    [
        {},
        {"family": "mpl", "widths": [1, 2], "activation": "relu"},
        {"family": "mlp", "widths": [1, 2]},
        {"family": "mlp", "widths": [1, 2], "activation": "relu", "dropout": 1},
        {"family": "mlp", "widths": [1], "activation": "relu"},
        {"family": "mlp", "widths": [1, 0], "activation": "relu"},
        {"family": "mlp", "widths": [1, 2.0], "activation": "relu"},
        {"family": "mlp", "widths": "12", "activation": "relu"},
        {"family": "mlp", "widths": [1, 2], "activation": "sigmoid"},
        {"family": "mlp", "widths": None, "activation": "relu"},
        {"family": "mlp", "widths": [[1], [2]], "activation": "relu"},
        {"family": "mlp", "widths": [1, 2], "activation": "relu", "task": "cooking"},
        {"family": ["mlp"], "widths": [1, 2], "activation": "relu"},
    ],
    ids=str,
)
def test_a_wrong_specification_is_refused(specification):
    with pytest.raises(ValueError, match=r"MLP|mlp|family"):
        structure_from(specification)


def test_a_misspelt_family_names_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'mlp'"):
        structure_from({"family": "mpl"})


def test_initial_weights_depend_on_the_seed_alone():
    structure = MLPStructure((64, 32, 10))
    assert same_weights(structure.initial(1), structure.initial(1))
    assert not same_weights(structure.initial(1), structure.initial(2))


def test_initial_weights_are_uniform_within_one_over_the_root_of_the_inputs():
    weights = MLPStructure((64, 400, 10)).initial(1).weights
    for name, bound in (("layer1.weight", 1 / 8), ("layer1.bias", 1 / 8), ("layer2.weight", 1 / 20)):
        drawn = weights[name]
        assert drawn.abs().max() <= bound
        assert drawn.std() == pytest.approx(bound / 3**0.5, rel=0.1)
    assert not torch.equal(weights["layer1.weight"][0], weights["layer1.weight"][1])

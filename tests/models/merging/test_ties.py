import pytest
import torch

from wayfare.models import Contribution, LinearStructure, Model, same_weights
from wayfare.models.merging import Ties

STRUCTURE = LinearStructure((5, 1), False, "regression")


def model(*weights):
    return Model(STRUCTURE, {"layer1.weight": torch.tensor([weights], dtype=torch.float32)})


def merged(merger, base, *changed, weights=None):
    given = [Contribution(each, weight) for each, weight in zip(changed, weights or [1] * len(changed), strict=True)]
    return merger.merge(given, base).weights["layer1.weight"][0].tolist()


BASE = model(0, 0, 0, 0, 0)


def test_signs_are_elected_by_their_mass_and_only_the_winners_are_averaged():
    assert merged(Ties(kept=1), BASE, model(3, 1, 0, 2, -1), model(-1, 1, 0, 4, -3), model(-1, 4, 0, 0, 5)) == (
        [3, 2, 0, 3, 5]
    )


def test_only_the_largest_changes_of_each_model_stay():
    assert merged(Ties(kept=0.4), BASE, model(5, 4, 3, 2, 1), model(1, 2, 3, 4, 5)) == [5, 4, 0, 4, 5]


def test_changes_are_counted_from_the_base_and_by_the_factor():
    assert merged(Ties(kept=1, factor=0.5), model(1, 1, 1, 1, 1), model(3, 1, 1, 1, 1)) == [2, 1, 1, 1, 1]


def test_weights_count_in_the_election_and_the_mean():
    pair = model(1, 2, 0, 0, 0), model(-3, 6, 0, 0, 0)
    assert merged(Ties(kept=1), BASE, *pair, weights=[9, 1]) == pytest.approx([1, 2.4, 0, 0, 0])


def test_equal_models_with_all_changes_kept_are_that_model():
    one = model(3, 1, 4, 1, 5)
    assert same_weights(Ties(kept=1).merge([Contribution(one), Contribution(one, 3)], BASE), one)


def test_no_base_and_another_structure_are_refused():
    with pytest.raises(ValueError, match="needs the model"):
        Ties().merge([Contribution(BASE)])
    with pytest.raises(ValueError, match="structure"):
        Ties().merge([Contribution(LinearStructure((2, 1)).initial(1))], BASE)

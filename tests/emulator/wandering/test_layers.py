"""Which layers a node trains."""

from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.emulator.packets import LayerUpdate
from wayfare.emulator.wandering.layers import flat_layers, frozen_layers

LAYERS = ("first", "second", "third")


def test_all_or_the_head_alone():
    assert frozen_layers("all", LAYERS, ()) == ()
    assert frozen_layers("head", LAYERS, ()) == ("first", "second")


def test_the_half_that_has_learned_least_is_trained_and_of_equals_the_later():
    updates = [LayerUpdate(0, samples) for samples in (5, 90, 5)]
    assert frozen_layers("least-trained", LAYERS, updates) == ("second",)
    assert frozen_layers("least-trained", LAYERS, ()) == ("first",)


@settings(max_examples=30)
@given(st.integers(1, 9), st.integers(1, 12))
def test_in_turn_all_layers_are_trained_equally_often(count, visits):
    layers, samples = [f"layer{n}" for n in range(count)], dict.fromkeys((f"layer{n}" for n in range(count)), 0)
    for _ in range(visits * 2):
        frozen = frozen_layers("least-trained", layers, [LayerUpdate(0, samples[layer]) for layer in layers])
        for layer in set(layers) - set(frozen):
            samples[layer] += 1
    assert max(samples.values()) - min(samples.values()) <= 1


def test_a_model_of_one_layer_is_never_frozen():
    assert frozen_layers("head", ("only",), ()) == frozen_layers("least-trained", ("only",), ()) == ()


def test_the_fewest_layers_that_hold_the_share_are_trained_and_of_equals_the_later():
    pulls = {"first": 1.0, "second": 5.0, "third": 4.0}
    assert flat_layers(pulls, 0.5) == ("first", "third")
    assert flat_layers(pulls, 0.9) == ("first",)
    assert flat_layers(pulls, 1.0) == flat_layers(dict.fromkeys(LAYERS, 0.0), 0.5) == ()
    assert flat_layers({"first": 2.0, "second": 2.0}, 0.5) == ("first",)


@settings(max_examples=30)
@given(st.lists(st.just(0.0) | st.floats(1e-6, 1e6), min_size=1, max_size=8), st.floats(0.01, 1))
def test_what_is_trained_holds_the_share_and_without_its_least_does_not(pulls, share):
    gradients = {f"layer{place}": pull for place, pull in enumerate(pulls)}
    trained = sorted(gradients[layer] for layer in set(gradients) - set(flat_layers(gradients, share)))
    assert trained
    assert sum(trained) >= share * sum(pulls) * (1 - 1e-9)
    if any(pulls):
        assert sum(trained[1:]) < share * sum(pulls) * (1 + 1e-9)

"""Which layers a node trains."""

from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.emulator.packets import LayerUpdate
from wayfare.emulator.wandering.layers import frozen_layers

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

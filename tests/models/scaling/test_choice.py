import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import (
    Choices,
    LinearStructure,
    MLPStructure,
    Model,
    Scale,
    footprint,
    pack_model,
    same_weights,
    scale_model,
    scale_to,
)
from wayfare.models.transformer import TransformerStructure

STRUCTURE = MLPStructure((20, 16, 12, 5))
MODEL = STRUCTURE.initial(1)
WHOLE = footprint(MODEL)


def test_a_model_that_fits_is_left_as_it_is():
    for limits in ({}, {"size_bytes": WHOLE.size_bytes}, {"memory_bytes": WHOLE.memory_bytes}):
        scaled, report = scale_to(MODEL, **limits)
        assert same_weights(scaled, MODEL)
        assert (report.scale, report.error) == (Scale(), 0)


@given(size=st.floats(0.2, 1.2), memory=st.floats(0.06, 1.2), flop=st.floats(0.06, 1.2))
@settings(max_examples=20)
def test_limits_are_never_exceeded_and_the_report_is_that_of_its_scale(size, memory, flop):
    limits = {
        "size_bytes": size * WHOLE.size_bytes,
        "memory_bytes": memory * WHOLE.memory_bytes,
        "flop_per_sample": flop * WHOLE.training_flop,
    }
    scaled, report = scale_to(MODEL, **limits)
    assert len(pack_model(scaled)) == report.after.size_bytes <= limits["size_bytes"]
    assert report.after.memory_bytes <= limits["memory_bytes"]
    assert report.after.training_flop <= limits["flop_per_sample"]
    again, same = scale_model(MODEL, report.scale)
    assert same_weights(again, scaled)
    assert same == report


@pytest.mark.parametrize("share", [0.2, 0.25, 0.3, 0.6])
def test_nothing_else_that_fits_loses_less(share):
    choices = Choices(widths=(1.0, 0.5, 0.25), depths=(1.0, 0.5), sparsities=(0.0, 0.5, 0.9), bits=(32, 16, 8, 4))
    limit = share * WHOLE.size_bytes
    _, chosen = scale_to(MODEL, size_bytes=limit, choices=choices)
    every = [
        scale_model(MODEL, Scale(width, depth, None, sparsity, bits))[1]
        for depth, width, sparsity, bits in itertools.product(
            choices.depths, choices.widths, choices.sparsities, choices.bits
        )
    ]
    # What rounding to integers makes zero is not counted on, so only a combination that is sparse could be missed.
    fitting = [report.error for report in every if report.after.size_bytes <= limit and not report.scale.sparsity]
    assert chosen.error <= min(fitting)
    assert chosen.error >= min(report.error for report in every if report.after.size_bytes <= limit)


def test_a_link_is_met_with_fewer_bits_and_a_slow_node_with_less_width():
    assert scale_to(MODEL, size_bytes=0.6 * WHOLE.size_bytes)[1].scale == Scale(bits=16)
    slow = scale_to(MODEL, flop_per_sample=0.5 * WHOLE.training_flop)[1].scale
    assert (slow.bits, slow.sparsity) == (32, 0)
    assert slow.width < 1 or slow.depth < 1


def test_what_cannot_fit_says_how_small_it_could_be():
    smallest = scale_model(MODEL, Scale(0.0625, 0.25, None, 0.9, 4))[1].after
    with pytest.raises(ValueError, match=f"fits into 10 bytes: .* {smallest.memory_bytes} bytes of memory") as error:
        scale_to(MODEL, size_bytes=10)
    size = int(str(error.value).split("takes ")[1].split()[0])
    assert scale_to(MODEL, size_bytes=size)[1].after.size_bytes <= size
    with pytest.raises(ValueError, match="FLOP per sample"):
        scale_to(MODEL, flop_per_sample=1)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_model_that_diverged_is_scaled_all_the_same(value):
    broken = Model(STRUCTURE, {name: tensor * value for name, tensor in MODEL.weights.items()})
    scaled, report = scale_to(broken, size_bytes=0.3 * WHOLE.size_bytes)
    assert report.after.size_bytes == len(pack_model(scaled)) <= 0.3 * WHOLE.size_bytes


def test_choices_that_a_family_cannot_take_are_refused():
    with pytest.raises(ValueError, match="none of the scales"):
        scale_to(LinearStructure((64, 10)).initial(1), choices=Choices(widths=(0.5,)))


def test_a_family_is_scaled_in_the_ways_it_has(make_adapted):
    linear = LinearStructure((64, 10)).initial(1)
    assert scale_to(linear, size_bytes=900)[1].scale.width == 1
    adapted = make_adapted(1)
    chosen = scale_to(adapted, memory_bytes=0.7 * footprint(adapted).memory_bytes)[1].scale
    assert (chosen.rank, chosen.width, chosen.bits) == (2, 1, 32)
    chosen = scale_to(adapted, memory_bytes=0.7 * footprint(adapted).memory_bytes, choices=Choices(ranks=(9, 1)))[1]
    assert chosen.scale.rank == 1
    text = TransformerStructure(8, 4, 2, 8).initial(1)
    assert scale_to(text, flop_per_sample=0.8 * footprint(text).training_flop)[1].scale.depth < 1

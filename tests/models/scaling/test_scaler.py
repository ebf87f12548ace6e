import dataclasses
import math
import typing

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import (
    CNNStructure,
    LinearStructure,
    MLPStructure,
    Scale,
    TransformerStructure,
    footprint,
    pack_model,
    put_back,
    same_weights,
    scale_model,
    unpack_model,
)
from wayfare.models.scaling import deepen, part, resized, sparsify, widen

MLP = MLPStructure((20, 16, 12, 5))
ALL = [LinearStructure((20, 5)), MLP, CNNStructure((8, 8), 10, (4, 6), 3, (16,)), TransformerStructure(8, 2, 2, 8)]
BITS = st.sampled_from([4, 8, 16, 32, "bf16", "int8-tensor"])


@pytest.mark.parametrize("structure", ALL, ids=str)
@given(width=st.sampled_from([0.25, 0.5, 1.0]), sparsity=st.sampled_from([0.0, 0.5, 0.95]), bits=BITS)
@settings(max_examples=15)
def test_a_scaled_model_travels_exactly_and_the_report_is_right(structure, width, sparsity, bits):
    width = 1.0 if structure.family == "linear" else width
    model = structure.initial(1)
    scaled, report = scale_model(model, Scale(width, 1.0, None, sparsity, bits))
    data = pack_model(scaled)
    assert same_weights(unpack_model(data, scaled.structure), scaled)
    assert report.before == footprint(model)
    assert report.after == footprint(scaled)
    assert report.after.size_bytes == len(data)
    assert report.after.training_flop == scaled.structure.training_flop_per_sample
    assert report.after.memory_bytes == 16 * scaled.structure.parameters


@given(width=st.floats(0.1, 1), depth=st.sampled_from([0.5, 1.0]), sparsity=st.sampled_from([0.0, 0.3, 0.9]), bits=BITS)
@settings(max_examples=30)
def test_the_error_is_the_distance_from_the_parent_with_nothing_elsewhere(width, depth, sparsity, bits):
    model = MLP.initial(1)
    scaled, report = scale_model(model, Scale(width, depth, None, sparsity, bits))
    silent = dataclasses.replace(model, weights={name: torch.zeros_like(each) for name, each in model.weights.items()})
    back = put_back(silent, scaled)
    names = [name for name in model.weights if name.endswith("weight")]
    lost = sum(float((back.weights[name] - model.weights[name]).double().square().sum()) for name in names)
    whole = sum(float(model.weights[name].double().square().sum()) for name in names)
    assert report.error == pytest.approx(math.sqrt(lost / whole), abs=1e-6)


def test_each_way_alone_is_that_way():
    model = MLP.initial(1)
    assert same_weights(scale_model(model, Scale(0.5))[0], part(model, resized(MLP, 0.5)))
    assert same_weights(scale_model(model, Scale(2.0), seed=3)[0], widen(model, 2.0, 3))
    assert same_weights(scale_model(model, Scale(depth=2.0))[0], deepen(model, 2.0))
    assert same_weights(scale_model(model, Scale(sparsity=0.5))[0], sparsify(model, 0.5))
    whole, report = scale_model(model, Scale())
    assert same_weights(whole, model)
    assert report.before == report.after
    assert report.error == 0


def test_growth_loses_nothing_and_costs_more():
    _, report = scale_model(MLP.initial(1), Scale(width=1.5, depth=1.5))
    assert report.error == 0
    assert all(
        after > before
        for before, after in zip(dataclasses.astuple(report.before), dataclasses.astuple(report.after), strict=True)
    )


def test_rank_loses_what_the_singular_values_say(make_adapted, products):
    model = make_adapted(1)
    _, report = scale_model(model, Scale(rank=1))
    singular = [torch.linalg.svdvals(each) for each in products(model).values()]
    head = float(model.weights["head.weight"].double().square().sum())
    lost = sum(float(each[1:].square().sum()) for each in singular)
    whole = head + sum(float(each.square().sum()) for each in singular)
    assert report.error == pytest.approx(math.sqrt(lost / whole), rel=1e-5)


@pytest.mark.parametrize(
    ("scale", "match"),
    [(Scale(width=0.5), "nothing between"), (Scale(depth=2), "nothing between"), (Scale(rank=2), "no rank")],
)
def test_what_a_linear_model_cannot_do_is_refused(scale, match):
    with pytest.raises(ValueError, match=match):
        scale_model(LinearStructure((3, 2)).initial(1), scale)


def test_adapters_have_neither_width_nor_depth(make_adapted):
    for scale in (Scale(width=0.5), Scale(width=2.0), Scale(depth=0.5), Scale(depth=2.0)):
        with pytest.raises(ValueError, match="take rank"):
            scale_model(make_adapted(1), scale)


@pytest.mark.parametrize("wrong", [{"width": 0}, {"depth": -1}, {"width": float("nan")}, {"depth": 65}])
def test_a_scale_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="shares"):
        Scale(**wrong)


def test_every_field_of_a_scale_is_documented():
    hints = typing.get_type_hints(Scale, include_extras=True)
    assert list(hints) == ["width", "depth", "rank", "sparsity", "bits", "units"]
    assert all(isinstance(hint.__metadata__[0], str) for hint in hints.values())

from dataclasses import fields, replace
from typing import get_args, get_type_hints

import annotated_types
import pytest

from wayfare.emulator.radio import CI, DEFAULT_SOURCES, PATH_LOSS, Cell, InH, RMa


@pytest.mark.parametrize("choice", ["model", "duplex", "airtime", "line_of_sight", "rate_model", "mcs_table", "office"])
def test_an_unknown_choice_is_refused_with_what_is_allowed(choice):
    with pytest.raises(ValueError, match=f"{choice} of the cell is 'ideal'; it must be '"):
        Cell(**{choice: "ideal"})


def test_a_cell_may_have_any_propagation_model():
    assert set(get_args(get_args(get_type_hints(Cell, include_extras=True)["model"])[0])) == set(PATH_LOSS)
    for name, model in PATH_LOSS.items():
        assert Cell(model=name).path_loss == model()


@pytest.mark.parametrize(
    ("model", "heights_m"),
    [("uma", (25.0, 1.5)), ("umi", (10.0, 1.5)), ("inh", (3.0, 1.0)), ("rma", (35.0, 1.5)), ("ci", (10.0, 1.5))],
)
def test_heights_are_the_models_unless_said(model, heights_m):
    assert Cell(model=model).heights_m == heights_m
    assert Cell(model=model, site_height_m=20.0).heights_m == (20.0, heights_m[1])
    assert Cell(model=model, device_height_m=2.0).heights_m == (heights_m[0], 2.0)


def test_the_heights_of_the_cell_enter_its_path_loss():
    cell = Cell(model="uma", site_height_m=30.0, device_height_m=10.0)
    expected_db = cell.path_loss.path_loss_db(500.0, 7e9, los=False, site_height_m=30.0, device_height_m=10.0)
    assert cell.path_loss_db(500.0, los=False) == expected_db
    assert cell.path_loss_db(500.0, los=False) < Cell(model="uma").path_loss_db(500.0, los=False)


def test_the_parameters_of_a_model_stand_in_the_cell():
    assert Cell(model="rma", building_height_m=7.0, street_width_m=25.0).path_loss == RMa(7.0, 25.0)
    assert Cell(model="inh", office="open").path_loss == InH("open")
    ours = Cell(model="ci", exponent_los=1.9, exponent_nlos=2.9, absorption_from_hz=1e9)
    assert ours.path_loss == CI(1.9, 2.9, 1e9)


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ({"office": "open"}, "office is only for model 'inh', and the cell's model is 'umi'"),
        ({"street_width_m": 25.0}, "street_width is only for model 'rma'"),
        ({"exponent_los": 1.9}, "exponent_los is only for model 'ci'"),
        ({"absorption_from_hz": 1e9}, "absorption_from is only for model 'ci'"),
        ({"mcs_table": "256qam"}, "mcs_table is only for rate_model 'mcs', and the cell's rate_model is 'shannon'"),
    ],
)
def test_a_parameter_that_would_change_nothing_is_refused(parameter, message):
    with pytest.raises(ValueError, match=message):
        Cell(**parameter)


def test_a_carrier_that_the_model_does_not_reach_is_refused_with_one_that_does():
    with pytest.raises(ValueError, match=r"carrier is 140 GHz; the UMi model holds .* 100 GHz; model 'ci' does there"):
        Cell(carrier_hz=140e9)
    with pytest.raises(ValueError, match=r"the RMa model holds .* model 'uma' or 'umi' or 'inh' or 'ci' does there"):
        Cell(model="rma", carrier_hz=39e9)
    with pytest.raises(ValueError, match=r"the CI model holds from 0\.5 to 1000 GHz$"):
        Cell(model="ci", carrier_hz=2e12)
    assert Cell(model="ci", carrier_hz=140e9).carrier_hz == 140e9


def test_a_height_that_the_model_does_not_take_is_refused():
    with pytest.raises(ValueError, match=r"device height is 1 m; the UMi model takes 1\.5 to 22\.5 m"):
        Cell(device_height_m=1.0)


def test_every_field_has_a_sentence_and_a_default_within_its_own_bounds():
    hints = get_type_hints(Cell, include_extras=True)
    for field in fields(Cell):
        _, sentence, *bounds = get_args(hints[field.name])
        assert sentence.endswith(".")
        for bound in bounds:
            limit = getattr(bound, type(bound).__name__.lower())
            assert isinstance(bound, annotated_types.BaseMetadata)
            assert field.default >= limit if type(bound).__name__ in ("Gt", "Ge") else field.default <= limit


def test_every_parameter_of_every_model_can_be_set_in_the_cell_with_the_models_default():
    defaults = {field.name: field.default for field in fields(Cell)}
    for model in PATH_LOSS.values():
        for parameter in fields(model):
            assert defaults[parameter.name] == parameter.default


def test_every_default_has_a_source():
    assert list(DEFAULT_SOURCES) == [field.name for field in fields(Cell)]
    assert all(DEFAULT_SOURCES.values())


def test_a_cell_is_a_value():
    assert replace(Cell(), carrier_hz=28e9) == Cell(carrier_hz=28e9)
    assert replace(Cell(), model="uma").heights_m == Cell(model="uma").heights_m
    assert hash(Cell()) == hash(Cell())

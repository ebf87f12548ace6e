"""What holds for every propagation model."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import CI, PATH_LOSS, InH, RMa, UMa, UMi

MODELS = [UMa(), UMi(), InH(), InH(office="open"), RMa(), RMa(50.0, 5.0), CI(), CI(1.7, 2.9, 1e9)]
models = st.sampled_from(MODELS)
distances = st.floats(0.0, 10000.0)


@st.composite
def links(draw):
    """A model with a carrier and antenna heights that it takes."""
    model = draw(models)
    return model, {
        "carrier_hz": draw(st.floats(*model.carriers_hz)),
        "site_height_m": draw(st.floats(*model.site_heights_m)),
        "device_height_m": draw(st.floats(*model.device_heights_m)),
    }


@given(links(), distances, distances, st.booleans())
def test_path_loss_never_falls_with_distance(link, first_m, second_m, los):
    model, given_link = link
    near_db, far_db = (model.path_loss_db(d, los=los, **given_link) for d in sorted((first_m, second_m)))
    assert near_db <= far_db


@given(links(), distances)
def test_path_loss_without_line_of_sight_is_never_below_that_with_it(link, distance_m):
    model, given_link = link
    seen_db, blocked_db = (model.path_loss_db(distance_m, los=los, **given_link) for los in (True, False))
    assert blocked_db >= seen_db


@given(st.sampled_from([UMa(), UMi(), RMa(), RMa(50.0, 5.0)]), st.data())
def test_path_loss_never_falls_across_the_breakpoint_nor_leaps(model, data):
    carrier_hz = data.draw(st.floats(*model.carriers_hz))
    heights_m = data.draw(st.floats(*model.site_heights_m)), data.draw(st.floats(*model.device_heights_m))
    around_m = model.breakpoint_m(carrier_hz, *heights_m) * (1.0 + np.arange(-20, 21) * 2.0**-52)
    heights = dict(zip(("site_height_m", "device_height_m"), heights_m, strict=True))
    losses_db = model.path_loss_db(around_m, carrier_hz, los=True, **heights)
    assert np.all(np.diff(losses_db) >= 0.0)
    # RMa's two formulas do not meet: the second has the 3D distance over the 2D breakpoint, 40 dB a decade.
    beyond_m = np.maximum(around_m, 10.0)
    leap_db = 40.0 * np.log10(np.hypot(beyond_m[-1], heights_m[0] - heights_m[1]) / beyond_m[0])
    assert losses_db[-1] - losses_db[0] <= (leap_db if isinstance(model, RMa) else 0.0) + 1e-9


@given(models, distances, distances, st.data())
def test_the_chance_of_line_of_sight_is_a_probability_that_never_rises_with_distance(model, first_m, second_m, data):
    device_m = data.draw(st.floats(*model.device_heights_m))
    near, far = (model.los_probability(d, device_m) for d in sorted((first_m, second_m)))
    assert 0.0 <= far <= 1.0
    # The open office's own formula rises by 0.003 at 49 m; the rest may only round.
    assert far <= near + (0.003 if model == InH(office="open") else 1e-15)


@pytest.mark.parametrize("model", MODELS)
def test_arrays_give_what_their_elements_give(model):
    distances_m = np.array([0.0, 4.0, 10.0, 99.0, 300.0, 2000.0, 9000.0])
    los = np.array([True, False, True, False, True, False, True])
    each = list(zip(distances_m.tolist(), los.tolist(), strict=True))
    losses_db = model.path_loss_db(distances_m, 7e9, los=los)
    assert losses_db.tolist() == [model.path_loss_db(d, 7e9, los=seen) for d, seen in each]
    assert model.los_probability(distances_m).tolist() == [model.los_probability(d) for d, _ in each]
    sigmas_db = model.shadow_sigma_db(distances_m, 7e9, los=los)
    assert sigmas_db.tolist() == [model.shadow_sigma_db(d, 7e9, los=seen) for d, seen in each]
    assert model.decorrelation_m(los).tolist() == [model.decorrelation_m(seen) for _, seen in each]


@pytest.mark.parametrize("model", MODELS)
def test_a_number_gives_a_number(model):
    for los in (True, False):
        assert isinstance(model.path_loss_db(100.0, 7e9, los=los), float)
        assert isinstance(model.shadow_sigma_db(100.0, 7e9, los=los), float)
        assert isinstance(model.decorrelation_m(los), float)
    assert isinstance(model.los_probability(100.0), float)


@pytest.mark.parametrize("model", MODELS)
def test_nearer_than_the_model_begins_is_evaluated_where_it_begins(model):
    for los in (True, False):
        assert model.path_loss_db(0.0, 7e9, los=los) == model.path_loss_db(model.nearest_2d_m, 7e9, los=los)


# TR 38.901 v16.1: sigma of Table 7.4.1-1, decorrelation distance of Table 7.5-6, heights of Tables 7.2-1 to 7.2-3.
@pytest.mark.parametrize(
    ("name", "sigmas_db", "decorrelations_m", "heights_m"),
    [
        ("uma", (4.0, 6.0), (37.0, 50.0), (25.0, 1.5)),
        ("umi", (4.0, 7.82), (10.0, 13.0), (10.0, 1.5)),
        ("inh", (3.0, 8.03), (10.0, 6.0), (3.0, 1.0)),
        ("rma", (4.0, 8.0), (37.0, 120.0), (35.0, 1.5)),
        ("ci", (4.0, 8.2), (10.0, 13.0), (10.0, 1.5)),
    ],
)
def test_shadowing_and_heights_are_those_of_the_tables(name, sigmas_db, decorrelations_m, heights_m):
    model = PATH_LOSS[name]()
    assert tuple(model.shadow_sigma_db(100.0, 7e9, los=los) for los in (True, False)) == sigmas_db
    assert tuple(model.decorrelation_m(los) for los in (True, False)) == decorrelations_m
    assert model.heights_m(None, None) == heights_m


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("factor", [0.99, 1.01, math.nan])
def test_a_carrier_outside_the_model_is_refused(model, factor):
    low_hz, high_hz = model.carriers_hz
    carrier_hz = (high_hz if factor > 1 else low_hz) * factor
    with pytest.raises(ValueError, match=rf"the {model.title} model holds from 0\.5 to {high_hz / 1e9:g} GHz"):
        model.path_loss_db(100.0, carrier_hz, los=True)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("distance_m", [-1.0, math.nan, math.inf, np.array([10.0, math.nan]), np.array([-1.0])])
def test_a_distance_that_is_none_is_refused(model, distance_m):
    with pytest.raises(ValueError, match="must be finite and not negative"):
        model.path_loss_db(distance_m, 7e9, los=True)
    with pytest.raises(ValueError, match="must be finite and not negative"):
        model.los_probability(distance_m)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("end", ["site", "device"])
@pytest.mark.parametrize("height_m", [-0.1, 2000.0, math.nan])
def test_an_antenna_too_low_or_too_high_is_refused(model, end, height_m):
    low_m, high_m = getattr(model, f"{end}_heights_m")
    with pytest.raises(ValueError, match=f"{end} height is .* the {model.title} model takes {low_m:g} to {high_m:g} m"):
        model.path_loss_db(100.0, 7e9, los=True, **{f"{end}_height_m": height_m})

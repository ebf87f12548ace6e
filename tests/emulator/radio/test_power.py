import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import BASE_STATIONS, SitePower


@pytest.mark.parametrize(
    ("kind", "asleep_w", "idle_w", "busy_w"),
    [
        # Auer et al. 2011, eq. (1) with the numbers of Table 2.
        ("macro", 450.0, 780.0, 1344.0),
        ("rrh", 336.0, 504.0, 840.0),
        ("micro", 78.0, 112.0, 144.76),
        ("pico", 8.6, 13.6, 14.64),
        ("femto", 5.8, 9.6, 10.4),
    ],
)
def test_a_site_draws_what_the_paper_says(kind, asleep_w, idle_w, busy_w):
    awake, sleeping = SitePower(kind=kind), SitePower(kind=kind, sleeps=True)
    assert awake.idle_w == pytest.approx(idle_w)
    assert sleeping.idle_w == pytest.approx(asleep_w)
    assert awake.busy_w == sleeping.busy_w == pytest.approx(busy_w)


@given(st.sampled_from(sorted(BASE_STATIONS)), st.booleans(), st.floats(0.0, 1.0))
def test_the_mean_power_is_linear_in_the_share_of_the_time_that_it_sends(kind, sleeps, load):
    site = SitePower(kind=kind, sleeps=sleeps)
    assert site.power_w(load) == pytest.approx((1 - load) * site.idle_w + load * site.busy_w)
    assert SitePower(kind=kind, sleeps=True).power_w(load) <= SitePower(kind=kind).power_w(load) + 1e-9


def test_many_loads_at_once_are_each_alone():
    site, loads = SitePower(), np.array([0.0, 0.25, 1.0])
    assert site.power_w(loads).tolist() == [site.power_w(float(load)) for load in loads]


def test_every_number_can_be_set():
    site = SitePower(kind="macro", chains=2, chain_power_w=10.0, static_w=100.0, slope=3.0, sleep_w=20.0)
    assert (site.idle_w, site.busy_w) == (200.0, 260.0)
    assert SitePower(kind="macro", chains=2, sleep_w=20.0, sleeps=True).idle_w == 40.0


@pytest.mark.parametrize(
    ("keys", "message"),
    [({"kind": "nano"}, "'nano'"), ({"kind": "pico", "chain_power_w": 1.0}, "radiates at most 0.13 W")],
)
def test_a_site_that_the_paper_does_not_know_is_refused(keys, message):
    with pytest.raises(ValueError, match=message):
        SitePower(**keys)

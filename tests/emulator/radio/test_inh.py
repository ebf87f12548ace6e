import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import InH


def standard(d2d, fc, los, h_bs=3.0, h_ut=1.0):
    """TR 38.901 v16.1 Table 7.4.1-1, row InH - Office, written out as the table has it."""
    d3d = math.sqrt(d2d**2 + (h_bs - h_ut) ** 2)
    pl_los = 32.4 + 17.3 * math.log10(d3d) + 20 * math.log10(fc)
    return pl_los if los else max(pl_los, 38.3 * math.log10(d3d) + 17.30 + 24.9 * math.log10(fc))


@given(st.floats(0.0, 150.0), st.floats(0.5, 100.0), st.booleans())
def test_path_loss_is_the_table_of_the_standard_over_its_whole_range(distance_m, carrier_ghz, los):
    loss_db = InH().path_loss_db(distance_m, carrier_ghz * 1e9, los=los)
    assert loss_db == pytest.approx(standard(distance_m, carrier_ghz, los), abs=1e-9)


def test_antennas_nearer_than_1_m_are_evaluated_at_1_m():
    side_by_side = {"site_height_m": 1.5, "device_height_m": 1.5}
    assert InH().path_loss_db(0.0, 1e9, los=True, **side_by_side) == pytest.approx(32.4)
    assert InH().path_loss_db(0.9, 1e9, los=True, **side_by_side) == pytest.approx(32.4)


# Table 7.4.2-1: each piece, and both sides of where they meet.
@pytest.mark.parametrize(
    ("office", "distance_m", "chance"),
    [
        ("mixed", 0.0, 1.0),
        ("mixed", 1.2, 1.0),
        ("mixed", 5.9, math.exp(-1.0)),
        ("mixed", math.nextafter(6.5, 0.0), math.exp(-5.3 / 4.7)),
        ("mixed", 6.5, 0.32),
        ("mixed", 39.1, 0.32 * math.exp(-1.0)),
        ("open", 5.0, 1.0),
        ("open", 49.0, math.exp(-44.0 / 70.8)),
        ("open", math.nextafter(49.0, 50.0), 0.54),
        ("open", 260.7, 0.54 * math.exp(-1.0)),
    ],
)
def test_the_chance_of_line_of_sight_is_the_law_of_the_office(office, distance_m, chance):
    assert InH(office=office).los_probability(distance_m) == pytest.approx(chance, rel=1e-12)


def test_an_unknown_office_is_refused():
    with pytest.raises(ValueError, match="office is 'home'; it must be 'mixed' or 'open'"):
        InH(office="home")

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import mcs_efficiency, row_efficiencies

directions = st.sampled_from(["down", "up"])
tables = st.sampled_from(["64qam", "256qam"])

# The column "spectral efficiency" of TS 38.214, which the tables print beside Qm and R.
PRINTED = {
    "64qam": [
        *(0.2344, 0.3066, 0.3770, 0.4902, 0.6016, 0.7402, 0.8770, 1.0273, 1.1758, 1.3262),
        *(1.3281, 1.4766, 1.6953, 1.9141, 2.1602, 2.4063, 2.5703),
        *(2.5664, 2.7305, 3.0293, 3.3223, 3.6094, 3.9023, 4.2129, 4.5234, 4.8164, 5.1152, 5.3320, 5.5547),
    ],
    "256qam": [
        *(0.2344, 0.3770, 0.6016, 0.8770, 1.1758, 1.4766, 1.6953, 1.9141, 2.1602, 2.4063, 2.5703),
        *(2.7305, 3.0293, 3.3223, 3.6094, 3.9023, 4.2129, 4.5234, 4.8164, 5.1152),
        *(5.3320, 5.5547, 5.8906, 6.2266, 6.5703, 6.9141, 7.1602, 7.4063),
    ],
}


@pytest.mark.parametrize("table", ["64qam", "256qam"])
def test_the_rows_have_the_efficiency_that_the_standard_prints(table):
    assert row_efficiencies(table) == pytest.approx(PRINTED[table], abs=5.1e-5)


@given(st.floats(-30.0, 60.0), directions, tables)
def test_the_row_is_the_best_that_the_bound_allows(sinr_db, direction, table):
    alpha = {"down": 0.6, "up": 0.4}[direction]
    bound = alpha * math.log2(1 + 10 ** (sinr_db / 10))
    allowed = [row for row in row_efficiencies(table) if row <= bound]
    assert mcs_efficiency(sinr_db, direction, table) == max(allowed, default=0.0)


@given(st.floats(-200.0, 200.0), st.floats(-200.0, 200.0), directions, tables)
def test_the_efficiency_never_falls_with_the_ratio(first_db, second_db, direction, table):
    low, high = (mcs_efficiency(sinr_db, direction, table) for sinr_db in sorted((first_db, second_db)))
    assert 0.0 <= low <= high


def test_no_row_is_reached_just_below_the_first_and_the_last_is_the_limit():
    first_db = 10 * math.log10(2 ** (row_efficiencies("64qam")[0] / 0.6) - 1)
    assert mcs_efficiency(first_db - 1e-6, "down") == 0.0
    assert mcs_efficiency(first_db + 1e-6, "down") == pytest.approx(0.2344, abs=5e-5)
    assert mcs_efficiency(math.inf, "down", "64qam") == pytest.approx(5.5547, abs=5e-5)
    assert mcs_efficiency(math.inf, "up", "256qam") == pytest.approx(7.4063, abs=5e-5)


def test_arrays_give_what_their_elements_give():
    ratios_db = np.array([-20.0, -5.0, 3.0, 40.0])
    efficiencies = mcs_efficiency(ratios_db, "up")
    assert efficiencies.tolist() == [mcs_efficiency(float(ratio_db), "up") for ratio_db in ratios_db]
    assert isinstance(mcs_efficiency(3.0, "up"), float)


def test_an_unknown_table_or_direction_is_refused():
    with pytest.raises(ValueError, match="MCS table is '1024qam'; it must be '64qam' or '256qam'"):
        mcs_efficiency(0.0, "down", "1024qam")
    with pytest.raises(ValueError, match="it must be 'down' or 'up'"):
        mcs_efficiency(0.0, "sideways")
    with pytest.raises(ValueError, match="not a number"):
        mcs_efficiency(math.nan, "down")

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import UMi, moved_shadow_db

LINKS = 40_000


def walk(steps_m, sigma_db=7.82, decorrelation_m=13.0, seed=1):
    """Shadowing of many independent links after each step, shape (steps + 1, links)."""
    rng = np.random.default_rng(seed)
    shadows_db = [sigma_db * rng.standard_normal(LINKS)]
    for step_m in steps_m:
        deviates = rng.standard_normal(LINKS)
        shadows_db.append(
            moved_shadow_db(shadows_db[-1], step_m, deviates, sigma_db=sigma_db, decorrelation_m=decorrelation_m)
        )
    return np.array(shadows_db)


@pytest.mark.parametrize("steps_m", [[13.0], [1.0] * 13, [0.5, 12.0, 0.25, 0.25]])
def test_the_autocorrelation_is_exponential_whatever_the_steps(steps_m):
    shadows_db = walk(steps_m)
    # Four standard errors of a correlation over so many links; 13 m is the decorrelation distance.
    error = 4.0 * (1.0 - math.exp(-2.0)) / math.sqrt(LINKS)
    assert np.corrcoef(shadows_db[0], shadows_db[-1])[0, 1] == pytest.approx(math.exp(-1.0), abs=error)


def test_moving_leaves_the_spread_as_it_was():
    shadows_db = walk([0.01, 3.0, 100.0, 1.0])
    for shadow_db in shadows_db:
        assert shadow_db.std() == pytest.approx(7.82, rel=4.0 / math.sqrt(2 * LINKS))
        assert abs(shadow_db.mean()) < 4.0 * 7.82 / math.sqrt(LINKS)


@given(st.floats(-30.0, 30.0), st.floats(-4.0, 4.0))
def test_standing_still_changes_nothing_and_going_far_forgets_everything(shadow_db, deviate):
    law = {"sigma_db": 4.0, "decorrelation_m": UMi().decorrelation_m(True)}
    assert moved_shadow_db(shadow_db, 0.0, deviate, **law) == shadow_db
    assert moved_shadow_db(shadow_db, 1e6, deviate, **law) == pytest.approx(4.0 * deviate, abs=1e-12)


def test_many_small_steps_wander_as_far_as_one_of_their_length():
    small_db, large_db = walk([1e-3] * 50) - walk([])[0], walk([0.05]) - walk([])[0]
    assert small_db[-1].std() == pytest.approx(large_db[-1].std(), rel=0.05)


@pytest.mark.parametrize(("moved_m", "decorrelation_m"), [(-1.0, 10.0), (1.0, 0.0), (math.nan, 10.0)])
def test_distances_that_are_none_are_refused(moved_m, decorrelation_m):
    with pytest.raises(ValueError, match="must be positive"):
        moved_shadow_db(0.0, moved_m, 0.0, sigma_db=4.0, decorrelation_m=decorrelation_m)

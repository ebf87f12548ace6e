import math

import numpy as np
import pytest

from wayfare.models import Blobs, named_streams


def test_two_clouds_are_told_apart_with_the_known_probability():
    for distance in (0.5, 2.0, 4.0):
        closed_form = 0.5 * math.erfc(-distance / 2 / math.sqrt(2))
        assert Blobs(classes=2, distance=distance).best_accuracy == pytest.approx(closed_form, abs=1e-9)


def test_the_nearest_centre_is_right_as_often_as_the_best_classifier():
    blobs = Blobs(classes=10, samples=2000, distance=3.0)
    made = blobs.load(named_streams(1))
    centres = np.stack([made.features[made.labels == label].mean(axis=0) for label in range(10)])
    distances = np.linalg.norm(made.features[:, None] - centres, axis=2)
    assert made.optimum == blobs.best_accuracy
    sigma = (made.optimum * (1 - made.optimum) / 20_000) ** 0.5
    assert (distances.argmin(axis=1) == made.labels).mean() == pytest.approx(made.optimum, abs=4 * sigma)


def test_centres_are_equally_far_from_each_other():
    made = Blobs(classes=4, samples=4000, features=6, distance=5.0).load(named_streams(2))
    centres = [made.features[made.labels == label].mean(axis=0) for label in range(4)]
    for first in range(4):
        for second in range(first):
            assert np.linalg.norm(centres[first] - centres[second]) == pytest.approx(5.0, abs=0.15)


def test_blobs_depend_on_their_stream_alone():
    first, again, other = (Blobs().load(named_streams(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first.features, again.features)
    assert not np.array_equal(first.features, other.features)


def test_fewer_dimensions_than_classes_are_refused():
    with pytest.raises(ValueError, match="raise `features`"):
        Blobs(classes=20)

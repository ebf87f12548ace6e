"""What the points of a sweep are called."""

from wayfare.scenarios.point_labels import LONGEST, PointLabels, short_names


def test_keys_are_shortened_as_far_as_they_stay_apart():
    assert short_names(("links.core.rate", "links.access.rate", "stop")) == {
        "links.core.rate": "core.rate",
        "links.access.rate": "access.rate",
        "stop": "stop",
    }


def test_a_value_stands_in_a_label_as_it_is_written():
    point = {"data.partition": {"kind": "classes", "each": 2}, "cells.shadowing": True, "model.hidden": [8, None]}
    labels = PointLabels([point])
    assert labels.of(point) == "partition={kind: classes, each: 2}, shadowing=true, hidden=[8, null]"
    assert labels.legend(point) == {}
    assert labels.of_run("mfd", {"stop": "1 s"}, 7) == "mfd, stop=1 s, seed 7"


def test_values_that_are_too_long_are_numbered_in_their_order_and_the_legend_has_them():
    fits, long = "x" * LONGEST, "y" * (LONGEST + 1)
    points = [{"a.b": value, "c": fits} for value in (fits, long, fits)]
    labels = PointLabels(points)
    assert [labels.of(point) for point in points] == [f"b #{number}, c={fits}" for number in (1, 2, 1)]
    assert labels.legend(points[1]) == {"b #2": long}
    assert labels.of({"a.b": long}) == "b #2"

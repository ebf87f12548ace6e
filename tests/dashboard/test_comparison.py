import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.dashboard.address import Address
from wayfare.dashboard.charts.compared import curves_figure, curves_summary
from wayfare.dashboard.charts.figure import View
from wayfare.dashboard.compare_view import compare_page
from wayfare.dashboard.comparison import Group, Replication, band, compare, differing, mean_and_half_width
from wayfare.dashboard.learning import Curve
from wayfare.dashboard.overview import Overview
from wayfare.dashboard.run_store import RunStore
from wayfare.dashboard.scenario_keys import scenario_keys
from wayfare.dashboard.texts import LANGUAGES, words_of
from wayfare.dashboard.theme import PALETTES
from wayfare.emulator.records import RecordError


def replication(*points: tuple[float, float], reach: float = 10.0) -> Replication:
    curve = Curve(np.array([time for time, _ in points]), np.array([value for _, value in points]))
    return Replication(Overview("run", "finished", "walk"), {}, {"time": curve}, {"time": reach})


@pytest.fixture(scope="module")
def walked(new_walks: Any) -> Any:
    walks = new_walks()
    walks.names = [
        walks.write("walk", seed=seed, scenario=f"learning: {{packets: {packets}}}\n").name
        for packets, seed in ((6, 1), (6, 2), (3, 1))
    ]
    walks.names.append(walks.write("other", scenario="learning: {packets: 6}\n").name)
    walks.damage("torn")
    return walks


def test_runs_that_differ_in_the_seed_alone_are_replications(walked: Any) -> None:
    groups = compare(RunStore(walked.parent), walked.names).groups
    assert [(group.label, len(group.runs)) for group in groups] == [
        ("walk, packets 6", 2),
        ("walk, packets 3", 1),
        ("other", 1),
    ]
    assert differing([group.keys for group in groups]) == ["name", "learning.packets"]


def test_what_is_expected_sets_no_run_apart(new_walks: Any) -> None:
    walks = new_walks()
    names = [
        walks.write("walk", scenario=f"stop: {stop}\nexpect: [{expected}]\n").name
        for stop, expected in (("1 s", "accuracy.final >= 0.93"), ("2 s", "packets.dropped == 0"), ("2 s", "a, b"))
    ]
    groups = compare(RunStore(walks.parent), names).groups
    assert [(group.label, len(group.runs)) for group in groups] == [("walk, stop 1 s", 1), ("walk, stop 2 s", 2)]
    assert differing([group.keys for group in groups]) == ["stop"]


def test_where_no_run_can_be_read_the_page_says_that_alone(walked: Any) -> None:
    comparison = compare(RunStore(walked.parent), ["torn", "nobody"])
    for language in LANGUAGES:
        words = words_of(language)
        page = str(compare_page(comparison, Address("/compare", {"runs": "torn,nobody"}), words))
        assert words("compare.unreadable") in page
        assert "nobody" in page
        for key in ("curves.none", "compare.scenario.none", "compare.groups", "compare.outcome"):
            assert words(key) not in page


def test_the_page_says_what_a_change_is_relative_to(walked: Any) -> None:
    for language in LANGUAGES:
        words = words_of(language)
        pages = []
        for names in (walked.names, walked.names[:2]):
            comparison = compare(RunStore(walked.parent), names)
            pages.append(str(compare_page(comparison, Address("/compare", {"runs": ",".join(names)}), words)))
        assert [words("compare.outcome.how") in page for page in pages] == [True, False]


def test_a_run_that_cannot_be_read_is_left_out_with_the_reason(walked: Any) -> None:
    comparison = compare(RunStore(walked.parent), ["torn", "nobody", walked.names[0]])
    assert [name for name, _ in comparison.left_out] == ["torn", "nobody"]
    assert len(comparison.groups) == 1


def test_the_interval_of_three_numbers_is_the_one_in_the_table() -> None:
    mean, half = mean_and_half_width([1.0, 2.0, 3.0])
    assert mean == 2.0
    assert half == pytest.approx(4.303 / math.sqrt(3), rel=1e-3)  # t of two degrees of freedom at 97.5 %
    assert math.isnan(mean_and_half_width([1.0])[1])


def test_a_band_is_the_mean_of_steps_and_its_interval() -> None:
    group = Group("g", (replication((0, 0.2), (5, 0.6)), replication((0, 0.4), (5, 0.8))))
    places, mean, half = band(group, "time", points=11)
    assert places.tolist() == list(range(11))
    assert mean == pytest.approx([0.3] * 5 + [0.7] * 6)
    assert half == pytest.approx([mean_and_half_width([0.2, 0.4])[1]] * 11)


def test_a_run_that_ended_early_counts_until_its_end() -> None:
    group = Group("g", (replication((0, 0.2)), replication((0, 0.4), reach=5.0)))
    _, mean, half = band(group, "time", points=11)
    assert mean == pytest.approx([0.3] * 6 + [0.2] * 5)
    assert np.isnan(half[6:]).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_a_mean_lies_within_its_interval_and_its_values(values: list[float]) -> None:
    group = Group("g", tuple(replication((0, value)) for value in values))
    _, mean, half = band(group, "time", points=3)
    assert min(values) - 1e-9 <= mean[0] <= max(values) + 1e-9
    assert np.isnan(half[0]) if len(values) < 2 else half[0] >= 0


def test_the_page_and_its_chart_say_what_differs(walked: Any) -> None:
    comparison = compare(RunStore(walked.parent), walked.names)
    address = Address("/compare", {"runs": ",".join(walked.names)})
    for language in LANGUAGES:
        page = str(compare_page(comparison, address, words_of(language)))
        assert "learning.packets" in page
        assert "0.934" in page
    view = View(PALETTES["dark"], words_of("en"))
    figure = curves_figure(comparison.groups, view)
    lines = [trace for trace in figure["data"] if "marker" in trace]
    assert [trace["name"] for trace in lines] == ["walk, packets 6 (2)", "walk, packets 3 (1)", "other (1)"]
    for cue in ("dash", "color"):
        assert len({trace["line"][cue] for trace in lines}) == 3
    assert sum("fill" in trace for trace in figure["data"]) == 1  # only the group of two has a band
    assert "walk, packets 6" in curves_summary(comparison.groups, view)


def test_keys_are_flat_and_lists_of_plain_values_are_one() -> None:
    source = "a: {b: 1, c: [x, y]}\nt:\n  - {size: 1 MB}\n  - {size: 2 MB}\nempty: []\n"
    assert scenario_keys(source) == {"a.b": "1", "a.c": "x, y", "t[0].size": "1 MB", "t[1].size": "2 MB", "empty": "[]"}


def test_a_small_file_that_says_very_much_is_refused() -> None:
    lines = ["a0: &a0 {x: 1, y: 2}"] + [f"a{i}: &a{i} {{x: *a{i - 1}, y: *a{i - 1}}}" for i in range(1, 40)]
    with pytest.raises(RecordError, match="more than"):
        scenario_keys("\n".join(lines))


@pytest.mark.parametrize("source", ["a: [", "\x00", "- " * 5000, "{" * 5000, "a: &a [*a]", "!!python/object:os.x {}"])
def test_a_scenario_that_is_none_is_refused_in_words(source: str) -> None:
    with pytest.raises(RecordError, match=r"scenario\.yaml: "):
        scenario_keys(source)

from typing import Any

import plotly.graph_objects as go
import pytest

from wayfare.dashboard.charts import progress_figure, progress_title, traffic_figure
from wayfare.dashboard.map_figure import map_figure
from wayfare.dashboard.run_store import RunStore
from wayfare.dashboard.run_view import chosen_time, slider_step
from wayfare.dashboard.theme import PALETTES

LIGHT = PALETTES["light"]


@pytest.fixture(scope="module")
def runs(new_walks: Any) -> Any:
    walks = new_walks()
    store = RunStore(walks.parent)
    return {learns: store.open(walks.write("walk", learns=learns).name) for learns in (True, False)}


@pytest.mark.parametrize("scheme", PALETTES)
@pytest.mark.parametrize("learns", [True, False])
def test_the_charts_are_valid_plotly(runs: Any, scheme: str, learns: bool) -> None:
    for figure in (progress_figure, traffic_figure):
        go.Figure(figure(runs[learns], 1.0, PALETTES[scheme]))


def test_accuracy_shows_answer_devices_and_packets(runs: Any) -> None:
    names = [trace["name"] for trace in progress_figure(runs[True], 1.0, LIGHT)["data"]]
    assert names == ["each packet", "mean over devices", "answer models"]


def test_a_network_run_shows_transfers_instead(runs: Any) -> None:
    [trace] = progress_figure(runs[False], 1.0, LIGHT)["data"]
    assert progress_title(runs[False]) == "Transfers in progress"
    assert max(trace["y"]) == 6


def test_the_stack_carries_the_bytes_of_the_run(runs: Any) -> None:
    run = runs[True]
    rates = sum(sum(trace["y"][:-1]) for trace in traffic_figure(run, 1.0, LIGHT)["data"])
    assert rates * run.traffic.bin_s * 1e6 / 8 == pytest.approx(run.traffic.total_bytes)


@pytest.mark.parametrize("figure", [progress_figure, traffic_figure])
def test_both_charts_have_a_cursor_at_the_chosen_time(runs: Any, figure: Any) -> None:
    [line] = figure(runs[True], 1.25, LIGHT)["layout"]["shapes"]
    assert (line["x0"], line["x1"]) == (1.25, 1.25)


def test_the_two_themes_share_no_ink(runs: Any) -> None:
    inks = {
        figure(runs[True], 1.0, palette)["layout"]["font"]["color"]
        for figure in (progress_figure, traffic_figure)
        for palette in PALETTES.values()
    }
    assert len(inks) == 2


@pytest.mark.parametrize(
    ("search", "time_s"),
    [("?t=1.25", 1.25), ("", 8), (None, 8), ("?t=99", 8), ("?t=-1", 0), ("?t=nan", 8), ("?t=x", 8), ("?t=1&t=2", 2)],
)
def test_the_address_says_the_time_and_otherwise_it_is_the_end(search: str | None, time_s: float) -> None:
    assert chosen_time(search, 8.0) == time_s


def test_the_slider_has_round_steps() -> None:
    assert [slider_step(end_s) for end_s in (8.0, 3600.0)] == pytest.approx([0.005, 2.0])
    assert slider_step(0.0) == 1.0


def test_a_run_that_has_only_begun_can_be_drawn(new_walks: Any) -> None:
    walks = new_walks()
    run = RunStore(walks.parent).open(walks.write(status="running", until_s=0.0).name)
    for figure in (map_figure, progress_figure, traffic_figure):
        go.Figure(figure(run, 0.0, LIGHT))

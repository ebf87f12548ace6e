from html import unescape
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from wayfare.dashboard.map_figure import load_step, map_figure, moment_text, round_length
from wayfare.dashboard.run_store import RunStore
from wayfare.dashboard.theme import PALETTES


@pytest.fixture(scope="module")
def run(new_walks: Any) -> Any:
    walks = new_walks()
    return RunStore(walks.parent).open(walks.write().name)


def named(figure: dict[str, Any], name: str) -> dict[str, Any]:
    [trace] = [trace for trace in figure["data"] if trace.get("name") == name]
    return trace


@pytest.mark.parametrize("scheme", PALETTES)
@pytest.mark.parametrize("time_s", [0.0, 3.3, 8.0])
def test_the_picture_is_valid_plotly(run: Any, scheme: str, time_s: float) -> None:
    go.Figure(map_figure(run, time_s, PALETTES[scheme]))


def test_each_tier_has_its_shape(run: Any) -> None:
    figure = map_figure(run, 1.0, PALETTES["light"])
    shapes = {tier: named(figure, tier)["marker"]["symbol"] for tier in ("device", "edge", "cloud")}
    assert len(set(shapes.values())) == 3
    assert len(named(figure, "device")["x"]) == 24


def test_colours_follow_the_accuracy_held(run: Any) -> None:
    palette = PALETTES["light"]
    assert set(named(map_figure(run, 0.0, palette), "device")["marker"]["color"]) == {palette.unknown}
    late = named(map_figure(run, 8.0, palette), "device")
    held = run.learning.held_at(8.0, len(run.network.names))[5:]
    darkness = [-sum(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in late["marker"]["color"]]
    measured = np.isfinite(held)
    assert np.corrcoef(held[measured], np.array(darkness)[measured])[0, 1] > 0.9


def test_model_packets_lie_on_the_link_they_cross(run: Any) -> None:
    crossing = run.journeys.crossing(3.3)
    trace = named(map_figure(run, 3.3, PALETTES["light"]), "model packets")
    assert len(trace["x"]) == len(crossing.flow) > 0
    for x, y, node, peer, part in zip(
        trace["x"], trace["y"], crossing.node, crossing.peer, crossing.fraction, strict=True
    ):
        start, end = run.network.position[node], run.network.position[peer]
        assert (x, y) == pytest.approx(tuple(start + part * (end - start)))


def test_a_busy_link_is_wider_than_an_idle_one(run: Any) -> None:
    wires = [
        trace["line"]
        for trace in map_figure(run, 1.4, PALETTES["dark"])["data"]
        if trace.get("line", {}).get("dash") == "solid"
    ]
    assert [line["color"] for line in wires] == [
        colour for colour in PALETTES["dark"].load if colour in {line["color"] for line in wires}
    ]
    assert sorted(line["width"] for line in wires) == [line["width"] for line in wires]


def test_loads_fall_into_five_steps() -> None:
    assert load_step(np.array([0, 0.1, 0.25, 0.6, 0.75, 1.0])).tolist() == [0, 1, 2, 3, 4, 4]


def test_hover_texts_name_nodes_and_values(run: Any) -> None:
    figure = map_figure(run, 8.0, PALETTES["light"])
    assert "accuracy of its model 0." in " ".join(named(figure, "device")["hovertext"])
    assert "device1 → edge1 (access-up)" in named(figure, "links")["hovertext"][8]
    assert "of 200 Mbit/s" in named(figure, "links")["hovertext"][0]


def test_names_from_a_run_are_not_markup(run: Any) -> None:
    hostile = "<a href='javascript:hit()'>x</a>"
    run.network.names[3], kept = hostile, run.network.names[3]
    try:
        texts = named(map_figure(run, 3.3, PALETTES["light"]), "edge")["hovertext"]
    finally:
        run.network.names[3] = kept
    [one] = [text for text in texts if "javascript" in text]
    assert hostile not in one
    assert hostile in unescape(one)


def test_the_moment_is_said_in_words(run: Any) -> None:
    assert moment_text(run, 0.0) == "1 model packet on the way"
    assert "mean accuracy held 0." in moment_text(run, 8.0)


@pytest.mark.parametrize(("most", "length"), [(1, 1), (0.3, 0.2), (99, 50), (0.008, 0.005), (1000, 1000)])
def test_scales_are_round(most: float, length: float) -> None:
    assert round_length(most) == pytest.approx(length)

import json
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from wayfare.dashboard.charts import CHARTS, View, data_seen
from wayfare.dashboard.charts.accuracy import longest_stall
from wayfare.dashboard.charts.energy_by_cause import spent_by_cause
from wayfare.dashboard.charts.figure import round_above
from wayfare.dashboard.charts.journey_rows import journeys
from wayfare.dashboard.learning import Curve
from wayfare.dashboard.quantity_text import duration_text
from wayfare.dashboard.run_store import RunStore
from wayfare.dashboard.texts import LANGUAGES, words_of
from wayfare.dashboard.theme import PALETTES, ramp
from wayfare.emulator.records import EventKind

HOSTILE = "<b>x</b><script>alert(1)</script>"
LIGHT = View(PALETTES["light"], words_of("en"))


def views() -> list[View]:
    return [View(palette, words_of(language)) for palette in PALETTES.values() for language in LANGUAGES]


@pytest.fixture(scope="module")
def runs(new_walks: Any) -> Any:
    walks = new_walks()
    store = RunStore(walks.parent)
    return {learns: store.open(walks.write("walk", learns=learns).name) for learns in (True, False)}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("learns", [True, False])
def test_every_chart_is_valid_plotly_with_words_and_axis_titles(runs: Any, name: str, learns: bool) -> None:
    chart, run = CHARTS[name], runs[learns]
    for view in views():
        figure = chart.draw(run, view)
        go.Figure(figure)
        assert json.dumps(figure, allow_nan=False)
        assert len(chart.describe(run, view)) > 5
        axes = [figure["layout"][axis] for axis in ("xaxis", "yaxis")]
        assert all(
            "title" in axis or "ticktext" in axis or axis.get("type") == "category" for axis in axes if figure["data"]
        )


@pytest.mark.parametrize("name", CHARTS)
def test_every_choice_makes_another_figure(runs: Any, name: str) -> None:
    chart, run = CHARTS[name], runs[True]
    for choice, values in chart.choices.items() if chart.suits(run) else ():
        figures = [chart.draw(run, View(LIGHT.palette, LIGHT.words, {choice: value})) for value in values]
        for figure in figures:
            go.Figure(figure)
        drawn = {json.dumps(figure["data"]) for figure in figures if figure["data"]}
        assert len(drawn) == len(values) or name in ("journeys", "seen")  # the made-up run launches no packet


@pytest.mark.parametrize("name", CHARTS)
def test_the_two_themes_share_no_ink(runs: Any, name: str) -> None:
    inks = {CHARTS[name].draw(runs[True], view)["layout"]["font"]["color"] for view in views()}
    assert len(inks) == 2


def test_accuracy_shows_answer_holders_and_tiers_apart_by_dash(runs: Any) -> None:
    traces = CHARTS["accuracy"].draw(runs[True], LIGHT)["data"]
    assert [trace["name"] for trace in traces] == ["mean over devices", "held at tier device", "answer models"]
    assert len({trace["line"]["dash"] for trace in traces}) == 3


def test_accuracy_against_bytes_ends_at_the_bytes_of_the_run(runs: Any) -> None:
    run = runs[True]
    figure = CHARTS["accuracy"].draw(run, View(LIGHT.palette, LIGHT.words, {"x": "bytes"}))
    assert figure["data"][-1]["x"][-1] == pytest.approx(run.traffic.total_bytes / 1e6)
    clock = figure["layout"]["meta"]
    assert np.all(np.diff(clock["times"]) >= 0)
    assert np.all(np.diff(clock["places"]) >= 0)


def test_a_point_knows_whose_it_is(runs: Any) -> None:
    for by, count in (("node", 24), ("packet", 6)):
        figure = CHARTS["accuracy"].draw(runs[True], View(LIGHT.palette, LIGHT.words, {"by": by}))
        picks = {about for trace in figure["data"] for about in trace.get("customdata", ())}
        assert {about.split(":")[0] for about in picks} == {by}
        assert len(picks) <= count


def test_what_is_picked_is_drawn_by_itself(runs: Any) -> None:
    view = View(LIGHT.palette, LIGHT.words, {"by": "packet"}, picked="packet:3")
    [own] = [trace for trace in CHARTS["accuracy"].draw(runs[True], view)["data"] if trace["name"] == "#3"]
    assert own["y"][-1] == pytest.approx(runs[True].learning.packets[3].last, abs=1e-5)


def test_the_stack_carries_the_bytes_of_the_run(runs: Any) -> None:
    run = runs[True]
    rates = sum(sum(trace["y"][:-1]) for trace in CHARTS["traffic"].draw(run, LIGHT)["data"])
    assert rates * run.traffic.bin_s * 1e6 / 8 == pytest.approx(run.traffic.total_bytes)


def test_areas_and_bars_have_a_hatching_besides_the_colour(runs: Any) -> None:
    shapes = [trace["fillpattern"]["shape"] for trace in CHARTS["traffic"].draw(runs[True], LIGHT)["data"]]
    assert len(set(shapes)) == len(shapes) > 1


def test_a_class_has_one_colour_and_one_hatching_in_every_chart(new_walks: Any) -> None:
    walks = new_walks()
    folder = walks.write("classes", status="running", until_s=2.0)
    edges = json.loads((folder / "topology.json").read_text(encoding="utf-8"))["edges"]
    for kind in ("core", "backhaul", "access-up"):
        link = next(2 * edge["index"] for edge in edges if edge["class_forward"] == kind)
        walks.open_runs[-1].energy("link", 1.0, link=link)
        walks.open_runs[-1].energy("link", 1.0, link=link + 1)
    walks.open_runs[-1].energy("compute", 1.0, node=0)
    walks.open_runs[-1].fail("stopped", "enough")
    run = RunStore(walks.parent).open(folder.name)
    figures = [CHARTS[name].draw(run, LIGHT) for name in ("traffic", "energy")]
    assert all(figure["layout"]["legend"]["traceorder"] == "normal" for figure in figures)
    areas, bars = (figure["data"] for figure in figures)
    order = ["access, up", "access, down", "backhaul", "core"]
    assert [trace["name"] for trace in areas] == order
    assert [trace["name"] for trace in bars] == [*order, "tier cloud"]
    drawn = {trace["name"]: (trace["marker"]["color"], trace["marker"]["pattern"]["shape"]) for trace in bars}
    for trace in areas:
        assert drawn[trace["name"]] == (trace["line"]["color"], trace["fillpattern"]["shape"])


def test_a_class_keeps_its_hatching_where_another_is_missing(new_walks: Any) -> None:
    walks = new_walks()
    run = RunStore(walks.parent).open(walks.write().name)
    every = {trace["name"]: trace["fillpattern"] for trace in CHARTS["traffic"].draw(run, LIGHT)["data"]}
    fewer = [name if name == "core" else "d2d" for name in run.network.link_class]
    other = replace(run, network=replace(run.network, link_class=fewer))
    some = {trace["name"]: trace["fillpattern"] for trace in CHARTS["traffic"].draw(other, LIGHT)["data"]}
    assert list(some) == ["core", "device to device"]
    assert some["core"] == every["core"]


def test_the_bottleneck_is_the_link_with_the_highest_mean(runs: Any) -> None:
    run = runs[True]
    figure = CHARTS["links"].draw(run, LIGHT)
    heat = figure["data"][0]
    means = np.bincount(run.traffic.link, run.traffic.utilisation)
    assert heat["customdata"][-1][0] == f"link:{int(np.argmax(means))}"
    assert figure["layout"]["yaxis"]["ticktext"][-1] in heat["text"][-1]


def test_the_key_of_a_heat_map_has_the_colours_of_its_scale(runs: Any) -> None:
    heat, *key = CHARTS["links"].draw(runs[True], LIGHT)["data"]
    colours = [colour for _, colour in heat["colorscale"]]
    assert [key[end]["marker"]["color"] for end in (0, -1)] == [colours[0].lower(), colours[-1].lower()]
    assert [part["name"] for part in key] == [f"{20 * part * heat['zmax']:.3g}%" for part in range(6)]


def rows_of(run: Any, picked: str = "") -> tuple[list[str], list[str]]:
    """Return the picks of the rows of the heat map, from the top, and their labels."""
    figure = CHARTS["links"].draw(run, View(LIGHT.palette, LIGHT.words, {}, picked))
    rows = [row[0] for row in figure["data"][0]["customdata"]]
    return rows[::-1], figure["layout"]["yaxis"]["ticktext"][::-1]


def test_a_picked_row_stays_where_it_is_and_is_bold(runs: Any) -> None:
    rows, labels = rows_of(runs[True])
    assert not any("<b>" in label for label in labels)
    marked, bold = rows_of(runs[True], rows[7])
    assert marked == rows
    assert bold == [f"<b>{label}</b>" if place == 7 else label for place, label in enumerate(labels)]


def test_a_picked_link_has_a_row_however_quiet(runs: Any) -> None:
    run = runs[True]
    quiet = int(np.argmin(np.bincount(run.traffic.link, run.traffic.utilisation, minlength=len(run.network.source))))
    rows, _ = rows_of(run)
    marked, labels = rows_of(run, f"link:{quiet}")
    assert marked == [*rows, f"link:{quiet}"]
    assert [place for place, label in enumerate(labels) if label.startswith("<b>")] == [len(rows)]
    for picked, said in ((f"link:{quiet}", True), (rows[3], False), ("", False)):
        view = View(LIGHT.palette, LIGHT.words, {}, picked)
        assert ("which is picked" in CHARTS["links"].describe(run, view)) is said


@pytest.mark.parametrize("factor", [1.0, 0.1, 0.003, 1e-5])
def test_the_scale_of_loads_goes_down_as_far_as_they_do(runs: Any, factor: float) -> None:
    traffic = replace(runs[True].traffic, utilisation=runs[True].traffic.utilisation * factor)
    heat = CHARTS["links"].draw(replace(runs[True], traffic=traffic), LIGHT)["data"][0]
    most = float(np.max(heat["z"]))
    assert most <= heat["zmax"] < 1.6 * most
    assert most == pytest.approx(factor * np.max(CHARTS["links"].draw(runs[True], LIGHT)["data"][0]["z"]), rel=1e-3)
    assert "%{z:.3~p}" in heat["hovertemplate"]


@pytest.mark.parametrize(
    ("value", "top"), [(0.238, 0.25), (0.00338, 0.004), (0.97, 1.0), (1.0, 1.0), (0.05, 0.05), (7.0, 7.5), (120, 125)]
)
def test_the_top_of_a_scale_falls_into_round_parts(value: float, top: float) -> None:
    assert round_above(value, 5) == pytest.approx(top)


def test_a_queue_has_round_ticks_and_says_what_it_counts(runs: Any) -> None:
    queue = runs[True].traffic.queue
    run = replace(runs[True], traffic=replace(runs[True].traffic, queue=queue * 0.238 / queue.max()))
    view = View(LIGHT.palette, LIGHT.words, {"of": "queue"})
    figure = CHARTS["links"].draw(run, view)
    heat, *key = figure["data"]
    assert [part["name"] for part in key] == ["0", "0.05", "0.1", "0.15", "0.2", "0.25"]
    assert "transfers in progress" in figure["layout"]["legend"]["title"]["text"]
    assert "transfers in progress" in heat["hovertemplate"]
    assert "transfers in progress on average" in CHARTS["links"].describe(run, view)


def test_a_row_of_a_journey_is_as_long_as_the_run(runs: Any) -> None:
    rows, count = journeys(runs[True], View(LIGHT.palette, LIGHT.words, {"rows": "node"}))
    assert count == len(rows) > 15
    for row in rows:
        assert sum(float(np.diff(spans, axis=1).sum()) for spans in row.spans.values()) == pytest.approx(8.0)


def test_without_a_ledger_nodes_and_links_are_told_apart(runs: Any) -> None:
    run = runs[True]
    spent = spent_by_cause(run)
    assert sum(sum(parts.values()) for parts in spent.values()) == pytest.approx(run.traffic.energy_j)
    assert list(spent) == ["links"]


def test_the_ledger_tells_causes_and_who_spent(new_walks: Any) -> None:
    walks = new_walks()
    folder = walks.write(status="running", until_s=2.0)
    writer = walks.open_runs[-1]
    writer.energy("compute", 3.0, node=0)
    writer.energy("radio", 1.0, link=1)
    writer.energy("compute", 2.0, node=1)
    writer.fail("stopped", "enough")
    run = RunStore(walks.parent).open(folder.name)
    assert spent_by_cause(run) == {"compute": {"tier.cloud": 3.0, "tier.edge": 2.0}, "radio": {"class.core": 1.0}}
    assert "compute" in CHARTS["energy"].describe(run, LIGHT)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("running", "The causes are known when the run has ended"),
        ("stopped", "The causes were not written, since the run did not end in order"),
        ("failed", "The causes were not written, since the run did not end in order"),
        ("lost", "The causes were not written, since the run did not end in order"),
        ("finished", "The run has not written the causes"),
    ],
)
def test_a_run_without_a_ledger_says_why(runs: Any, status: str, said: str) -> None:
    run = replace(runs[True], overview=replace(runs[True].overview, status=status))
    assert said in CHARTS["energy"].describe(run, LIGHT)
    assert "原因" in CHARTS["energy"].describe(run, View(LIGHT.palette, words_of("zh")))


def test_training_is_counted_where_a_model_was(new_walks: Any) -> None:
    walks = new_walks()
    folder = walks.write(status="running", until_s=0.0)
    writer = walks.open_runs[-1]
    writer.event(0.0, EventKind.LAUNCH, node=5, packet=0)
    for start in (0.0, 1.0):
        writer.event(start, EventKind.TRAIN_START, node=5, value=1.0)
        writer.event(start + 1.0, EventKind.TRAIN_END, node=5)
    writer.event(2.0, EventKind.FLOW_START, node=5, peer=6, flow=0, packet=0)
    writer.event(3.0, EventKind.FLOW_END, node=6, peer=5, flow=0, packet=0)
    writer.fail("stopped", "enough")
    run = RunStore(walks.parent).open(folder.name)
    matrix, *key = CHARTS["seen"].draw(run, LIGHT)["data"]
    assert matrix["z"] == [[2]]
    assert [part["name"] for part in key] == ["0", "1", "2"]
    assert matrix["text"] == [["device1: 2"]]
    rows, _ = journeys(run, LIGHT)
    assert [rows[0].spans[doing].tolist() for doing in ("transfer", "train", "wait")] == [
        [[2, 3]],
        [[0, 1], [1, 2]],
        [],
    ]


@pytest.mark.parametrize(
    ("times", "values", "stall"),
    [
        ([0, 1, 2, 6], [0.1, 0.5, 0.4, 0.6], (1.0, 5.0)),
        ([0, 1], [0.5, 0.4], (0.0, 10.0)),
        ([], [], (0.0, 0.0)),
        ([1, 5, 9], [0.1, 0.2, 0.3], (0.0, 0.0)),
        ([0, 6, 7, 8], [0.1, 0.2, 0.2, 0.3], (6.0, 2.0)),
    ],
)
def test_the_longest_stall_is_between_two_bests(times: list[float], values: list[float], stall: Any) -> None:
    assert longest_stall(Curve(np.array(times, float), np.array(values, float)), 10.0) == stall


def test_a_long_stall_is_a_band_and_is_said(new_walks: Any, runs: Any) -> None:
    walks = new_walks()
    folder = walks.write("stalls", status="running", until_s=0.0)
    for time_s, value in ((1.0, 0.5), (2.0, 0.6), (3.0, 0.55), (8.0, 0.7)):
        walks.open_runs[-1].metric(time_s, "accuracy", value)
    walks.open_runs[-1].fail("stopped", "enough")
    run = RunStore(walks.parent).open(folder.name)
    [band] = CHARTS["accuracy"].draw(run, LIGHT)["layout"]["shapes"]
    assert (band["x0"], band["x1"]) == (2.0, 8.0)
    assert "without a better value begins at 2.00 s and lasts 6.00 s" in CHARTS["accuracy"].describe(run, LIGHT)
    assert CHARTS["accuracy"].draw(runs[True], LIGHT)["layout"]["shapes"] == []


def test_a_run_that_was_better_each_time_has_no_stall(new_walks: Any) -> None:
    walks = new_walks()
    folder = walks.write("improves", status="running", until_s=0.0)
    for time_s, value in ((1.0, 0.5), (6.0, 0.6)):
        walks.open_runs[-1].metric(time_s, "accuracy", value)
    walks.open_runs[-1].fail("stopped", "enough")
    run = RunStore(walks.parent).open(folder.name)
    assert CHARTS["accuracy"].draw(run, LIGHT)["layout"]["shapes"] == []
    assert "better" not in CHARTS["accuracy"].describe(run, LIGHT)
    assert [moment.name for moment in CHARTS["accuracy"].moments(run, LIGHT)] == ["best value"]


def test_devices_that_hold_all_models_are_one_line(new_walks: Any) -> None:
    walks = new_walks()
    folder = walks.write("alike", status="running", until_s=0.0)
    for time_s, values in ((1.0, (0.1, 0.2)), (2.0, (0.3, 0.7))):
        for node, value in zip((5, 6), values, strict=True):
            walks.open_runs[-1].metric(time_s, "accuracy", value, node=node)
        walks.open_runs[-1].metric(time_s, "accuracy.nodes", sum(values) / 2)
        walks.open_runs[-1].metric(time_s, "accuracy", max(values))
    walks.open_runs[-1].fail("stopped", "enough")
    run = RunStore(walks.parent).open(folder.name)
    names = [trace["name"] for trace in CHARTS["accuracy"].draw(run, LIGHT)["data"]]
    assert names == ["mean over devices", "answer models"]


@pytest.mark.parametrize(
    ("most", "names"),
    [(5, ["0", "1", "2", "3", "4", "5"]), (51, ["0", "1–8", "9–17", "18–25", "26–34", "35–42", "43–51"])],
)
def test_each_colour_of_the_data_seen_is_in_its_key(
    runs: Any, monkeypatch: pytest.MonkeyPatch, most: int, names: list[str]
) -> None:
    counts = np.arange(most + 1).reshape(1, -1) % 24 if most < 24 else np.linspace(0, most, 24).astype(int)[None]
    nodes = np.arange(counts.shape[1]) + 5
    monkeypatch.setattr(data_seen, "trainings_by_node", lambda run: (np.array([0]), nodes, counts))
    heat, *key = CHARTS["seen"].draw(runs[True], LIGHT)["data"]
    assert [part["name"] for part in key] == names
    shown = ramp(np.array(heat["z"][0]) / heat["zmax"], [colour for _, colour in heat["colorscale"]], "")
    assert set(shown) <= {part["marker"]["color"] for part in key}
    for count, colour in zip(counts[0].tolist(), shown, strict=True):
        [name] = [part["name"] for part in key if part["marker"]["color"] == colour]
        assert int(name.split("–")[0]) <= count <= int(name.split("–")[-1])
    assert heat["text"][0][-1].endswith(f": {most}")


def test_names_from_a_run_are_never_markup(new_walks: Any) -> None:
    walks = new_walks()
    run = RunStore(walks.parent).open(walks.write("hostile", names={"edge1": HOSTILE, "device1": HOSTILE + "2"}).name)
    for chart in CHARTS.values():
        for values in chart.choices.values() or [("",)]:
            for value in values:
                view = View(LIGHT.palette, LIGHT.words, dict.fromkeys(chart.choices, value), picked="node:1")
                figure = json.dumps(chart.draw(run, view), ensure_ascii=False)
                assert "<script" not in figure
                assert "<b>x" not in figure


def test_a_run_that_has_only_begun_can_be_drawn(new_walks: Any) -> None:
    walks = new_walks()
    run = RunStore(walks.parent).open(walks.write(status="running", until_s=0.0).name)
    for chart in CHARTS.values():
        go.Figure(chart.draw(run, LIGHT))
        assert chart.describe(run, LIGHT)


def test_the_moments_of_a_chart_are_those_that_it_speaks_of(runs: Any) -> None:
    run = runs[True]
    heat = CHARTS["links"].draw(run, LIGHT)["data"][0]
    [moment] = CHARTS["links"].moments(run, LIGHT)
    assert moment.pick == heat["customdata"][-1][0]
    assert moment.time_s == heat["x"][int(np.argmax(heat["z"][-1]))]
    [best] = CHARTS["accuracy"].moments(run, LIGHT)
    assert run.learning.answer.at(np.array([best.time_s]))[0] == run.learning.answer.value.max()
    for name in ("accuracy", "traffic", "links"):
        said = CHARTS[name].describe(run, LIGHT)
        assert all(duration_text(moment.time_s) in said for moment in CHARTS[name].moments(run, LIGHT))

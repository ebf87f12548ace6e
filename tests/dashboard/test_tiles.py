"""Tiles say the same as the whole run does, however it is cut."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wayfare.dashboard.learning import Learning
from wayfare.dashboard.map import tiles as tiles_module
from wayfare.dashboard.map.hops import NEVER_NS, pair_hops, rows_of
from wayfare.dashboard.map.pack import unpack
from wayfare.dashboard.map.story import journey, link_story, node_story
from wayfare.dashboard.map.tiles import Tiles
from wayfare.emulator.records import EventKind, RecordError, RunRecord, RunWriter
from wayfare.emulator.records.files import read_manifest


@pytest.fixture(scope="module")
def walk(new_walks: Any) -> RunRecord:
    walks = new_walks()
    return RunRecord(walks.write())


def tiles_of(folder: Path | RunRecord, tile_rows: int = 400) -> Tiles:
    tiles = Tiles(folder if isinstance(folder, RunRecord) else RunRecord(folder), tile_rows)
    tiles.refresh()
    return tiles


def at(tiles: Tiles, time_s: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tile in which a time lies."""
    starts = np.array(tiles.now()["tiles"])
    return unpack(tiles.tile(int(np.searchsorted(starts, time_s, side="right")) - 1))


def under_way(arrays: dict[str, Any], time_s: float) -> set[tuple[int, int, int]]:
    there = (arrays["move_start"] <= time_s) & ((arrays["move_end"] > time_s) | (arrays["move_state"] % 2 == 1))
    return set(zip(*(arrays[f"move_{name}"][there].tolist() for name in ("flow", "node", "peer")), strict=True))


@pytest.mark.parametrize("tile_rows", [60, 400, 100_000])
def test_what_is_under_way_does_not_depend_on_how_a_run_is_cut(walk: RunRecord, tile_rows: int) -> None:
    tiles = tiles_of(walk, tile_rows)
    assert (tile_rows > 1000) == (tiles.index.tiles == 1)
    whole = pair_hops(rows_of(walk.table("events")))
    for time_s in np.linspace(0, 8, 83):
        time_ns = round(time_s * 1e9)
        there = (whole.start_ns <= time_ns) & (whole.end_ns > time_ns)
        expected = set(
            zip(whole.flow[there].tolist(), whole.node[there].tolist(), whole.peer[there].tolist(), strict=True)
        )
        assert under_way(at(tiles, time_s)[1], time_s) == expected


def test_loads_and_accuracies_are_those_of_the_tables(walk: RunRecord) -> None:
    tiles = tiles_of(walk)
    learning = Learning.from_table(walk.table("metrics"))
    bins = walk.table("bins").sort_by("time_ns")
    start_ns, link, utilisation = (bins[name].to_numpy() for name in ("time_ns", "link", "utilisation"))
    nodes, links = len(tiles.network.names), len(tiles.network.source)
    for time_s in np.arange(0.03, 8, 0.41):
        facts, arrays = at(tiles, time_s)
        share = np.zeros(links)
        there = (arrays["load_time"] <= time_s + 1e-9) & (arrays["load_time"] + facts["bin"] > time_s + 1e-9)
        share[arrays["load_link"][there]] = arrays["load_share"][there]
        now = (link >= 0) & (start_ns // 10**8 == int((time_s + 1e-9) / 0.1))
        expected = np.zeros(links)
        expected[link[now]] = utilisation[now]
        np.testing.assert_allclose(share, expected, rtol=1e-6)
        held = np.full(nodes, np.nan)
        held[arrays["held0_node"]] = arrays["held0_value"]
        seen = arrays["held_time"] <= time_s
        held[arrays["held_node"][seen]] = arrays["held_value"][seen]
        curves = [learning.of_node(node).at(np.array([time_s]))[0] for node in range(nodes)]
        np.testing.assert_allclose(held, curves, rtol=1e-6)


def test_a_run_that_has_gone_silent_is_lost_and_not_live(new_walks: Any) -> None:
    walks = new_walks()
    folder = walks.write("silent", status="running", until_s=2.0)
    assert tiles_of(folder).now()["status"] == "running"
    walks.lose(folder)
    assert tiles_of(folder).now()["status"] == "lost"


def test_the_strip_counts_every_hop_once(walk: RunRecord) -> None:
    hops = int((walk.table("events")["kind"].to_numpy() == EventKind.HOP_START).sum())
    for tile_rows in (60, 100_000):
        assert sum(tiles_of(walk, tile_rows).now()["strip"]["counts"][0]) == hops


def test_a_run_that_runs_gives_the_tiles_that_it_will_have_given(new_walks: Any) -> None:
    """Closed tiles say the same while a run goes on and when it has ended; rows that come later are seen."""
    walks = new_walks()
    folder = walks.write("grows", status="running", until_s=5.0)
    tiles = tiles_of(folder, 100)
    closed = tiles.index.tiles - 1
    assert closed > 3
    before = {number: unpack(tiles.tile(number)) for number in range(closed)}
    writer, rows = walks.open_runs[-1], tiles.index.rows
    writer.event(5.5, EventKind.HOP_START, 0, 1, 900, 3)
    writer.event(6.5, EventKind.HOP_END, 0, 1, 900, 3)
    writer.progress({"virtual_s": 7.0, "stop_s": 8.0})
    tiles.refresh()
    assert tiles.index.rows == rows + 2
    assert tiles.end_s == 7.0
    assert (900, 0, 1) in under_way(at(tiles, 6.0)[1], 6.0)
    fresh = tiles_of(folder, 100)
    assert fresh.index.edges_ns[:closed] == tiles.index.edges_ns[:closed]
    for number, (facts, arrays) in before.items():
        for same in (tiles, fresh):
            found_facts, found = unpack(same.tile(number))
            assert found_facts == facts
            assert found.keys() == arrays.keys()
            for name in arrays:
                np.testing.assert_array_equal(found[name], arrays[name])


def topology(nodes: int = 4) -> dict[str, Any]:
    """Two sites, wired, and devices that hang on the first; the first device moves."""
    edges = [("s1", "s2"), *((f"d{device}", "s1") for device in range(nodes - 2))]
    return {
        "graph": {"bin_s": 0.1, "stop_s": 10.0},
        "nodes": [
            {
                "id": name,
                "index": index,
                "tier": "edge" if name[0] == "s" else "device",
                "x_m": 10.0 * index,
                "y_m": 0.0,
            }
            for index, name in enumerate(["s1", "s2", *(f"d{device}" for device in range(nodes - 2))])
        ],
        "edges": [
            {
                "source": source,
                "target": target,
                "index": index,
                "medium": "wire" if index == 0 else "radio",
                "class_forward": "backhaul" if index == 0 else "access-up",
                "class_backward": "backhaul" if index == 0 else "access-down",
                "cell": None if index == 0 else target,
            }
            for index, (source, target) in enumerate(edges)
        ],
    }


class Writing:
    """A run that is written for one test."""

    def __init__(self, parent: Path, graph: dict[str, Any] | None = None) -> None:
        self.run = RunWriter.create(parent, "made", {"name": "made", "method": None})
        self.run.write_json("topology.json", graph or topology())
        (self.run.folder / "scenario.yaml").write_text("name: made\n")

    def finished(self) -> Path:
        self.run.progress({"virtual_s": 10.0})
        self.run.finish({"digest": {"events": self.run.events.digest, "weights": None}})
        return self.run.folder


def test_links_follow_their_site_and_nodes_their_way(tmp_path: Path) -> None:
    writing = Writing(tmp_path)
    writing.run.place(0.0, 2, 0.0, 5.0)
    writing.run.place(10.0, 2, 100.0, 5.0)
    for time_s in np.arange(0.5, 10, 0.1).tolist():
        writing.run.event(time_s, EventKind.EVALUATE, 3)
    writing.run.event(10.0, EventKind.LINK_UP, 2, 1)
    folder = writing.finished()
    assert [row["x_m"] for row in RunRecord(folder).table("places").to_pylist()] == [0.0, 100.0]
    tiles = tiles_of(folder, 20)
    assert tiles.index.tiles > 3
    for time_s in (0.1, 4.9, 9.0):
        arrays = at(tiles, time_s)[1]
        places = arrays["place_node"] == 2
        x = np.interp(time_s, arrays["place_time"][places], arrays["place_x"][places])
        assert x + 15.0 == pytest.approx(10 * time_s, abs=1e-4)  # places are around the middle of the first ones


def test_a_run_that_ends_within_its_last_bin_ends_there_on_the_map(tmp_path: Path) -> None:
    graph = topology()
    graph["graph"]["bin_s"] = 4.0
    writing = Writing(tmp_path, graph)
    writing.run.event(9.0, EventKind.EVALUATE, 3)
    writing.run.bin(8.0, link=0, carried_bytes=1.0, utilisation=0.5, queue=0.0, energy_j=0.0)
    assert tiles_of(writing.finished()).end_s == 10.0


def test_a_handover_leads_the_link_elsewhere_in_all_tiles_after_it(tmp_path: Path) -> None:
    writing = Writing(tmp_path)
    for step in range(90):
        writing.run.event(0.1 * step, EventKind.EVALUATE, 3)
        if step == 30:
            writing.run.event(0.1 * step, EventKind.HANDOVER, 2, 1, value=0.0)
        if step == 60:
            writing.run.event(0.1 * step, EventKind.HANDOVER, 2, 0, value=1.0)
    tiles = tiles_of(writing.finished(), 10)
    ends = {}
    for time_s in (2.0, 4.0, 8.0):
        arrays = at(tiles, time_s)[1]
        ends[time_s] = dict(
            zip(
                arrays["end0_edge"].tolist(),
                zip(arrays["end0_source"], arrays["end0_target"], strict=True),
                strict=True,
            )
        )
    assert ends == {2.0: {}, 4.0: {1: (2, 1)}, 8.0: {1: (2, 0)}}
    changed = [unpack(tiles.tile(number))[1]["end_time"].tolist() for number in range(tiles.index.tiles)]
    assert [time_s for times in changed for time_s in times] == pytest.approx([3.0, 6.0])


def test_what_has_failed_is_known_to_every_tile_until_it_is_back(tmp_path: Path) -> None:
    writing = Writing(tmp_path)
    for step in range(90):
        writing.run.event(0.1 * step, EventKind.EVALUATE, 3)
        if step in (20, 60):
            writing.run.event(0.1 * step, EventKind.NODE_DOWN if step == 20 else EventKind.NODE_UP, 2)
            writing.run.event(0.1 * step, EventKind.LINK_DOWN if step == 20 else EventKind.LINK_UP, 2, 0)
    tiles = tiles_of(writing.finished(), 10)
    down = {time_s: at(tiles, time_s)[1]["down0"].tolist() for time_s in (1.0, 4.0, 8.5)}
    assert down == {1.0: [], 4.0: [2], 8.5: []}
    assert at(tiles, 4.0)[1]["cut0_node"].tolist() == [2]
    assert at(tiles, 8.5)[1]["cut0_node"].tolist() == []


def test_a_tile_is_bounded_however_much_happens_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles_module, "MOST_MOVES", 100)
    writing = Writing(tmp_path)
    for flow in range(1000):
        writing.run.event(1.0, EventKind.HOP_START, 0, 1, flow)
    for flow in range(1000):
        writing.run.event(2.0, EventKind.HOP_END, 0, 1, flow)
    tiles = tiles_of(writing.finished(), 100)
    for time_s in (1.0, 1.5):
        facts, arrays = at(tiles, time_s)
        assert facts["moves_of"] >= 1000
        assert 0 < len(arrays["move_start"]) <= 100
    first, second = (set(at(tiles, time_s)[1]["move_flow"].tolist()) for time_s in (1.0, 1.5))
    assert first == second


def test_bins_that_are_too_many_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles_module, "MOST_LOADS", 10)
    writing = Writing(tmp_path)
    for step in range(100):
        writing.run.bin(0.1 * step, link=0, carried_bytes=1.0, utilisation=0.5, queue=1.0, energy_j=0.0)
    facts, arrays = unpack(tiles_of(writing.finished(), 10_000).tile(0))
    assert facts["bin"] == pytest.approx(1.0)
    assert arrays["load_share"].tolist() == pytest.approx([0.5] * 10)
    assert arrays["load_bytes"].sum() == 100


def test_a_hop_without_an_end_says_that_its_end_is_a_guess(tmp_path: Path) -> None:
    writing = Writing(tmp_path)
    writing.run.event(1.0, EventKind.FLOW_START, 0, 1, 7, -1, 1000)
    writing.run.event(1.0, EventKind.HOP_START, 0, 1, 7)
    facts, arrays = unpack(tiles_of(writing.finished()).tile(0))
    assert facts["open"] == 1
    assert arrays["move_state"].tolist() == [1]
    assert arrays["move_bytes"].tolist() == [1000]
    assert np.isfinite(arrays["move_end"]).all()


def test_the_story_of_a_node_is_its_last_events(walk: RunRecord) -> None:
    tiles = tiles_of(walk)
    events = node_story(tiles.index, 2, 7.0)["events"]
    assert len(events) == 40
    assert all(row[0] <= 7.0 and 2 in row[2:4] for row in events)
    assert [row[0] for row in events] == sorted((row[0] for row in events), reverse=True)
    assert {row[6] for row in events if row[1] == EventKind.HOP_START} == {400_000}


def test_the_story_of_a_link_is_what_crossed_it_either_way(walk: RunRecord) -> None:
    tiles = tiles_of(walk)
    story = link_story(tiles.index, 0, (1, 0), 8.0)
    assert story["events"]
    assert all({row[2], row[3]} == {0, 1} for row in story["events"])
    assert story["radio"] == [None, None]


def test_a_journey_has_every_hop_of_a_packet(walk: RunRecord) -> None:
    facts, arrays = unpack(journey(tiles_of(walk).index, "packet", 3))
    whole = pair_hops(rows_of(walk.table("events")))
    assert arrays["move_start"].tolist() == (whole.start_ns[whole.packet == 3] / 1e9).tolist()
    ended = whole.end_ns[whole.packet == 3] < NEVER_NS
    assert np.isfinite(arrays["move_end"]).tolist() == ended.tolist()
    assert facts["launched_bytes"] == 400_000
    assert len(arrays["value_time"]) > 3


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda graph: graph["graph"].update(bin_s=0), "bin_s is 0"),
        (lambda graph: graph["nodes"][0].update(index=9), "do not count from 0"),
    ],
)
def test_a_topology_that_is_none_is_named(tmp_path: Path, spoil: Any, words: str) -> None:
    graph = topology()
    spoil(graph)
    with pytest.raises((RecordError, ValueError), match=words):
        Tiles(RunRecord(Writing(tmp_path, graph).finished()))


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ((1.0, EventKind.HOP_START, 99, 1, 7), "names a node that topology.json has not"),
        ((1.0, EventKind.HOP_START, 0, 1, 2**40), "larger than any transfer"),
        ((2.0**60 / 1e9, EventKind.EVALUATE, 0), "has a time outside"),
    ],
)
def test_numbers_that_no_run_has_are_named(tmp_path: Path, event: Any, words: str) -> None:
    writing = Writing(tmp_path)
    writing.run.event(*event)
    folder = writing.finished()
    with pytest.raises(RecordError, match=words):
        tiles_of(folder).tile(0)


def test_a_run_of_an_older_version_without_some_tables_is_drawn(tmp_path: Path) -> None:
    writing = Writing(tmp_path)
    writing.run.event(1.0, EventKind.HOP_START, 0, 1, 7)
    folder = writing.finished()
    manifest = {name: value for name, value in read_manifest(folder).items() if name != "files"}
    for name in ("places", "radio", "bins", "metrics"):
        del manifest["tables"][name]
        (folder / f"{name}.parquet").unlink()
    (folder / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    tiles = tiles_of(folder)
    assert len(unpack(tiles.tile(0))[1]["move_start"]) == 1
    assert tiles.now()["learns"] is False


def test_a_run_in_which_nothing_has_happened_yet_has_one_empty_tile(tmp_path: Path) -> None:
    tiles = tiles_of(Writing(tmp_path).finished())
    assert tiles.now()["tiles"] == [0.0]
    assert len(unpack(tiles.tile(0))[1]["move_start"]) == 0
    with pytest.raises(RecordError, match="there is no tile 1; the run has 1"):
        tiles.tile(1)
    with pytest.raises(RecordError, match="there is no layout 'x'; there are layers, force"):
        tiles.places("x")

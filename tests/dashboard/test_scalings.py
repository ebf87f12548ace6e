"""What models were scaled to is in the stories of the packet and of the node."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from wayfare.dashboard.map.pack import unpack
from wayfare.dashboard.map.scalings import scalings
from wayfare.dashboard.map.story import journey, node_story
from wayfare.dashboard.map.tiles import Tiles
from wayfare.dashboard.report import report
from wayfare.emulator.records import EventKind, RunRecord

GROWN = [2.0, 5, 3, "growth", 1536, 2736, 4960, 9760, 0.0, 2.0, 1.0, -1, "32", 0.0]
SHRUNK = [1.0, 5, 3, "link", 16872, 4584, 65536, 16384, 0.25, 1.0, 1.0, 2, "8", 0.5]
RESTORED = [1.5, 6, -1, "restore", 4584, 16872, 16384, 65536, 0.0, None, None, -1, "32", 0.0]


@pytest.fixture(scope="module")
def scaled(new_walks: Any) -> Path:
    """A run in which a model shrinks for a link and grows at node 5, and another is restored at node 6."""
    walks = new_walks()
    folder: Path = walks.write(status="running", until_s=3.0)
    writer = walks.open_runs[-1]
    for row in (SHRUNK, RESTORED, GROWN):
        time_s, node, packet, why, *sizes, error, width, depth, rank, bits, sparsity = row
        share = [math.nan if value is None else value for value in (error, width, depth)]
        writer.scaling(time_s, node, packet, why, *sizes, 100, 50, *share, rank, bits, sparsity)
        writer.event(time_s, EventKind.SCALE, node=node, packet=packet, size_bytes=sizes[1], value=32.0)
    writer.fail("stopped", "enough")
    return folder


def test_the_story_of_a_packet_has_its_scalings_in_order_of_time(scaled: Path) -> None:
    tiles = Tiles(RunRecord(scaled))
    tiles.refresh()
    facts, _ = unpack(journey(tiles.index, "packet", 3))
    assert facts["scalings"] == [SHRUNK, GROWN]
    assert unpack(journey(tiles.index, "packet", 4))[0]["scalings"] == []
    assert unpack(journey(tiles.index, "flow", 3))[0]["scalings"] == []


def test_the_story_of_a_node_has_those_up_to_its_time(scaled: Path) -> None:
    tiles = Tiles(RunRecord(scaled))
    tiles.refresh()
    assert node_story(tiles.index, 5, 1.7)["scalings"] == [SHRUNK]
    assert node_story(tiles.index, 6, 3.0)["scalings"] == [RESTORED]


def test_a_run_of_an_older_version_has_none(scaled: Path, tmp_path: Path) -> None:
    record = RunRecord(scaled)
    assert len(scalings(record)) == 3
    (tmp_path / "run.json").write_text(json.dumps({"format": 1, "status": "running"}), encoding="utf-8")
    assert scalings(RunRecord(tmp_path)) == []


def test_a_report_carries_them(scaled: Path) -> None:
    assert 'id="wm-0-scalings"' in report([scaled]).page

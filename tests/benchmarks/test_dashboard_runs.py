"""The runs that the dashboard's benchmark makes up are runs like any other."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wayfare.dashboard.map.pack import unpack
from wayfare.dashboard.map.tiles import Tiles
from wayfare.emulator.records import RunRecord

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "dashboard.py"


@pytest.fixture(scope="module")
def benchmark() -> Any:
    pytest.importorskip("selenium")
    spec = importlib.util.spec_from_file_location("dashboard_benchmark", SCRIPT)
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_run_has_as_many_nodes_links_and_hops_as_its_size_says(benchmark: Any, tmp_path: Path) -> None:
    size = benchmark.Size(60, 2.0, 100, 0.1)
    tiles = Tiles(RunRecord(benchmark.make(tmp_path, size)))
    tiles.refresh()
    assert len(tiles.network.names) == 60
    assert len(tiles.network.source) == 2 * len(benchmark.topology(size)["edges"])
    facts, arrays = unpack(tiles.tile(0))
    assert facts["open"] == 0
    assert len(arrays["move_start"]) == 200
    assert np.isfinite(arrays["load_share"]).all()
    assert len(arrays["held_value"]) > 10

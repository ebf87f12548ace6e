import json
from pathlib import Path
from typing import Any

import pytest

from wayfare.dashboard.sweep_points import point_labels


def written(folder: Path, content: Any) -> Path:
    manifest = folder / "sweep.json"
    manifest.write_text(content if isinstance(content, str) else json.dumps(content))
    return manifest


def test_a_run_of_a_sweep_says_what_is_different_in_it(tmp_path: Path) -> None:
    points = [{"learning.packets": 2, "data.partition": {"kind": "iid"}}, {"learning.packets": 6}, {}]
    runs = [{"point": at, "folder": f"run{at}"} for at in range(3)] + [{"point": 9, "folder": "run9"}]
    labels = point_labels(written(tmp_path, {"points": points, "runs": runs}))
    assert labels == {"run0": 'packets 2, partition {"kind": "iid"}', "run1": "packets 6"}


def test_long_values_have_numbers_and_keys_that_end_alike_whole_names(tmp_path: Path) -> None:
    long = [{"kind": "poisson", "from": "device1", "to": f"edge{at}", "interval": "1 ms"} for at in (1, 2)]
    points = [{"traffic.background": value, "nodes.rate": 1, "links.rate": 2} for value in (long[0], long[1], long[0])]
    runs = [{"point": at, "folder": f"run{at}"} for at in range(3)]
    labels = point_labels(written(tmp_path, {"points": points, "runs": runs}))
    assert list(labels.values()) == [f"background #{n}, nodes.rate 1, links.rate 2" for n in (1, 2, 1)]


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"runs": 5}', '{"points": [3], "runs": [{"point": 0, "folder": "a"}, 7, {"point": "x"}]}']
)
def test_a_damaged_sweep_says_nothing(content: str, tmp_path: Path) -> None:
    assert point_labels(written(tmp_path, content)) == {}
    assert point_labels(tmp_path / "missing.json") == {}

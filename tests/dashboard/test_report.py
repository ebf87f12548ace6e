import base64
import gzip
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from wayfare.cli import app
from wayfare.dashboard import report as report_module
from wayfare.dashboard.charts import CHARTS, View
from wayfare.dashboard.map.pack import unpack
from wayfare.dashboard.report import report
from wayfare.dashboard.report_charts import HATCHES, charts
from wayfare.dashboard.run_store import RunStore
from wayfare.dashboard.texts import words_of
from wayfare.dashboard.theme import PALETTES, hatch
from wayfare.emulator.links import LINK_CLASSES
from wayfare.emulator.records import RecordError

HOSTILE = "</script><img src=x onerror='window.hit = 1'>"


@pytest.fixture(scope="module")
def walks(new_walks: Any) -> Any:
    walks = new_walks()
    walks.finished = walks.write()
    walks.hostile = walks.write(HOSTILE, names={"edge1": HOSTILE})
    return walks


def held(page: str, run: int, what: str) -> bytes:
    """What a page holds for the map."""
    [coded] = re.findall(rf'<script type="text/plain" id="wm-{run}-{what}">([^<]*)</script>', page)
    return gzip.decompress(base64.b64decode(coded))


def test_a_report_holds_all_that_the_map_asks_for(walks: Any) -> None:
    page = report([walks.finished]).page
    assert len(unpack(held(page, 0, "head"))[0]["names"]) == 29
    now = json.loads(held(page, 0, "now"))
    moves = [len(unpack(held(page, 0, str(number)))[1]["move_start"]) for number in range(len(now["tiles"]))]
    assert sum(moves) > 100
    for layout in ("layers", "force"):
        assert unpack(held(page, 0, f"places-{layout}"))[1]["x"].shape == (29,)


def test_a_report_asks_nobody_for_anything(walks: Any) -> None:
    page = report([walks.finished]).page
    assert re.findall(r'(?:src|href)="', page) == []
    assert "default-src 'none'" in page
    assert [each for each in re.findall(r"https?://[^\s'\"]+", page) if "www.w3.org/2000/svg" not in each] == []


def test_names_in_a_report_are_text(walks: Any) -> None:
    page = report([walks.hostile]).page
    assert HOSTILE not in page
    assert "<img" not in page
    assert HOSTILE in unescape(page)
    assert page.count("</script>") == page.count("<script")


def test_the_charts_end_where_the_curves_do(walks: Any) -> None:
    page = report([walks.finished]).page
    assert page.count('<figure class="wr-chart"') == 2
    numbers = [
        float(number) for path in re.findall(r'<path d="([^"]+)"', page) for number in re.findall(r"[\d.]+", path)
    ]
    assert numbers
    assert all(0 <= number <= 640 for number in numbers)


def test_classes_are_stacked_and_hatched_as_on_the_page(walks: Any) -> None:
    run = RunStore(walks.parent).open(walks.finished.name)
    areas = CHARTS["traffic"].draw(run, View(PALETTES["light"], words_of("en")))["data"]
    drawn = charts(run).split("<figure")[-1]
    legend, picture = drawn.split("</figcaption>")
    assert re.findall(r'<span lang="en">([^<]*)</span>', legend)[1:] == [trace["name"] for trace in areas]
    hatches = [str(list(HATCHES).index(trace["fillpattern"]["shape"])) for trace in areas]
    assert re.findall(r"wr-hatch-(\d)", legend) == re.findall(r"wr-hatch-(\d)", picture) == hatches


def test_the_report_has_a_pattern_for_every_class_of_link() -> None:
    assert {hatch(f"class.{name}") for name in LINK_CLASSES} == set(HATCHES)


def test_a_run_with_too_many_rows_is_shown_in_part_and_says_so(walks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_module, "MOST_TILES", 4)
    monkeypatch.setattr("wayfare.dashboard.map.tiles.TILE_ROWS", 100)
    monkeypatch.setattr(report_module, "TILE_ROWS", 100)
    small = report_module.Tiles
    monkeypatch.setattr(report_module, "Tiles", lambda record, tile_rows=100: small(record, tile_rows))
    made = report([walks.finished])
    assert len(json.loads(held(made.page, 0, "now"))["tiles"]) <= 5
    assert "the map shows some of the hops" in made.notes[0]


def test_a_page_that_would_be_too_large_is_refused(walks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_module, "MOST_BYTES", 1000)
    with pytest.raises(RecordError, match=r"the page would be larger than .* give fewer runs, or shorter ones"):
        report([walks.finished])


def test_the_command_writes_one_file(walks: Any, tmp_path: Path) -> None:
    output = tmp_path / "page.html"
    done = CliRunner().invoke(app, ["report", str(walks.finished), str(walks.hostile), "-o", str(output)])
    assert (done.exit_code, str(output) in done.output) == (0, True)
    assert output.read_text(encoding="utf-8").count('<article class="wr-run"') == 2


def test_what_is_no_run_is_one_message_and_no_file(walks: Any, tmp_path: Path) -> None:
    output = tmp_path / "page.html"
    done = CliRunner().invoke(app, ["report", str(tmp_path), "-o", str(output)])
    assert done.exit_code == 2
    assert "not a run folder" in done.output
    assert not output.exists()
    done = CliRunner().invoke(app, ["report", str(walks.finished), "-o", str(tmp_path / "none" / "page.html")])
    assert done.exit_code == 2
    assert "cannot be written (No such file or directory)" in done.output

"""A report: one page that holds its runs, with the map playing in it and nothing to load from anywhere."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from wayfare.emulator.records import RecordError, RunRecord

from .map.index import TILE_ROWS
from .map.scalings import scalings
from .map.tiles import Tiles
from .node_positions import LAYOUTS
from .quantity_text import accuracy_text, bytes_text, count_text, duration_text, plain_text, si_text, text
from .report_charts import both, charts, hatches
from .run_data import RunData
from .run_store import RunStore
from .theme import style_sheet

ASSETS = Path(__file__).parent / "assets"
STYLES = ("base.css", "map.css", "map_report.css")
MOST_TILES = 40
MOST_BYTES = 64_000_000
STATUS_WORDS = {
    "finished": ("finished", "已完成"),
    "running": ("still running when this page was made", "生成本页时仍在运行"),
    "failed": ("failed", "失败"),
    "stopped": ("stopped", "已停止"),
}
POLICY = "default-src 'none'; script-src 'sha256-{}'; style-src 'unsafe-inline'; img-src data: blob:"
PAGE = """<!DOCTYPE html>
<html lang="en" data-mantine-color-scheme="light">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>{style}</style></head>
<body class="wr"><main><header class="wr-top"><h1>Wayfare</h1>{choice}
<button class="wf-button" id="wr-language">中文</button><button class="wf-button" id="wr-theme">◐</button></header>
{runs}</main>{hatches}
{pieces}
<script>{script}</script>
</body></html>
"""


@dataclass(frozen=True)
class Report:
    """A page, and what has to be said about it.

    Attributes:
        page: HTML.
        notes: One line each: what was left out, and of which run.
    """

    page: str
    notes: list[str]


def report(folders: Sequence[Path]) -> Report:
    """Return a page with some runs.

    Raises:
        RecordError: A folder is no run or is damaged, or the page would be larger than any browser likes.
    """
    sections, pieces, notes, size = [], [], [], 0
    for number, folder in enumerate(folders):
        tiles, note = _tiles(folder, max(MOST_TILES // len(folders), 4))
        if note:
            notes.append(f"{folder}: {note[0]}")
        run = RunStore(folder).open(folder.resolve().name)
        sections.append(_section(number, run, note))
        for name, content in _contents(tiles):
            coded = base64.b64encode(gzip.compress(content, 6, mtime=0)).decode()
            size += len(coded)
            if size > MOST_BYTES:
                most = f"{MOST_BYTES // 10**6} MB"
                raise RecordError(f"{folder}: the page would be larger than {most}; give fewer runs, or shorter ones")
            pieces.append(f'<script type="text/plain" id="wm-{number}-{name}">{coded}</script>')
    titles = [str(RunRecord(folder).manifest.get("name") or folder.name) for folder in folders]
    script = _script()
    page = PAGE.format(
        policy=POLICY.format(base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()),
        title=escape(f"{', '.join(text(title) or '?' for title in titles)} · Wayfare"),
        style="\n".join([style_sheet(), *((ASSETS / name).read_text(encoding="utf-8") for name in STYLES)]),
        choice=_choice(titles),
        runs="\n".join(sections),
        hatches=hatches(),
        pieces="\n".join(pieces),
        script=script,
    )
    return Report(page, notes)


def _tiles(folder: Path, most: int) -> tuple[Tiles, tuple[str, str] | None]:
    """Return a run in not too many tiles, and what that leaves out, in both languages."""
    tiles = Tiles(RunRecord(folder))
    tiles.refresh()
    if tiles.index.tiles <= most:
        return tiles, None
    rows = tiles.index.rows
    tiles = Tiles(RunRecord(folder), tile_rows=max(TILE_ROWS, -(-rows // most)))
    tiles.refresh()
    counted = count_text(rows)
    return tiles, (
        f"has {counted} rows; where there are too many at a time, the map shows some of the hops, and says so",
        f"共有 {counted} 行数据；过于繁忙的时段只显示部分跳，并在图上注明",
    )


def _contents(tiles: Tiles) -> Iterator[tuple[str, bytes]]:
    """Yield what the map asks for, by the name under which it does."""
    yield "head", tiles.head()
    yield "now", json.dumps(tiles.now() | {"status": "finished"}, allow_nan=False).encode()
    yield "scalings", json.dumps(scalings(tiles.record), allow_nan=False).encode()
    for layout in LAYOUTS:
        yield f"places-{layout}", tiles.places(layout)
    for number in range(tiles.index.tiles):
        yield str(number), tiles.tile(number)


def _script() -> str:
    """Return all of the map's code; nothing in it may end the element that holds it."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ASSETS.glob("map_*.js")))
    return code.replace("</script", "<\\/script")


def _choice(titles: Sequence[str]) -> str:
    if len(titles) < 2:
        return ""
    return "".join(
        f'<button class="wf-button" data-wr-run="{number}">{escape(text(title, 60) or "?")}</button>'
        for number, title in enumerate(titles)
    )


def _section(number: int, run: RunData, note: tuple[str, str] | None) -> str:
    overview = run.overview
    seed = [] if overview.seed is None else [both(f"seed {overview.seed}", f"种子 {overview.seed}")]
    method, name = (escape(text(fact) or "") for fact in (overview.method, overview.name))
    status = STATUS_WORDS.get(overview.status, (overview.status, overview.status))
    words = " · ".join(fact for fact in (method, *seed, name) if fact)
    told = f'<p class="wf-error wr-note">{both(*note)}</p>' if note else ""
    error = f'<p class="wf-error">{escape(text(overview.error, 2000) or "")}</p>' if overview.error else ""
    hidden = " hidden" if number else ""
    return (
        f'<article class="wr-run" id="wr-{number}"{hidden}><h2>{escape(overview.scenario or overview.name)}</h2>'
        f"<p>{both(*status)} · {words}</p>{error}{told}{_figures(run)}{_expectations(run)}"
        f'<section data-wm-inside="{number}"></section><div class="wr-charts">{charts(run)}</div></article>'
    )


def _figures(run: RunData) -> str:
    overview = run.overview
    figures = [
        ("Accuracy", "准确率", accuracy_text(overview.accuracy_final), run.learning.exists),
        ("Accuracy at devices", "设备端准确率", accuracy_text(overview.accuracy_nodes), run.learning.exists),
        ("Bytes carried", "传输字节", bytes_text(overview.bytes_total), True),
        ("Virtual time", "虚拟时间", duration_text(overview.virtual_s), True),
        ("Wall time", "实际用时", duration_text(overview.wall_s), True),
        ("Energy", "能耗", si_text(overview.energy_j, "J"), True),
        ("Packets sent", "发送数据包", count_text(overview.packets_sent), True),
        ("Dropped", "丢弃", count_text(overview.packets_dropped), True),
    ]
    cells = (
        f'<div class="wf-tile"><dt class="wf-tile-label">{both(name, chinese)}</dt>'
        f'<dd class="wf-tile-value">{escape(value)}</dd></div>'
        for name, chinese, value, shown in figures
        if shown
    )
    return f'<dl class="wf-tiles">{"".join(cells)}</dl>'


def _expectations(run: RunData) -> str:
    items = []
    for one in run.overview.expectations:
        state, mark = ("held", "✓") if one.passed else ("failed", "✗")
        value = "" if one.value is None else f" ({plain_text(one.value)})"
        items.append(f'<li class="wf-{state}"><b>{mark}</b> <code>{escape(one.text)}</code>{value}</li>')
    listed = "".join(items)
    return f'<ul class="wf-expectations">{listed}</ul>' if listed else ""

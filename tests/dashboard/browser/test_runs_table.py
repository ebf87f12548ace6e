"""The table of runs: what it shows, and what is searched, sorted, chosen and picked there."""

import shutil
import time
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROWS = "[...document.querySelectorAll('.ag-center-cols-container .ag-row')]"


def asked(page: Any) -> dict[str, str]:
    """What the address says."""
    query = urlsplit(page.browser.current_url).query
    return {key: values[-1] for key, values in parse_qs(query).items()}


def test_the_table_shows_every_run_with_its_status(page: Any) -> None:
    page.open("/")
    rows = page.until(
        f"(rows => rows.length === 6 && rows.every(row => row.querySelector('a') && row.querySelector('.wf-status')) &&"
        f" rows.map(row => row.textContent))({ROWS})"
    )
    status = {words: next((row for row in rows if words in row), "") for words in ("first-walk", "torn", "gone-silent")}
    assert "finished" in status["first-walk"]
    assert "0.934" in status["first-walk"]
    assert "61.6 MB" in status["first-walk"]
    assert "✗" in status["first-walk"]
    assert "✗" not in status["gone-silent"]
    assert "lost" in status["gone-silent"]
    assert "damaged" in status["torn"]
    page.keep("runs")


def test_a_click_on_a_row_opens_the_run_and_back_returns(page: Any, runs: Any) -> None:
    page.open("/")
    page.find(f".ag-row[row-id='/run/{runs.finished.name}'] [col-id='status']").click()
    page.until("document.querySelector('h1')?.textContent === 'first-walk'")
    page.until("document.title === 'first-walk · Wayfare'")
    assert page.ask("location.pathname") == f"/run/{runs.finished.name}"
    page.browser.back()
    page.until("document.querySelector('h1')?.textContent === 'Runs'")
    page.browser.forward()
    page.until("document.querySelector('h1')?.textContent === 'first-walk'")


def test_what_is_searched_sorted_filtered_and_shown_is_in_the_address(page: Any) -> None:
    page.open("/")
    page.find(".ag-row")
    page.find("#runs-search").send_keys("first-walk")
    page.until(f"{ROWS}.length === 2")
    page.find(".ag-header-cell[col-id='wall'] .ag-header-cell-label").click()
    page.press(".wf-drop summary")
    page.press(".wf-column-list input[value='energy']")
    page.until("!document.querySelector('.ag-header-cell[col-id=energy]')")
    above = {"accuracy": {"filterType": "number", "type": "greaterThan", "filter": 0.9}}
    page.ask("dash_ag_grid.getApi('runs-grid').setFilterModel(arguments[0])", above)
    page.until("location.search.includes('filter=')")
    says = asked(page)
    assert (says["q"], says["sort"]) == ("first-walk", "wall.asc")
    assert "energy" in says["hide"].split(",")
    page.open("/?" + urlsplit(page.browser.current_url).query)
    page.until(f"{ROWS}.length === 2")
    page.until("document.querySelector('.ag-header-cell[col-id=wall][aria-sort=ascending]')")
    assert page.ask("document.querySelector('#runs-search').value") == "first-walk"
    assert not page.ask("document.querySelector('.ag-header-cell[col-id=energy]')")
    assert page.ask("dash_ag_grid.getApi('runs-grid').getFilterModel().accuracy.filter") == 0.9


def test_picked_runs_are_compared(page: Any, runs: Any) -> None:
    page.open("/")
    for run in (runs.finished, runs.again, runs.network):
        page.find(f".ag-row[row-id='/run/{run.name}'] .ag-selection-checkbox input").click()
    page.until("document.querySelector('#runs-compare')?.textContent === 'Compare 3'")
    page.until("location.search.includes('pick=')")
    page.press("#runs-compare")
    page.until("document.querySelector('h1')?.textContent === 'Compare runs'")
    assert page.figure("curves", "plot.data.some(trace => trace.fill === 'tonexty')")
    groups = page.ask("[...document.querySelectorAll('.wf-groups li')].map(item => item.textContent)")
    assert [group.count("seed") for group in groups] == [2, 1]
    assert "Energy" in page.ask("document.querySelector('#table-outcome').innerText")
    page.keep("compare")
    page.press("#chart-curves [class*=SegmentedControl] input[value='bytes']")
    page.until("location.search.includes('curves.x=bytes')")
    page.figure("curves", "plot.layout.xaxis.title.text.includes('MB')")
    page.browser.back()
    page.until("document.querySelector('#runs-compare')?.textContent === 'Compare 3'")


def test_picked_runs_of_a_sweep_stay_picked_and_are_compared(page: Any, runs: Any) -> None:
    other = runs.write("swept")
    inside = runs.parent / "a,b.sweep" / other.name
    inside.parent.mkdir()
    (inside.parent / "sweep.json").write_text("{}")
    other.rename(inside)
    names = [f"{inside.parent.name}/{inside.name}", runs.finished.name]
    try:
        page.open("/")
        for name in names:
            page.find(f".ag-row[row-id='/run/{quote(name, safe='')}'] .ag-selection-checkbox input").click()
        page.until(
            "[...arguments].every(name => decodeURIComponent(decodeURIComponent(location.search)).includes(name))",
            *names,
        )
        page.open("/?" + urlsplit(page.browser.current_url).query)
        page.until("document.querySelector('#runs-compare')?.textContent === 'Compare 2'")
        page.press("#runs-compare")
        page.until("document.querySelector('.wf-groups')?.textContent.includes('swept')")
        assert sorted(unquote(name) for name in asked(page)["runs"].split(",")) == sorted(names)
    finally:
        page.open("about:blank")
        shutil.rmtree(inside.parent)


# Opens the filter of a column and types into it, again where the table was drawn anew; returns the hint in it.
FILTER = """
((column, typed) => {
  const place = document.querySelector('.ag-filter-body input[placeholder]');
  if (!place) { dash_ag_grid.getApi('runs-grid')?.showColumnFilter(column); return null; }
  if (place.value !== typed) {
    place.value = typed;
    place.dispatchEvent(new Event('input', {bubbles: true}));
  }
  return location.search.includes('filter=') ? place.placeholder : null;
})(...arguments)
"""


@pytest.mark.parametrize(
    ("column", "typed", "found"),
    [("accuracy", "0.931", 1), ("bytes", "61.6 MB", 4), ("bytes", "61600000", 4), ("bytes", "61.6", 0)],
)
def test_a_number_filter_finds_what_the_table_shows(page: Any, runs: Any, column: str, typed: str, found: int) -> None:
    folder = runs.write("rounded", status="running", until_s=2.0)
    runs.open_runs[-1].progress({"virtual_s": 2.0, "stop_s": 8.0, "accuracy": 0.93129})
    try:
        page.open("/")
        page.until("document.querySelector('.ag-center-cols-container')?.textContent.includes('0.931')")
        hint = page.until(FILTER, column, typed)
        assert ("MB" in hint) == (column == "bytes")
        assert page.ask("dash_ag_grid.getApi('runs-grid').getDisplayedRowCount()") == found
    finally:
        runs.open_runs[-1].fail("stopped", "the test is over")
        page.open("about:blank")
        shutil.rmtree(folder)


def test_the_search_shows_that_it_has_the_focus(page: Any) -> None:
    page.open("/")
    page.find(".ag-row")
    assert page.colour_of("#runs-search", "outlineStyle") == "none"
    page.ask("document.querySelector('#runs-search').focus()")
    page.until("getComputedStyle(document.querySelector('#runs-search')).outlineStyle === 'solid'")
    assert page.colour_of("#runs-search", "outlineWidth") == "2px"


@pytest.mark.parametrize(("width", "columns"), [(1440, 8), (1024, 6), (768, 3), (390, 1)])
def test_as_many_columns_are_seen_as_there_is_room_for(page: Any, width: int, columns: int) -> None:
    page.resize(width, 900)
    page.open("/")
    page.find(".ag-row")
    seen = "[...document.querySelectorAll('.ag-header-cell[col-id]')].map(cell => cell.getAttribute('col-id'))"
    page.until(
        f"{seen}.length === {columns + 2} && document.querySelector('.ag-body-horizontal-scroll').clientHeight === 0"
    )
    assert page.ask(seen)[1:3] == ["scenario", "status"]
    assert page.ask("location.search") == ""


def test_columns_that_were_chosen_stay_however_wide_the_window(page: Any) -> None:
    page.resize(390, 844)
    page.open("/?hide=method,nodes,seed")
    page.find(".ag-row")
    seen = "dash_ag_grid.getApi('runs-grid').getColumn('energy').isVisible()"
    page.until(seen)
    page.press(".wf-drop summary")
    page.press(".wf-column-list input[value='energy']")
    page.until(f"!{seen} && location.search.includes('energy')")
    page.resize(1440, 900)
    time.sleep(0.5)  # longer than a new width takes to be heeded where nobody has chosen
    assert not page.ask(seen)

"""The dashboard in a real headless Chromium."""

import json
import shutil
import time
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from selenium.webdriver import ActionChains, Keys

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROWS = "[...document.querySelectorAll('.ag-center-cols-container .ag-row')]"
HEARD = (
    "window.heard = []; ['time', 'pick'].forEach("
    "k => addEventListener('wayfare:' + k, e => heard.push({k, ...e.detail})))"
)
WRITE = """(text => {
  const area = document.querySelector('#launch-text');
  area.value = text;
  area.focus();
  area.setSelectionRange(text.length, text.length);
  area.dispatchEvent(new Event('input', {bubbles: true}));
})(arguments[0])"""
UNNAMED = """
(() => {
  const by = element => document.getElementById(element.getAttribute('aria-labelledby'))?.textContent;
  const named = element => (element.getAttribute('aria-label') || by(element) || element.textContent
    || (element.labels && element.labels.length && element.labels[0].textContent) || '').trim();
  const all = 'a, button, input, select, textarea, summary, [role=figure], [role=slider], [tabindex="0"]';
  return [...document.querySelectorAll(all)]
    .filter(element => element.offsetParent !== null && !element.closest('.ag-root-wrapper') && !named(element))
    .map(element => element.outerHTML.slice(0, 200));
})()
"""


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
    assert "lost" in status["gone-silent"]
    assert "damaged" in status["torn"]
    page.keep("runs")


def test_a_name_from_a_run_is_shown_and_never_run(page: Any, runs: Any) -> None:
    name = "<script>window.hit = 1</script>"
    page.open("/")
    page.until("document.body.innerText.includes(arguments[0])", name)
    page.open(f"/run/{runs.hostile.name}?accuracy.by=node&journeys.rows=node")
    page.until("document.querySelector('h1')?.textContent.startsWith(arguments[0])", name)
    for chart in ("accuracy", "traffic", "links", "journeys", "energy"):
        page.figure(chart, "true")
    page.until("document.querySelector('#chart-links').textContent.includes('<script>')")
    page.open(f"/compare?runs={quote(runs.hostile.name)},{quote(runs.finished.name)}")
    page.figure("curves", "true")
    assert page.ask("window.hit === undefined")
    assert page.ask("document.querySelectorAll('img').length") == 0


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


def test_one_cursor_stands_in_all_charts_and_no_figure_is_drawn_again(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}?t=1.25")
    charts = ("accuracy", "traffic", "links", "journeys")
    for chart in charts:
        page.figure(chart, "plot.wayfare")
    place = (
        "(panel => { const plot = panel.querySelector('.js-plotly-plot'), x = plot._fullLayout.xaxis,"
        " line = panel.querySelector('.wf-cursor').getBoundingClientRect(), box = plot.getBoundingClientRect();"
        " return x.p2l(line.left + line.width / 2 - box.left - x._offset); })(document.querySelector('#chart-%s'))"
    )
    for chart in charts:
        page.until(f"Math.abs({place % chart} - 1.25) < 0.03")
    page.ask(
        "(() => { window.drawn = 0; document.querySelectorAll('.js-plotly-plot').forEach("
        "plot => plot.on('plotly_afterplot', () => { window.drawn += 1; })); })()"
    )
    for _ in range(10):  # the last figures are drawn, or take their size, a moment later
        page.ask("(() => { window.drawn = 0; })()")
        time.sleep(0.5)
        if page.ask("window.drawn") == 0:
            break
    page.ask("dispatchEvent(new CustomEvent('wayfare:time', {detail: {time_s: 4, source: 'test'}}))")
    for chart in charts:
        page.until(f"Math.abs({place % chart} - 4) < 0.03")
    assert page.ask("window.drawn") == 0
    page.until("location.search === '?t=4'")


def test_a_click_or_an_arrow_key_in_a_chart_moves_the_time_everywhere(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}")
    page.ask(f"(() => {{ {HEARD} }})()")
    for chart in ("accuracy", "links", "traffic"):
        page.figure(chart, "plot.wayfare")
    x, y = page.ask(
        "(plot => { const box = plot.getBoundingClientRect(), x = plot._fullLayout.xaxis, y = plot._fullLayout.yaxis;"
        " return [Math.round(box.left + x._offset + x.l2p(3)), Math.round(box.top + y._offset + y._length / 2)]; })"
        "(document.querySelector('#chart-traffic .js-plotly-plot'))"
    )
    ActionChains(page.browser).move_by_offset(0, 0).w3c_actions.pointer_action.move_to_location(x, y)
    chain = ActionChains(page.browser)
    chain.w3c_actions.pointer_action.move_to_location(x, y)
    chain.w3c_actions.pointer_action.click()
    chain.perform()
    heard = page.until("heard.filter(one => one.source === 'chart')[0]")
    assert heard["time_s"] == pytest.approx(3, abs=0.05)
    page.until("Math.abs(Number(new URLSearchParams(location.search).get('t')) - 3) < 0.05")
    page.until("Math.abs(window.wayfare.map.state().time - 3) < 0.05")
    frame = page.find("#chart-traffic .wf-chart")
    frame.send_keys(Keys.HOME)
    page.until("location.search === '?t=0'")
    frame.send_keys(Keys.ARROW_RIGHT * 3)
    page.until("location.search === '?t=0.24'")


def test_what_is_picked_in_a_chart_is_marked_and_back_lets_it_go(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}?accuracy.by=packet")
    page.figure("accuracy", "plot.wayfare")
    page.until("window.wayfare.map.ready()")
    about = {"kind": "packet", "id": 2, "source": "test"}
    page.ask("dispatchEvent(new CustomEvent('wayfare:pick', {detail: arguments[0]}))", about)
    page.figure("accuracy", "plot.data.some(trace => trace.name === '#2')")
    page.until("location.search.includes('packet=2')")
    page.browser.back()
    page.until("!location.search.includes('packet=2')")
    page.figure("accuracy", "!plot.data.some(trace => trace.name === '#2')")


def test_a_click_on_a_row_of_the_heat_map_picks_its_link(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}")
    page.ask(f"(() => {{ {HEARD} }})()")
    wanted = page.figure("links", "plot.wayfare && plot.data[0].customdata[0][0]")
    x, y = page.ask(
        "(plot => { const box = plot.getBoundingClientRect(), x = plot._fullLayout.xaxis, y = plot._fullLayout.yaxis;"
        " return [Math.round(box.left + x._offset + x.l2p(5)), Math.round(box.top + y._offset + y.l2p(0))]; })"
        "(document.querySelector('#chart-links .js-plotly-plot'))"
    )
    chain = ActionChains(page.browser)
    chain.w3c_actions.pointer_action.move_to_location(x, y)
    chain.w3c_actions.pointer_action.pause(0.2)
    chain.w3c_actions.pointer_action.click()
    chain.perform()
    picked = page.until("heard.find(one => one.k === 'pick' && one.source === 'chart')")
    assert f"{picked['kind']}:{picked['id']}" == wanted
    page.until("location.search.includes('link=')")


def test_choices_are_in_the_address_and_come_back_from_it(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}")
    page.figure("accuracy", "plot.wayfare")
    page.press("#chart-accuracy input[value='node']")
    page.press("#chart-accuracy input[value='bytes']")
    page.until("location.search.includes('accuracy.by=node') && location.search.includes('accuracy.x=bytes')")
    page.figure("accuracy", "plot.layout.meta.clock === 'table' && plot.data[0].customdata.length > 24")
    page.browser.refresh()
    page.figure("accuracy", "plot.layout.meta.clock === 'table' && plot.data[0].customdata.length > 24")


def test_the_map_as_one_left_it_is_in_the_address(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}")
    page.until("window.wayfare.map && window.wayfare.map.ready()")
    page.find("#map select").click()
    page.ask("window.wayfare.map.restore({layout: 'force'})")
    page.until("window.wayfare.map.state().layout === 'force'")
    page.ask("document.querySelector('#map').dispatchEvent(new Event('change', {bubbles: true}))")
    page.until("location.search.includes('force')")
    page.browser.refresh()
    page.until("window.wayfare.map && window.wayfare.map.ready() && window.wayfare.map.state().layout === 'force'")


def test_the_theme_reaches_page_table_and_every_figure(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}")
    charts = ("accuracy", "traffic", "links", "journeys", "energy")
    inks = [page.figure(chart, "plot.layout.font.color") for chart in charts]
    ground = page.colour_of("body", "backgroundColor")
    page.press("#scheme-toggle")
    for chart, ink in zip(charts, inks, strict=True):
        page.figure(chart, f"plot.layout.font.color !== '{ink}'")
    assert page.colour_of("body", "backgroundColor") != ground
    page.open("/")
    assert page.until("document.documentElement.dataset.mantineColorScheme") in ("light", "dark")
    page.find(".ag-row")
    assert page.colour_of(".wf-table .ag-row", "color") != page.colour_of(".wf-panel", "backgroundColor")


def test_the_interface_speaks_chinese_when_asked(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}?t=2")
    page.figure("accuracy", "plot.layout.yaxis.title.text === 'Accuracy'")
    page.press("#language-toggle")
    page.figure("accuracy", "plot.layout.yaxis.title.text === '准确率'")
    page.until("document.querySelector('.wf-status')?.textContent === '已完成'")
    assert page.ask("document.documentElement.lang") == "zh"
    page.until("window.wayfare.map.ready() && Math.abs(window.wayfare.map.state().time - 2) < 0.01")
    page.open("/?lang=zh")
    page.until("document.querySelector('h1')?.textContent === '运行列表'")
    page.until("document.querySelector('.ag-header')?.textContent.includes('虚拟时间')")
    page.open("/?lang=en")
    page.until("document.querySelector('h1')?.textContent === 'Runs'")


@pytest.mark.parametrize("chart", ["accuracy", "links", "journeys", "energy"])
def test_a_chart_can_be_saved(page: Any, runs: Any, chart: str) -> None:
    page.open(f"/run/{runs.finished.name}")
    page.figure(chart, "plot.wayfare")
    content = page.ask(f"wayfare.csvOf(document.querySelector('#chart-{chart} .js-plotly-plot'))")
    lines = content.splitlines()
    assert lines[0].startswith("series,label,")
    assert len(lines) > 1
    for form, start in (("png", "data:image/png;base64,"), ("svg", "data:image/svg+xml")):
        page.browser.set_script_timeout(20)
        image = page.browser.execute_async_script(
            "const [chart, form, done] = arguments; const panel = document.querySelector('#chart-' + chart);"
            "wayfare.imageOf(panel, panel.querySelector('.js-plotly-plot'), form).then(done, e => done(String(e)))",
            chart,
            form,
        )
        assert image.startswith(start)
        assert len(image) > 4000


def test_a_network_run_shows_transfers_and_no_accuracy(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.network.name}?t=2")
    assert page.figure("transfers", "plot.data[0].name") == "transfers"
    assert not page.ask("document.querySelector('#chart-accuracy')")


def test_a_damaged_run_has_a_page_that_says_why(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.damaged.name}")
    assert "torn" in page.find("[role=alert]").text
    page.open("/nowhere")
    page.until("document.querySelector('[role=alert]')?.textContent.includes('/nowhere')")


def test_a_run_that_runs_appears_and_grows_by_itself(page: Any, runs: Any) -> None:
    page.open("/")
    page.find(".ag-row")
    folder = runs.write("still-walking", status="running", until_s=2.0)
    began = time.monotonic()
    try:
        page.until("document.body.innerText.includes('still-walking')")
        print(f"a run appeared after {time.monotonic() - began:.2f} s")
        page.until("document.body.innerText.includes('running 25%')")
        page.open(f"/run/{folder.name}")
        page.figure("accuracy", "plot.layout.xaxis.range[1] === 2")
        writer = runs.open_runs[-1]
        writer.metric(2.5, "accuracy", 0.77)
        writer.bin(2.4, link=0, carried_bytes=9e6, utilisation=1.0, queue=1.0, energy_j=0.1)
        for stream in (writer.metrics, writer.bins):
            stream.flush()
        writer.progress({"virtual_s": 2.5, "stop_s": 8.0, "accuracy": 0.77})
        page.figure("accuracy", "plot.layout.xaxis.range[1] === 2.5")
        page.until("document.querySelector('.wf-tile-value')?.textContent === '0.770'")
    finally:
        runs.open_runs[-1].fail("stopped", "the test is over")
        page.open("/")
        page.find(".ag-row")
        shutil.rmtree(folder)
    page.until("!document.body.innerText.includes('still-walking')")


def test_the_keyboard_gets_everywhere_and_everything_has_a_name(page: Any, runs: Any) -> None:
    page.open("/")
    page.find(".ag-row")
    page.find("body").send_keys(Keys.TAB)
    assert page.ask("document.activeElement.id") == "skip"
    page.ask("document.activeElement.click()")
    assert page.ask("document.activeElement.id") == "page"
    assert page.ask(UNNAMED) == []
    for path in (f"/run/{runs.finished.name}", f"/compare?runs={runs.finished.name},{runs.again.name}", "/launch"):
        page.open(path)
        page.find("h1")
        if path.startswith("/run"):
            page.figure("accuracy", "plot.wayfare")
        assert page.ask(UNNAMED) == []
        assert page.ask("document.querySelectorAll('h1').length") == 1


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_nothing_is_wider_than_the_window_in_either_theme(page: Any, runs: Any, width: int, height: int) -> None:
    page.resize(width, height)
    views = (
        ("runs", "/?lang=en", ".ag-row"),
        ("run", f"/run/{runs.finished.name}?t=2.5&lang=en", "#chart-accuracy .main-svg"),
        ("run-zh", f"/run/{runs.finished.name}?t=2.5&lang=zh", "#chart-accuracy .main-svg"),
        ("compare", f"/compare?runs={runs.finished.name},{runs.network.name}&lang=en", "#chart-curves .main-svg"),
        ("launch", "/launch?lang=zh", "#launch-text"),
    )
    for name, path, ready in views:
        page.open(path)
        if "chart-" in ready:
            page.until(f"document.querySelector('{ready.split()[0]}')?.scrollIntoView() ?? true")
        for scheme in ("light", "dark"):
            if page.ask("document.documentElement.dataset.mantineColorScheme") != scheme:
                page.find("#scheme-toggle").click()
            page.find(ready)
            page.ask("scrollTo(0, 0)")
            time.sleep(0.3)  # figures follow the window's size a moment later
            assert page.ask("document.documentElement.scrollWidth") <= width, name
            page.keep(f"{name}-{scheme}-{width}")


def test_an_address_of_before_is_json_where_it_carries_the_map(page: Any, runs: Any) -> None:
    for state in ("{", "[]", '"x"', json.dumps({"layout": "nowhere", "view": {"x": "NaN"}})):
        page.open(f"/run/{runs.finished.name}?map={quote(state)}&t=oops&node=99999999")
        page.figure("accuracy", "plot.wayfare")


def test_a_scenario_is_edited_with_help_checked_run_watched_and_stopped(page: Any, runs: Any) -> None:
    page.open("/launch")
    page.until("document.querySelector('#launch-text')?.value.includes('name: first-walk')")
    area = page.find("#launch-text")
    page.ask(WRITE, "name: x\nlearning:\n  method: mfd\n  next_hop:\n    pol")
    page.until("document.querySelector('#launch-help').textContent.length > 0")
    area.send_keys(Keys.CONTROL + " ")
    page.until("document.querySelector('#launch-offer [aria-selected=true] b')?.textContent === 'policy'")
    page.keep("launch-suggestions")
    area.send_keys(Keys.ENTER)
    area.send_keys(Keys.CONTROL + " ")
    page.until("[...document.querySelectorAll('#launch-offer b')].some(one => one.textContent === 'novelty')")
    area.send_keys(Keys.ESCAPE)
    page.until("document.querySelector('#launch-help code')?.textContent === 'learning.next_hop.policy'")
    page.ask(WRITE, "name: tiny\ntopology: {generator: lime}\n")
    page.press("#launch-check")
    page.until("document.querySelector('.wf-problem .wf-line')?.textContent === 'line 2'")
    traffic = "{from: edge1, to: edge3, size: 10 kB, interval: 1 ms, kind: poisson}"
    page.ask(
        WRITE,
        f"name: tiny\ntopology: {{generator: line, nodes: 3}}\ntraffic: {{background: [{traffic}]}}\nstop: 300 s\n",
    )
    page.press("#launch-run")
    page.until("location.pathname.startsWith('/run/') && document.querySelector('h1')?.textContent === 'tiny'")
    folder = runs.parent / page.ask("decodeURIComponent(location.pathname.slice(5))")
    page.until("document.querySelector('[data-stop-run]') && !document.querySelector('[data-stop-run]').hidden")
    page.keep("launch-running")
    page.press("[data-stop-run]")
    page.until("document.querySelector('.wf-status')?.textContent === 'stopped'")
    page.open("/")
    page.find(".ag-row")
    shutil.rmtree(folder)
    page.until("!document.body.innerText.includes('tiny')")

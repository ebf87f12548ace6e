"""What all pages keep: names that stay text, theme, language, keyboard, width, and what is wrong said in words."""

import shutil
import time
from typing import Any
from urllib.parse import quote

import pytest
from selenium.webdriver import Keys

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAST_ASKED = "document.querySelector('.wf-chart-panel:last-child').dataset.asked"
STAMP = "window.wayfare.charts.stamp()"
ROWS = "[...document.querySelectorAll('.ag-center-cols-container .ag-row')]"
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
        assert page.ask(LAST_ASKED) is None  # nobody has seen it yet
        page.ask("document.querySelector('.wf-chart-panel:last-child').scrollIntoView()")
        page.until(f"{LAST_ASKED} === {STAMP}")
        page.ask("window.scrollTo(0, 0)")
        writer.progress({"virtual_s": 3.0, "stop_s": 8.0, "accuracy": 0.78})
        page.until(f"document.querySelector('#chart-accuracy').dataset.asked === {STAMP} && {LAST_ASKED} !== {STAMP}")
    finally:
        runs.open_runs[-1].fail("stopped", "the test is over")
        page.open("/")
        page.find(".ag-row")
        shutil.rmtree(folder)
    page.until("!document.body.innerText.includes('still-walking')")


def test_what_has_the_focus_keeps_it_while_a_run_goes_on(page: Any, runs: Any) -> None:
    folder = runs.write("walking-on", status="running", until_s=2.0)
    writer = runs.open_runs[-1]
    try:
        page.open(f"/run/{folder.name}")
        page.find("[data-stop-run]")
        page.until("document.querySelector('.wf-status')?.textContent === 'running 25%'")
        page.ask("(window.kept = [...document.querySelectorAll('.wf-title a, .wf-title button')]).at(-2).focus()")
        writer.progress({"virtual_s": 4.0, "stop_s": 8.0, "accuracy": 0.74})
        page.until("document.querySelector('.wf-status')?.textContent === 'running 50%'")
        page.until("document.querySelector('.wf-tile-value')?.textContent === '0.740'")
        assert page.ask("window.kept.length") == 3
        assert page.ask("window.kept.every(one => document.contains(one))")
        assert page.ask("document.activeElement === window.kept[1]")
        writer.fail("stopped", "interrupted")
        page.until("document.querySelector('.wf-status')?.textContent === 'stopped'")
        page.until("document.querySelector('[role=alert]')?.textContent === 'interrupted'")
        assert not page.ask("document.querySelector('[data-stop-run]')")
        page.open(f"/run/{folder.name}?lang=zh")
        page.until("document.querySelector('[role=alert]')?.textContent === '已中断'")
        page.open(f"/run/{folder.name}?lang=en")
        page.find("h1")
    finally:
        page.open("/")
        page.find(".ag-row")
        shutil.rmtree(folder)


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

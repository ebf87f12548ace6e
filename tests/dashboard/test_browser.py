"""The dashboard in a real headless Chromium."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome, ChromeOptions, Keys
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
HOSTILE = "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'>"
SERVE = """
import sys
from pathlib import Path
from wayfare.dashboard import serve
serve(Path(sys.argv[1]), port=0, ready=lambda address: print(address, flush=True))
"""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no Chromium with its chromedriver is installed"),
]


class Page:
    """A browser at the dashboard, with the few things that tests do there."""

    def __init__(self, browser: Chrome, address: str) -> None:
        self.browser = browser
        self.address = address

    def open(self, path: str) -> None:
        self.browser.get(self.address + path.removeprefix("/"))

    def ask(self, script: str, *values: Any) -> Any:
        return self.browser.execute_script(f"return {script}", *values)

    def until(self, script: str, *values: Any) -> Any:
        """Wait until a script gives something true, and return that."""
        return WebDriverWait(self.browser, 15, poll_frequency=0.05).until(lambda _: self.ask(script, *values), script)

    def find(self, css: str) -> Any:
        self.until("document.querySelector(arguments[0])", css)
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def figure(self, name: str, of: str) -> Any:
        """Wait until a figure is drawn, and return an expression about ``plot``."""
        drawn = f"document.querySelector('#{name} .js-plotly-plot')"
        return self.until(f"(plot => plot && plot.data && plot.data.length ? ({of}) : null)({drawn})")

    def colour_of(self, css: str, what: str) -> Any:
        return self.ask("getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", css, what)


@pytest.fixture(scope="module")
def runs(new_walks: Callable[[], Any]) -> Any:
    walks = new_walks()
    walks.finished = walks.write("first-walk")
    walks.network = walks.write("two-cells", learns=False)
    walks.hostile = walks.write(HOSTILE)
    walks.damaged = walks.damage("torn")
    walks.lose(walks.write("gone-silent", status="running", until_s=3.0))
    return walks


@pytest.fixture(scope="module")
def address(runs: Any) -> Iterator[str]:
    command = [sys.executable, "-W", "error", "-c", SERVE, str(runs.parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = CHROMIUM or ""
    quiet = "headless=new no-sandbox disable-gpu disable-quic no-first-run disable-background-networking"
    for switch in (*quiet.split(), "disable-component-update", "disable-sync", "window-size=1440,900"):
        options.add_argument(f"--{switch}")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = Chrome(options=options, service=Service(DRIVER))
    yield browser
    browser.quit()


@pytest.fixture
def page(browser: Chrome, address: str) -> Iterator[Page]:
    """A page that must not complain in its console, nor ask any other host, during a test."""
    browser.get_log("browser")
    browser.get_log("performance")
    yield Page(browser, address)
    complaints = [entry["message"] for entry in browser.get_log("browser")]
    assert complaints == []
    assert foreign_requests(browser, address) == []


def foreign_requests(browser: Chrome, address: str) -> list[str]:
    """Return what the browser asked of hosts other than the dashboard's."""
    entries = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [entry["params"]["request"]["url"] for entry in entries if entry["method"] == "Network.requestWillBeSent"]
    assert asked
    inside = ("data", "blob", "chrome", "about")
    return [url for url in asked if urlsplit(url).scheme not in inside and not url.startswith(address)]


def test_the_table_shows_every_run_with_its_status(page: Page, runs: Any) -> None:
    page.open("/")
    rows = page.until(
        "(rows => rows.length === 5 && rows.every(row => row.querySelector('a') && row.querySelector('.wf-status')) &&"
        " rows.map(row => row.textContent))([...document.querySelectorAll('.ag-center-cols-container .ag-row')])"
    )
    status = {words: next((row for row in rows if words in row), "") for words in ("first-walk", "torn", "gone-silent")}
    assert "finished" in status["first-walk"]
    assert "0.934" in status["first-walk"]
    assert "61.6 MB" in status["first-walk"]
    assert "lost" in status["gone-silent"]
    assert "damaged" in status["torn"]
    assert "cannot be read" in status["torn"]


def test_a_name_from_a_run_is_shown_and_never_run(page: Page, runs: Any) -> None:
    page.open("/")
    page.until("document.body.innerText.includes(arguments[0])", HOSTILE)
    page.open(f"/run/{runs.hostile.name}")
    page.until("document.querySelector('h1')?.textContent === arguments[0]", HOSTILE)
    page.figure("run-map", "true")
    assert page.ask("window.hit === undefined")
    assert page.ask("document.querySelectorAll('img').length") == 0


def test_a_click_on_a_row_opens_the_run_and_back_returns(page: Page, runs: Any) -> None:
    page.open("/")
    page.find(f".ag-row[row-id='/run/{runs.finished.name}'] [col-id='status']").click()
    page.until("document.querySelector('h1')?.textContent === 'first-walk'")
    page.until("document.title === 'first-walk · Wayfare'")
    assert page.ask("location.pathname") == f"/run/{runs.finished.name}"
    assert page.figure("run-map", "plot.data.length") > 4
    page.browser.back()
    page.until("document.querySelector('h1')?.textContent === 'Runs'")


def test_the_search_narrows_the_table(page: Page) -> None:
    page.open("/")
    page.find("#runs-search").send_keys("two-cells")
    page.until("document.querySelectorAll('.ag-center-cols-container .ag-row').length === 1")


def test_the_address_chooses_the_time_and_the_slider_moves_it(page: Page, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}?t=1.25")
    packets = "JSON.stringify(plot.data.find(trace => trace.name === 'model packets').x)"
    before = page.figure("run-map", packets)
    page.figure("run-progress", "plot.layout.shapes[0].x0 === 1.25")
    page.until("document.querySelector('#run-clock')?.textContent === '1.250 s'")
    thumb = page.find("#run-time [role=slider]")
    thumb.send_keys(Keys.ARROW_RIGHT * 20)
    page.until("document.querySelector('#run-clock')?.textContent === '1.350 s'")
    page.until("location.search === '?t=1.35'")
    for chart in ("run-progress", "run-traffic"):
        page.figure(chart, "Math.abs(plot.layout.shapes[0].x0 - 1.35) < 1e-9")
    page.until(f"(plot => {packets} !== arguments[0])(document.querySelector('#run-map .js-plotly-plot'))", before)


def test_the_theme_reaches_page_and_figures(page: Page, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}")
    charts = ("run-map", "run-progress", "run-traffic")
    inks = [page.figure(chart, "plot.layout.font.color") for chart in charts]
    ground = page.colour_of("body", "backgroundColor")
    page.find("#scheme-toggle").click()
    for chart, ink in zip(charts, inks, strict=True):
        page.figure(chart, f"plot.layout.font.color !== '{ink}'")
    assert page.colour_of("body", "backgroundColor") != ground
    page.open("/")
    assert page.until("document.documentElement.dataset.mantineColorScheme") in ("light", "dark")
    page.find(".ag-row")
    assert page.colour_of(".wf-table .ag-row", "color") != page.colour_of(".wf-panel", "backgroundColor")
    page.find("#scheme-toggle").click()


def test_a_network_run_shows_transfers_and_no_accuracy(page: Page, runs: Any) -> None:
    page.open(f"/run/{runs.network.name}?t=2")
    assert page.figure("run-progress", "plot.data[0].name") == "transfers"
    assert "Accuracy" not in page.ask("document.querySelector('#page').innerText")


def test_a_damaged_run_has_a_page_that_says_why(page: Page, runs: Any) -> None:
    page.open(f"/run/{runs.damaged.name}")
    assert "cannot be read" in page.find("[role=alert]").text


def test_a_run_that_runs_appears_and_grows_by_itself(page: Page, runs: Any) -> None:
    page.open("/")
    page.find(".ag-row")
    folder = runs.write("still-walking", status="running", until_s=2.0)
    try:
        page.until("document.body.innerText.includes('still-walking')")
        page.until("document.body.innerText.includes('running 25 %')")
        page.open(f"/run/{folder.name}")
        page.until("document.querySelector('#run-clock')?.textContent === '2.000 s'")
        writer = runs.open_runs[-1]
        writer.metric(2.5, "accuracy", 0.77)
        writer.bin(2.4, link=0, carried_bytes=9e6, utilisation=1.0, queue=1.0, energy_j=0.1)
        for stream in (writer.metrics, writer.bins):
            stream.flush()
        writer.progress({"virtual_s": 2.5, "stop_s": 8.0, "accuracy": 0.77})
        page.until("document.querySelector('#run-clock')?.textContent === '2.500 s'")
        page.until("document.querySelector('.wf-tile-value')?.textContent === '0.770'")
    finally:
        runs.open_runs[-1].fail("stopped", "the test is over")
        page.open("/")
        page.find(".ag-row")
        shutil.rmtree(folder)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_nothing_is_wider_than_the_window(page: Page, runs: Any, width: int, height: int) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        for path, ready in (("/", ".ag-row"), (f"/run/{runs.finished.name}", "#run-map .main-svg")):
            page.open(path)
            page.find(ready)
            time.sleep(0.2)  # figures follow the window's size a moment later
            assert page.ask("document.documentElement.scrollWidth") <= width
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

"""A browser at a dashboard of made-up runs; its pictures are kept in ``build/screenshots``."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import ActionChains, Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from wayfare.emulator.records import EventKind, RunWriter

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
SCREENSHOTS = Path(__file__).resolve().parents[3] / "build" / "screenshots"
HOSTILE = "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'>"
SERVE = """
import sys
from pathlib import Path
from wayfare.dashboard import serve
serve(Path(sys.argv[1]), port=0, ready=lambda address: print(address, flush=True), allow_runs=True)
"""
PANEL = "window.wayfare.map.panel()"
HEARD = """
(() => {
  window.heard = [];
  const hear = kind => addEventListener('wayfare:' + kind, event => {
    heard.push({k: kind, at: performance.now(), ...event.detail});
  });
  ['time', 'pick'].forEach(hear);
})()
"""
# How many pixels of a canvas show anything, and how many colours; of a copy, so that the map's own stays as it is.
INKED = """
((canvas) => {
  const copy = document.createElement('canvas');
  [copy.width, copy.height] = [canvas.width, canvas.height];
  copy.getContext('2d').drawImage(canvas, 0, 0);
  const data = copy.getContext('2d').getImageData(0, 0, copy.width, copy.height).data;
  const colours = new Set();
  let inked = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] <= 40) continue;
    inked += 1;
    colours.add((data[at] << 16) + (data[at + 1] << 8) + data[at + 2]);
  }
  return [inked, colours.size];
})(window.wayfare.map.panel().layers[arguments[0]].canvas)
"""


class Page:
    """A browser at the dashboard, with the few things that tests do there."""

    def __init__(self, browser: Chrome, address: str) -> None:
        self.browser = browser
        self.address = address

    def open(self, path: str) -> None:
        self.browser.get(self.address + path.removeprefix("/"))

    def ask(self, script: str, *values: Any) -> Any:
        return self.browser.execute_script(f"return {script.strip()}", *values)

    def until(self, script: str, *values: Any) -> Any:
        """Wait until a script gives something true, and return that."""
        return WebDriverWait(self.browser, 20, poll_frequency=0.05).until(lambda _: self.ask(script, *values), script)

    def find(self, css: str) -> Any:
        self.until("document.querySelector(arguments[0])", css)
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def press(self, css: str) -> None:
        """Click something, wherever on the page it is."""
        self.find(css)
        self.ask("document.querySelector(arguments[0]).click()", css)

    def figure(self, chart: str, of: str) -> Any:
        """Bring a chart into sight, wait until it is drawn, and return an expression about ``plot``."""
        self.find(f"#chart-{chart}")
        self.ask(f"document.getElementById('chart-{chart}').scrollIntoView({{block: 'center'}})")
        drawn = f"document.querySelector('#chart-{chart} .js-plotly-plot')"
        return self.until(
            f"(plot => plot && plot._fullLayout && plot.data && plot.data.length ? ({of}) : null)({drawn})"
        )

    def colour_of(self, css: str, what: str) -> Any:
        return self.ask("getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", css, what)

    def resize(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def keep(self, name: str) -> None:
        """Keep a picture of what is seen."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.browser.save_screenshot(str(SCREENSHOTS / f"{name}.png"))

    def keys(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        ActionChains(self.browser, duration=0).send_keys(*keys).perform()

    def hear(self) -> None:
        """Keep in ``heard`` what the parts of the page tell each other from now on."""
        self.ask(HEARD.strip())

    def state(self) -> Any:
        """Return what the map says of itself."""
        return self.ask("window.wayfare.map.state()")

    def go(self, x: float, y: float) -> ActionChains:
        """Move the pointer to a place on the map's picture."""
        stage = self.find(".wm-stage")
        box = self.ask("(r => [r.width, r.height])(arguments[0].getBoundingClientRect())", stage)
        return ActionChains(self.browser, duration=0).move_to_element_with_offset(
            stage, round(x - box[0] / 2), round(y - box[1] / 2)
        )

    def place_of(self, node: int) -> tuple[float, float]:
        """Return where a node is on the picture."""
        x, y = self.ask(f"(p => [p.camera.sx[arguments[0]], p.camera.sy[arguments[0]]])({PANEL})", node)
        return float(x), float(y)

    def inked(self, layer: int) -> Any:
        """Return how much of a layer of the map is drawn on, and in how many colours."""
        return self.ask(INKED.strip(), layer)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A headless Chromium of 1440 by 900, which prefers light."""
    if not (CHROMIUM and DRIVER):
        pytest.skip("no Chromium with its chromedriver is installed")
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    quiet = "headless=new no-sandbox disable-gpu disable-quic no-first-run disable-background-networking lang=en-US"
    for switch in (*quiet.split(), "disable-component-update", "disable-sync", "window-size=1440,900"):
        options.add_argument(f"--{switch}")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = Chrome(options=options, service=Service(DRIVER))
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def runs(new_walks: Callable[[], Any]) -> Any:
    """Runs of all kinds to look at: finished, of the network alone, hostile, damaged, lost."""
    walks: Any = new_walks()
    walks.finished = walks.write("first-walk")
    walks.again = walks.write("first-walk", seed=2)
    walks.network = walks.write("two-cells", learns=False)
    walks.hostile = walks.write(HOSTILE, names={"edge1": HOSTILE, "device1": HOSTILE + "2"})
    walks.damaged = walks.damage("torn")
    walks.lose(walks.write("gone-silent", status="running", until_s=3.0))
    return walks


@pytest.fixture(scope="module")
def address(runs: Any) -> Iterator[str]:
    """A dashboard of these runs, in a process of its own."""
    command = [sys.executable, "-W", "error", "-c", SERVE, str(runs.parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


@pytest.fixture
def page(browser: Chrome, address: str) -> Iterator[Page]:
    """A page that must not complain in its console, nor ask any other host, during a test."""
    browser.get_log("browser")
    browser.get_log("performance")
    yield Page(browser, address)
    complaints = [entry["message"] for entry in browser.get_log("browser")]
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_script("localStorage.clear()")
    asked = foreign_requests(browser, address)
    browser.get("about:blank")  # or it would go on asking a server that ends with its module
    assert complaints == []
    assert asked == []


def foreign_requests(browser: Chrome, address: str) -> list[str]:
    """Return what the browser asked of hosts other than the dashboard's."""
    entries = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [entry["params"]["request"]["url"] for entry in entries if entry["method"] == "Network.requestWillBeSent"]
    assert asked
    inside = ("data", "blob", "chrome", "about")
    return [url for url in asked if urlsplit(url).scheme not in inside and not url.startswith(address)]


@pytest.fixture(scope="module")
def restless(runs: Any) -> Path:
    """A run in which a device walks from one site to another, a packet is dropped, and a node fails and comes back."""
    run = RunWriter.create(runs.parent, "restless", {"name": "restless", "method": "mfd"})
    nodes = [
        ("cloud", "cloud", 0, 200),
        ("site1", "edge", -200, 0),
        ("site2", "edge", 200, 0),
        ("walker", "device", -150, 40),
        ("other", "device", 230, 40),
    ]
    links = [("cloud", "site1"), ("cloud", "site2"), ("walker", "site1"), ("other", "site2")]
    run.write_json(
        "topology.json",
        {
            "graph": {"bin_s": 0.5, "stop_s": 10.0},
            "nodes": [
                {"id": name, "index": at, "tier": tier, "x_m": x, "y_m": y}
                for at, (name, tier, x, y) in enumerate(nodes)
            ],
            "edges": [
                {
                    "source": a,
                    "target": b,
                    "index": at,
                    "medium": "radio" if at > 1 else "wire",
                    "class_forward": "access-up" if at > 1 else "core",
                    "class_backward": "access-down" if at > 1 else "core",
                    "rate_forward_bps": 1e6,
                    "rate_backward_bps": 1e6,
                    "cell": b if at > 1 else None,
                }
                for at, (a, b) in enumerate(links)
            ],
        },
    )
    (run.folder / "scenario.yaml").write_text("name: restless\n")
    run.place(0.0, 3, -150.0, 40.0)
    run.place(10.0, 3, 150.0, 40.0)
    kind = EventKind
    ends = {"flow": 0, "packet": 5}
    run.event(0.0, kind.LAUNCH, 3, packet=5, size_bytes=90_000)
    run.event(1.0, kind.FLOW_START, 3, 2, **ends, size_bytes=90_000)
    run.event(1.0, kind.HOP_START, 3, 1, **ends)
    run.event(2.5, kind.FLOW_START, 4, 2, flow=1, size_bytes=9_000)
    run.event(2.5, kind.HOP_START, 4, 2, flow=1)
    run.event(3.0, kind.HOP_END, 3, 1, **ends)
    run.event(3.0, kind.HOP_START, 1, 0, **ends)
    run.event(3.5, kind.FLOW_DROP, 2, 2, flow=1, value=3.0)
    run.event(4.0, kind.NODE_DOWN, 4)
    run.event(4.0, kind.LINK_DOWN, 4, 2)
    run.event(5.0, kind.HANDOVER, 3, 2, value=1.0)
    run.event(6.0, kind.HOP_END, 1, 0, **ends)
    run.event(6.0, kind.HOP_START, 0, 2, **ends)
    run.event(7.0, kind.NODE_UP, 4)
    run.event(7.0, kind.LINK_UP, 4, 2)
    run.event(8.0, kind.HOP_END, 0, 2, **ends)
    run.event(8.0, kind.FLOW_END, 2, 3, **ends, size_bytes=90_000)
    run.event(8.2, kind.TRAIN_START, 4, size_bytes=90_000, value=1.0)
    run.metric(6.5, "accuracy", 0.5, node=3)
    run.metric(6.5, "accuracy", 0.75, packet=5)
    for step in range(20):
        run.bin(0.5 * step, link=1, carried_bytes=4e4, utilisation=0.9, queue=1.0, energy_j=0.0)
        run.bin(0.5 * step, link=0, carried_bytes=1e4, utilisation=0.2, queue=1.0, energy_j=0.0)
    run.progress({"virtual_s": 10.0, "stop_s": 10.0})
    run.finish({"time": {"virtual_s": 10.0, "wall_s": 0.1}, "digest": {"events": run.events.digest, "weights": None}})
    return run.folder


@pytest.fixture
def map_of(page: Any, restless: Path) -> Any:
    """Opens a run at a time and gives the map, ready."""

    def open_at(run: Path = restless, time_s: float = 2.0, **state: Any) -> Any:
        page.open(f"/run/{run.name}")
        page.until("window.wayfare && window.wayfare.map && window.wayfare.map.ready()")
        page.ask("window.wayfare.map.restore(Object.assign({time: arguments[0]}, arguments[1]))", time_s, state)
        page.until(f"{PANEL}.world.time === arguments[0]", time_s)
        page.ask("document.querySelector('#map').scrollIntoView({block: 'center'})")
        return page

    return open_at

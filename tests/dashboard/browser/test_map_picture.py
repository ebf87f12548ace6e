"""What the map draws, and how one looks at it."""

import time
from typing import Any

import numpy as np
import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

from wayfare.emulator.records import EventKind, RunWriter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PANEL = "window.wayfare.map.panel()"
CHOOSE = """
((select) => {
  select.value = arguments[0];
  select.dispatchEvent(new Event('change', {bubbles: true}));
})(document.querySelector('.wm-tools select'))
"""
CATCH = """
(() => {
  window.saved = null;
  HTMLAnchorElement.prototype.click = function () { window.saved = [this.download, this.href]; };
})()
"""


def test_the_three_layers_show_links_nodes_and_what_moves(map_of: Any) -> None:
    page = map_of()
    for layer, least in ((0, 500), (1, 400), (2, 30)):
        page.until(f"{PANEL}.dirty === false")
        count, colours = page.inked(layer)
        assert count > least
        assert colours > 3
    assert "on the way: packets of learning 1, other transfers 0" in page.find(".wm-moment").text
    assert page.ask("document.querySelector('.wm-strip-picture').width") > 300
    page.keep("map-light")


def test_wheel_keys_and_buttons_zoom_and_a_drag_moves(map_of: Any) -> None:
    page = map_of()
    scale = f"{PANEL}.camera.scale"
    before = page.ask(scale)
    origin = ScrollOrigin.from_element(page.find(".wm-stage"))
    ActionChains(page.browser).scroll_from_origin(origin, 0, -300).perform()
    page.until(f"{scale} > {before}")
    page.keys("0")
    page.until(f"{scale} === {before}")
    page.keys("+", "+", "-")
    page.until(f"Math.abs({scale} / {before} - 1.4) < 1e-6")
    page.find("#map [data-name=fit]").click()
    page.until(f"{scale} === {before} && {PANEL}.dirty === false")
    x, y = page.place_of(0)
    page.go(60, 60).click_and_hold().move_by_offset(80, 30).release().perform()
    page.until(f"Math.abs({PANEL}.camera.sx[0] - {x} - 80) < 1 && Math.abs({PANEL}.camera.sy[0] - {y} - 30) < 1")
    assert page.state()["pin"] is None


def test_a_device_walks_and_its_link_leads_to_its_new_site(map_of: Any) -> None:
    page = map_of(time_s=1.0)
    before = page.place_of(3)
    ends = f"[{PANEL}.world.source[2], {PANEL}.world.target[2]]"
    assert page.ask(ends) == [3, 1]
    page.ask("window.wayfare.map.restore({time: 8})")
    page.until(f"{PANEL}.world.time === 8")
    assert page.place_of(3)[0] > before[0] + 50
    assert page.ask(ends) == [3, 2]
    page.ask("window.wayfare.map.restore({time: 5.05, speed: 1})")
    page.until(f"{PANEL}.world.marks.length === 1")


def test_what_has_failed_is_marked_until_it_is_back(map_of: Any) -> None:
    page = map_of(time_s=4.5)
    assert page.ask(f"[{PANEL}.world.down[4], {PANEL}.world.cut[3]]") == [1, 1]
    page.ask("window.wayfare.map.restore({time: 7.5})")
    page.until(f"{PANEL}.world.time === 7.5")
    assert page.ask(f"[{PANEL}.world.down[4], {PANEL}.world.cut[3]]") == [0, 0]


def test_cells_trails_names_and_layouts_are_options(map_of: Any) -> None:
    page = map_of()
    page.until(f"{PANEL}.dirty === false")
    plain, named = page.inked(0)[0], page.inked(1)[0]
    page.keys("c")
    page.until("window.wayfare.map.state().options.cells")
    time.sleep(0.1)
    assert page.inked(0)[0] > plain
    assert "cell: reach of its devices" in page.find(".wm-legend").text
    page.press(".wm-tools label:nth-of-type(3) input")
    page.until("!window.wayfare.map.state().options.labels")
    time.sleep(0.1)
    assert page.inked(1)[0] < named
    places = {}
    for layout in ("layers", "force", "geographic"):
        page.ask(CHOOSE.strip(), layout)
        page.until(f"{PANEL}.drawnLayout === arguments[0]", layout)
        time.sleep(0.1)
        places[layout] = page.place_of(3)
        assert page.ask(f"{PANEL}.controls.boxes.cells.box.parentElement.hidden") == (layout != "geographic")
        assert ("cell: reach" in page.find(".wm-legend").text) == (layout == "geographic")
        page.keep(f"map-{layout}")
    assert len(set(places.values())) == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_follows_theme_and_language(map_of: Any, scheme: str) -> None:
    page = map_of(time_s=4.5, pin={"kind": "node", "id": 4})
    page.ask("document.documentElement.setAttribute('data-mantine-color-scheme', arguments[0])", scheme)
    ink = "getComputedStyle(document.documentElement).getPropertyValue('--wf-ink').trim()"
    page.until(f"{PANEL}.palette.ink === {ink}")
    page.ask("document.documentElement.setAttribute('lang', 'zh')")
    page.until("document.querySelector('#map h2').textContent === '网络'")
    page.until("document.querySelector('.wm-story').textContent.includes('other 故障')")
    assert "在途：学习数据包 1" in page.find(".wm-moment").text
    page.keep(f"map-{scheme}-zh")
    page.ask("document.documentElement.setAttribute('lang', 'en')")
    page.until("document.querySelector('#map h2').textContent === 'Network'")


def test_a_picture_is_saved_without_asking_anybody(map_of: Any) -> None:
    page = map_of()
    page.ask(CATCH.strip())
    page.find("#map [data-name=save]").click()
    page.until("window.saved")
    assert page.ask("window.saved")[0] == "wayfare-map-2.000s.png"
    assert page.ask("window.saved")[1].startswith("blob:")


def test_a_crowd_is_drawn_as_bundles(page: Any, runs: Any) -> None:
    """More than 1,500 nodes: links between the same squares of the screen are one line; nearer, each is itself."""
    run = RunWriter.create(runs.parent, "crowd", {"name": "crowd", "method": None})
    rng = np.random.default_rng(0)
    places = rng.uniform(0, 1000, (1600, 2)).tolist()
    run.write_json(
        "topology.json",
        {
            "graph": {"bin_s": 1.0},
            "nodes": [
                {"id": f"n{at}", "index": at, "tier": "device", "x_m": x, "y_m": y} for at, (x, y) in enumerate(places)
            ],
            "edges": [
                {
                    "source": f"n{at}",
                    "target": f"n{(at + 1) % 1600}",
                    "index": at,
                    "medium": "wire",
                    "class_forward": "d2d",
                    "class_backward": "d2d",
                }
                for at in range(1600)
            ],
        },
    )
    run.event(1.0, EventKind.HOP_START, 0, 1, 0)
    run.progress({"virtual_s": 2.0})
    run.finish({"digest": {"events": run.events.digest, "weights": None}})
    page.open(f"/run/{run.folder.name}")
    page.until("window.wayfare && window.wayfare.map && window.wayfare.map.ready()")
    page.until(f"{PANEL}.layers[0].bundles")
    bundles = page.ask(f"{PANEL}.layers[0].bundles.ends.length / 2")
    assert 0 < bundles <= 1600
    page.ask(f"{PANEL}.zoom(40)")
    page.until(f"{PANEL}.dirty === false")
    assert page.ask(f"{PANEL}.layers[0].lines") < 1600
    page.keep("map-crowd")

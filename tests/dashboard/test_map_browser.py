"""The map in a real headless Chromium: everything that people do with it."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

from wayfare.dashboard.report import report
from wayfare.emulator.records import EventKind, RunWriter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

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


def state(page: Any) -> Any:
    return page.ask("window.wayfare.map.state()")


def go(page: Any, x: float, y: float) -> ActionChains:
    """Move the pointer to a place on the picture."""
    stage = page.find(".wm-stage")
    box = page.ask("(r => [r.width, r.height])(arguments[0].getBoundingClientRect())", stage)
    return ActionChains(page.browser, duration=0).move_to_element_with_offset(
        stage, round(x - box[0] / 2), round(y - box[1] / 2)
    )


def place_of(page: Any, node: int) -> tuple[float, float]:
    x, y = page.ask(f"(p => [p.camera.sx[arguments[0]], p.camera.sy[arguments[0]]])({PANEL})", node)
    return float(x), float(y)


def press(page: Any, *keys: str) -> None:
    ActionChains(page.browser, duration=0).send_keys(*keys).perform()


def inked(page: Any, layer: int) -> Any:
    """How much of a layer is drawn on, and in how many colours."""
    return page.ask(INKED.strip(), layer)


def test_the_three_layers_show_links_nodes_and_what_moves(map_of: Any) -> None:
    page = map_of()
    for layer, least in ((0, 500), (1, 400), (2, 30)):
        page.until(f"{PANEL}.dirty === false")
        count, colours = inked(page, layer)
        assert count > least
        assert colours > 3
    assert "on the way: model packets 1, other transfers 0" in page.find(".wm-moment").text
    assert page.ask("document.querySelector('.wm-strip-picture').width") > 300
    page.keep("map-light")


def test_the_button_and_the_space_bar_play_and_pause(map_of: Any) -> None:
    page = map_of(speed=5)
    page.press("#map [data-name=play]")
    page.until("window.wayfare.map.state().time > 2.3")
    page.find(".wm-stage").click()
    press(page, Keys.SPACE)
    page.until("!window.wayfare.map.state().playing")
    stopped = state(page)["time"]
    time.sleep(0.2)
    assert state(page)["time"] == stopped > 2.3
    assert page.ask("window.wayfare.map.frames().draw.length") > 3


def test_playing_ends_at_the_end_or_begins_again(map_of: Any) -> None:
    page = map_of(time_s=9.5, speed=5)
    page.ask("window.wayfare.map.play()")
    page.until("!window.wayfare.map.state().playing && window.wayfare.map.state().time === 10")
    page.find(".wm-stage").click()
    press(page, "l")
    assert page.find("#map [data-name=loop]").get_attribute("aria-pressed") == "true"
    page.ask("window.wayfare.map.restore({time: 9.5})")
    page.ask("window.wayfare.map.play()")
    page.until("window.wayfare.map.state().time < 9")
    page.ask("window.wayfare.map.pause()")


def test_steps_lead_from_event_to_event(map_of: Any) -> None:
    page = map_of(time_s=2.0)
    page.find("#map [data-name=next]").click()
    page.until("window.wayfare.map.state().time === 2.5")
    page.find(".wm-stage").click()
    press(page, Keys.ARROW_RIGHT)
    page.until("window.wayfare.map.state().time === 3")
    press(page, Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    page.until("window.wayfare.map.state().time === 1")
    press(page, Keys.END)
    page.until("window.wayfare.map.state().time === 10")
    press(page, Keys.HOME)
    page.until("window.wayfare.map.state().time === 0")


def test_the_speed_is_chosen_or_changed_by_keys(map_of: Any) -> None:
    page = map_of()
    page.find("#map .wm-player select").send_keys("2 ×")
    page.until("window.wayfare.map.state().speed === 2")
    page.ask("document.activeElement.blur()")
    press(page, ">")
    assert state(page)["speed"] == 5
    press(page, "<", "<")
    assert state(page)["speed"] == 1


def test_the_slider_moves_the_time_and_everybody_hears_of_it(map_of: Any) -> None:
    page = map_of()
    page.ask(HEARD.strip())
    track = page.find(".wm-strip")
    ActionChains(page.browser, duration=0).move_to_element(track).click().perform()
    page.until("Math.abs(window.wayfare.map.state().time - 5) < 0.1")
    drag = ActionChains(page.browser, duration=50).move_to_element(track).click_and_hold()
    drag.move_by_offset(100, 0).move_by_offset(20, 0).release().perform()
    page.until("window.wayfare.map.state().time > 5.5")
    page.until("heard.some(one => one.k === 'time' && one.source === 'map' && one.time_s > 5.5)")
    assert page.find(".wm-strip").get_attribute("aria-valuenow") == str(state(page)["time"])


def test_who_scrubs_elsewhere_moves_the_map_and_stops_it(map_of: Any) -> None:
    page = map_of(speed=1)
    page.ask("window.wayfare.map.play()")
    page.ask("dispatchEvent(new CustomEvent('wayfare:time', {detail: {time_s: 7.25, source: 'chart'}}))")
    page.until(f"{PANEL}.world.time === 7.25")
    assert state(page)["playing"] is False
    assert page.find(".wm-clock").text == "7.250 s"


def test_while_it_plays_the_map_tells_the_time_ten_times_a_second_at_most(map_of: Any) -> None:
    page = map_of(speed=1)
    page.ask(HEARD.strip())
    page.ask("window.wayfare.map.play()")
    page.until("heard.filter(one => one.k === 'time').length > 5")
    page.ask("window.wayfare.map.pause()")
    apart = np.diff(page.ask("heard.filter(one => one.k === 'time' && one.source === 'map').map(one => one.at)"))
    assert (apart[:5] >= 95).all()


def test_wheel_keys_and_buttons_zoom_and_a_drag_moves(map_of: Any) -> None:
    page = map_of()
    scale = f"{PANEL}.camera.scale"
    before = page.ask(scale)
    origin = ScrollOrigin.from_element(page.find(".wm-stage"))
    ActionChains(page.browser).scroll_from_origin(origin, 0, -300).perform()
    page.until(f"{scale} > {before}")
    press(page, "0")
    page.until(f"{scale} === {before}")
    press(page, "+", "+", "-")
    page.until(f"Math.abs({scale} / {before} - 1.4) < 1e-6")
    page.find("#map [data-name=fit]").click()
    page.until(f"{scale} === {before} && {PANEL}.dirty === false")
    x, y = place_of(page, 0)
    go(page, 60, 60).click_and_hold().move_by_offset(80, 30).release().perform()
    page.until(f"Math.abs({PANEL}.camera.sx[0] - {x} - 80) < 1 && Math.abs({PANEL}.camera.sy[0] - {y} - 30) < 1")
    assert state(page)["pin"] is None


def test_hovering_says_what_is_there(map_of: Any) -> None:
    page = map_of(time_s=6.8)
    tip = "document.querySelector('.wm-tip')"
    go(page, *place_of(page, 3)).perform()
    page.until(f"{tip}.textContent.includes('walker') && {tip}.textContent.includes('0.500')")
    (ax, ay), (bx, by) = place_of(page, 0), place_of(page, 1)
    go(page, ax + (bx - ax) * 0.3, ay + (by - ay) * 0.3).perform()
    page.until(f"{tip}.textContent.includes('wire') && {tip}.textContent.includes('site1 → cloud: 90%')")
    go(page, 8, 8).perform()
    page.until(f"{tip}.hidden")


def test_a_click_pins_a_node_and_shows_its_story(map_of: Any) -> None:
    page = map_of(time_s=9.0)
    page.ask(HEARD.strip())
    go(page, *place_of(page, 4)).click().perform()
    page.until("heard.some(one => one.k === 'pick' && one.kind === 'node' && one.id === 4 && one.source === 'map')")
    page.until("document.querySelector('.wm-story').textContent.includes('other is back')")
    assert "other fails" in page.find(".wm-story").text
    assert page.find(".wm-story dl").text.count("\n") > 5
    page.keep("map-node-pinned")
    page.find(".wm-story .wm-time").click()
    page.until("window.wayfare.map.state().time < 9")
    page.find(".wm-stage").click()
    press(page, Keys.ESCAPE)
    page.until("document.querySelector('.wm-story').hidden && heard.some(one => one.k === 'pick' && one.kind === null)")


def test_a_click_pins_a_link_in_the_direction_of_its_side(map_of: Any) -> None:
    page = map_of(time_s=0.5)
    (ax, ay), (bx, by) = place_of(page, 0), place_of(page, 1)
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
    right = -(by - ay) / length * 3, (bx - ax) / length * 3
    go(page, (ax + bx) / 2 + right[0], (ay + by) / 2 + right[1]).click().perform()
    page.until("window.wayfare.map.state().pin?.kind === 'link'")
    assert state(page)["pin"]["id"] == 0
    assert page.find(".wm-story h3").text == "cloud → site1"
    assert "20%" in page.find(".wm-story dl").text


def test_a_packet_is_pinned_and_followed_along_its_journey(map_of: Any) -> None:
    page = map_of(time_s=4.5)
    flying = "p.world.flying.find(i => p.world.tile.move_packet[i] === 5)"
    x, y, *_ = page.ask(f"(p => p.camera.onLane(1, 0, p.world.fraction({flying})))({PANEL})")
    go(page, x, y).click().perform()
    page.until("window.wayfare.map.state().pin?.kind === 'packet' && window.wayfare.map.state().pin.id === 5")
    page.until("document.querySelector('.wm-story').textContent.includes('site1 → cloud, 50% of the way')")
    page.until("document.querySelectorAll('.wm-story li').length === 2")
    press(page, "f")
    middle = f"(p => [p.camera.width - p.camera.inset, p.camera.height])({PANEL})"
    for moment, node in ((4.5, None), (8.0, 2), (9.5, 2)):
        page.ask("window.wayfare.map.restore({time: arguments[0], follow: true})", moment)
        page.until(f"{PANEL}.world.time === arguments[0]", moment)
        if node is not None:
            width, height = page.ask(middle)
            assert place_of(page, node) == pytest.approx((width / 2, height / 2), abs=1)
    page.keep("map-packet-followed")
    assert "at site2" in page.find(".wm-story").text
    assert "0.750" in page.find(".wm-story").text


def test_a_device_walks_and_its_link_leads_to_its_new_site(map_of: Any) -> None:
    page = map_of(time_s=1.0)
    before = place_of(page, 3)
    ends = f"[{PANEL}.world.source[2], {PANEL}.world.target[2]]"
    assert page.ask(ends) == [3, 1]
    page.ask("window.wayfare.map.restore({time: 8})")
    page.until(f"{PANEL}.world.time === 8")
    assert place_of(page, 3)[0] > before[0] + 50
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
    plain, named = inked(page, 0)[0], inked(page, 1)[0]
    press(page, "c")
    page.until("window.wayfare.map.state().options.cells")
    time.sleep(0.1)
    assert inked(page, 0)[0] > plain
    assert "cell: reach of its devices" in page.find(".wm-legend").text
    page.press(".wm-tools label:nth-of-type(3) input")
    page.until("!window.wayfare.map.state().options.labels")
    time.sleep(0.1)
    assert inked(page, 1)[0] < named
    places = {}
    for layout in ("layers", "force", "geographic"):
        page.ask(CHOOSE.strip(), layout)
        page.until(f"{PANEL}.drawnLayout === arguments[0]", layout)
        time.sleep(0.1)
        places[layout] = place_of(page, 3)
        page.keep(f"map-{layout}")
    assert len(set(places.values())) == 3


def test_the_state_of_the_map_can_be_kept_and_restored(map_of: Any) -> None:
    wish = {
        "time": 4.5,
        "speed": 0.5,
        "loop": True,
        "layout": "force",
        "pin": {"kind": "node", "id": 2},
        "options": {"cells": True, "trails": False, "labels": True},
    }
    page = map_of(time_s=4.5, **{key: value for key, value in wish.items() if key != "time"})
    page.until(f"{PANEL}.drawnLayout === 'force'")
    page.ask(f"{PANEL}.zoom(2)")
    kept = state(page)
    assert {key: kept[key] for key in wish} == wish
    page.open("/")
    page.find(".ag-row")
    again = map_of(time_s=4.5, **{key: value for key, value in kept.items() if key != "time"})
    again.until(f"{PANEL}.camera.free")
    assert state(again) == kept


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_follows_theme_and_language(map_of: Any, scheme: str) -> None:
    page = map_of(time_s=4.5, pin={"kind": "node", "id": 4})
    page.ask("document.documentElement.setAttribute('data-mantine-color-scheme', arguments[0])", scheme)
    ink = "getComputedStyle(document.documentElement).getPropertyValue('--wf-ink').trim()"
    page.until(f"{PANEL}.palette.ink === {ink}")
    page.ask("document.documentElement.setAttribute('lang', 'zh')")
    page.until("document.querySelector('#map h2').textContent === '网络'")
    page.until("document.querySelector('.wm-story').textContent.includes('other 故障')")
    assert "在途：模型包 1" in page.find(".wm-moment").text
    page.keep(f"map-{scheme}-zh")
    page.ask("document.documentElement.setAttribute('lang', 'en')")
    page.until("document.querySelector('#map h2').textContent === 'Network'")


def test_a_run_that_runs_grows_on_the_map_within_a_second(page: Any, runs: Any) -> None:
    folder = runs.write("growing", status="running", until_s=2.0)
    writer = runs.open_runs[-1]
    try:
        page.open(f"/run/{folder.name}")
        page.until("window.wayfare && window.wayfare.map && window.wayfare.map.ready()")
        page.until("!document.querySelector('.wm-live').hidden")
        page.until("window.wayfare.map.state().time === 2")
        writer.event(2.2, EventKind.HOP_START, 0, 1, 5000, 3)
        writer.progress({"virtual_s": 2.5, "stop_s": 8.0})
        page.until(
            f"{PANEL}.now.end === 2.5 && {PANEL}.world.flying.some(i => {PANEL}.world.tile.move_flow[i] === 5000)"
        )
        assert state(page)["time"] == 2.5  # who stands at the end stays at the end
    finally:
        writer.fail("stopped", "the test is over")
        page.until("document.querySelector('.wm-live').hidden")


def test_names_from_a_run_are_never_markup(map_of: Any, runs: Any) -> None:
    page = map_of(runs.hostile, pin={"kind": "node", "id": 1})
    page.until("document.querySelector('.wm-story h3').textContent.includes('<script>')")
    page.until("document.querySelector('.wm-story li')")
    go(page, *place_of(page, 1)).perform()
    page.until("document.querySelector('.wm-tip').textContent.includes('<script>')")
    assert page.ask("document.querySelectorAll('#map img, #map script').length") == 0
    assert page.ask("window.hit === undefined")
    page.keep("map-hostile-names")


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


def test_a_report_plays_without_a_server(browser: Any, restless: Path, runs: Any, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(report([restless, runs.hostile]).page, encoding="utf-8")
    browser.get(file.as_uri())

    def until(script: str) -> Any:
        end = time.monotonic() + 20
        while not (found := browser.execute_script(f"return {script}")):
            assert time.monotonic() < end, script
            time.sleep(0.05)
        return found

    until("window.wayfare && window.wayfare.map && window.wayfare.map.ready()")
    browser.execute_script("window.wayfare.map.restore({time: 4.5, speed: 5, pin: {kind: 'packet', id: 5}})")
    until("document.querySelector('.wm-story').textContent.includes('site1 → cloud, 50% of the way')")
    browser.execute_script("window.wayfare.map.play()")
    until("window.wayfare.map.state().time > 5")
    browser.execute_script("window.wayfare.map.pause()")
    cursor = "Number(document.querySelector('.wr-run:not([hidden]) .wr-cursor').getAttribute('x1'))"
    assert until(cursor) > 300
    browser.save_screenshot(str(tmp_path / "report.png"))
    browser.execute_script(
        "document.querySelector('.wr-chart svg').dispatchEvent(new MouseEvent('click', {bubbles: true, clientX: 0}))"
    )
    until("window.wayfare.map.state().time === 0")
    browser.execute_script("document.querySelectorAll('[data-wr-run]')[1].click()")
    until("window.wayfare.map.ready() && window.wayfare.map.panel().world.names.length === 29")
    assert browser.execute_script("return window.hit === undefined && document.querySelectorAll('img').length === 0")
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []

"""What the map says of what is hovered over, pinned or followed."""

from typing import Any

import pytest
from selenium.webdriver import Keys

from wayfare.emulator.records import EventKind

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PANEL = "window.wayfare.map.panel()"


def test_hovering_says_what_is_there(map_of: Any) -> None:
    page = map_of(time_s=6.8)
    tip = "document.querySelector('.wm-tip')"
    page.go(*page.place_of(3)).perform()
    page.until(f"{tip}.textContent.includes('walker') && {tip}.textContent.includes('0.500')")
    (ax, ay), (bx, by) = page.place_of(0), page.place_of(1)
    page.go(ax + (bx - ax) * 0.3, ay + (by - ay) * 0.3).perform()
    page.until(f"{tip}.textContent.includes('wire') && {tip}.textContent.includes('site1 → cloud: 90%')")
    page.go(8, 8).perform()
    page.until(f"{tip}.hidden")


def test_a_click_pins_a_node_and_shows_its_story(map_of: Any) -> None:
    page = map_of(time_s=9.0)
    page.hear()
    page.go(*page.place_of(4)).click().perform()
    page.until("heard.some(one => one.k === 'pick' && one.kind === 'node' && one.id === 4 && one.source === 'map')")
    page.until("document.querySelector('.wm-story').textContent.includes('other is back')")
    assert "other fails" in page.find(".wm-story").text
    assert page.find(".wm-story dl").text.count("\n") > 5
    page.keep("map-node-pinned")
    page.find(".wm-story .wm-time").click()
    page.until("window.wayfare.map.state().time < 9")
    page.find(".wm-stage").click()
    page.keys(Keys.ESCAPE)
    page.until("document.querySelector('.wm-story').hidden && heard.some(one => one.k === 'pick' && one.kind === null)")


def test_a_click_pins_a_link_in_the_direction_of_its_side(map_of: Any) -> None:
    page = map_of(time_s=0.5)
    (ax, ay), (bx, by) = page.place_of(0), page.place_of(1)
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
    right = -(by - ay) / length * 3, (bx - ax) / length * 3
    page.go((ax + bx) / 2 + right[0], (ay + by) / 2 + right[1]).click().perform()
    page.until("window.wayfare.map.state().pin?.kind === 'link'")
    assert page.state()["pin"]["id"] == 0
    assert page.find(".wm-story h3").text == "cloud → site1"
    assert "20%" in page.find(".wm-story dl").text


def test_a_packet_is_pinned_and_followed_along_its_journey(map_of: Any) -> None:
    page = map_of(time_s=4.5)
    flying = "p.world.flying.find(i => p.world.tile.move_packet[i] === 5)"
    x, y, *_ = page.ask(f"(p => p.camera.onLane(1, 0, p.world.fraction({flying})))({PANEL})")
    page.go(x, y).click().perform()
    page.until("window.wayfare.map.state().pin?.kind === 'packet' && window.wayfare.map.state().pin.id === 5")
    page.until("document.querySelector('.wm-story').textContent.includes('site1 → cloud, 50% of the way')")
    page.until("document.querySelectorAll('.wm-story li').length === 2")
    page.keys("f")
    middle = f"(p => [p.camera.width - p.camera.inset, p.camera.height])({PANEL})"
    for moment, node in ((4.5, None), (8.0, 2), (9.5, 2)):
        page.ask("window.wayfare.map.restore({time: arguments[0], follow: true})", moment)
        page.until(f"{PANEL}.world.time === arguments[0]", moment)
        if node is not None:
            width, height = page.ask(middle)
            assert page.place_of(node) == pytest.approx((width / 2, height / 2), abs=1)
    page.keep("map-packet-followed")
    assert "at site2" in page.find(".wm-story").text
    assert "0.750" in page.find(".wm-story").text


def test_names_from_a_run_are_never_markup(map_of: Any, runs: Any) -> None:
    page = map_of(runs.hostile, pin={"kind": "node", "id": 1})
    page.until("document.querySelector('.wm-story h3').textContent.includes('<script>')")
    page.until("document.querySelector('.wm-story li')")
    page.go(*page.place_of(1)).perform()
    page.until("document.querySelector('.wm-tip').textContent.includes('<script>')")
    assert page.ask("document.querySelectorAll('#map img, #map script').length") == 0
    assert page.ask("window.hit === undefined")
    page.keep("map-hostile-names")


def test_the_story_of_a_packet_says_what_it_was_scaled_to(map_of: Any, runs: Any) -> None:
    folder = runs.write("scaled", status="running", until_s=8.0)
    writer = runs.open_runs[-1]
    writer.scaling(0.4, 5, 2, "link", 16872, 4584, 65536, 16384, 9, 9, 0.265, 0.5, 1.0, 2, "8", 0.0)
    writer.scaling(6.0, 6, 2, "growth", 4584, 9000, 16384, 30000, 9, 9, 0.0, 2.0, 1.0, -1, "32", 0.0)
    writer.event(0.4, EventKind.SCALE, node=5, packet=2, size_bytes=4584, value=8.0)
    writer.fail("stopped", "enough")
    page = map_of(folder, time_s=1.0, pin={"kind": "packet", "id": 2})
    page.until("document.querySelector('.wm-story').textContent.includes('scaled for its next link')")
    said = page.find(".wm-story").text.replace("\N{NO-BREAK SPACE}", " ")
    for part in ("16.9 kB → 4.58 kB", "width × 0.5", "rank 2", "8 bits", "memory 65.5 kB → 16.4 kB", "error 26.5%"):
        assert part in said
    assert "grows" not in said
    page.ask("window.wayfare.map.restore({time: 7})")
    page.until("document.querySelector('.wm-story').textContent.includes('grows at')")
    page.ask("window.wayfare.map.restore({time: 1, pin: {kind: 'node', id: 5}})")
    page.until("document.querySelector('.wm-story').textContent.includes('rank\\u00a02')")

"""The player of the map: play, step, speed, slider, and who hears of it."""

import time
from typing import Any

import numpy as np
import pytest
from selenium.webdriver import ActionChains, Keys

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PANEL = "window.wayfare.map.panel()"


def test_the_button_and_the_space_bar_play_and_pause(map_of: Any) -> None:
    page = map_of(speed=5)
    page.press("#map [data-name=play]")
    page.until("window.wayfare.map.state().time > 2.3")
    page.find(".wm-stage").click()
    page.keys(Keys.SPACE)
    page.until("!window.wayfare.map.state().playing")
    stopped = page.state()["time"]
    time.sleep(0.2)
    assert page.state()["time"] == stopped > 2.3
    assert page.ask("window.wayfare.map.frames().draw.length") > 3


def test_playing_ends_at_the_end_or_begins_again(map_of: Any) -> None:
    page = map_of(time_s=9.5, speed=5)
    page.ask("window.wayfare.map.play()")
    page.until("!window.wayfare.map.state().playing && window.wayfare.map.state().time === 10")
    page.find(".wm-stage").click()
    page.keys("l")
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
    page.keys(Keys.ARROW_RIGHT)
    page.until("window.wayfare.map.state().time === 3")
    page.keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    page.until("window.wayfare.map.state().time === 1")
    page.keys(Keys.END)
    page.until("window.wayfare.map.state().time === 10")
    page.keys(Keys.HOME)
    page.until("window.wayfare.map.state().time === 0")


def test_the_speed_is_chosen_or_changed_by_keys(map_of: Any) -> None:
    page = map_of()
    page.find("#map .wm-player select").send_keys("2 ×")
    page.until("window.wayfare.map.state().speed === 2")
    page.ask("document.activeElement.blur()")
    page.keys(">")
    assert page.state()["speed"] == 5
    page.keys("<", "<")
    assert page.state()["speed"] == 1


def test_the_slider_moves_the_time_and_everybody_hears_of_it(map_of: Any) -> None:
    page = map_of()
    page.hear()
    track = page.find(".wm-strip")
    ActionChains(page.browser, duration=0).move_to_element(track).click().perform()
    page.until("Math.abs(window.wayfare.map.state().time - 5) < 0.1")
    drag = ActionChains(page.browser, duration=50).move_to_element(track).click_and_hold()
    drag.move_by_offset(100, 0).move_by_offset(20, 0).release().perform()
    page.until("window.wayfare.map.state().time > 5.5")
    page.until("heard.some(one => one.k === 'time' && one.source === 'map' && one.time_s > 5.5)")
    assert page.find(".wm-strip").get_attribute("aria-valuenow") == str(page.state()["time"])


def test_who_scrubs_elsewhere_moves_the_map_and_stops_it(map_of: Any) -> None:
    page = map_of(speed=1)
    page.ask("window.wayfare.map.play()")
    page.ask("dispatchEvent(new CustomEvent('wayfare:time', {detail: {time_s: 7.25, source: 'chart'}}))")
    page.until(f"{PANEL}.world.time === 7.25")
    assert page.state()["playing"] is False
    assert page.find(".wm-clock").text == "7.250 s"


def test_while_it_plays_the_map_tells_the_time_ten_times_a_second_at_most(map_of: Any) -> None:
    page = map_of(speed=1)
    page.hear()
    page.ask("window.wayfare.map.play()")
    page.until("heard.filter(one => one.k === 'time').length > 5")
    page.ask("window.wayfare.map.pause()")
    apart = np.diff(page.ask("heard.filter(one => one.k === 'time' && one.source === 'map').map(one => one.at)"))
    assert (apart[:5] >= 95).all()

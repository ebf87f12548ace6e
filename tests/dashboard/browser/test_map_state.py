"""The state of the map: kept, restored, in the address, and growing with a run that runs."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from wayfare.emulator.records import EventKind

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PANEL = "window.wayfare.map.panel()"


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
    kept = page.state()
    assert {key: kept[key] for key in wish} == wish
    page.open("/")
    page.find(".ag-row")
    again = map_of(time_s=4.5, **{key: value for key, value in kept.items() if key != "time"})
    again.until(f"{PANEL}.camera.free")
    assert again.state() == kept


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
        assert page.state()["time"] == 2.5  # who stands at the end stays at the end
    finally:
        writer.fail("stopped", "the test is over")
        page.until("document.querySelector('.wm-live').hidden")


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


def test_an_address_of_before_is_json_where_it_carries_the_map(page: Any, runs: Any) -> None:
    for state in ("{", "[]", '"x"', json.dumps({"layout": "nowhere", "view": {"x": "NaN"}})):
        page.open(f"/run/{runs.finished.name}?map={quote(state)}&t=oops&node=99999999")
        page.figure("accuracy", "plot.wayfare")

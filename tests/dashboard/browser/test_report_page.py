"""A report, opened as a file."""

import time
from pathlib import Path
from typing import Any

import pytest

from wayfare.dashboard.report import report

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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
        "document.querySelector('.wr-chart > svg').dispatchEvent(new MouseEvent('click', {bubbles: true, clientX: 0}))"
    )
    until("window.wayfare.map.state().time === 0")
    browser.execute_script("document.querySelectorAll('[data-wr-run]')[1].click()")
    until("window.wayfare.map.ready() && window.wayfare.map.panel().world.names.length === 29")
    assert browser.execute_script("return window.hit === undefined && document.querySelectorAll('img').length === 0")
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []

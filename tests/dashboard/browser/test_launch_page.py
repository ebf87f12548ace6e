"""The page that starts runs."""

import shutil
from typing import Any

import pytest
from selenium.webdriver import Keys

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WRITE = """(text => {
  const area = document.querySelector('#launch-text');
  area.value = text;
  area.focus();
  area.setSelectionRange(text.length, text.length);
  area.dispatchEvent(new Event('input', {bubbles: true}));
})(arguments[0])"""


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

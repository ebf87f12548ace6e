"""The charts of a run: one cursor, clicks that move it and pick, choices, pictures and tables."""

import time
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Keys

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_one_cursor_stands_in_all_charts_and_no_figure_is_drawn_again(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}?t=1.25")
    charts = ("accuracy", "traffic", "links", "journeys")
    for chart in charts:
        page.figure(chart, "plot.wayfare")
    place = (
        "(panel => { const plot = panel.querySelector('.js-plotly-plot'), x = plot._fullLayout.xaxis,"
        " line = panel.querySelector('.wf-cursor').getBoundingClientRect(), box = plot.getBoundingClientRect();"
        " return x.p2l(line.left + line.width / 2 - box.left - x._offset); })(document.querySelector('#chart-%s'))"
    )
    for chart in charts:
        page.until(f"Math.abs({place % chart} - 1.25) < 0.03")
    page.ask(
        "(() => { window.drawn = 0; document.querySelectorAll('.js-plotly-plot').forEach("
        "plot => plot.on('plotly_afterplot', () => { window.drawn += 1; })); })()"
    )
    for _ in range(10):  # the last figures are drawn, or take their size, a moment later
        page.ask("(() => { window.drawn = 0; })()")
        time.sleep(0.5)
        if page.ask("window.drawn") == 0:
            break
    page.ask("dispatchEvent(new CustomEvent('wayfare:time', {detail: {time_s: 4, source: 'test'}}))")
    for chart in charts:
        page.until(f"Math.abs({place % chart} - 4) < 0.03")
    assert page.ask("window.drawn") == 0
    page.until("location.search === '?t=4'")


def test_a_click_or_an_arrow_key_in_a_chart_moves_the_time_everywhere(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}")
    page.hear()
    for chart in ("accuracy", "links", "traffic"):
        page.figure(chart, "plot.wayfare")
    x, y = page.ask(
        "(plot => { const box = plot.getBoundingClientRect(), x = plot._fullLayout.xaxis, y = plot._fullLayout.yaxis;"
        " return [Math.round(box.left + x._offset + x.l2p(3)), Math.round(box.top + y._offset + y._length / 2)]; })"
        "(document.querySelector('#chart-traffic .js-plotly-plot'))"
    )
    ActionChains(page.browser).move_by_offset(0, 0).w3c_actions.pointer_action.move_to_location(x, y)
    chain = ActionChains(page.browser)
    chain.w3c_actions.pointer_action.move_to_location(x, y)
    chain.w3c_actions.pointer_action.click()
    chain.perform()
    heard = page.until("heard.filter(one => one.source === 'chart')[0]")
    assert heard["time_s"] == pytest.approx(3, abs=0.05)
    page.until("Math.abs(Number(new URLSearchParams(location.search).get('t')) - 3) < 0.05")
    page.until("Math.abs(window.wayfare.map.state().time - 3) < 0.05")
    frame = page.find("#chart-traffic .wf-chart")
    frame.send_keys(Keys.HOME)
    page.until("location.search === '?t=0'")
    frame.send_keys(Keys.ARROW_RIGHT * 3)
    page.until("location.search === '?t=0.24'")


def test_what_is_picked_in_a_chart_is_marked_and_back_lets_it_go(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}?accuracy.by=packet")
    page.figure("accuracy", "plot.wayfare")
    page.until("window.wayfare.map.ready()")
    about = {"kind": "packet", "id": 2, "source": "test"}
    page.ask("dispatchEvent(new CustomEvent('wayfare:pick', {detail: arguments[0]}))", about)
    page.figure("accuracy", "plot.data.some(trace => trace.name === '#2')")
    page.until("location.search.includes('packet=2')")
    page.browser.back()
    page.until("!location.search.includes('packet=2')")
    page.figure("accuracy", "!plot.data.some(trace => trace.name === '#2')")


def test_a_click_on_a_row_of_the_heat_map_picks_its_link(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}")
    page.hear()
    wanted = page.figure("links", "plot.wayfare && plot.data[0].customdata[0][0]")
    x, y = page.ask(
        "(plot => { const box = plot.getBoundingClientRect(), x = plot._fullLayout.xaxis, y = plot._fullLayout.yaxis;"
        " return [Math.round(box.left + x._offset + x.l2p(5)), Math.round(box.top + y._offset + y.l2p(0))]; })"
        "(document.querySelector('#chart-links .js-plotly-plot'))"
    )
    chain = ActionChains(page.browser)
    chain.w3c_actions.pointer_action.move_to_location(x, y)
    chain.w3c_actions.pointer_action.pause(0.2)
    chain.w3c_actions.pointer_action.click()
    chain.perform()
    picked = page.until("heard.find(one => one.k === 'pick' && one.source === 'chart')")
    assert f"{picked['kind']}:{picked['id']}" == wanted
    page.until("location.search.includes('link=')")


def test_choices_are_in_the_address_and_come_back_from_it(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}")
    page.figure("accuracy", "plot.wayfare")
    page.press("#chart-accuracy input[value='node']")
    page.press("#chart-accuracy input[value='bytes']")
    page.until("location.search.includes('accuracy.by=node') && location.search.includes('accuracy.x=bytes')")
    page.figure("accuracy", "plot.layout.meta.clock === 'table' && plot.data[0].customdata.length > 24")
    page.browser.refresh()
    page.figure("accuracy", "plot.layout.meta.clock === 'table' && plot.data[0].customdata.length > 24")


@pytest.mark.parametrize("chart", ["accuracy", "links", "journeys", "energy"])
def test_a_chart_can_be_saved(page: Any, runs: Any, chart: str) -> None:
    page.open(f"/run/{runs.finished.name}")
    page.figure(chart, "plot.wayfare")
    content = page.ask(f"wayfare.csvOf(document.querySelector('#chart-{chart} .js-plotly-plot'))")
    lines = content.splitlines()
    assert lines[0].startswith("series,label,")
    assert len(lines) > 1
    for form, start in (("png", "data:image/png;base64,"), ("svg", "data:image/svg+xml")):
        page.browser.set_script_timeout(20)
        image = page.browser.execute_async_script(
            "const [chart, form, done] = arguments; const panel = document.querySelector('#chart-' + chart);"
            "wayfare.imageOf(panel, panel.querySelector('.js-plotly-plot'), form).then(done, e => done(String(e)))",
            chart,
            form,
        )
        assert image.startswith(start)
        assert len(image) > 4000


def test_a_moment_that_a_chart_speaks_of_can_be_gone_to(page: Any, runs: Any) -> None:
    page.open(f"/run/{runs.finished.name}")
    bottleneck = page.figure("links", "plot.wayfare && plot.data[0].customdata.at(-1)[0]")
    page.until("window.wayfare.map && window.wayfare.map.ready()")
    page.press("#chart-links .wf-moment")
    time_s = page.ask("Number(document.querySelector('#chart-links .wf-moment').dataset.moment)")
    page.until("window.wayfare.map.state().time === arguments[0]", time_s)
    page.until("location.search.includes(arguments[0])", bottleneck.replace(":", "="))
    page.find("#chart-accuracy .wf-moment").send_keys(Keys.ENTER)
    page.until("window.wayfare.map.state().time !== arguments[0]", time_s)

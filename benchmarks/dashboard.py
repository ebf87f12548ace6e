"""What the dashboard's map costs a browser: a frame while it plays, the first picture, scrubbing through a long run.

    python benchmarks/dashboard.py [--only 1000] [--seconds 8] [--long]
    python benchmarks/dashboard.py --live 120

Run folders are made up and written by the emulator's own `RunWriter`: sites on a grid with a cloud above, devices
that hang on two of them each, hops between neighbours at a constant rate, loads by bin and an accuracy now and then.
A headless Chromium without a GPU opens the page of each run and plays it, twice. The page itself measures. ``draw``
is the time from the start to the end of drawing a frame on the page's one thread, the pixels included: reading one of
them back has them painted at once. ``interval`` is the time from frame to frame without that, 16.7 ms at the least;
whatever else the machine does lengthens both. ``first picture`` is from the end of the server's answer for the page
to the map with its first tile, the dashboard's own scripts and its parts of the page included; ``of that the map`` is
from when its place in the page is there. With ``--long`` a run of an hour and 5 million events is made too (a minute
and 48 MB), and scrubbed through. With ``--live`` it measures, instead of all that, what it costs a run that somebody
watches it (`watching`): for the figure that is asked for, a machine with nothing else to do, and a hundred turns, of
some seven seconds each.
"""

import argparse
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from watching import ASKED_PERCENT, measured, median_interval

from wayfare.emulator.records import EventKind, RunWriter

BIN_S = 0.1
SITES_SHARE = 20
MODEL_BYTES = 400_000
SERVE = """
import sys
from pathlib import Path
from wayfare.dashboard import serve
serve(Path(sys.argv[1]), port=0, ready=lambda address: print(address, flush=True))
"""
COLUMNS = (
    "nodes, links",
    "draw [ms]",
    "95 %",
    "interval [ms]",
    "95 %",
    "frames a second",
    "first picture [ms]",
    "of that the map [ms]",
)
READY = "return !!(window.wayfare && window.wayfare.map && window.wayfare.map.ready && window.wayfare.map.ready())"


@dataclass(frozen=True)
class Size:
    """What a made-up run is like.

    Attributes:
        nodes: How many.
        virtual_s: How long it lasts.
        hops_per_s: How many hops begin in a second of virtual time.
        hop_s: How long each lasts.
        bin_s: Width of a bin.
    """

    nodes: int
    virtual_s: float
    hops_per_s: float
    hop_s: float
    bin_s: float = BIN_S


SIZES = (Size(300, 20.0, 600, 0.1), Size(1000, 20.0, 2000, 0.1), Size(5000, 10.0, 10_000, 0.1))
LONG = Size(300, 3600.0, 350, 0.2, 10.0)


def topology(size: Size) -> dict[str, Any]:
    """Return sites on a grid, each wired to the cloud and to its neighbour, and devices that hang on two sites."""
    rng = np.random.default_rng(size.nodes)
    sites = max(size.nodes // SITES_SHARE, 2)
    side = math.ceil(math.sqrt(2 * sites))
    places = {"cloud": (side * 50.0, side * 25.0)}
    places |= {f"site{site}": (site % side * 100.0, site // side * 100.0) for site in range(sites)}
    links = [(f"site{site}", "cloud", "core") for site in range(sites)]
    links += [(f"site{site}", f"site{site + 1}", "backhaul") for site in range(sites - 1)]
    for device in range(size.nodes - sites - 1):
        site = device % sites
        x_m, y_m = places[f"site{site}"]
        places[f"device{device}"] = (x_m + rng.uniform(-50, 50), y_m + rng.uniform(-50, 50))
        links += [(f"device{device}", f"site{end}", "access") for end in (site, (site + 1) % sites)]
    tiers = {"c": "cloud", "s": "edge", "d": "device"}
    return {
        "graph": {"bin_s": size.bin_s, "stop_s": size.virtual_s},
        "nodes": [
            {"id": name, "index": index, "tier": tiers[name[0]], "x_m": x_m, "y_m": y_m}
            for index, (name, (x_m, y_m)) in enumerate(places.items())
        ],
        "edges": [_edge(index, *link) for index, link in enumerate(links)],
    }


def _edge(index: int, source: str, target: str, kind: str) -> dict[str, Any]:
    access = kind == "access"
    return {
        "source": source,
        "target": target,
        "index": index,
        "medium": "radio" if access else "wire",
        "class_forward": "access-up" if access else kind,
        "class_backward": "access-down" if access else kind,
        "rate_forward_bps": 100e6,
        "rate_backward_bps": 100e6,
        "delay_s": 0.001,
        "duplex": "full",
        "cell": target if access else None,
    }


def make(parent: Path, size: Size) -> Path:
    """Write a run folder of a size, and return it."""
    rng = np.random.default_rng(1)
    graph = topology(size)
    ids = {node["id"]: node["index"] for node in graph["nodes"]}
    ends = np.array([(ids[edge["source"]], ids[edge["target"]]) for edge in graph["edges"]])
    run = RunWriter.create(parent, f"map-{size.nodes}", {"name": f"map-{size.nodes}", "method": "made-up", "seed": 1})
    run.write_json("topology.json", graph)
    (run.folder / "scenario.yaml").write_text(f"name: map-{size.nodes}\n")
    flow = 0
    for start_s in np.arange(0, size.virtual_s, 10.0):
        until_s = min(start_s + 10, size.virtual_s)
        flow = _hops(run, ends, size, (start_s, until_s), flow, rng)
        _loads(run, len(ends), size, (start_s, until_s), rng)
        for moment_s in np.sort(rng.uniform(start_s, until_s, size.nodes // 2)).tolist():
            reached = 1 - 0.9 * math.exp(-3 * moment_s / size.virtual_s)
            run.metric(moment_s, "accuracy", reached * rng.uniform(0.8, 1), node=int(rng.integers(1, size.nodes)))
    run.progress({"virtual_s": size.virtual_s, "stop_s": size.virtual_s})
    nothing = {"sent": flow, "delivered": flow, "dropped": 0}
    time_s = {"virtual_s": size.virtual_s, "wall_s": 1.0}
    run.finish({"time": time_s, "packets": nothing, "digest": {"events": run.events.digest, "weights": None}})
    return run.folder


def _hops(run: RunWriter, ends: Any, size: Size, between: tuple[float, float], flow: int, rng: Any) -> int:
    count = round(size.hops_per_s * (between[1] - between[0]))
    link, way = rng.integers(len(ends), size=count), rng.integers(2, size=count)
    start_ns = np.sort(rng.uniform(*between, count) * 1e9).astype(np.int64)
    end_ns = np.minimum(
        start_ns + (rng.uniform(0.5, 1.5, count) * size.hop_s * 1e9).astype(np.int64), int(between[1] * 1e9)
    )
    node, peer = ends[link, way], ends[link, 1 - way]
    sizes = (MODEL_BYTES * rng.uniform(0.2, 1, count)).astype(np.int64)
    rows = []
    for place in range(count):
        here = int(node[place]), int(peer[place]), flow + place, (flow + place) % 200
        there = here[1], here[0], *here[2:]
        last = int(sizes[place]), math.nan
        begun, ended = int(start_ns[place]), int(end_ns[place])
        rows.append((begun, 0, EventKind.FLOW_START, *here, *last))
        rows.append((begun, 1, EventKind.HOP_START, *here, -1, math.nan))
        rows.append((ended, 2, EventKind.HOP_END, *here, -1, math.nan))
        rows.append((ended, 3, EventKind.FLOW_END, *there, *last))
    rows.sort(key=lambda row: row[:2])
    for row in rows:
        run.events.append((row[0], *row[2:]))
    return flow + count


def _loads(run: RunWriter, links: int, size: Size, between: tuple[float, float], rng: Any) -> None:
    for start_s in np.arange(*between, size.bin_s).tolist():
        for link in np.flatnonzero(rng.uniform(size=2 * links) < 0.5).tolist():
            busy = float(rng.uniform()) ** 2
            run.bin(start_s, link=link, carried_bytes=1e5 * busy, utilisation=busy, queue=busy, energy_j=0.0)


@contextmanager
def dashboard(folder: Path) -> Iterator[str]:
    """Serve a folder of runs, and give the address."""
    command = [sys.executable, "-c", SERVE, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


@contextmanager
def chromium(profile: Path) -> Iterator[Chrome]:
    """Start a headless Chromium without a GPU."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for switch in ("headless=new", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking"):
        options.add_argument(f"--{switch}")
    options.add_argument("--window-size=1440,900")
    options.add_argument(f"--user-data-dir={profile}")
    browser = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        yield browser
    finally:
        browser.quit()


def until(browser: Chrome, script: str, seconds: float = 60) -> Any:
    """Wait until a script gives something true, and return that."""
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        found = browser.execute_script(script)
        if found:
            return found
        time.sleep(0.02)
    raise TimeoutError(script)


def opened(browser: Chrome, address: str, run: Path) -> tuple[float, float]:
    """Open a run's page; return how long after the server's answer, and after its place was there, its map was [ms]."""
    browser.get(f"{address}run/{run.name}")
    until(browser, READY)
    shown = browser.execute_script("return performance.getEntriesByName('wayfare-map-first')[0].startTime")
    mounted = browser.execute_script("return performance.getEntriesByName('wayfare-map-mounted')[0].startTime")
    answered = browser.execute_script("return performance.getEntriesByType('navigation')[0].responseEnd")
    return float(shown - answered), float(shown - mounted)


def played(browser: Chrome, seconds: float, *, painted: bool) -> dict[str, list[float]]:
    """Play a run from its start, and return what its frames took [ms]; ``painted``: with the pixels, at once."""
    browser.execute_script(
        "window.wayfare.map.restore({time: 0, loop: true, speed: 0.2, pin: null});"
        "window.wayfare.map.measure(arguments[0]); window.wayfare.map.play();",
        painted,
    )
    time.sleep(seconds)
    frames: dict[str, list[float]] = browser.execute_script("return window.wayfare.map.frames()")
    browser.execute_script("window.wayfare.map.pause()")
    return {name: values[len(values) // 10 :] for name, values in frames.items()}


def scrubbed(browser: Chrome, virtual_s: float, jumps: int = 30) -> list[float]:
    """Jump through a run, and return how long after each jump its moment was drawn [ms]."""
    script = """
        const [time, done] = [arguments[0], arguments[1]];
        const panel = window.wayfare.map.panel();
        const began = performance.now();
        panel.goTo(time);
        const look = () => {
          const tile = panel.cache.get(panel.player.tileNumber());
          if (tile && panel.world.tile === tile && panel.world.time === time) done(performance.now() - began);
          else requestAnimationFrame(look);
        };
        look();
    """
    rng = np.random.default_rng(0)
    return [float(browser.execute_async_script(script, time_s)) for time_s in rng.uniform(0, virtual_s, jumps).tolist()]


def row(browser: Chrome, seconds: float, name: str, first_ms: list[tuple[float, float]]) -> str:
    """Play the run that is open, twice, and return a line of the table."""

    def middle(values: list[float], share: float) -> str:
        return f"{sorted(values)[int(share * (len(values) - 1))]:.1f}" if values else "-"

    draw = played(browser, seconds, painted=True)["draw"]
    interval = played(browser, seconds, painted=False)["interval"]
    whole, own = (statistics.median(column) for column in zip(*first_ms, strict=True))
    frames = f"{middle(draw, 0.5)} | {middle(draw, 0.95)} | {middle(interval, 0.5)} | {middle(interval, 0.95)}"
    return f"| {name} | {frames} | {len(interval) / 0.9 / seconds:.0f} | {whole:.0f} | {own:.0f} |"


def live(turns: int, scratch: Path) -> None:
    """Measure what it costs a run to be watched, and print the row."""
    runs = scratch / "runs"
    runs.mkdir()
    with dashboard(runs) as address, chromium(scratch / "profile") as browser:
        print(machine(browser))

        def show(run: str) -> None:
            browser.get(f"{address}run/{run}")
            until(browser, READY)

        found = measured(runs, turns, show)
    more = [turn.more_percent for turn in found]
    interval = median_interval(more)
    between = f"{interval[0]:+.1f} to {interval[1]:+.1f}" if interval else "six turns or more"
    watchers = statistics.median(turn.watchers for turn in found)
    print("| turns | more processor time of the run, median [%] | 95 % [%] | asked [%] | watchers [cores] |")
    print("|---|---|---|---|---|")
    print(f"| {turns} | {statistics.median(more):+.1f} | {between} | below {ASKED_PERCENT:g} | {watchers:.2f} |")


def machine(browser: Chrome) -> str:
    """Say what it is measured on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("wayfare", "dash", "pyarrow", "numpy"))
    return (
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n"
        f"Chromium {browser.capabilities['browserVersion']}, Python {platform.python_version()}, {packages}\n"
    )


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=int, help="nodes of the one size to measure")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each run is played")
    parser.add_argument("--long", action="store_true", help="an hour and 5 million events too")
    parser.add_argument("--live", type=int, metavar="TURNS", help="what being watched costs a run, and nothing else")
    options = parser.parse_args()
    if options.live is not None and options.live < 1:
        parser.error(f"--live {options.live}: one turn at the least")
    with tempfile.TemporaryDirectory() as scratch:
        if options.live:
            live(options.live, Path(scratch))
            return
        runs = Path(scratch) / "runs"
        made = {size: make(runs, size) for size in SIZES if options.only in (None, size.nodes)}
        long_run = make(runs, LONG) if options.long else None
        with dashboard(runs) as address, chromium(Path(scratch) / "profile") as browser:
            print(machine(browser))
            print(f"| {' | '.join(COLUMNS)} |")
            print("|---" * len(COLUMNS) + "|")
            for size, run in made.items():
                first_ms = [opened(browser, address, run) for _ in range(3)]
                links = len(topology(size)["edges"])
                print(row(browser, options.seconds, f"{size.nodes:,}, {links:,}", first_ms), flush=True)
            if long_run is not None:
                first_ms = [opened(browser, address, long_run)]
                jumps = sorted(scrubbed(browser, LONG.virtual_s))
                print(row(browser, options.seconds, "300, 597, an hour, 5 million events", first_ms))
                print(f"\nscrubbing: {statistics.median(jumps):.0f} ms to the moment, {jumps[-2]:.0f} ms at 95 %")


if __name__ == "__main__":
    main()

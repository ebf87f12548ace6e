"""Small networks through SimGrid's CM02 and LV08 models: writes ``simgrid.json``, which the tests compare with.

Needs SimGrid 3.32 with its Python bindings (Debian: ``apt install python3-simgrid``), and nothing of Wayfare:

    python3 benchmarks/oracles/simgrid_cases.py

A link named ``x`` has two directions, ``x`` and ``-x``, each of the rate and latency given; a half-duplex link is one
resource for both; a fat pipe gives every flow its whole rate. A flow's acknowledgements take its path backwards.
``completed_s`` are the times at which the flows ended, in the order of the flows, by model and by whether cross-traffic
was on. SimGrid counts in bytes, this file in bits.
"""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RESULT = Path(__file__).with_name("simgrid.json")
MODELS = "CM02", "LV08"
SETTINGS = {
    "network/optim": "Full",
    "maxmin/precision": "1e-9",
    "surf/precision": "1e-9",
    "network/TCP-gamma": "4194304",
}

Case = dict[str, Any]


def link(rate_bps: float, latency_s: float, **more: str) -> Case:
    """Return a link, full duplex and shared by its flows unless more is said."""
    return {"rate_bps": rate_bps, "latency_s": latency_s, **more}


def flow(path: str, size_bytes: int, start_s: float = 0.0) -> Case:
    """Return a flow over the links named."""
    return {"path": path.split(), "size_bytes": size_bytes, "start_s": start_s}


DUMBBELL = {
    "near": link(1e9, 0.001),
    "middle": link(1e9, 0.010),
    "far": link(1e9, 0.060),
    "slow": link(30e6, 0.004),
    "neck": link(100e6, 0.005),
}
CHAIN = {"a": link(100e6, 0.005), "b": link(80e6, 0.010), "c": link(120e6, 0.002)}
PAIR = {"x": link(100e6, 0.010)}

CASES: dict[str, Case] = {
    "one-link": {"links": PAIR, "flows": [flow("x", 10_000_000)]},
    "one-link-small": {"links": PAIR, "flows": [flow("x", 1_000)]},
    "one-link-without-latency": {"links": {"x": link(100e6, 0)}, "flows": [flow("x", 10_000_000)]},
    "two-links": {"links": CHAIN, "flows": [flow("a b", 10_000_000)]},
    "window": {"links": {"x": link(10e9, 0.050)}, "flows": [flow("x", 100_000_000)]},
    "small-window": {"links": PAIR, "flows": [flow("x", 10_000_000)], "settings": {"network/TCP-gamma": "65536"}},
    "window-beside-others": {
        "links": {"in": link(1e9, 0.040), "neck": link(200e6, 0.005)},
        "flows": [flow("in neck", 20_000_000), flow("neck", 20_000_000), flow("neck", 40_000_000)],
        "settings": {"network/TCP-gamma": "400000"},
    },
    "equal-pair": {"links": PAIR, "flows": [flow("x", 10_000_000), flow("x", 4_000_000)]},
    "staggered": {
        "links": PAIR,
        "flows": [flow("x", 10_000_000), flow("x", 10_000_000, 0.4), flow("x", 3_000_000, 0.9)],
    },
    "dumbbell": {
        "links": DUMBBELL,
        "flows": [flow("near neck", 10_000_000), flow("middle neck", 10_000_000), flow("far neck", 10_000_000)],
    },
    "dumbbell-with-a-slow-access": {
        "links": DUMBBELL,
        "flows": [
            flow("near neck", 20_000_000),
            flow("slow neck", 10_000_000),
            flow("slow neck middle", 6_000_000, 0.25),
            flow("far neck", 10_000_000, 0.5),
        ],
    },
    "parking-lot": {
        "links": CHAIN,
        "flows": [flow("a b c", 10_000_000), flow("a", 5_000_000), flow("b", 5_000_000), flow("c", 5_000_000)],
    },
    "both-directions": {"links": PAIR, "flows": [flow("x", 10_000_000), flow("-x", 4_000_000)]},
    "two-against-one": {
        "links": PAIR,
        "flows": [flow("x", 10_000_000), flow("x", 10_000_000), flow("-x", 10_000_000)],
    },
    "half-duplex": {
        "links": {"x": link(100e6, 0.010, duplex="half")},
        "flows": [flow("x", 10_000_000), flow("-x", 4_000_000)],
    },
    "fat-pipe": {
        "links": {"x": link(100e6, 0.010, sharing="fat-pipe")},
        "flows": [flow("x", 10_000_000), flow("x", 4_000_000), flow("x", 8_000_000, 0.1)],
    },
    "fat-pipe-behind-unequal-links": {
        "links": {"near": link(1e9, 0.001), "far": link(1e9, 0.060), "x": link(100e6, 0.010, sharing="fat-pipe")},
        "flows": [flow("near x", 10_000_000), flow("far x", 10_000_000)],
    },
    "with-and-without-latency": {
        "links": {"near": link(1e9, 0), "far": link(1e9, 0.020), "neck": link(100e6, 0)},
        "flows": [flow("near neck", 10_000_000), flow("far neck", 10_000_000)],
    },
}


def mesh(seed: int) -> Case:
    """Return a case with twelve links of many rates and latencies in a chain, and thirty flows over one to four."""
    rng = random.Random(seed)
    links = {f"m{n}": link(rng.randint(20, 400) * 1e6, rng.randint(1, 40) * 1e-3) for n in range(12)}
    flows = []
    for _ in range(30):
        first = rng.randrange(12)
        path = [f"m{n}" for n in range(first, min(12, first + rng.randint(1, 4)))]
        if rng.random() < 0.4:
            path = [f"-{name}" for name in reversed(path)]
        flows.append(flow(" ".join(path), rng.randint(1, 60) * 500_000, rng.randint(0, 300) * 1e-2))
    return {"links": links, "flows": flows}


CASES["mesh"] = mesh(1)
CASES["another-mesh"] = mesh(2)


def directions(links: dict[str, Case]) -> Iterator[tuple[str, Case]]:
    """Yield the directed links."""
    for name, what in links.items():
        yield name, what
        yield f"-{name}", what


def backwards(path: list[str]) -> list[str]:
    """Return the way of a flow's acknowledgements."""
    return [name[1:] if name.startswith("-") else f"-{name}" for name in reversed(path)]


def run_here(case: Case, settings: dict[str, str]) -> list[float]:
    """Run one case; SimGrid can do this once a process."""
    from simgrid import Actor, Comm, Engine, Link, LinkInRoute, NetZone, this_actor

    Engine(["cases", "--log=root.thres:error", *(f"--cfg={key}:{value}" for key, value in settings.items())])
    zone = NetZone.create_full_zone("zone")
    made = {}
    for name, what in directions(case["links"]):
        if name.startswith("-") and what.get("duplex") == "half":
            made[name] = made[name[1:]]
            continue
        made[name] = zone.create_link(name, what["rate_bps"] / 8)
        made[name].set_latency(what["latency_s"])
        if what.get("sharing") == "fat-pipe":
            made[name].set_sharing_policy(Link.SharingPolicy.FATPIPE, None)
        made[name].seal()
    completed_s = [0.0] * len(case["flows"])

    def send(number: int, source: Any, target: Any) -> None:
        this_actor.sleep_until(case["flows"][number]["start_s"])
        Comm.sendto_init(source, target).set_payload_size(case["flows"][number]["size_bytes"]).wait()
        completed_s[number] = Engine.clock

    for number, what in enumerate(case["flows"]):
        source, target = (zone.create_host(f"{end}{number}", 1e9) for end in ("source", "target"))
        for ends, path in (((source, target), what["path"]), ((target, source), backwards(what["path"]))):
            route = [LinkInRoute(made[name]) for name in path]
            zone.add_route(ends[0].netpoint, ends[1].netpoint, None, None, route, False)
        Actor.create(f"sender{number}", source, send, number, source, target)
    zone.seal()
    Engine.instance.run()
    return completed_s


def run(name: str, **settings: str) -> list[float]:
    """Run one case in a process of its own."""
    what = json.dumps({"name": name, "settings": SETTINGS | CASES[name].get("settings", {}) | settings})
    done = subprocess.run([sys.executable, __file__, what], capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Run all cases and write the file."""
    from simgrid import simgrid_version

    cases = {}
    for name, case in CASES.items():
        completed_s: dict[str, Any] = {
            model: {
                f"crosstraffic-{how}": run(
                    name, **{"network/model": model, "network/crosstraffic": "yes" if how == "on" else "no"}
                )
                for how in ("off", "on")
            }
            for model in MODELS
        }
        cases[name] = case | {"completed_s": completed_s}
    document = {"simgrid": simgrid_version, "settings": SETTINGS, "cases": cases}
    RESULT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        task = json.loads(sys.argv[1])
        print(json.dumps(run_here(CASES[task["name"]], task["settings"])))
    else:
        main()

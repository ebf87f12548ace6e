"""Wall time, processor time and peak memory of whole commands on networks of 100 to 10,000 devices, and one of 100,000.

    python benchmarks/scale.py [--devices 100 1000 10000] [--repeat 3] [--network 100000]

Each device hangs on one of a fiftieth as many sites and holds eight samples; FedAvg asks 1 % of them in each round, for
half a second of virtual time. The last run has no learning: every hundredth device sends 1 MB to the core. Each run is
a process of its own, without the memory of results. Growth is the slope of a line through the logarithms.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import yaml

DEVICES_A_SITE, SAMPLES, TEST_SAMPLES = 50, 8, 1000
CELLS = {"line_of_sight": "always", "shadowing": False, "site_antenna_gain": "8 dB"}
PACKAGES = ("wayfare", "simpy", "numpy", "torch")


@dataclass(frozen=True)
class Cost:
    """What a command took: wall-clock and processor time [s], and the most memory it held [bytes]."""

    wall_s: float
    cpu_s: float
    memory_bytes: int


def learning(devices: int) -> dict[str, object]:
    """Return a scenario of so many devices that learn, 1 % of them at a time."""
    return {
        "name": f"scale-{devices}",
        "seed": 1,
        "topology": topology(devices, max(devices // DEVICES_A_SITE, 2)),
        "cells": CELLS,
        "nodes": {"device": {"compute": "1 GFLOP/s"}},
        "data": {
            "dataset": {"kind": "blobs", "samples": devices * SAMPLES + TEST_SAMPLES},
            "partition": {"kind": "iid"},
            "test_fraction": TEST_SAMPLES / (devices * SAMPLES + TEST_SAMPLES),
        },
        "model": {"family": "mlp", "hidden": [16]},
        "learning": {"method": "fedavg", "fraction": 0.01, "steps": 5, "batch_size": 4},
        "stop": "500 ms",
    }


def network(nodes: int) -> dict[str, object]:
    """Return a scenario of so many nodes of which every hundredth device sends."""
    sites = max(nodes // 100, 2)
    devices = nodes - sites - 1
    return {
        "name": f"network-{nodes}",
        "seed": 1,
        "topology": topology(devices, sites),
        "cells": CELLS,
        "traffic": {
            "forwarding": "cut-through",
            "transfers": [
                {"from": f"device{number}", "to": "cloud", "size": "1 MB", "start": f"{number % 97} ms"}
                for number in range(1, devices + 1, 100)
            ],
        },
    }


def topology(devices: int, sites: int) -> dict[str, object]:
    """Return devices around sites, and these around one core."""
    return {"generator": "three-tier", "clouds": 1, "edges": sites, "devices": devices, "cell_radius": "120 m"}


def cost(scenario: dict[str, object], folder: Path) -> Cost:
    """Run a scenario from the command line and return what that took.

    Raises:
        RuntimeError: The command failed.
    """
    file = folder / f"{scenario['name']}.scenario.yaml"
    file.write_text(yaml.safe_dump(scenario, sort_keys=False))
    command = [sys.executable, "-m", "wayfare", "run", str(file), "--out", str(folder), "--no-cache", "--quiet"]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, 1024 * usage.ru_maxrss)


def middle(costs: list[Cost]) -> Cost:
    """Return the medians of repetitions."""
    return Cost(
        statistics.median(one.wall_s for one in costs),
        statistics.median(one.cpu_s for one in costs),
        int(statistics.median(one.memory_bytes for one in costs)),
    )


def growth(sizes: list[int], values: list[float]) -> float:
    """Return the power of the size with which values grow."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Time and memory of runs by the number of devices.")
    parser.add_argument("--devices", type=int, nargs="*", default=[100, 1000, 10_000], help="[100 1000 10000]")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions, which take turns [3]")
    parser.add_argument("--network", type=int, default=100_000, help="nodes of the run without learning, 0: none")
    args = parser.parse_args()
    print(f"{platform.platform()}, {platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES))
    costs: dict[int, list[Cost]] = {devices: [] for devices in args.devices}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(args.repeat):
            for devices in args.devices:
                costs[devices].append(cost(learning(devices), Path(folder)))
        medians = {devices: middle(found) for devices, found in costs.items()}
        for devices, found in medians.items():
            print(line(f"{devices:,} devices, 1 % train", found))
        if len(medians) > 1:
            sizes = list(medians)
            for name in ("wall_s", "cpu_s", "memory_bytes"):
                power = growth(sizes, [getattr(found, name) for found in medians.values()])
                print(f"growth of {name.rpartition('_')[0]}: devices to the power {power:.2f}")
        if args.network:
            print(line(f"{args.network:,} nodes, network only", cost(network(args.network), Path(folder))))


def line(what: str, found: Cost) -> str:
    """Return a line of the table."""
    times = f"wall {found.wall_s:7.1f} s   processor {found.cpu_s:7.1f} s"
    return f"{what:32} {times}   peak {found.memory_bytes / 2**20:7.0f} MiB"


if __name__ == "__main__":
    main()

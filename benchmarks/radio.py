"""Radio: what an update of every rate costs, with interference from loaded cells.

Run it with ``python benchmarks/radio.py``. It prints, for each propagation model, the median time of the path loss and
powers of every pair, of the downlink and of the uplink, for 1,000 devices against 50 sites unless told otherwise. All
are vectorised over NumPy and use one core. Powers change with positions; loads alone need only the second part.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from wayfare.emulator.radio import PATH_LOSS, Cell, downlink, received_dbm, uplink

SIDE_M = 2000.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, default=1000)
    parser.add_argument("--sites", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=51)
    options = parser.parse_args()
    print(f"{options.devices} devices, {options.sites} sites, median of {options.repeats} [ms]")
    print(f"{'model':8}{'rate':10}{'powers':>8}{'down':>8}{'up':>8}{'powers + down':>15}")
    for model in PATH_LOSS:
        for rate_model in ("shannon", "mcs"):
            cell = Cell(model=model, rate_model=rate_model)
            powers_ms, down_ms, up_ms = measure(cell, options.devices, options.sites, options.repeats)
            times = f"{powers_ms:8.2f}{down_ms:8.2f}{up_ms:8.2f}{powers_ms + down_ms:15.2f}"
            print(f"{model:8}{rate_model:10}{times}")


def measure(cell: Cell, devices: int, sites: int, repeats: int) -> tuple[float, float, float]:
    """Return the median times of powers, downlink and uplink [ms]."""
    rng = np.random.default_rng(1)
    sites_m, devices_m = rng.uniform(0.0, SIDE_M, (sites, 2)), rng.uniform(0.0, SIDE_M, (devices, 2))
    los, shadow_db = rng.random((devices, sites)) < 0.3, rng.normal(0.0, 6.0, (devices, sites))
    load, activity, serving = rng.random(sites), rng.random(devices), rng.integers(0, sites, devices)
    received = received_dbm(cell, sites_m, devices_m, los=los, shadow_db=shadow_db, direction="down")
    return (
        median_ms(
            repeats, lambda: received_dbm(cell, sites_m, devices_m, los=los, shadow_db=shadow_db, direction="down")
        ),
        median_ms(repeats, lambda: downlink(cell, received, load)),
        median_ms(repeats, lambda: uplink(cell, received, serving, activity)),
    )


def median_ms(repeats: int, work: Callable[[], object]) -> float:
    """Return the median time of a piece of work [ms]."""
    times_s = []
    for _ in range(repeats):
        start_s = time.perf_counter()
        work()
        times_s.append(time.perf_counter() - start_s)
    return 1e3 * statistics.median(times_s)


if __name__ == "__main__":
    main()

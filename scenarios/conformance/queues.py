"""Queues in the long run: Poisson arrivals at a wire that is shared fairly, and at a processor that is not shared.

These are simulated. Their tolerances are three times the standard error of the mean over so many arrivals, which was
measured over 120 seeds of a plain program of its own (M/G/1-PS) and 300 of Lindley's recursion (M/M/1, M/D/1).
"""

import math
from collections.abc import Callable
from functools import cache, partial
from itertools import repeat
from typing import Literal

import numpy as np

from .case import Case
from .observation import observe, scratch_writer

SUBJECT = "queues"
Sizes = Literal["fixed", "exponential"]
Part = Literal["all", "small", "large"]

# One MB takes a second, and one comes every two seconds: a load of one half, and about 20,000 transfers.
SHARED_WIRE = """\
name: shared-wire
seed: 1
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}}
  links: [{between: [a, b], rate: 8 Mbit/s, delay: 0 s}]
traffic: {background: [{kind: poisson, from: a, to: b, size: 1 MB, interval: 2 s, sizes: %s}]}
record: {bin: 1000 s}
stop: 40000 s
"""
MEAN_BYTES = 1e6
RATE_BYTES_PER_S = 1e6

# One MB takes a second from the hub on, one comes every 1.25 s, and the hub has room for four.
SMALL_BUFFER = """\
name: small-buffer
seed: 1
topology:
  nodes: {a: {tier: device}, hub: {tier: edge}, b: {tier: device}}
  links: [{between: [a, hub], rate: 100 Gbit/s, delay: 0 s}, {between: [hub, b], rate: 8 Mbit/s, delay: 0 s}]
nodes: {edge: {buffer: 4 MB}}
traffic: {background: [{kind: poisson, from: a, to: b, size: 1 MB, interval: 1.25 s}]}
record: {bin: 1000 s}
stop: 10000 s
"""

LOAD = 0.8
JOBS = 100_000


@cache
def transfers(sizes: Sizes) -> tuple[tuple[int, float], ...]:
    """Return bytes and time in the system [s] of all transfers over the shared wire that ended."""
    flows = observe(SHARED_WIRE % sizes).flows
    return tuple((flow["size_bytes"], flow["end_s"] - flow["start_s"]) for flow in flows if flow["delivered"])


def stretch(sizes: Sizes, part: Part = "all") -> float:
    """Return the time that transfers took over the time that they would have taken alone.

    Args:
        sizes: How their sizes are distributed.
        part: All of them, or those below or above the median of an exponential size.
    """
    median = MEAN_BYTES * math.log(2.0)
    chosen: dict[Part, Callable[[int], bool]] = {
        "all": lambda size: True,
        "small": lambda size: size < median,
        "large": lambda size: size >= median,
    }
    kept = [(size, time_s) for size, time_s in transfers(sizes) if chosen[part](size)]
    return sum(time_s for _, time_s in kept) / (sum(size for size, _ in kept) / RATE_BYTES_PER_S)


def blocked() -> float:
    """Return the share of transfers that a full buffer drops."""
    summary = observe(SMALL_BUFFER).summary
    return float(summary["drops"]["buffer-full"] / summary["packets"]["sent"])


def mean_sojourn_s(sizes: Sizes, seed: int = 1) -> float:
    """Return how long jobs of 1 s on average are at a processor with one slot, busy for 0.8 of the time [s]."""
    from wayfare.emulator.clock import Clock, Turn
    from wayfare.emulator.compute import Processor, Work
    from wayfare.emulator.meter import Meter
    from wayfare.emulator.nodes import NodeClass

    rng = np.random.Generator(np.random.PCG64(seed))
    starts_s = np.cumsum(rng.exponential(1.0 / LOAD, JOBS))
    work_flop = rng.exponential(1.0, JOBS) if sizes == "exponential" else np.ones(JOBS)
    slot = NodeClass(
        compute_flop_per_s=1.0, efficiency=1.0, memory_bytes=1.0, power_idle_w=0.0, power_busy_w=0.0, jitter=0.0
    )
    clock, ends_s = Clock(), []
    with scratch_writer() as writer:
        processor = Processor(clock, 0, slot, Meter([], [slot], writer), lambda numbers: repeat(rng, len(numbers)))
        for number, (start_s, flop) in enumerate(zip(starts_s.tolist(), work_flop.tolist(), strict=True)):
            work = Work(flop, lambda duration_s: None, lambda: ends_s.append(clock.now))
            clock.at(start_s, Turn.TIMER, number, partial(processor.submit, work))
        clock.run()
    return float(np.mean(np.array(ends_s) - starts_s))


_SHARED: tuple[tuple[str, Sizes, Part, float], ...] = (
    ("equal sizes", "fixed", "all", 0.08),
    ("exponential sizes", "exponential", "all", 0.1),
    ("exponential, small", "exponential", "small", 0.1),
    ("exponential, large", "exponential", "large", 0.1),
)
_ONE_BY_ONE: tuple[tuple[str, Sizes, float, float], ...] = (
    ("M/M/1", "exponential", 5.0, 0.43),
    ("M/D/1", "fixed", 3.0, 0.15),
)

CASES = (
    Case(
        name="buffer of 4, shared, load .8",
        subject=SUBJECT,
        source="insensitivity",
        expected=0.8**4 * 0.2 / (1 - 0.8**5),
        tolerance=0.02,
        unit="dropped",
        compute=blocked,
        simulated=True,
    ),
    *(
        Case(
            name=f"M/G/1-PS, {what}",
            subject=SUBJECT,
            source="Kleinrock 1976",
            expected=2.0,
            tolerance=tolerance,
            unit="x alone",
            compute=partial(stretch, sizes, part),
            simulated=True,
        )
        for what, sizes, part, tolerance in _SHARED
    ),
    *(
        Case(
            name=f"{queue} processor at load .8",
            subject=SUBJECT,
            source="Pollaczek-Khinchine",
            expected=expected_s,
            tolerance=tolerance_s,
            unit="s",
            compute=partial(mean_sojourn_s, sizes),
            simulated=True,
        )
        for queue, sizes, expected_s, tolerance_s in _ONE_BY_ONE
    ),
)

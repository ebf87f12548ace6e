"""Energy, from the record of a real run."""

from functools import partial

from wayfare.emulator.radio import SitePower

from .case import Case
from .observation import observe

WIRE = """\
name: one-wire
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}}
  links: [{between: [a, b], rate: 800 kbit/s, delay: 0 s}]
links: {backhaul: {power_idle: 1 W, power_busy: 3 W}}
traffic: {transfers: [{from: a, to: b, size: 25 kB, start: 10 s}]}
record: {bin: 20 s}
"""

CASES = (
    Case(
        name="wire idle 10 s, busy 0.25 s",
        subject="energy",
        source="10 s x 1 W + 0.25 s x 3 W",
        expected=10.75,
        tolerance=1e-9,
        relative=True,
        unit="J",
        compute=lambda: observe(WIRE).energy_j("a", "b"),
    ),
    *(
        Case(
            name=f"macro site {state}",
            subject="energy",
            source="Auer et al. 2011",
            expected=expected_w,
            tolerance=1e-9,
            relative=True,
            unit="W",
            compute=partial(SitePower(kind="macro", sleeps=sleeps).power_w, load),
        )
        for state, sleeps, load, expected_w in (
            ("asleep", True, 0.0, 450.0),
            ("sending nothing", False, 0.0, 780.0),
            ("sending always", False, 1.0, 1344.0),
        )
    ),
)

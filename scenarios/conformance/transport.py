"""How transfers move: over hops, through an outage, along a fibre."""

from functools import partial

from wayfare.emulator.loss import GilbertElliott
from wayfare.topologies.geography import fibre_delay_s, great_circle_m

from .case import Case
from .observation import observe, scratch_writer

SUBJECT = "transport"

BURSTS = GilbertElliott(between=("a", "b"), p=0.01, r=0.1, slot_s=1.0)

THREE_HOPS = """\
name: three-hops
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: edge}, d: {tier: edge}}
  links:
    - {between: [a, b], rate: 100 Mbit/s, delay: 5 ms}
    - {between: [b, c], rate: 100 Mbit/s, delay: 5 ms}
    - {between: [c, d], rate: 100 Mbit/s, delay: 5 ms}
traffic: {forwarding: %s, fragment: 1 MB, transfers: [{from: a, to: d, size: 10 MB}]}
"""


def end_over_three_hops_s(forwarding: str) -> float:
    """Return when 10 MB have crossed three wires of 100 Mbit/s and 5 ms, in a real run [s]."""
    return observe(THREE_HOPS % forwarding).end_s(0)


def end_after_outage_s() -> float:
    """Return when 2.5 MB have passed a wire of 10 Mbit/s that is cut from 0.5 to 1.5 s [s]."""
    from wayfare.emulator.clock import Clock, Turn
    from wayfare.emulator.links import Link
    from wayfare.emulator.meter import Meter
    from wayfare.emulator.network import FluidNetwork
    from wayfare.emulator.way import Way

    wire = Link(0, 0, 1, "backhaul", (0,), 1.0, 10e6, 0.0, 0.0, 0.0, False)
    clock, ends_s = Clock(), []
    with scratch_writer() as writer:
        network = FluidNetwork(clock, {0: wire.rate_bps}, Meter([wire], [], writer))
        network.start(Way([wire]), 2_500_000, lambda: ends_s.append(float(clock.now)))
        clock.at(0.5, Turn.TIMER, 0, lambda: network.set_capacity(0, 0.0))
        clock.at(1.5, Turn.TIMER, 1, lambda: network.set_capacity(0, wire.rate_bps))
        clock.run()
    (end_s,) = ends_s
    return end_s


def fibre_delay_us_per_km() -> float:
    """Return the delay in fibre from Lisbon to Helsinki by kilometre of the way [us/km]."""
    lisbon, helsinki = (-9.14, 38.72), (24.94, 60.17)
    return fibre_delay_s(lisbon, helsinki) * 1e6 / (great_circle_m(lisbon, helsinki) / 1e3)


CASES = (
    *(
        Case(
            name=f"10 MB over 3 hops, {forwarding}",
            subject=SUBJECT,
            source=source,
            expected=expected_s,
            tolerance=1e-9,
            unit="s",
            compute=partial(end_over_three_hops_s, forwarding),
        )
        for forwarding, source, expected_s in (
            ("whole-packet", "3 x (80 Mbit / 100 Mbit/s + 5 ms)", 2.415),
            ("fragments", "80 + 2 x 8 Mbit / 100 Mbit/s + 3 x 5 ms", 0.975),
            ("cut-through", "80 Mbit / 100 Mbit/s + 3 x 5 ms", 0.815),
        )
    ),
    Case(
        name="FL-8, wire cut for 1 s",
        subject=SUBJECT,
        source="20 Mbit / 10 Mbit/s + 1 s",
        expected=3.0,
        tolerance=1e-9,
        unit="s",
        compute=end_after_outage_s,
    ),
    *(
        Case(
            name=f"bursts of loss: {what}",
            subject=SUBJECT,
            source="Gilbert-Elliott",
            expected=expected,
            tolerance=5e-7,
            unit=unit,
            compute=compute,
        )
        for what, expected, unit, compute in (
            ("share lost", 0.090909, "", lambda: BURSTS.loss),
            ("mean length", 10.0, "slots", lambda: 1 / BURSTS.r),
        )
    ),
    Case(
        name="light in fibre, n = 1.4682",
        subject=SUBJECT,
        source="1.4682 / 299 792 458 m/s",
        expected=4.8974,
        tolerance=5e-5,
        unit="us/km",
        compute=fibre_delay_us_per_km,
    ),
)

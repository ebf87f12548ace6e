"""How transfers share wires and cells: the ends and mean rates of transfers in real runs, and the certificate."""

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from wayfare.emulator.sharing import Demand, share

from .case import Case
from .certificate import violation
from .observation import observe

SUBJECT = "sharing"

TWO_WIRES = """\
name: two-wires
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: edge}}
  links:
    - {between: [a, b], rate: 10 Mbit/s, delay: 0 s}
    - {between: [b, c], rate: 3 Mbit/s, delay: 0 s}
traffic:
  forwarding: cut-through
  transfers: [{from: a, to: c, size: 1.5 MB}, {from: a, to: b, size: 8.5 MB}, {from: b, to: c, size: 1.5 MB}]
"""

# Truncated Shannon over 20 MHz gives the near device 100 Mbit/s and the far one 10.
CELL_BEHIND_A_WIRE = """\
name: cell-behind-a-wire
topology:
  nodes:
    cloud: {tier: cloud}
    site: {tier: edge, position: [0 m, 0 m]}
    near: {tier: device, position: [329.8818088223617 m, 0 m]}
    far: {tier: device, position: [0 m, 1486.0400195737866 m]}
  links:
    - {between: [cloud, site], rate: 10 Mbit/s, delay: 0 s}
    - {between: [site, near], medium: radio}
    - {between: [site, far], medium: radio}
cells: {carrier: 3.5 GHz, bandwidth: 20 MHz, line_of_sight: always, shadowing: false, delay: 0 s}
traffic:
  forwarding: cut-through
  transfers: [{from: cloud, to: near, size: 10 MB}, {from: cloud, to: far, size: 10 MB}]
"""

# MCS 16 and 21 carry 4 and 6 bits at the same code rate; over this bandwidth that is 36 and 54 Mbit/s. The places are
# where the link from the site (slow, fast) and to it (sender) have these schemes.
STATIONS = """\
name: stations
topology:
  nodes:
    site: {tier: edge, position: [0 m, 0 m]}
    slow: {tier: device, position: [740 m, 0 m]}
    fast: {tier: device, position: [0 m, 500 m]}
    sender: {tier: device, position: [-355 m, 0 m]}
  links:
    - {between: [site, slow], medium: radio}
    - {between: [site, fast], medium: radio}
    - {between: [site, sender], medium: radio}
cells: {carrier: 3.5 GHz, bandwidth: 14961038.96103896 Hz, duplex: tdd, rate_model: mcs, line_of_sight: always,
        shadowing: false, delay: 0 s}
traffic: {forwarding: cut-through, transfers: [%s]}
"""
TO_BOTH_STATIONS = STATIONS % "{from: site, to: slow, size: 10 MB}, {from: site, to: fast, size: 10 MB}"
BETWEEN_STATIONS = STATIONS % "{from: sender, to: fast, size: 10 MB}"


def wires(rates: str, transfers: Sequence[str], forwarding: str = "cut-through") -> str:
    """Return a scenario of a line of nodes n0, n1, ... joined by wires without delay."""
    speeds = rates.split(", ")
    nodes = ", ".join(f"n{number}: {{tier: edge}}" for number in range(len(speeds) + 1))
    links = ", ".join(
        f"{{between: [n{number}, n{number + 1}], rate: {rate}, delay: 0 s}}" for number, rate in enumerate(speeds)
    )
    return (
        f"name: wires\ntopology: {{nodes: {{{nodes}}}, links: [{links}]}}\n"
        f"traffic: {{forwarding: {forwarding}, transfers: [{', '.join(transfers)}]}}\n"
    )


FOUR_AT_ONCE = wires("100 Mbit/s", ["{from: n0, to: n1, size: 10 MB}"] * 4)
ONE_AND_ANOTHER = wires(
    "100 Mbit/s", ["{from: n0, to: n1, size: 10 MB}", "{from: n0, to: n1, size: 10 MB, start: 400 ms}"]
)
PARKING_LOT = wires(
    ", ".join(["10 Mbit/s"] * 3),
    [
        "{from: n0, to: n3, size: 10 MB}",
        *(f"{{from: n{number}, to: n{number + 1}, size: 5 MB}}" for number in range(3)),
    ],
)


def worst_violation(*, cells: bool, seed: int = 20, constraints: int = 60, flows: int = 300) -> float:
    """Return how far the rates of a random system are from fair.

    Args:
        cells: Whether coefficients and weights differ, as in cells, or all are 1, as on wires.
        seed: Decides the system.
        constraints: How many there are.
        flows: How many share them; each crosses 1 to 6, and a third is capped.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    capacity = {constraint: float(rng.uniform(1.0, 100.0)) for constraint in range(constraints)}
    demands = []
    for _ in range(flows):
        crossed = rng.choice(constraints, rng.integers(1, 7), replace=False)
        uses = tuple((int(constraint), float(rng.uniform(0.1, 10.0)) if cells else 1.0) for constraint in crossed)
        weight = float(rng.choice([0.5, 1.0, 3.0])) if cells else 1.0
        demands.append(Demand(uses, weight, float(rng.uniform(0.1, 5.0)) if rng.random() < 1 / 3 else math.inf))
    return violation(demands, capacity, share(demands, capacity))


def end_case(name: str, source: str, expected_s: float, text: str, transfer: int) -> Case:
    """Return a case about when a transfer of a scenario ends; the record is exact to a nanosecond."""
    return Case(
        name=name,
        subject=SUBJECT,
        source=source,
        expected=expected_s,
        tolerance=1e-9,
        unit="s",
        compute=lambda: observe(text).end_s(transfer),
    )


def rate_case(name: str, source: str, expected_mbit_per_s: float, text: str, transfer: int) -> Case:
    """Return a case about the mean rate of a transfer of a scenario."""
    return Case(
        name=name,
        subject=SUBJECT,
        source=source,
        expected=expected_mbit_per_s,
        tolerance=1e-9,
        relative=True,
        unit="Mbit/s",
        compute=lambda: observe(text).rate_bps(transfer) / 1e6,
    )


CASES = (
    end_case("FL-1, four at once, first end", "4 x 80 Mbit / 100 Mbit/s", 3.2, FOUR_AT_ONCE, 0),
    end_case("FL-1, four at once, last end", "4 x 80 Mbit / 100 Mbit/s", 3.2, FOUR_AT_ONCE, -1),
    end_case("FL-2, the one from 0 s", "0.4 s + 2 x 40 Mbit / 100 Mbit/s", 1.2, ONE_AND_ANOTHER, 0),
    end_case("FL-2, the one from 0.4 s", "2 x 80 Mbit / 100 Mbit/s", 1.6, ONE_AND_ANOTHER, 1),
    *(
        end_case(f"FL-3, parking lot, wire {number}", "40 Mbit / 5 Mbit/s", 8.0, PARKING_LOT, number)
        for number in (1, 2, 3)
    ),
    end_case("FL-3, parking lot, all wires", "8 s + 40 Mbit / 10 Mbit/s", 12.0, PARKING_LOT, 0),
    *(
        rate_case(f"FL-6, wires of 10 and 3, {flow}", "max-min fairness", rate, TWO_WIRES, transfer)
        for transfer, (flow, rate) in enumerate((("both", 1.5), ("first", 8.5), ("second", 1.5)))
    ),
    *(
        rate_case(f"cell behind a wire, {station}", "Bonald-Roberts 2015", 5.0, CELL_BEHIND_A_WIRE, transfer)
        for transfer, station in enumerate(("near", "far"))
    ),
    end_case("airtime, station of 54 Mbit/s", "2 x 8e7/54e6", 1.6e8 / 54e6, TO_BOTH_STATIONS, 1),
    end_case("airtime, station of 36 Mbit/s", "8e7/36e6 + 8e7/54e6", 8e7 / 36e6 + 8e7 / 54e6, TO_BOTH_STATIONS, 0),
    end_case("airtime, from 36 to 54 Mbit/s", "8e7/36e6 + 8e7/54e6", 8e7 / 36e6 + 8e7 / 54e6, BETWEEN_STATIONS, 0),
    *(
        Case(
            name=f"certificate, {kind}",
            subject=SUBJECT,
            source=source,
            expected=0.0,
            tolerance=1e-9,
            unit="",
            compute=partial(worst_violation, cells=cells),
            simulated=True,
        )
        for kind, cells, source in (
            ("wires", False, "max-min fairness"),
            ("wires and cells", True, "Bonald-Roberts 2015"),
        )
    ),
)

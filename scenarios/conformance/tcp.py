"""TCP: SimGrid's models of sharing, and lone connections beside ns-3, each in a real run."""

from functools import cache, partial

from .case import Case
from .observation import observe

DUMBBELL = """\
name: dumbbell
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: edge}, hub: {tier: edge}, far: {tier: edge}}
  links:
    - {between: [a, hub], rate: 1 Gbit/s, delay: 1 ms}
    - {between: [b, hub], rate: 1 Gbit/s, delay: 10 ms}
    - {between: [c, hub], rate: 1 Gbit/s, delay: 60 ms}
    - {between: [hub, far], rate: 100 Mbit/s, delay: 5 ms}
traffic:
  forwarding: cut-through
  sharing: {model: %s}
  transfers: [{from: a, to: far, size: 10 MB}, {from: b, to: far, size: 10 MB}, {from: c, to: far, size: 10 MB}]
"""
AGAINST = """\
name: two-against-one
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}}
  links: [{between: [a, b], rate: 100 Mbit/s, delay: 10 ms}]
traffic:
  forwarding: cut-through
  sharing: {model: %s}
  transfers: [{from: a, to: b, size: 10 MB}, {from: a, to: b, size: 10 MB}, {from: b, to: a, size: 10 MB}]
"""
LONE = """\
name: lone-connection
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}}
  links: [{between: [a, b], rate: %s, delay: %s}]
traffic:
  transport: {segment: 1448 B, overhead: 54 B, initial_window_segments: 10, growth: 2}
  transfers: [{from: a, to: b, size: %s}]
"""


@cache
def ends_s(text: str, model: str) -> tuple[float, ...]:
    """Return when the transfers of a network end with a model of sharing [s]."""
    return tuple(float(flow["end_s"]) for flow in observe(text % model).flows)


def lone_s(rate: str, delay: str, size: str) -> float:
    """Return how long a connection alone on a link takes, handshake and slow start included [s]."""
    return observe(LONE % (rate, delay, size)).end_s(0)


_SIMGRID: tuple[tuple[str, str, str, tuple[float, ...]], ...] = (
    ("dumbbell", DUMBBELL, "cm02", (1.1921186813186815, 1.7873186813186814, 2.406)),
    ("dumbbell", DUMBBELL, "lv08", (1.2623095021631652, 1.88312458686207, 2.5522868041237117)),
    ("two against one", AGAINST, "cm02", (1.65, 1.65, 1.65)),
    ("two against one", AGAINST, "lv08", (1.820821649484536, 1.820821649484536, 1.820821649484536)),
)
_NS3 = (
    ("100 Mbit/s", "20 ms", "100 kB", 0.144960705),
    ("100 Mbit/s", "20 ms", "1 MB", 0.308046417),
    ("100 Mbit/s", "20 ms", "10 MB", 1.054899475),
    ("10 Mbit/s", "10 ms", "100 kB", 0.122389093),
    ("10 Mbit/s", "10 ms", "10 MB", 8.337747495),
)

CASES = (
    *(
        Case(
            name=f"{model.upper()}, {network}, flow {number + 1}",
            subject="TCP-like sharing",
            source="SimGrid 3.32",
            expected=expected_s,
            tolerance=1e-6,
            relative=True,
            unit="s",
            compute=partial(lambda text, model, number: ends_s(text, model)[number], text, model, number),
        )
        for network, text, model, expected in _SIMGRID
        for number, expected_s in enumerate(expected)
    ),
    *(
        Case(
            name=f"{size} alone, {rate}, {delay}",
            subject="transport term",
            source="ns-3.44",
            expected=expected_s,
            tolerance=0.2,
            relative=True,
            unit="s",
            compute=partial(lone_s, rate, delay, size),
        )
        for rate, delay, size, expected_s in _NS3
    ),
)

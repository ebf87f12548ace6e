"""SimGrid platforms: the subset in which every route is written out.

Read are `platform`, `zone` (or `AS`) with routing Full, Floyd or Dijkstra, one in the other as one likes, `host`,
`router`, `link` with its `bandwidth`, `latency` and `sharing_policy`, `route` and `zoneRoute` (or `ASroute`) with
`link_ctn`; `prop` and `config` are passed over. Anything else (clusters, peers, bypasses, traces, disks) is refused.

In SimGrid a route is a row of links, and a link has no ends. Here it gets them: where two links follow each other in a
route they meet, at a host, a router, or a place without a name, which becomes `junction1`, `junction2`, ... Hosts,
routers and junctions get the tier that the import gives. A link is full duplex if its policy is SPLITDUPLEX and half
duplex if it is SHARED, the default; a FATPIPE is unshared: each flow gets its whole bandwidth. Bandwidths are in bytes
per second, like `125MBps`, or bits, like `1Gbps`. Not kept are the speed of hosts, which node classes say here, and the
routes themselves: Wayfare finds its own.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NoReturn
from xml.etree import ElementTree

from . import markup
from .errors import TopologyError
from .imports import Finding
from .joints import Route, joined
from .sketch import Sketch, Stroke

_PASSED_OVER = {"prop", "config", "link_ctn", "platform"}
_ZONES, _ROUTES = {"zone", "AS"}, {"route", "zoneRoute", "ASroute"}
_ROUTINGS = {"full", "floyd", "dijkstra", "dijkstracache"}
_POLICIES = {"SHARED": {"duplex": "half"}, "SPLITDUPLEX": {"duplex": "full"}, "FATPIPE": {"sharing": "unshared"}}
_AMOUNT = re.compile(r"([0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})((?:[eE][-+]?[0-9]{1,2})?)\s*([A-Za-z]*)")
_POWERS = {"": 0, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}
_PREFIXES = {prefix: Fraction(1000) ** power for prefix, power in _POWERS.items()}
_PREFIXES |= {f"{prefix.upper()}i": Fraction(1024) ** power for prefix, power in _POWERS.items() if prefix}
_BANDWIDTHS = {f"{prefix}Bps": 8 * factor for prefix, factor in _PREFIXES.items()}
_BANDWIDTHS |= {f"{prefix}bps": factor for prefix, factor in _PREFIXES.items()}
_LATENCIES = {name: Fraction(1, 1000**power) for power, name in enumerate(("s", "ms", "us", "ns", "ps"))}
_LATENCIES |= {"m": Fraction(60), "h": Fraction(3600), "d": Fraction(86400), "w": Fraction(604800)}


def decode(data: bytes) -> Sketch:
    """Return what a platform draws.

    Raises:
        TopologyError: It is no SimGrid platform, or goes beyond the subset.
    """
    root = markup.parse(data)
    if root.tag != "platform":
        raise TopologyError(f"not a SimGrid platform: its root is <{root.tag}>, not <platform>")
    _refuse_beyond(root)
    points, links = _named(root, {"host", "router"}), _named(root, {"link"})
    ends = joined(list(_routes(root, points.keys(), links.keys())), list(points))
    nodes: dict[str, dict[str, Any]] = {name: {"kind": element.tag} for name, element in points.items()}
    nodes |= {end: {"kind": "junction"} for pair in ends.values() for end in pair if end not in nodes}
    strokes = [Stroke(*ends[name], _link(name, element)) for name, element in links.items() if name in ends]
    unused = tuple(repr(name) for name in links if name not in ends)
    findings = (Finding("left", "links on no route between two points, left out", unused),) if unused else ()
    return Sketch(nodes, strokes, findings=findings)


def _refuse_beyond(root: ElementTree.Element) -> None:
    """Raise at elements and ways of routing that are not of the subset."""
    for element in root.iter():
        if element.tag in _ZONES and element.get("routing", "Full").lower() not in _ROUTINGS:
            raise TopologyError(
                f"zone {element.get('id')!r} has routing {element.get('routing')!r}; only zones "
                "whose routes are written out are read: Full, Floyd or Dijkstra"
            )
        if element.tag not in {"host", "router", "link", *_ZONES, *_ROUTES, *_PASSED_OVER}:
            raise TopologyError(
                f"it has a <{element.tag}>; of SimGrid only hosts, routers, links, routes and zones are read"
            )


def _named(root: ElementTree.Element, tags: set[str]) -> dict[str, ElementTree.Element]:
    """Return the elements with these tags by their id."""
    named: dict[str, ElementTree.Element] = {}
    for element in (element for element in root.iter() if element.tag in tags):
        name = element.get("id")
        if not name:
            raise TopologyError(f"a {element.tag} has no id; it needs a name")
        if name in named:
            raise TopologyError(f"two are called {name!r}; names must differ")
        named[name] = element
    return named


def _link(name: str, element: ElementTree.Element) -> dict[str, Any]:
    """Return the attributes of a link."""
    policy = element.get("sharing_policy", "SHARED")
    if policy not in _POLICIES:
        known = "SHARED, SPLITDUPLEX and FATPIPE"
        raise TopologyError(f"link {name!r} has sharing_policy {policy!r}; only {known} are read")
    rate_bps = _amount(name, element.get("bandwidth", ""), _BANDWIDTHS, "Bps", "a bandwidth such as 125MBps or 1Gbps")
    delay_s = _amount(name, element.get("latency", "0"), _LATENCIES, "s", "a latency such as 50us")
    return {"rate_bps": rate_bps, "delay_s": delay_s, **_POLICIES[policy], "label": name}


def _amount(name: str, text: str, units: dict[str, Fraction], usual: str, wanted: str) -> float:
    """Return an amount in SI units; without a unit it has the usual one."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or (match[3] or usual) not in units:
        raise TopologyError(f"link {name!r} has {text!r:.60}; it must be {wanted}")
    return float(Fraction(match[1] + match[2]) * units[match[3] or usual])


def _routes(root: ElementTree.Element, points: Any, links: Any) -> Iterator[Route]:
    """Yield every route between two different points."""
    for element in (element for element in root.iter() if element.tag in _ROUTES):
        ends = ("src", "dst") if element.tag == "route" else ("gw_src", "gw_dst")
        source, target = (element.get(end, "") for end in ends)
        for end in (source, target):
            if end not in points:
                _refuse_route(source, target, f"names {end!r}, which is no host or router")
        row = tuple(_row(element, source, target, links))
        if source != target:
            yield Route(source, target, row)


def _row(element: ElementTree.Element, source: str, target: str, links: Any) -> Iterator[str]:
    """Yield the links of a route."""
    for step in element.iter("link_ctn"):
        name = step.get("id", "")
        if name not in links and name.removesuffix("_UP").removesuffix("_DOWN") in links:
            name = name.removesuffix("_UP").removesuffix("_DOWN")
        if name not in links:
            _refuse_route(source, target, f"names the link {name!r}, which there is not")
        yield name


def _refuse_route(source: str, target: str, why: str) -> NoReturn:
    raise TopologyError(f"the route from {source!r} to {target!r} {why}")

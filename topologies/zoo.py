"""The conventions of the Internet Topology Zoo: LinkSpeed, Longitude and Latitude.

Knight, Nguyen, Falkner, Bowden, Roughan: The Internet Topology Zoo, IEEE JSAC 29(9), 2011. `LinkSpeedRaw` is in bit/s;
`LinkSpeed` is a number whose `LinkSpeedUnits` are K, M, G or T bit/s. Longitudes and latitudes are in degrees.
"""

from typing import Any

from .checks import is_number
from .geography import Coordinates

SPEED_KEYS = ("LinkSpeedRaw", "LinkSpeed", "LinkSpeedUnits")
UNITS = {"": 1.0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def take_speed_bps(link: dict[str, Any]) -> float | None:
    """Return the speed of a link, if it says one that can be read, and remove the keys that say it [bit/s]."""
    raw, number, units = (link.pop(key, None) for key in SPEED_KEYS)
    if isinstance(raw, int | float):
        return raw
    try:
        speed = float(number) * UNITS[str(units).strip().upper()[:1]] if number and units else None
    except (TypeError, ValueError, KeyError, OverflowError):
        return None
    return speed


def coordinates(node: dict[str, Any]) -> Coordinates | None:
    """Return the longitude and latitude of a node, if it has both [degrees].

    Raises:
        ValueError: One of them is no number, or not on the globe; the message says which.
    """
    if not {"Longitude", "Latitude"} <= node.keys():
        return None
    for key, most in (("Longitude", 180.0), ("Latitude", 90.0)):
        if not (is_number(node[key]) and abs(node[key]) <= most):
            raise ValueError(f"{key} is {node[key]!r}; it must be a number of degrees from -{most:g} to {most:g}")
    return float(node["Longitude"]), float(node["Latitude"])

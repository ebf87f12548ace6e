"""Longitudes and latitudes, and what follows from them: distances, places on a flat map, delays in fibre."""

import cmath
import math
from collections.abc import Mapping

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (IUGG)."""

FIBRE_DELAY_S_PER_M = 1.4682 / 299_792_458.0
"""Light in fibre with a refractive index of 1.4682: 4.8974 us/km."""

Coordinates = tuple[float, float]
"""Longitude and latitude [degrees]."""


def great_circle_m(first: Coordinates, second: Coordinates) -> float:
    """Return the distance along the great circle (haversine) [m]."""
    (longitude, latitude), (other_longitude, other_latitude) = (map(math.radians, place) for place in (first, second))
    half = math.sin((other_latitude - latitude) / 2.0) ** 2
    half += math.cos(latitude) * math.cos(other_latitude) * math.sin((other_longitude - longitude) / 2.0) ** 2
    return 2.0 * EARTH_RADIUS_M * math.asin(math.sqrt(min(half, 1.0)))


def fibre_delay_s(first: Coordinates, second: Coordinates) -> float:
    """Return the time of light in a fibre along the great circle [s]; real fibre takes detours."""
    return great_circle_m(first, second) * FIBRE_DELAY_S_PER_M


def projected_m(places: Mapping[str, Coordinates]) -> dict[str, tuple[float, float]]:
    """Return each place on a flat map, x east and y north of the middle of all [m].

    The projection is equirectangular, true to scale along the middle latitude: good for a country, fair for a
    continent, and for drawing only: distances and delays come from `great_circle_m`. A map may cross the date line.
    """
    if not places:
        return {}
    turned = sum(cmath.rect(1.0, math.radians(longitude)) for longitude, _ in places.values())
    middle_longitude = math.degrees(cmath.phase(turned)) if abs(turned) > 1e-9 else 0.0
    middle_latitude = math.fsum(latitude for _, latitude in places.values()) / len(places)
    metres = math.radians(1.0) * EARTH_RADIUS_M
    shrunk = metres * math.cos(math.radians(middle_latitude))
    return {
        name: (math.remainder(longitude - middle_longitude, 360.0) * shrunk, (latitude - middle_latitude) * metres)
        for name, (longitude, latitude) in places.items()
    }

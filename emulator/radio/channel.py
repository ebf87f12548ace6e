"""What is drawn once for a radio link: line of sight and shadow fading."""

from dataclasses import dataclass

import numpy as np

from .cell import Cell


@dataclass(frozen=True)
class Channel:
    """What is drawn once for a radio link: line of sight, and shadow fading added to the path loss [dB]."""

    los: bool
    shadow_db: float


def draw_channel(cell: Cell, distance_m: float, rng: np.random.Generator) -> Channel:
    """Draw line of sight and shadowing of one link from the link's own stream.

    Both numbers are always drawn, so that imposing one leaves the other as it was.

    Args:
        cell: The cell of the link.
        distance_m: Horizontal distance between site and device [m].
        rng: The link's own stream.
    """
    chance, deviation = float(rng.random()), float(rng.standard_normal())
    imposed = {"always": True, "never": False, "probability": None}[cell.line_of_sight]
    model, (site_m, device_m) = cell.path_loss, cell.heights_m
    los = bool(chance < model.los_probability(distance_m, device_m)) if imposed is None else imposed
    sigma_db = model.shadow_sigma_db(
        distance_m, cell.carrier_hz, los=los, site_height_m=site_m, device_height_m=device_m
    )
    return Channel(los=los, shadow_db=float(sigma_db) * deviation if cell.shadowing else 0.0)

"""Absorption by oxygen and water vapour: ITU-R P.676-12, Annex 1, the sum over spectral lines."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from .gas_lines import OXYGEN, WATER_VAPOUR

CARRIERS_HZ = (1e9, 1000e9)
"""Frequencies for which the sum over lines is made (Annex 1)."""


@cache
def specific_attenuation_db_per_km(
    carrier_hz: float, *, temperature_k: float = 288.15, dry_pressure_hpa: float = 1013.25, vapour_g_per_m3: float = 7.5
) -> float:
    """Return the specific attenuation by oxygen and water vapour together, equations (1) to (9) [dB/km].

    The defaults are the air of ITU's own examples: 15 degrees Celsius, 7.5 g/m3 of water vapour, and 1013.25 hPa of dry
    air, to which the vapour's pressure comes on top.

    Args:
        carrier_hz: Frequency [Hz].
        temperature_k: Temperature T [K].
        dry_pressure_hpa: Pressure p of the dry air [hPa].
        vapour_g_per_m3: Density of the water vapour [g/m3].

    Raises:
        ValueError: The frequency is outside 1 to 1000 GHz.
    """
    low_hz, high_hz = CARRIERS_HZ
    if not low_hz <= carrier_hz <= high_hz:
        raise ValueError(f"carrier is {carrier_hz / 1e9:g} GHz; ITU-R P.676 holds from 1 to 1000 GHz")
    carrier_ghz = carrier_hz / 1e9
    vapour_hpa = vapour_g_per_m3 * temperature_k / 216.7
    theta = 300.0 / temperature_k
    refractivity = (
        _oxygen(carrier_ghz, dry_pressure_hpa, vapour_hpa, theta)
        + _dry_continuum(carrier_ghz, dry_pressure_hpa, vapour_hpa, theta)
        + _water_vapour(carrier_ghz, dry_pressure_hpa, vapour_hpa, theta)
    )
    return 0.1820 * carrier_ghz * refractivity


def _oxygen(f: float, p: float, e: float, theta: float) -> float:
    """Return the oxygen lines' part of the imaginary refractivity N''."""
    f0, a1, a2, a3, a4, a5, a6 = OXYGEN
    strength = a1 * 1e-7 * p * theta**3 * np.exp(a2 * (1.0 - theta))
    width = a3 * 1e-4 * (p * theta ** (0.8 - a4) + 1.1 * e * theta)
    # Zeeman splitting keeps a line this wide in thin air, equation (6b).
    width = np.sqrt(width**2 + 2.25e-6)
    interference = (a5 + a6 * theta) * 1e-4 * (p + e) * theta**0.8
    return float(np.sum(strength * _shape(f, f0, width, interference)))


def _water_vapour(f: float, p: float, e: float, theta: float) -> float:
    """Return the water vapour lines' part of the imaginary refractivity N''."""
    f0, b1, b2, b3, b4, b5, b6 = WATER_VAPOUR
    strength = b1 * 0.1 * e * theta**3.5 * np.exp(b2 * (1.0 - theta))
    width = b3 * 1e-4 * (p * theta**b4 + b5 * e * theta**b6)
    # Doppler broadening, equation (6b).
    width = 0.535 * width + np.sqrt(0.217 * width**2 + 2.1316e-12 * f0**2 / theta)
    return float(np.sum(strength * _shape(f, f0, width, np.zeros_like(f0))))


def _shape(
    f: float, f0: NDArray[np.float64], width: NDArray[np.float64], interference: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the shape of each line at a frequency, equation (5)."""
    below, above = f0 - f, f0 + f
    near = (width - interference * below) / (below**2 + width**2)
    mirrored = (width - interference * above) / (above**2 + width**2)
    shape: NDArray[np.float64] = f / f0 * (near + mirrored)
    return shape


def _dry_continuum(f: float, p: float, e: float, theta: float) -> float:
    """Return the part of nitrogen and of the Debye spectrum of oxygen, equations (8) and (9)."""
    width = 5.6e-4 * (p + e) * theta**0.8
    debye = 6.14e-5 / (width * (1.0 + (f / width) ** 2))
    nitrogen = 1.4e-12 * p * theta**1.5 / (1.0 + 1.9e-5 * f**1.5)
    absorbed: float = f * p * theta**2 * (debye + nitrogen)
    return absorbed

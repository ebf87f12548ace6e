"""Thermal noise of a receiver."""

import math

BOLTZMANN_J_PER_K = 1.380649e-23
"""Boltzmann's constant, exact in the SI since 2019."""

REFERENCE_TEMPERATURE_K = 290.0
"""The temperature at which noise figures are defined (IEEE; ITU-R P.372)."""


def thermal_noise_dbm(bandwidth_hz: float, noise_figure_db: float = 0.0) -> float:
    """Return the noise power in a receiver's bandwidth, 10 log10(k T B / 1 mW) + F [dBm].

    Args:
        bandwidth_hz: Bandwidth B [Hz].
        noise_figure_db: Noise figure F of the receiver [dB].

    Raises:
        ValueError: The bandwidth is not positive and finite.
    """
    if not 0.0 < bandwidth_hz < math.inf:
        raise ValueError(f"bandwidth is {bandwidth_hz!r} Hz; it must be positive and finite")
    noise_w = BOLTZMANN_J_PER_K * REFERENCE_TEMPERATURE_K * bandwidth_hz
    return 10.0 * math.log10(noise_w / 1e-3) + noise_figure_db

"""The highest rate that a carrier of 5G NR can have: 3GPP TS 38.306, clause 4.1.2."""

HIGHEST_CODE_RATE = 948.0 / 1024.0
"""Rmax of the formula."""

OVERHEAD = {("down", "fr1"): 0.14, ("down", "fr2"): 0.18, ("up", "fr1"): 0.08, ("up", "fr2"): 0.10}
"""OH of the formula, by direction and frequency range."""


def peak_rate_bps(
    resource_blocks: int,
    numerology: int,
    *,
    layers: int = 1,
    modulation_bits: int = 8,
    scaling: float = 1.0,
    overhead: float = OVERHEAD["down", "fr1"],
) -> float:
    """Return v Qm f Rmax (12 N / T) (1 - OH), with symbols of T = 1 ms / (14 2^mu) [bit/s].

    Args:
        resource_blocks: Resource blocks N of the carrier.
        numerology: mu; the subcarriers are 15 kHz x 2^mu wide.
        layers: Spatial layers v.
        modulation_bits: Bits Qm of a symbol; 8 is 256QAM.
        scaling: Factor f that a device reports: 1, 0.8, 0.75 or 0.4.
        overhead: Share OH of control channels and reference signals.
    """
    symbols_per_s = 14.0 * 2.0**numerology * 1e3
    bits_per_symbol = layers * modulation_bits * scaling * HIGHEST_CODE_RATE
    return bits_per_symbol * 12.0 * resource_blocks * symbols_per_s * (1.0 - overhead)

"""Noise, spectral efficiency and rate, from the functions and from a transfer in a real run."""

from functools import partial

from wayfare.emulator.radio import (
    Cell,
    LinkBudget,
    link_budget,
    mcs_efficiency,
    peak_rate_bps,
    row_efficiencies,
    spectral_efficiency,
    thermal_noise_dbm,
)
from wayfare.emulator.radio.mcs import McsTable
from wayfare.emulator.radio.rate import Direction

from .case import Case
from .observation import observe

SUBJECT = "radio"

ONE_LINK = """\
name: one-radio-link
topology:
  nodes: {site: {tier: edge, position: [0 m, 0 m]}, device: {tier: device, position: [100 m, 0 m]}}
  links: [{between: [site, device], medium: radio}]
cells: {model: umi, carrier: 3.5 GHz, bandwidth: 100 MHz, site_power: 33 dBm, device_noise_figure: 9 dB,
        line_of_sight: always, shadowing: false, delay: 0 s}
traffic: {transfers: [{from: site, to: device, size: 1 MB}]}
"""


def budget() -> LinkBudget[float]:
    """Return the downlink over 100 m of street at 3.5 GHz and 100 MHz, 33 dBm, noise figure 9 dB."""
    cell = Cell(model="umi", carrier_hz=3.5e9, bandwidth_hz=100e6, site_power_dbm=33.0, device_noise_figure_db=9.0)
    return link_budget(cell, 100.0, los=True, shadow_db=0.0, direction="down")


def row_efficiency(table: McsTable, index: int) -> float:
    """Return the spectral efficiency of an MCS index [bit/s/Hz]."""
    return float(row_efficiencies(table)[index])


_EFFICIENCIES: tuple[tuple[Direction, float, float], ...] = (
    ("down", -10.1, 0.0),
    ("down", 0.0, 0.6),
    ("down", 10.0, 2.075659),
    ("down", 30.0, 5.980336),
    ("down", 40.0, 5.980336),
    ("up", 22.0, 2.926926),
    ("up", 30.0, 2.926926),
)
_ROWS: tuple[tuple[McsTable, int, float], ...] = (
    ("64qam", 0, 0.2344),
    ("64qam", 16, 2.5703),
    ("64qam", 28, 5.5547),
    ("256qam", 27, 7.4063),
)

CASES = (
    *(
        Case(
            name=f"noise in {bandwidth}{figure}",
            subject=SUBJECT,
            source="k T B",
            expected=expected_dbm,
            tolerance=tolerance_db,
            unit="dBm",
            compute=partial(thermal_noise_dbm, bandwidth_hz, figure_db),
        )
        for bandwidth, bandwidth_hz, figure, figure_db, expected_dbm, tolerance_db in (
            ("1 Hz", 1.0, "", 0.0, -173.9752, 5e-5),
            ("100 MHz", 100e6, "", 0.0, -93.975, 5e-4),
            ("100 MHz", 100e6, ", figure 9 dB", 9.0, -84.975, 5e-4),
        )
    ),
    *(
        Case(
            name=f"efficiency at {sinr_db:g} dB, {direction}",
            subject=SUBJECT,
            source="TR 38.803 5.2.7",
            expected=expected,
            tolerance=5e-7,
            unit="bit/s/Hz",
            compute=partial(spectral_efficiency, sinr_db, direction),
        )
        for direction, sinr_db, expected in _EFFICIENCIES
    ),
    *(
        Case(
            name=f"{table.upper()} table, MCS index {index}",
            subject=SUBJECT,
            source="TS 38.214 5.1.3.1",
            expected=expected,
            tolerance=5.1e-5,
            unit="bit/s/Hz",
            compute=partial(row_efficiency, table, index),
        )
        for table, index, expected in _ROWS
    ),
    Case(
        name="best 256QAM scheme, no noise",
        subject=SUBJECT,
        source="TS 38.214 5.1.3.1",
        expected=7.4063,
        tolerance=5.1e-5,
        unit="bit/s/Hz",
        compute=partial(mcs_efficiency, 100.0, "down", "256qam"),
    ),
    Case(
        name="peak: 4 x 256QAM, 273 PRB, mu 1",
        subject=SUBJECT,
        source="TS 38.306 4.1.2",
        expected=2337.000,
        tolerance=5e-4,
        unit="Mbit/s",
        compute=lambda: peak_rate_bps(273, 1, layers=4) / 1e6,
    ),
    Case(
        name="link budget, 100 m: path loss",
        subject=SUBJECT,
        source="TR 38.901 7.4.1",
        expected=85.3142,
        tolerance=5e-5,
        unit="dB",
        compute=lambda: budget().path_loss_db,
    ),
    Case(
        name="link budget, 100 m: SNR",
        subject=SUBJECT,
        source="33 dBm - path loss - noise",
        expected=32.6610,
        tolerance=5e-5,
        unit="dB",
        compute=lambda: budget().snr_db,
    ),
    Case(
        name="link budget, 100 m: rate",
        subject=SUBJECT,
        source="TR 38.803 5.2.7",
        expected=598.034,
        tolerance=5e-4,
        unit="Mbit/s",
        compute=lambda: budget().rate_bps / 1e6,
    ),
    Case(
        name="link budget, 100 m: 1 MB, a run",
        subject=SUBJECT,
        source="8e6 bit / 598.034 Mbit/s",
        expected=13.3772,
        tolerance=5e-5,
        unit="ms",
        compute=lambda: observe(ONE_LINK).end_s(0) * 1e3,
    ),
)

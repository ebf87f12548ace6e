"""What changes on the air: handover, fading along a way, blockage, sidelinks."""

from functools import cache, partial
from typing import Literal

import numpy as np

from wayfare.emulator.radio import A3, Cell, Handover, Sidelink, blockage_db
from wayfare.emulator.radio.fading import CellFading, Fading

from .case import Case
from .observation import observe

SUBJECT = "movement"

CORRIDOR = """\
name: corridor
topology:
  nodes:
    left: {tier: edge, position: [0 m, 0 m]}
    right: {tier: edge, position: [2 km, 0 m]}
    phone: {tier: device, position: [500 m, 0 m]}
  links: [{between: [left, right]}, {between: [phone, left], medium: radio}]
cells: {model: ci, exponent_los: 3.53, line_of_sight: always, shadowing: false, device_power: 60 dBm,
        site_power: 60 dBm}
mobility: [{kind: path, nodes: [phone], waypoints: [[500 m, 0 m], [1500 m, 0 m]], speed: 10 m/s}]
radio: {update: 10 ms, handover: {offset: 3 dB, hysteresis: 0 dB, time_to_trigger: 160 ms}}
stop: 70 s
"""


def entry_m() -> float:
    """Return where a device between two sites 200 m apart, slope 35.3 log d, finds the other 3 dB better [m]."""
    places_m = 50.0 + 1e-4 * np.arange(1_000_000)
    received_dbm = -35.3 * np.log10(np.stack([places_m, 200.0 - places_m], axis=1))
    left = np.zeros(len(places_m), dtype=np.intp)
    targets = A3(Handover(time_to_trigger_s=0.0), left, 2).update(0.0, received_dbm, left)
    return float(places_m[np.argmax(targets == 1)])


def handover_s() -> float:
    """Return when the device of the corridor changed its site, less the time-to-trigger [s]."""
    (handover,) = [row for row in observe(CORRIDOR).events if row["kind"] == "handover"]
    return float(handover["time_ns"]) / 1e9 - 0.16


@cache
def moved(way_m: float) -> tuple[float, float]:
    """Return correlation and deviation [dB] of the shadow fading of 40,000 UMi links in sight after a way [m]."""
    rng, count = np.random.default_rng(1), 40_000
    keys = rng.integers(2**63, size=count).astype(np.uint64)
    fading = Fading(
        CellFading(Cell(line_of_sight="always")),
        keys,
        np.full(count, 50.0),
        rng.random(count),
        rng.standard_normal(count),
        np.zeros(count),
    )
    before_db = fading.shadow_db.copy()
    for _ in range(4):
        fading.move(np.full(count, 50.0), np.full(count, way_m / 4))
    return float(np.corrcoef(before_db, fading.shadow_db)[0, 1]), float(fading.shadow_db.std())


def grazed_db() -> float:
    """Return the loss where the line grazes one edge of a screen that is large otherwise [dB]."""
    loss_db = blockage_db(
        np.array([[100.0, 0.0]]),
        np.array([[0.0, 0.0]]),
        np.array([[50.0, 500.0]]),
        site_height_m=500.0,
        device_height_m=500.0,
        width_m=1000.0,
        height_m=1000.0,
        carrier_hz=28e9,
    )
    return float(loss_db[0, 0])


_SIDELINKS: tuple[tuple[Literal["urban", "highway"], str, float], ...] = (
    ("urban", "LOS", 84.8913),
    ("urban", "NLOS", 110.0605),
    ("highway", "LOS", 86.3794),
)

CASES = (
    Case(
        name="A3, 3 dB, 200 m apart: entry",
        subject=SUBJECT,
        source="TS 38.331 5.5.4.4",
        expected=109.7533,
        tolerance=2e-4,
        unit="m",
        compute=entry_m,
    ),
    Case(
        name="A3 in a run at 10 m/s: entry",
        subject=SUBJECT,
        source="(2000 m x 10^(3/35.3) / (1 + 10^(3/35.3)) - 500 m) / 10 m/s, at the next look",
        expected=(2000.0 / (1.0 + 10 ** (-3 / 35.3)) - 500.0) / 10.0,
        tolerance=0.011,
        unit="s",
        compute=handover_s,
    ),
    *(
        Case(
            name=f"shadow fading kept over {way_m:g} m",
            subject=SUBJECT,
            source="TR 38.901 7.4.4",
            expected=float(np.exp(-way_m / 10.0)),
            tolerance=0.015,
            unit="",
            compute=lambda way_m=way_m: moved(way_m)[0],  # type: ignore[misc]
            simulated=True,
        )
        for way_m in (2.0, 10.0)
    ),
    Case(
        name="shadow fading after 10 m",
        subject=SUBJECT,
        source="TR 38.901 7.4.1",
        expected=4.0,
        tolerance=0.05,
        unit="dB",
        compute=lambda: moved(10.0)[1],
        simulated=True,
    ),
    Case(
        name="line that grazes a large screen",
        subject=SUBJECT,
        source="TR 38.901 7.6.4.2",
        expected=6.0206,
        tolerance=0.05,
        unit="dB",
        compute=grazed_db,
    ),
    *(
        Case(
            name=f"sidelink, {model}, {sight}, 100 m",
            subject=SUBJECT,
            source="TR 37.885 6.2.1",
            expected=expected_db,
            tolerance=5e-5,
            unit="dB",
            compute=partial(
                Sidelink(model=model, carrier_hz=5e9, blocked_by="buildings").path_loss_db, 100.0, los=sight == "LOS"
            ),
        )
        for model, sight, expected_db in _SIDELINKS
    ),
)

"""Path loss and line of sight of the propagation models, at their published heights unless a case says otherwise."""

import math
from functools import partial

from wayfare.emulator.radio import PATH_LOSS, RMa, UMa, UMi, moved_shadow_db, specific_attenuation_db_per_km

from .case import Case

SUBJECT = "path loss"
CARRIER_HZ = 5e9


def loss_db(model: str, distance_m: float, *, los: bool = True) -> float:
    """Return the path loss at 5 GHz and the model's own heights [dB]."""
    return float(PATH_LOSS[model]().path_loss_db(distance_m, CARRIER_HZ, los=los))


def rural_loss_db() -> float:
    """Return the path loss of the RMa example: buildings of 7 m, streets of 25 m, site at (0, 0, 30) [dB]."""
    model = RMa(building_height_m=7.0, street_width_m=25.0)
    return float(model.path_loss_db(math.hypot(1000.0, 1000.0), 3.5e9, los=True, site_height_m=30.0))


def office_loss_db(*, los: bool) -> float:
    """Return the path loss in an office where the antennas, at 3 and 1 m, are 10 m apart, at 5 GHz [dB]."""
    return loss_db("inh", math.sqrt(10.0**2 - 2.0**2), los=los)


def terahertz_loss_db() -> float:
    """Return the path loss of close-in free space over 100 m between the antennas, at 140 GHz [dB]."""
    model = PATH_LOSS["ci"]()
    return float(model.path_loss_db(100.0, 140e9, los=True, site_height_m=1.5, device_height_m=1.5))


def breakpoint_m(model: type[UMa | UMi | RMa]) -> float:
    """Return the breakpoint distance at 5 GHz and the model's own heights [m]."""
    return model().breakpoint_m(CARRIER_HZ)


def kept_shadow(moved_m: float) -> float:
    """Return the share of its shadow fading that a UMi link with line of sight keeps over a move."""
    model = UMi()
    sigma_db, decorrelation_m = float(model.sigmas_db[0]), float(model.decorrelation_m(los=True))
    return float(moved_shadow_db(1.0, moved_m, 0.0, sigma_db=sigma_db, decorrelation_m=decorrelation_m))


def chance(model: str, distance_m: float) -> float:
    """Return the probability of line of sight."""
    return float(PATH_LOSS[model]().los_probability(distance_m))


CASES = (
    *(
        Case(
            name=f"{PATH_LOSS[model].title}, {'' if los else 'N'}LOS, {distance_m:.0f} m, 5 GHz",
            subject=SUBJECT,
            source="TR 38.901 7.4.1",
            expected=expected_db,
            tolerance=5e-5,
            unit="dB",
            compute=partial(loss_db, model, distance_m, los=los),
        )
        for model, los, distance_m, expected_db in (
            ("uma", True, 100.0, 86.2362),
            ("uma", False, 1000.0, 144.7641),
            ("umi", True, 100.0, 88.4122),
            ("umi", True, 1000.0, 119.3114),
            ("rma", True, 100.0, 87.2965),
        )
    ),
    Case(
        name="RMa, LOS, 1414 m, h 7 m, W 25 m",
        subject=SUBJECT,
        source="MathWorks nrPathLoss",
        expected=110.1615,
        tolerance=5e-5,
        unit="dB",
        compute=rural_loss_db,
    ),
    *(
        Case(
            name=f"InH, {'' if los else 'N'}LOS, 10 m, 5 GHz",
            subject=SUBJECT,
            source=source,
            expected=expected_db,
            tolerance=5e-5,
            unit="dB",
            compute=partial(office_loss_db, los=los),
        )
        for los, source, expected_db in (
            (True, "32.4 + 17.3 + 20 log 5", 63.6794),
            (False, "17.30 + 38.3 + 24.9 log 5", 73.0044),
        )
    ),
    Case(
        name="CI, LOS, 100 m, 140 GHz",
        subject=SUBJECT,
        source="20 log(4 pi f d / c) + 0.0923",
        expected=115.4627,
        tolerance=5e-5,
        unit="dB",
        compute=terahertz_loss_db,
    ),
    *(
        Case(
            name=f"{model.title}, breakpoint, 5 GHz",
            subject=SUBJECT,
            source=source,
            expected=expected_m,
            tolerance=tolerance_m,
            unit="m",
            compute=partial(breakpoint_m, model),
        )
        for model, source, expected_m, tolerance_m in (
            (UMa, "4 x 24 x 0.5 x 5e9 / 3.0e8", 800.0, 1e-9),
            (UMi, "4 x 9 x 0.5 x 5e9 / 3.0e8", 300.0, 1e-9),
            (RMa, "2 pi x 35 x 1.5 x 5e9 / 3.0e8", 5497.787, 5e-4),
        )
    ),
    *(
        Case(
            name=f"{PATH_LOSS[model].title}, chance of sight, {distance_m:g} m",
            subject=SUBJECT,
            source="TR 38.901 7.4.2",
            expected=expected,
            tolerance=5e-7,
            unit="",
            compute=partial(chance, model, distance_m),
        )
        for model, distance_m, expected in (
            ("uma", 100.0, 0.347671),
            ("umi", 100.0, 0.230985),
            ("rma", 100.0, 0.913931),
            ("inh", 39.1, 0.117721),
        )
    ),
    Case(
        name="UMi, LOS, shadow kept, 10 m",
        subject=SUBJECT,
        source="TR 38.901 7.4.4",
        expected=0.367879,
        tolerance=5e-7,
        unit="",
        compute=partial(kept_shadow, 10.0),
    ),
    *(
        Case(
            name=f"absorption by air, {carrier_hz / 1e9:.0f} GHz",
            subject=SUBJECT,
            source="ITU-R P.676-12",
            expected=expected_db,
            tolerance=5e-6,
            unit="dB/km",
            compute=partial(specific_attenuation_db_per_km, carrier_hz),
        )
        for carrier_hz, expected_db in ((28e9, 0.10176), (60e9, 14.77832), (140e9, 0.92319))
    ),
)

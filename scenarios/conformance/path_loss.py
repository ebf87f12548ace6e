"""Path loss and line of sight of the propagation models, at their published heights unless a case says otherwise."""

import math
from functools import partial

from wayfare.emulator.radio import PATH_LOSS, RMa, specific_attenuation_db_per_km

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
        name="RMa, LOS, 1414 m, 3.5 GHz, h 7, W 25",
        subject=SUBJECT,
        source="MathWorks nrPathLoss",
        expected=110.1615,
        tolerance=5e-5,
        unit="dB",
        compute=rural_loss_db,
    ),
    *(
        Case(
            name=f"{PATH_LOSS[model].title}, chance of line of sight, 100 m",
            subject=SUBJECT,
            source="TR 38.901 7.4.2",
            expected=expected,
            tolerance=5e-7,
            unit="",
            compute=partial(chance, model, 100.0),
        )
        for model, expected in (("uma", 0.347671), ("umi", 0.230985), ("rma", 0.913931))
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

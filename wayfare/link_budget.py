"""`wayfare link-budget`: what a radio link achieves at a distance, every figure with its source."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from wayfare.emulator.radio import Cell
    from wayfare.scenarios.composer import KeyPath, Origin

_RATE_SOURCES = {
    "shannon": "alpha log2(1 + SNR), 3GPP TR 38.803 clause 5.2.7",
    "mcs": "best row of the 3GPP TS 38.214 clause 5.1.3.1 table below alpha log2(1 + SNR) of TR 38.803",
}


@dataclass(frozen=True)
class Report:
    """A link budget and what it was computed from; the fields are the keys of the JSON.

    Attributes:
        gain_db: Antenna gains of both ends together [dB].
        evaluated_distance_m: The distance, or the one at which the model begins where that is farther.
        los: Whether there is line of sight; `los_probability` is its chance, whatever is imposed.
    """

    model: str
    carrier_hz: float
    distance_m: float
    evaluated_distance_m: float
    los: bool
    direction: Literal["down", "up"]
    bandwidth_hz: float
    power_dbm: float
    noise_figure_db: float
    gain_db: float
    site_height_m: float
    device_height_m: float
    rate_model: str
    los_probability: float
    path_loss_db: float
    noise_dbm: float
    snr_db: float
    spectral_efficiency: float
    rate_bps: float


def command(
    carrier: Annotated[str, typer.Option("--carrier", metavar="'5 GHz'", help="Carrier frequency.")],
    distance: Annotated[str, typer.Option("--distance", metavar="'100 m'", help="Horizontal distance.")],
    model: Annotated[str, typer.Option("--model", metavar="uma|umi|inh|rma|ci", help="Propagation model.")] = "umi",
    nlos: Annotated[bool, typer.Option("--nlos", help="Without line of sight.")] = False,
    direction: Annotated[
        str, typer.Option("--direction", metavar="down|up", help="From the site to the device, or back.")
    ] = "down",
    bandwidth: Annotated[str | None, typer.Option("--bandwidth", metavar="'100 MHz'", help="Bandwidth.")] = None,
    power: Annotated[
        str | None, typer.Option("--power", metavar="'33 dBm'", help="Transmit power of the end that sends.")
    ] = None,
    noise_figure: Annotated[
        str | None, typer.Option("--noise-figure", metavar="'9 dB'", help="Noise figure of the end that receives.")
    ] = None,
    gain: Annotated[
        str | None, typer.Option("--gain", metavar="'0 dB'", help="Antenna gains of both ends together.")
    ] = None,
    site_height: Annotated[
        str | None, typer.Option("--site-height", metavar="'10 m'", help="Antenna height of the site.")
    ] = None,
    device_height: Annotated[
        str | None, typer.Option("--device-height", metavar="'1.5 m'", help="Antenna height of the device.")
    ] = None,
    rate_model: Annotated[
        str | None, typer.Option("--rate-model", metavar="shannon|mcs", help="From SNR to rate.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Any other key of a scenario's cells, as street_width='25 m'."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print path loss, noise, SNR, spectral efficiency and rate of a radio link, each with its source."""
    end, other = ("device", "site") if direction == "up" else ("site", "device")
    written = {
        "model": ("--model", model),
        "carrier": ("--carrier", carrier),
        "bandwidth": ("--bandwidth", bandwidth),
        f"{end}_power": ("--power", power),
        f"{other}_noise_figure": ("--noise-figure", noise_figure),
        "site_antenna_gain": ("--gain", gain),
        "site_height": ("--site-height", site_height),
        "device_height": ("--device-height", device_height),
        "rate_model": ("--rate-model", rate_model),
    }
    cell = _cell({key: value for key, value in written.items() if value[1] is not None}, settings or [])
    report = _report(cell, _distance_m(distance), not nlos, _direction(direction))
    print(json.dumps(asdict(report), indent=2) if as_json else _table(cell, report))


def _cell(written: dict[str, tuple[str, Any]], settings: list[str]) -> Cell:
    """Return the cell that the options describe, read as a scenario's `cells` section is.

    Raises:
        ScenarioError: They describe none; each problem names its option.
    """
    from pydantic import ValidationError

    from wayfare.emulator.radio import Cell
    from wayfare.scenarios import components
    from wayfare.scenarios.document import Document
    from wayfare.scenarios.errors import Problem, ScenarioError
    from wayfare.scenarios.messages import problems_of

    origins: dict[KeyPath, Origin] = {(key,): (option, None) for key, (option, _) in written.items()}
    document = Document("link-budget", {key: value for key, (_, value) in written.items()}, origins)
    for setting in settings:
        document = document.with_setting(setting)
    readers: dict[int, Any] = {}
    try:
        cell: Cell = components.read(Cell, document.data, readers)
    except ValidationError as error:
        problems = problems_of(error, document, readers)
        raise ScenarioError(*(Problem(problem.message, problem.file) for problem in problems)) from None
    except ValueError as error:
        raise ScenarioError(Problem(str(error), "link-budget")) from None
    return cell


def _distance_m(text: str) -> float:
    """Return the distance that `--distance` gives.

    Raises:
        ScenarioError: It gives none.
    """
    from wayfare.scenarios import quantities
    from wayfare.scenarios.errors import Problem, ScenarioError

    try:
        distance_m = quantities.parse(text, "m")
    except quantities.QuantityError as error:
        raise ScenarioError(Problem(str(error), "--distance")) from None
    if distance_m < 0:
        raise ScenarioError(Problem(f"{text!r} is out of range; it must be at least 0 m", "--distance"))
    return distance_m


def _direction(text: str) -> Literal["down", "up"]:
    """Return the direction that `--direction` gives.

    Raises:
        ScenarioError: It gives none.
    """
    from wayfare.scenarios.errors import Problem, ScenarioError, unknown

    if text not in ("down", "up"):
        raise ScenarioError(Problem(unknown("direction", text, ["down", "up"]), "--direction"))
    return "up" if text == "up" else "down"


def _report(cell: Cell, distance_m: float, los: bool, direction: Literal["down", "up"]) -> Report:
    from wayfare.emulator.radio import link_budget

    budget = link_budget(cell, distance_m, los=los, shadow_db=0.0, direction=direction)
    site_height_m, device_height_m = cell.heights_m
    down = direction == "down"
    return Report(
        model=cell.model,
        carrier_hz=cell.carrier_hz,
        distance_m=distance_m,
        evaluated_distance_m=max(distance_m, cell.path_loss.nearest_m(site_height_m, device_height_m)),
        los=los,
        direction=direction,
        bandwidth_hz=cell.bandwidth_hz,
        power_dbm=cell.site_power_dbm if down else cell.device_power_dbm,
        noise_figure_db=cell.device_noise_figure_db if down else cell.site_noise_figure_db,
        gain_db=cell.site_antenna_gain_db + cell.device_antenna_gain_db,
        site_height_m=site_height_m,
        device_height_m=device_height_m,
        rate_model=cell.rate_model,
        los_probability=float(cell.path_loss.los_probability(distance_m, device_height_m)),
        path_loss_db=float(budget.path_loss_db),
        noise_dbm=budget.noise_dbm,
        snr_db=float(budget.snr_db),
        spectral_efficiency=float(budget.spectral_efficiency),
        rate_bps=float(budget.rate_bps),
    )


def _table(cell: Cell, report: Report) -> str:
    """Return the report as aligned columns: what, how much, where from."""
    rows = [*_input_rows(cell, report), *_result_rows(cell, report)]
    wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"{what:{wide[0]}}  {value:>{wide[1]}}  {source}" for what, value, source in rows)


def _input_rows(cell: Cell, report: Report) -> list[tuple[str, str, str]]:
    from wayfare.emulator.radio import DEFAULT_SOURCES, Cell
    from wayfare.scenarios.quantities import format as written

    end, other = ("site", "device") if report.direction == "down" else ("device", "site")
    defaults = Cell()

    def origin(*names: str) -> str:
        default = all(getattr(cell, name) == getattr(defaults, name) for name in names)
        return f"default: {DEFAULT_SOURCES[names[0]]}" if default else "given"

    return [
        ("carrier", written(report.carrier_hz, "hz"), "given"),
        ("distance", written(report.distance_m, "m"), f"given; horizontal, {report.direction}link"),
        ("bandwidth", written(report.bandwidth_hz, "hz"), origin("bandwidth_hz")),
        ("power", written(report.power_dbm, "dbm"), origin(f"{end}_power_dbm")),
        ("antenna gains", written(report.gain_db, "db"), origin("site_antenna_gain_db", "device_antenna_gain_db")),
        ("noise figure", written(report.noise_figure_db, "db"), origin(f"{other}_noise_figure_db")),
        ("site height", written(report.site_height_m, "m"), origin("site_height_m")),
        ("device height", written(report.device_height_m, "m"), origin("device_height_m")),
    ]


def _result_rows(cell: Cell, report: Report) -> list[tuple[str, str, str]]:
    model = cell.path_loss
    sight = f"{'with' if report.los else 'without'} line of sight"
    note = "" if report.distance_m <= model.farthest_m else f"; beyond its warrant of {model.farthest_m:g} m"
    if report.evaluated_distance_m > report.distance_m:
        note = f"; that of {report.evaluated_distance_m:.4g} m, where the model begins"
    return [
        ("path loss", f"{report.path_loss_db:.4f} dB", f"{model.source}, {sight}{note}"),
        ("noise", f"{report.noise_dbm:.4f} dBm", "k T B at 290 K, and the noise figure"),
        ("SNR", f"{report.snr_db:.4f} dB", "power + antenna gains - path loss - noise; no shadow fading"),
        ("spectral efficiency", f"{report.spectral_efficiency:.6f} bit/s/Hz", _RATE_SOURCES[report.rate_model]),
        ("rate", f"{report.rate_bps / 1e6:.3f} Mbit/s", "spectral efficiency x bandwidth, with all the airtime"),
        ("chance of sight", f"{report.los_probability:.6f}", "at this distance, the model's law of line of sight"),
    ]

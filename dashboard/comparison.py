"""Runs side by side: which are replications of each other, what their scenarios differ in, and how they came out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wayfare.emulator.records import RecordError

from .learning import Curve
from .network import Floats
from .overview import Overview
from .run_data import RunData
from .run_store import RunStore
from .scenario_keys import scenario_keys

MOST_RUNS = 60
DECIDE_NOTHING = ("seed", "expect")  # chance, and what is looked at when a run is over
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Replication:
    """One run of a group: its headline figures, its scenario, and its answer's accuracy over what was spent.

    Attributes:
        spent: By ``time``, ``bytes`` and ``energy``: the answer's accuracy over seconds, bytes or joules.
        reach: Where each of these ends.
    """

    overview: Overview
    keys: dict[str, str]
    spent: dict[str, Curve]
    reach: dict[str, float]


@dataclass(frozen=True)
class Group:
    """Runs whose scenarios differ in nothing but the seed and what they expect."""

    label: str
    runs: tuple[Replication, ...]

    @property
    def keys(self) -> dict[str, str]:
        """Return the scenario that all have in common."""
        return self.runs[0].keys


@dataclass(frozen=True)
class Comparison:
    """Groups in the order in which their first run was picked, and the runs that were left out with the reason."""

    groups: tuple[Group, ...]
    left_out: tuple[tuple[str, str], ...]


def replication(run: RunData, keys: dict[str, str]) -> Replication:
    """Return what a comparison needs of a run."""
    answer = run.learning.answer
    spent, reach = {"time": answer}, {"time": run.end_s}
    for what in ("bytes", "energy"):
        times, amounts = run.traffic.spent(what)
        spent[what] = Curve(np.interp(answer.time_s, times, amounts), answer.value)
        reach[what] = float(amounts[-1])
    played = {key: value for key, value in keys.items() if key.partition("[")[0] not in DECIDE_NOTHING}
    return Replication(run.overview, played, spent, reach)


def compare(store: RunStore, names: Sequence[str]) -> Comparison:
    """Read runs and group them; a run that cannot be read is left out."""
    runs, left_out = [], []
    for name in names[:MOST_RUNS]:
        try:
            runs.append(replication(store.open(name), scenario_keys(store.scenario_text(name))))
        except RecordError as error:
            left_out.append((name, str(error)))
    return Comparison(grouped(runs), tuple(left_out))


def grouped(runs: Sequence[Replication]) -> tuple[Group, ...]:
    """Put replications together and name each group by its scenario, and by what sets it apart from its namesakes."""
    together: dict[frozenset[tuple[str, str]], list[Replication]] = {}
    for run in runs:
        together.setdefault(frozenset(run.keys.items()), []).append(run)
    members = list(together.values())
    return tuple(Group(_label(group, members), tuple(group)) for group in members)


def _label(group: Sequence[Replication], groups: Sequence[Sequence[Replication]]) -> str:
    name = group[0].overview.scenario or group[0].overview.name
    namesakes = [other[0].keys for other in groups if (other[0].overview.scenario or other[0].overview.name) == name]
    apart = [f"{key.rpartition('.')[2]} {group[0].keys.get(key, '–')}" for key in differing(namesakes)]
    return ", ".join([name, *apart[:3], *(["…"] if len(apart) > 3 else [])])


def differing(scenarios: Sequence[dict[str, str]]) -> list[str]:
    """Return the keys that are not the same in all scenarios, in the order of the files."""
    every = dict.fromkeys(key for keys in scenarios for key in keys)
    return [key for key in every if len({keys.get(key) for keys in scenarios}) > 1]


def mean_and_half_width(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and half the width of its 95 % confidence interval (Student's t); NaN for a single value."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, math.nan
    from scipy.special import stdtrit

    deviation = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return mean, float(stdtrit(len(values) - 1, (1 + CONFIDENCE) / 2)) * deviation


def band(group: Group, against: str, points: int = 240) -> tuple[Floats, Floats, Floats]:
    """Return places, and there the mean accuracy and half the width of its interval, over the runs that reach them.

    Where fewer than two runs have a value, the half width is NaN; so is the mean where none has.
    """
    from scipy.special import stdtrit

    curves = [(run.spent[against], run.reach[against]) for run in group.runs if len(run.spent[against].value)]
    if not curves:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    places = np.linspace(0, max(reach for _, reach in curves), points)
    values = np.array([np.where(places <= reach * (1 + 1e-9), curve.at(places), np.nan) for curve, reach in curves])
    count = np.isfinite(values).sum(axis=0)
    total = np.nansum(values, axis=0)
    mean = np.divide(total, count, out=np.full(points, np.nan), where=count > 0)
    squares = np.nansum((values - mean) ** 2, axis=0)
    several = np.maximum(count - 1, 1)
    half = stdtrit(several, (1 + CONFIDENCE) / 2) * np.sqrt(squares / several / np.maximum(count, 1))
    return places, mean, np.where(count > 1, half, np.nan)

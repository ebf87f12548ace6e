"""All learning methods on one network, one task and one budget of virtual time, with several seeds.

    python benchmarks/methods.py --results methods.csv [--methods mfd fedavg] [--settings classes] [--seeds 1 2 3]
    python benchmarks/methods.py --results methods.csv --dataset mnist
    python benchmarks/methods.py --results methods.csv --tune

The network is scenarios/all-methods.scenario.yaml: ten devices at two edge sites and a cloud. It prints Markdown: means
over the seeds, with the 95 % interval of Student's t. A run whose row is in the results is not made again, as long as
neither its scenario nor the sources have changed. docs/methods.md has the tables and what they say.
"""

import argparse
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from method_rows import EQUAL_STEPS, THRESHOLD, Results, ResultsError, Row, code_digest, measure
from scipy.stats import t

from wayfare.emulator.records import RunRecord
from wayfare.models.dataset import DatasetError
from wayfare.models.mnist import Mnist
from wayfare.scenarios import ScenarioError, load, run, scenario_hash
from wayfare.scenarios.schema import SCHEMA_FILE

SCENARIO = SCHEMA_FILE.parent / "all-methods.scenario.yaml"
SEEDS = (1, 2, 3, 4, 5)
TUNING_SEEDS = (101, 102)
PACKAGES = ("wayfare", "torch", "numpy", "networkx", "simpy")
PLAIN = (
    *("alone", "central", "fedavg", "fedprox", "scaffold", "fedadam", "hierarchical", "fedasync", "fedbuff"),
    *("d-psgd", "gossip", "cyclic", "diloco", "mfd"),
)
ADAPTERS = ("fedit", "flora", "mfd")  # fedavg of adapters is fedit, bit by bit
COMPARED = tuple(dict.fromkeys((*PLAIN, *ADAPTERS)))

# Shared by all methods: 5 steps a job, minibatches of 20, SGD at 0.1, an MLP of 32, all from the scenario file.
COMMON = ("stop=3 s", "record.bin=20 ms", "record.sharing=false")
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "classes": ("data.partition={kind: classes, classes: 1}",),
    "dirichlet": ("data.partition={kind: dirichlet, alpha: 0.3}",),
    # A frozen transformer takes far more work than the MLP: devices with an accelerator, and Adam, as is usual for it.
    "lora": (
        "data.partition={kind: dirichlet, alpha: 0.3}",
        "model={family: lora, base: tiny, rank: 4, alpha: 16}",
        "nodes.device.compute=200 GFLOP/s",
        "learning.optimiser=adam",
        "learning.learning_rate=0.03",  # of 0.01 and 0.03, with fedit and a seed of TUNING_SEEDS
        "learning.batch_size=8",
        "stop=1 s",
    ),
}
TITLES = {
    "classes": "One class a node",
    "dirichlet": "Dirichlet 0.3",
    "lora": "Low-rank adapters, Dirichlet 0.3",
}

# What is a method's own, where it is not its default: by --tune, the best mean accuracy of both settings among GRIDS.
OWN: Mapping[str, tuple[str, ...]] = {
    "fedprox": ("learning.mu=0.1",),  # the paper tunes mu for each task
    "fedadam": ("learning.server_learning_rate=0.03",),  # the paper tunes the server's step for each task
    "fedasync": ("learning.alpha=0.3",),  # ten clients answer at once: each of them should move the model less
    "fedbuff": ("learning.buffer=5",),  # the paper's 10 are all clients there are here
    "d-psgd": ("learning.weights=uniform",),  # a device has one neighbour, and listens to it more so
    "gossip": ("learning.period=10 ms",),  # the paper's period is the time that a model takes to a neighbour
    "cyclic": ("learning.order=random",),  # Li and Lyu's order
    "diloco": ("learning.steps=20", "learning.learning_rate=0.001"),  # the paper is about many steps of Adam
    "mfd": ("learning.packets=1",),  # packets do not help each other by default, and share the air
}

# What --tune tries: for each method the keys of its own, the default among the values.
GRIDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "fedprox": tuple((f"learning.mu={mu}",) for mu in (0.1, 1)),
    "fedadam": tuple((f"learning.server_learning_rate={rate}",) for rate in (0.03, 0.1, 0.3)),
    "hierarchical": tuple((f"learning.edge_rounds={rounds}",) for rounds in (1, 2, 4)),
    "fedasync": tuple((f"learning.alpha={alpha}",) for alpha in (0.1, 0.3, 0.6)),
    "fedbuff": tuple((f"learning.buffer={buffer}",) for buffer in (5, 10)),
    "d-psgd": tuple((f"learning.weights={weights}",) for weights in ("metropolis", "uniform")),
    "gossip": tuple((f"learning.period={period} ms",) for period in (10, 20)),
    "cyclic": tuple((f"learning.order={order}",) for order in ("fixed", "random")),
    "diloco": tuple(("learning.steps=20", f"learning.learning_rate={rate}") for rate in (0.0004, 0.001, 0.003)),
    "mfd": (
        ("learning.packets=1",),
        ("learning.packets=6",),
        ("learning.next_hop=cyclic",),
        ("learning.next_hop=novelty", "learning.beacons={interval: 100 ms, radius: 2}"),
    ),
}


@dataclass(frozen=True)
class Case:
    """What is run: a method in a setting, and what was set for it."""

    method: str
    setting: str
    own: tuple[str, ...]
    extra: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[str, ...]:
        """Return what is set in the scenario."""
        return (f"learning.method={self.method}", *COMMON, *SETTINGS[self.setting], *self.own, *self.extra)

    def row(self, seed: int, results: Results) -> Row:
        """Return the row of a seed: the one that is known, or that of a run made now."""
        scenario = load(SCENARIO, self.changes, seed)
        known = results.get((self.method, self.setting, seed, scenario_hash(scenario), code_digest()))
        if known is not None:
            return known
        with tempfile.TemporaryDirectory() as folder:
            outcome = run(scenario, Path(folder), cache=False)
            row = measure(RunRecord(outcome.folder), self.setting)
        results.add(row)
        accuracy = "none" if row.accuracy is None else f"{row.accuracy:.3f}"
        print(f"{self.setting} {self.method} {' '.join(self.own)} seed {seed}: accuracy {accuracy}", file=sys.stderr)
        return row


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean, and half the width of its 95 % interval by Student's t (NaN for a single value)."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return mean, float("nan")
    standard_error = statistics.stdev(values) / len(values) ** 0.5
    return mean, float(t.ppf(0.975, len(values) - 1)) * standard_error


def cell(rows: Sequence[Row], name: str, digits: int, factor: float = 1.0) -> str:
    """Return a figure's mean and interval as text; a dash where a seed has none."""
    values = [getattr(row, name) for row in rows]
    if any(value is None for value in values):
        return "-"
    mean, half = interval([value * factor for value in values])
    return f"{mean:,.{digits}f}" if half != half else f"{mean:,.{digits}f} ± {half:,.{digits}f}"


def budget_table(cases: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Yield what each method came to in the virtual time that all have."""
    columns = ("accuracy", "on devices", "on links [MB]", "work [J]", "serial hops", "steps")
    yield from _head("method", *columns)
    for name, rows in cases.items():
        yield _line(
            name,
            cell(rows, "accuracy", 3),
            cell(rows, "accuracy_nodes", 3),
            cell(rows, "bytes", 2, 1e-6),
            cell(rows, "work_j", 1),
            cell(rows, "serial_hops", 0),
            cell(rows, "steps", 0),
        )


def goal_table(cases: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Yield what each method needs for a goal, and how far it comes with equally many steps."""
    columns = ("seeds that reach it", "time [s]", "on links [MB]", "work [J]", "steps", f"accuracy at {EQUAL_STEPS:,}")
    yield from _head("method", *columns)
    for name, rows in cases.items():
        reached = sum(row.reached_s is not None for row in rows)
        yield _line(
            name,
            f"{reached} of {len(rows)}",
            cell(rows, "reached_s", 2),
            cell(rows, "reached_bytes", 2, 1e-6),
            cell(rows, "reached_work_j", 1),
            cell(rows, "reached_steps", 0),
            cell(rows, "accuracy_at_steps", 3),
        )


def _head(*columns: str) -> Iterator[str]:
    yield _line(*columns)
    yield _line("---", *["---:"] * (len(columns) - 1))


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def compare(args: argparse.Namespace, results: Results, extra: tuple[str, ...]) -> Iterator[str]:
    """Yield the tables of each setting, once all of its runs are there."""
    for setting in args.settings:
        chosen = [name for name in args.methods if name in (ADAPTERS if setting == "lora" else PLAIN)]
        cases = {
            name: [Case(name, setting, OWN.get(name, ()), extra).row(seed, results) for seed in args.seeds]
            for name in chosen
        }
        if not cases:
            continue
        virtual_s = next(iter(cases.values()))[0].virtual_s
        yield f"\n### {TITLES[setting]}\n"
        yield f"In {virtual_s:g} s of virtual time, seeds {', '.join(map(str, args.seeds))}:\n"
        yield from budget_table(cases)
        if setting == "lora":  # too short to reach anything
            continue
        yield f"\nTo an accuracy of {THRESHOLD:.0%}, and after {EQUAL_STEPS:,} steps of all nodes together:\n"
        yield from goal_table(cases)


def tune(args: argparse.Namespace, results: Results, extra: tuple[str, ...]) -> Iterator[str]:
    """Yield what each value of a method's own keys comes to in each setting, and in their mean."""
    settings = [setting for setting in args.settings if setting != "lora"]
    yield from _head("method", "with", *(TITLES[setting] for setting in settings), "mean", "on links [MB]")
    for name in args.methods:
        for own in GRIDS.get(name, ()):
            rows = {
                setting: [Case(name, setting, own, extra).row(seed, results) for seed in TUNING_SEEDS]
                for setting in settings
            }
            means = [statistics.fmean(row.accuracy or 0.0 for row in rows[setting]) for setting in settings]
            megabytes = statistics.fmean(row.bytes for setting in settings for row in rows[setting]) / 1e6
            figures = (f"{mean:.3f}" for mean in (*means, statistics.fmean(means)))
            yield _line(name, ", ".join(key.removeprefix("learning.") for key in own), *figures, f"{megabytes:.1f}")


def missing(dataset: str) -> str | None:
    """Return why a dataset cannot be had, if so; the digits are always there."""
    try:
        if dataset == "mnist":
            Mnist().files()
    except DatasetError as error:
        return str(error)
    return None


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    found = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    found.add_argument("--results", type=Path, help="CSV file that keeps the rows; none by default")
    found.add_argument("--methods", nargs="+", default=[*COMPARED], choices=[*COMPARED], metavar="METHOD")
    found.add_argument("--settings", nargs="+", default=[*SETTINGS], choices=[*SETTINGS], metavar="SETTING")
    found.add_argument("--seeds", nargs="+", type=int, default=[*SEEDS], metavar="SEED")
    found.add_argument("--dataset", default="digits", choices=["digits", "mnist"])
    found.add_argument("--stop", help="virtual time of every run, such as '2 s'")
    found.add_argument("--tune", action="store_true", help="compare values of the methods' own keys instead")
    return found


def main() -> None:
    """Run what is not in the results yet, and print the tables."""
    command = parser()
    args = command.parse_args()
    why = missing(args.dataset)
    if why is not None:
        print(f"{args.dataset}: skipped: {why}", file=sys.stderr)
        return
    changes = [f"data.dataset={args.dataset}"] if args.dataset != "digits" else []
    if changes:  # an image of MNIST as a text of 784 bytes is no task for a small transformer
        args.settings = [setting for setting in args.settings if setting != "lora"]
    extra = (*changes, *([f"stop={args.stop}"] if args.stop else []))
    print(f"Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in PACKAGES)}")
    try:
        for line in (tune if args.tune else compare)(args, Results(args.results), extra):
            print(line, flush=True)
    except (ResultsError, ScenarioError) as error:
        command.error(str(error))


if __name__ == "__main__":
    main()

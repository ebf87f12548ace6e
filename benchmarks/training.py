"""CPU time of one client update of federated averaging: in Wayfare, in its trainer alone, in plain loops, in peers.

    python benchmarks/training.py [--repeat 5] [--epochs 1] [--peers FOLDER] [--only NAME]
    python benchmarks/training.py --families [--repeat 5] [--clients 16]

The work: digits over 64 clients, 20 or 21 samples each, MLP 64-64-10, SGD, minibatches of 32: so a local epoch is one
step. Commands (Wayfare and its peers) run for few rounds and for many, each in a process of its own; the difference
over the client updates between is what one costs, without the start. Medians of turns; ratios are those of one turn.

With --families: the trainer beside a plain loop and vmap, five steps, for each family.
"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from client_updates import BATCH, MLP_STRUCTURE, RATE, numpy_by_hand, plain_loop, trainer, tutorial, vmapped
from commands import Spent, run_command

from wayfare.models import CNN, MLP, LinearStructure, Shard, Transformer
from wayfare.models.structure import Structure
from wayfare.scenarios import load
from wayfare.scenarios.build import build

PACKAGES = ("wayfare", "torch", "numpy", "simpy")
PEERS = {"Flower": ("flower", "flower.py"), "pfl-research": ("pfl", "pfl_research.py")}


def scenario_text(clients: int, epochs: int) -> str:
    """Return the work as a scenario: clients around an edge server, 100 Mbit/s and 5 ms away."""
    names = [f"device{number}" for number in range(1, clients + 1)]
    links = "\n".join(f"    - {{between: [server, {name}], rate: 100 Mbit/s, delay: 5 ms}}" for name in names)
    nodes = "\n".join(f"    {name}: {{tier: device}}" for name in names)
    return f"""name: training-benchmark
seed: 1
topology:
  nodes:
    server: {{tier: edge}}
{nodes}
  links:
{links}
data: {{dataset: digits, partition: iid}}
model: {{family: mlp, hidden: [64]}}
learning: {{method: fedavg, steps: {epochs}, batch_size: {BATCH}, learning_rate: {RATE}}}
stop: 1 s
"""


def save_work(scenario: Path, path: Path) -> list[Shard]:
    """Write each client's samples, and under -1 the test set, for the peers; return the clients' shards."""
    lesson = build(load(scenario)).experiment(None).lesson
    assert lesson is not None
    split = lesson.curriculum.course.at(0.0)
    held = dict(enumerate(split.train.values())) | {-1: split.test}
    features = {f"features{number}": shard.inputs.flatten(1).numpy() for number, shard in held.items()}
    labels = {f"labels{number}": shard.labels.numpy() for number, shard in held.items()}
    np.savez(path, allow_pickle=False, **features, **labels)
    return list(split.train.values())


def run_wayfare(scenario: Path, folder: Path, clients: int, rounds: int, round_s: float) -> Spent:
    """Run the command line on nothing remembered, for so many rounds of virtual time."""
    stop = f"stop={1e3 * (rounds + 0.5) * round_s:.3f} ms"
    return run_command(_wayfare(scenario, folder, stop), lambda said: int(_summary(said)["training"]["jobs"]))


def round_s(scenario: Path, folder: Path, clients: int) -> float:
    """Return the virtual time that a round takes, on average over a second [s]."""
    said = subprocess.run(_wayfare(scenario, folder, "stop=1 s"), capture_output=True, text=True, check=True).stdout
    return float(clients / _summary(said)["training"]["jobs"])


def _wayfare(scenario: Path, folder: Path, change: str) -> list[str]:
    command = [sys.executable, "-m", "wayfare", "run", str(scenario), "--no-cache", "--quiet"]
    return [*command, "--out", str(folder), "--set", change]


def _summary(said: str) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((Path(said.split()[-1]) / "summary.json").read_text(encoding="utf-8"))
    return summary


def run_peer(folder: Path, peer: str, work: Path, clients: int, epochs: int, rounds: int) -> Spent:
    """Run the work in a peer's own environment."""
    name, script = PEERS[peer]
    python, program = folder / name / "bin" / "python", Path(__file__).parent / "peers" / script
    return run_command([str(python), str(program), str(work), str(rounds), str(epochs)], lambda _: clients * rounds)


def in_process(work: Callable[[], object], clients: int, times: int) -> Spent:
    """Do work several times in this process, with a first time that does not count."""
    work()
    began_s, cpu_s = time.perf_counter(), time.process_time()
    for _ in range(times):
        work()
    return Spent(time.process_time() - cpu_s, time.perf_counter() - began_s, clients * times)


def table(taken: Mapping[str, Sequence[float]], beside: str) -> None:
    """Print medians, spread, and by turns how many times the cost of `beside` each is."""
    for name, each in taken.items():
        ratios = [one / other for one, other in zip(each, taken[beside], strict=True)]
        spread = f"({min(each):.3f} to {max(each):.3f})"
        times = f"{statistics.median(ratios):6.2f} x ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"{name:34} {statistics.median(each):8.3f} ms   {spread:22} {times}")


def commands_there_are(
    args: argparse.Namespace, folder: Path, scenario: Path, work: Path
) -> dict[str, Callable[[int], Spent]]:
    """Return what runs the work for a number of rounds: Wayfare, and the peers that are installed."""
    length_s = round_s(scenario, folder, args.clients)
    commands: dict[str, Callable[[int], Spent]] = {
        "Wayfare, whole": lambda rounds: run_wayfare(scenario, folder, args.clients, rounds, length_s)
    }
    for peer, (name, _) in PEERS.items():
        if args.peers is not None and (args.peers / name / "bin" / "python").exists():
            commands[peer] = partial(run_peer, args.peers, peer, work, args.clients, args.epochs)
        else:
            print(f"{peer}: skipped, it is not installed below --peers; benchmarks/peers/make.sh installs it")
    return commands


def measure_update(args: argparse.Namespace, folder: Path) -> None:
    """Print what a client update costs in each way, and how long whole commands take."""
    scenario, work = folder / "work.scenario.yaml", folder / "work.npz"
    scenario.write_text(scenario_text(args.clients, args.epochs), encoding="utf-8")
    shards = save_work(scenario, work)
    commands = commands_there_are(args, folder, scenario, work)
    loops: dict[str, Callable[[], object]] = {
        "plain torch loop": partial(tutorial, shards, args.epochs),
        "vmap": partial(vmapped, MLP_STRUCTURE, shards, args.epochs),
        "batched products (the trainer)": partial(trainer, MLP_STRUCTURE, shards, args.epochs),
        "NumPy by hand": partial(numpy_by_hand, shards, args.epochs),
    }
    few, many = args.rounds
    taken: dict[str, list[float]] = {}
    walls: dict[str, list[float]] = {}
    for _ in range(args.repeat):
        for name, run in commands.items():
            if args.only in name:
                short, long = run(few), run(many)
                taken.setdefault(name, []).append(long.since(short).update_ms)
                walls.setdefault(name, []).append(long.wall_s)
        for name, loop in loops.items():
            if args.only in name:
                taken.setdefault(name, []).append(in_process(loop, args.clients, 10).update_ms)
    table(taken, next(iter(taken)))
    for name, each in walls.items():
        print(f"{name}: {many} rounds of {args.clients} clients, the whole command: {statistics.median(each):.1f} s")


def family_ways(clients: int) -> dict[str, Callable[[], object]]:
    """Return the trainer, a plain loop and vmap, for one family after the other."""
    rng = np.random.default_rng(1)
    images = [_images(rng) for _ in range(clients)]
    texts = [_texts(rng) for _ in range(clients)]
    cases: dict[str, tuple[Structure, list[Shard]]] = {
        "linear 64-10": (LinearStructure((64, 10)), images),
        "mlp 64-64-10": (MLP_STRUCTURE, images),
        "mlp large": (MLP("large").structure((8, 8), 10), images),
        "cnn tiny": (CNN("tiny").structure((8, 8), 10), images),
        "cnn small": (CNN("small").structure((8, 8), 10), images),
        "transformer tiny": (Transformer("tiny").structure((32,), 256), texts),
    }
    ways = {"trainer": trainer, "plain loop": plain_loop, "vmap": vmapped}
    return {
        f"{name}, {way}": partial(function, structure, shards, 5)
        for name, (structure, shards) in cases.items()
        for way, function in ways.items()
    }


def _images(rng: np.random.Generator) -> Shard:
    features = torch.from_numpy(rng.integers(0, 17, (BATCH, 8, 8), dtype=np.uint8))
    return Shard(features, torch.from_numpy(rng.integers(0, 10, BATCH)), 1 / 16)


def _texts(rng: np.random.Generator) -> Shard:
    features = torch.from_numpy(rng.integers(0, 256, (BATCH, 32), dtype=np.uint8))
    return Shard(features, features.roll(-1, 1).long(), 1.0, "language")


def measure_families(args: argparse.Namespace) -> None:
    """Print what a client update of five steps costs in each family and way."""
    taken: dict[str, list[float]] = {}
    ways = family_ways(args.clients)
    for _ in range(args.repeat):
        for name, way in ways.items():
            if args.only in name:
                taken.setdefault(name, []).append(in_process(way, args.clients, 1).update_ms)
    for family in dict.fromkeys(name.rpartition(", ")[0] for name in taken):
        table({name: each for name, each in taken.items() if name.startswith(f"{family}, ")}, f"{family}, plain loop")


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description="CPU time of one client update.")
    parser.add_argument("--repeat", type=int, default=5, help="turns [5]")
    parser.add_argument("--epochs", type=int, default=1, help="local epochs, of one step each [1]")
    parser.add_argument("--clients", type=int, default=64, help="clients [64]")
    parser.add_argument("--rounds", type=int, nargs=2, default=(5, 105), help="rounds of a short and a long run")
    parser.add_argument("--peers", type=Path, help="folder that benchmarks/peers/make.sh filled")
    parser.add_argument("--only", default="", help="ways whose name has this in it")
    parser.add_argument("--families", action="store_true", help="the trainer by family instead")
    args = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{platform.platform()}, {platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES))
    if args.families:
        measure_families(args)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure_update(args, Path(folder))


if __name__ == "__main__":
    main()

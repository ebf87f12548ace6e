"""Fixtures for tests that stand where a user stands: at the command line."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

TINY = """\
name: tiny
seed: 7
topology: {generator: three-tier, clouds: 1, edges: 2, devices: 6}
cells: {site_antenna_gain: 8 dB}
nodes:
  device: {compute: 1 GFLOP/s}
data: {dataset: digits, partition: {kind: dirichlet, alpha: 0.5}}
model: {family: mlp, hidden: [16]}
learning: {method: mfd, packets: 3, steps: 10, learning_rate: 0.2}
stop: 500 ms
expect:
  - accuracy.final >= 0.2
"""


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    where: Path
    code: int
    out: str
    err: str

    @property
    def folder(self) -> Path:
        """The run folder: the last line of standard output."""
        return self.where / self.out.splitlines()[-1]

    @property
    def summary(self) -> dict[str, Any]:
        return json.loads((self.folder / "summary.json").read_text())


# A test run in the background ignores interrupts, and so would what it starts.
LISTENING = """\
import faulthandler, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
faulthandler.register(signal.SIGUSR1)
from wayfare.cli import main
main()
"""


class CommandLine:
    """Runs `wayfare` in a folder of its own, with a memory of results of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.command = [sys.executable, "-m", "wayfare"]
        self.listening = [sys.executable, "-c", LISTENING]
        self.environment = {**os.environ, "WAYFARE_CACHE": str(folder / "cache")}

    def __call__(self, *arguments: str | Path, env: dict[str, str] | None = None, binary: bool = False) -> Any:
        return self.python("-m", "wayfare", *arguments, env=env, binary=binary)

    def python(self, *arguments: str | Path, env: dict[str, str] | None = None, binary: bool = False) -> Any:
        environment = {**self.environment, **(env or {})}
        command = [sys.executable, *map(str, arguments)]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, check=False, timeout=120)
        if binary:
            return done.stdout
        return Said(self.folder, done.returncode, done.stdout.decode(), done.stderr.decode())

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path


@pytest.fixture
def wayfare(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


@pytest.fixture
def tiny(wayfare: CommandLine) -> Path:
    return wayfare.write("tiny.scenario.yaml", TINY)


@pytest.fixture
def network(wayfare: CommandLine, pair_text: str) -> Path:
    return wayfare.write("pair.scenario.yaml", pair_text)

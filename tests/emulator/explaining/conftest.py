"""Runs of small scenarios, to be explained."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wayfare.emulator.records import RunRecord
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import run


@pytest.fixture
def ran(tmp_path: Path) -> Callable[[str], RunRecord]:
    """Run a scenario, given as YAML without its name, and return its record."""

    def _ran(text: str) -> RunRecord:
        return run_text(text, tmp_path)

    return _ran


def run_text(text: str, folder: Path) -> RunRecord:
    """Run a scenario in a folder."""
    file = folder / "told.scenario.yaml"
    file.write_text(f"name: told\n{text}")
    return RunRecord(run(load(file), folder / "runs", cache=False).folder)


@pytest.fixture(scope="module")
def parking_lot(tmp_path_factory) -> RunRecord:
    """FL-3: three wires of 10 Mbit/s in a row, 10 MB over all of them (transfer 0), 5 MB over each (1 to 3)."""
    return run_text(
        """\
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: edge}, d: {tier: edge}}
  links:
    - {between: [a, b], rate: 10 Mbit/s, delay: 1 ms}
    - {between: [b, c], rate: 10 Mbit/s, delay: 1 ms}
    - {between: [c, d], rate: 10 Mbit/s, delay: 1 ms}
traffic:
  forwarding: cut-through
  transfers:
    - {from: a, to: d, size: 10 MB, start: 0 s}
    - {from: a, to: b, size: 5 MB, start: 0 s}
    - {from: b, to: c, size: 5 MB, start: 0 s}
    - {from: c, to: d, size: 5 MB, start: 0 s}
""",
        tmp_path_factory.mktemp("parking"),
    )

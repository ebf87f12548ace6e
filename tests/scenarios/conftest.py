"""What all tests of this room need of a scenario file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load

NETWORK = """\
name: two-nodes
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}}
  links:
    - {between: [a, b], rate: 100 Mbit/s, delay: 5 ms}
traffic:
  forwarding: cut-through
  transfers:
    - {from: a, to: b, size: 10 MB, start: 0 s}
expect:
  - flows.last_end <= 0.9 s
"""

LEARNING = """\
name: walk
topology:
  generator: three-tier
  devices: 24
nodes:
  device: {compute: 10 GFLOP/s}
data: {dataset: digits, partition: {kind: dirichlet, alpha: 0.3}}
model: {family: mlp, hidden: [32]}
learning: {method: mfd, packets: 6}
cells: {duplex: tdd, shadowing: true}
stop: 10 s
"""


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """Return two scenario files: a network experiment and a learning one."""
    return {"network": NETWORK, "learning": LEARNING}


@pytest.fixture(scope="session")
def changed() -> Callable[[str, str, str], str]:
    """Return a function that replaces what stands in a text once."""

    def replaced(text: str, old: str, new: str) -> str:
        assert text.count(old) == 1
        return text.replace(old, new)

    return replaced


@pytest.fixture
def problems(tmp_path: Path) -> Callable[..., list[str]]:
    """What is wrong with a scenario file of this content, line by line; that nothing is fails the test."""

    def found(content: str | bytes, *settings: str, seed: int | None = None) -> list[str]:
        file = tmp_path / "x.scenario.yaml"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        with pytest.raises(ScenarioError) as caught:
            load(file, settings, seed)
        return str(caught.value).replace(f"{tmp_path}/", "").splitlines()

    return found

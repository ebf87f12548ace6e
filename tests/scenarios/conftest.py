"""What all tests of this room need of a scenario file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load


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

"""Every example runs in an empty folder and prints what stands beside it.

Words are compared exactly. Numbers are too where no model learns, but for the last digit printed; where one does, they
depend on the processor.
"""

import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NUMBER = re.compile(r"[+-]?\d+(?:\.(?P<decimals>\d+))?(?:e[+-]?\d+)?")
FAST = ["bottleneck", "link_budget"]
TRAINING = ["compare_methods", "models", "own_method", "run_and_plot"]
LEARNED = 0.05
"""How far a number may be off where models learn: of the number, or of one, whichever is more."""


def differences(printed: str, golden: str, tolerance: float) -> list[str]:
    """Return the lines that differ; without a tolerance a number may be off by one in its last decimal."""
    lines, expected = printed.splitlines(), golden.splitlines()
    if len(lines) != len(expected):
        return [f"{len(lines)} lines, not {len(expected)}:\n{printed}"]
    pairs = zip(lines, expected, strict=True)
    return [f"{line!r}, not {other!r}" for line, other in pairs if not _alike(line, other, tolerance)]


def _alike(line: str, other: str, tolerance: float) -> bool:
    if NUMBER.sub("0", line).split() != NUMBER.sub("0", other).split():
        return False
    pairs = zip(NUMBER.finditer(line), NUMBER.finditer(other), strict=True)
    return all(
        math.isclose(float(one[0]), float(two[0]), rel_tol=tolerance or 1e-12, abs_tol=tolerance or _last_digit(two))
        for one, two in pairs
    )


def _last_digit(number: re.Match[str]) -> float:
    return 1.001 * 10.0 ** -len(number["decimals"]) if number["decimals"] else 0.0


def check(name: str, folder: Path, tolerance: float) -> None:
    environment = os.environ | {"WAYFARE_CACHE": str(folder / "cache"), "PYTHONIOENCODING": "utf-8"}
    here = folder / "empty"
    here.mkdir()
    finished = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py")],
        cwd=here,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert finished.returncode == 0, finished.stderr
    golden = (EXAMPLES / f"{name}.txt").read_text(encoding="utf-8")
    assert not (found := differences(finished.stdout, golden, tolerance)), "\n".join(found)


@pytest.mark.parametrize("name", FAST)
def test_an_example_without_learning_prints_its_golden_output(name, tmp_path):
    check(name, tmp_path, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAINING)
def test_an_example_that_trains_prints_its_golden_output_but_for_the_processor(name, tmp_path):
    check(name, tmp_path, LEARNED)


def test_every_example_is_tested_and_shown_with_its_output():
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    names = sorted(path.stem for path in EXAMPLES.glob("*.py"))
    assert names == sorted(FAST + TRAINING)
    assert [
        name for name in names if f"../examples/{name}.py" not in page or f"../examples/{name}.txt" not in page
    ] == []


@pytest.mark.parametrize(
    ("printed", "golden", "tolerance", "differs"),
    [
        ("a  5.00 s", "a 5.00 s", 0.0, False),
        ("a 5.01 s", "a 5.00 s", 0.0, False),
        ("a 5.02 s", "a 5.00 s", 0.0, True),
        ("a 6 s", "a 5 s", 0.0, True),
        ("b 5.00 s", "a 5.00 s", 0.05, True),
        ("a 5.20 s", "a 5.00 s", 0.05, False),
        ("a 5.30 s", "a 5.00 s", 0.05, True),
        ("a 0.04 s", "a 0.00 s", 0.05, False),
        ("a 5.00 s\nb", "a 5.00 s", 0.05, True),
    ],
)
def test_a_number_beyond_its_tolerance_or_another_word_is_a_difference(printed, golden, tolerance, differs):
    assert bool(differences(printed, golden, tolerance)) is differs

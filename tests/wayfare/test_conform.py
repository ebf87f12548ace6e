"""`wayfare conform`, from the outside."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wayfare.cli import app
from wayfare.scenarios import conformance
from wayfare.scenarios.conformance import CASES, select

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"


def conform(*arguments):
    return CliRunner().invoke(app, ["conform", *arguments])


@pytest.fixture
def broken(monkeypatch):
    """Two cases, the second with an expectation that is wrong by a hundredth of a second."""
    first, second = select("FL-2")
    wrong = (first, replace(second, expected=second.expected + 0.01))
    monkeypatch.setattr(conformance, "select", lambda pattern: select(pattern, wrong))
    return wrong


def test_a_table_of_cases_within_tolerance_ends_with_0(wayfare):
    said = wayfare("conform", "--only", "FL-3")
    assert said.code == 0, said.err
    heading, subject, *rows, tally = filter(None, map(str.strip, said.out.splitlines()))
    assert heading.split() == ["case", "value", "expected", "error", "tolerance", "source"]
    assert subject == "sharing"
    assert " ".join(rows[0].split()) == "FL-3, parking lot, wire 1 8 8 s 0 1e-9 40 Mbit / 5 Mbit/s"
    assert tally == "4 cases, all within tolerance"


def test_a_case_out_of_tolerance_is_marked_and_ends_with_1(broken):
    said = conform()
    assert said.exit_code == 1
    lines = said.stdout.splitlines()
    assert [line.split()[:2] for line in lines if "FAILS" in line] == [["FAILS", "FL-2,"]]
    assert "0.01" in next(line for line in lines if "FAILS" in line)
    assert lines[-1] == "1 of 2 cases out of tolerance"


def test_json_has_every_digit_and_says_what_passed(broken):
    said = conform("--json")
    assert said.exit_code == 1
    first, second = json.loads(said.stdout)
    assert (first["passed"], second["passed"]) == (True, False)
    assert second == {
        "subject": "sharing", "case": "FL-2, the one from 0.4 s", "value": 1.6, "expected": 1.61,
        "error": abs(1.6 - 1.61), "tolerance": 1e-9, "unit": "s", "source": broken[1].source, "simulated": False,
        "passed": False, "trouble": None,
    }  # fmt: skip


def test_the_table_fits_100_columns_and_cuts_nothing():
    said = conform("--only", "radio")
    lines = said.stdout.splitlines()
    assert said.exit_code == 0
    assert max(map(len, lines)) <= 100
    for case in select("radio"):
        (line,) = (line for line in lines if line.startswith(f"{case.name} "))
        assert case.source.split()[0] in line
        assert case.unit in line
    assert "…" not in said.stdout


def test_a_pattern_that_finds_nothing_is_a_mistake(wayfare):
    said = wayfare("conform", "--only", "wormhole")
    assert said.code == 2
    assert said.out == ""
    assert "--only: 'wormhole' is in no case's name; the subjects are path loss, radio, movement, sharing" in said.err


def test_json_and_markdown_together_are_a_mistake():
    said = conform("--json", "--markdown", "--only", "FL-1")
    assert said.exit_code == 2
    assert "not both" in said.output


def test_a_case_that_breaks_down_fails_says_why_and_leaves_the_others(monkeypatch):
    first, second = select("FL-2")
    broken = replace(first, compute=lambda: 1 / 0)
    monkeypatch.setattr(conformance, "select", lambda pattern: [broken, second])
    said = conform()
    assert said.exit_code == 1
    assert said.stdout.splitlines()[-2:] == [
        "1 of 2 cases out of tolerance",
        "FL-2, the one from 0 s: ZeroDivisionError: division by zero",
    ]
    rows = json.loads(conform("--json").stdout)
    assert [row["value"] for row in rows] == [None, 1.6]
    assert [row["trouble"] for row in rows] == ["ZeroDivisionError: division by zero", None]


@pytest.mark.slow
def test_the_page_of_the_documentation_is_current():
    """All but the values and errors of simulated cases, which another numpy may draw differently."""
    from wayfare.conformance_table import conformance_page

    page = conformance_page([case.judge() for case in CASES if not case.simulated])
    written = PAGE.read_text(encoding="utf-8")
    missing = [line for line in page.splitlines() if line.startswith(("|", "#", "-")) and line not in written]
    assert missing == [], "write it anew: wayfare conform --markdown > docs/conformance.md"
    rows = [line.split(" | ") for line in written.splitlines() if line.startswith("| ") and "expected" not in line]
    names = [case.name + (r" \*" if case.simulated else "") for case in CASES]
    assert [row[0].removeprefix("| ") for row in rows] == names
    assert f"{len(CASES)} cases, all within tolerance" in written


@pytest.mark.slow
def test_the_whole_command_says_that_all_is_well(wayfare):
    said = wayfare("conform")
    assert said.code == 0, said.out
    assert said.out.splitlines()[-1] == f"{len(CASES)} cases, all within tolerance"


def test_network_cases_import_no_torch(wayfare):
    program = wayfare.write(
        "check.py",
        "import sys\nsys.argv = 'wayfare conform --only sharing'.split()\n"
        "from wayfare.cli import main\ntry:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "assert not {'torch', 'dash'} & set(sys.modules), sys.modules\n",
    )
    subprocess.run([sys.executable, program], check=True, capture_output=True)

"""What the documentation shows is run, or checked against what reads it: no page promises what does not work."""

import json
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

from wayfare.scenarios.composer import compose

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SAVED_AS = re.compile(r"`([\w/.-]+\.(?:yaml|yml|py|csv))`")
SAVE = re.compile(r"[Ss]ave")
SERVES = "wayfare dashboard"
BEYOND = ("make ", "pip ", "git ", "tensorboard ", "wayfare export RUN --to mlflow")
"""What installs or fetches, which CI itself does before any test; and what belongs to others."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        before: The paragraph before it.
    """

    kind: str
    text: str
    before: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            found[1],
            found[2],
            text[: found.start()].rstrip().rsplit("\n\n", 1)[-1],
            text[: found.start()].count("\n") + 1,
        )
        for found in FENCE.finditer(text)
    ]


def pages_with(*kinds: str) -> list[Path]:
    return [page for page in PAGES if any(block.kind in kinds for block in blocks(page))]


def name(page: Path) -> str:
    return page.stem


@pytest.fixture(scope="module")
def schema() -> dict:
    return json.loads((ROOT / "scenarios" / "scenario.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", pages_with("yaml"), ids=name)
def test_pieces_of_scenarios_on_a_page_are_of_the_schema(page, schema):
    for block in blocks(page):
        if block.kind != "yaml":
            continue
        keys = schema["then" if re.search("^(extends|matrix|smoke):", block.text, re.MULTILINE) else "else"][
            "properties"
        ]
        for piece in re.split(r"^(?=[a-z_]+:)", block.text, flags=re.MULTILINE):
            for key, value in (compose(piece, page.name)[0] or {}).items():
                assert key in keys, f"{page.name}:{block.line}: {key}"
                if "plugins:" in block.text:
                    continue  # the schema does not know what these bring
                checked = jsonschema.Draft202012Validator({**keys[key], "$defs": schema["$defs"]})
                wrong = [error.message for error in checked.iter_errors(value)]
                assert not wrong, f"{page.name}:{block.line}: {key}: {wrong[0]}"


@pytest.mark.parametrize("page", pages_with("json", "toml"), ids=name)
def test_what_looks_like_a_file_on_a_page_can_be_read(page):
    for block in blocks(page):
        if block.kind in ("json", "toml"):
            {"json": json.loads, "toml": tomllib.loads}[block.kind](block.text)


@pytest.mark.slow
@pytest.mark.parametrize("page", pages_with("sh", "python"), ids=name)
def test_commands_and_code_of_a_page_run(page, tmp_path):
    """In a folder of their own, in order; blocks to be saved are, and a text after commands is what they print.

    A page's Python is one session, after its commands.
    """
    stage = set_stage(page, tmp_path)
    printed, session = "", []
    for block in blocks(page):
        where = f"{page.name}:{block.line}"
        if block.kind == "sh":
            printed = run_commands(block.text, tmp_path, where, stage)
        elif block.kind == "text" and printed:
            assert printed_as_shown(block.text, printed), f"{where} shows\n{block.text}\nnot\n{printed}"
        elif block.kind == "python" and not saved(block, tmp_path):
            session.append(block.text)
        elif block.kind == "yaml":
            saved(block, tmp_path)
    finished = run([sys.executable, "-W", "error", "-c", "\n".join(session)], tmp_path)
    assert finished.returncode == 0, f"{page.name}: {finished.stderr}"


def set_stage(page: Path, folder: Path) -> str:
    """Make what a page takes for granted, and return the run folder that it calls RUN."""
    text = page.read_text(encoding="utf-8")
    for shared in ("scenarios", "benchmarks", "examples"):
        if f"{shared}/" in text or " RUN" in text:
            (folder / shared).symlink_to(ROOT / shared)
    if "two-edges.scenario.yaml" in text:
        first = next(block for block in blocks(ROOT / "docs" / "testing.md") if block.kind == "yaml")
        (folder / "two-edges.scenario.yaml").write_text(first.text, encoding="utf-8")
    if "runs/walk.sweep" in text:
        walk = "name: walk\nextends: scenarios/first-walk.scenario.yaml\nmatrix: [mfd]\n"
        (folder / "walk.scenario.yaml").write_text(walk, encoding="utf-8")
        run_commands("wayfare sweep walk.scenario.yaml --smoke", folder, page.name)
    if " RUN" not in text:
        return "RUN"
    return run_commands("wayfare run --quiet --smoke scenarios/first-walk.scenario.yaml", folder, page.name).strip()


def saved(block: Block, folder: Path) -> bool:
    """Save a block whose paragraph before says so; tell whether it does."""
    names = SAVED_AS.findall(block.before)
    if not (names and SAVE.search(block.before)):
        return False
    file = folder / names[-1]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block.text, encoding="utf-8")
    return True


def run_commands(script: str, folder: Path, where: str, stage: str = "RUN") -> str:
    lines = script.replace("\\\n", " ").splitlines()
    kept = "\n".join(as_tested(line.replace(".venv/bin/", "")).replace("RUN", stage) for line in lines)
    finished = run(["bash", "-euo", "pipefail", "-c", kept], folder)
    assert finished.returncode == 0, f"{where}: {kept}\n{finished.stdout}{finished.stderr}"
    return finished.stdout


def as_tested(line: str) -> str:
    """Return a command as it is run here: a server is asked once, a benchmark says what it can do."""
    if line.startswith(BEYOND):
        return ":"
    if line.startswith(SERVES):
        return f"timeout --signal=INT 12 {line.split('#')[0]} --port 0 >served.txt 2>&1 || grep -q http served.txt"
    if re.match(r"python benchmarks/\S+", line):
        return f"python {line.split()[1]} --help"
    return line


def run(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    bin_folder = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{bin_folder}:{os.environ['PATH']}", "COLUMNS": "160", "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)


def printed_as_shown(shown: str, printed: str) -> bool:
    """Tell whether lines are in what was printed, in their order; ``...`` stands for anything."""
    at, lines = 0, [" ".join(line.split()) for line in printed.splitlines()]
    for line in shown.splitlines():
        pattern = re.escape(" ".join(line.split())).replace(r"\.\.\.", ".*")
        while at < len(lines) and not re.fullmatch(pattern, lines[at]):
            at += 1
        if at == len(lines):
            return False
        at += 1
    return True


@pytest.mark.parametrize(
    ("shown", "fits"), [("a ... c\n", True), ("b\na ... c\n", False), ("...\nd\n", True), ("x\n", False)]
)
def test_dots_stand_for_anything_and_lines_keep_their_order(shown, fits):
    assert printed_as_shown(shown, "a b  c\nb\nd\n") is fits

"""Every command of docs/sweeps.md works as it is printed."""

import re
import shlex
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "sweeps.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_commands_of_the_page_work_one_after_another_in_an_empty_folder(wayfare):
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    commands = [shlex.split(line) for language, text in blocks if not language for line in text.splitlines()]
    assert len(commands) >= 10
    for program, *arguments in commands:
        assert program == "wayfare"
        said = wayfare(*arguments)
        assert said.code == 0, (arguments, said.err)
    for name in ("table.tex", "table.csv", "figure.html", "curves.html"):
        assert (wayfare.folder / name).stat().st_size > 0

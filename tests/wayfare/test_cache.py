"""`wayfare cache`, and runs that share a memory of results, from the outside."""

import hashlib
import json
import subprocess

import pytest

from wayfare.models.cache_folder import CacheFolder

HEAVY = """\
import sys
sys.argv = ["wayfare", "cache", "info"]
from wayfare.cli import main
try:
    main()
except SystemExit:
    pass
heavy = {"torch", "pyarrow", "simpy", "dash"} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.fixture
def cache(wayfare):
    """The memory that commands of this test use, with three entries."""
    cache = CacheFolder(wayfare.folder / "cache")
    for number in range(3):
        cache.write(hashlib.sha256(bytes([number])).hexdigest(), b"x" * 5000)
    return cache


@pytest.mark.slow
def test_two_runs_at_once_share_one_memory_and_a_damaged_entry_is_said_once(wayfare, tiny):
    command = [*wayfare.command, "run", str(tiny), "--quiet"]
    both = [
        subprocess.Popen(
            command, cwd=wayfare.folder, env=wayfare.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in both]
    assert [(process.returncode, err) for process, (_, err) in zip(both, said, strict=True)] == [(0, b""), (0, b"")]
    first, second = (
        json.loads((wayfare.folder / out.decode().strip() / "summary.json").read_text()) for out, _ in said
    )
    assert first["digest"] == second["digest"]
    assert (first["memory"]["damaged"], second["memory"]["damaged"]) == (0, 0)
    entry = next((wayfare.folder / "cache").rglob("*.safetensors"))
    entry.write_bytes(entry.read_bytes()[:100])
    again = wayfare("run", tiny, "--quiet")
    assert again.code == 0
    assert again.summary["digest"] == first["digest"]
    assert again.summary["memory"]["damaged"] == 1
    note = "1 remembered result damaged or not readable, and computed again"
    assert again.err == f"wayfare: {wayfare.folder / 'cache'}: {note}\n"


@pytest.mark.parametrize("command", ["run", "info"])
def test_a_limit_that_is_no_size_is_a_mistake_and_makes_no_run(wayfare, tiny, command):
    arguments = ("run", tiny, "--quiet") if command == "run" else ("cache", "info")
    said = wayfare(*arguments, env={"WAYFARE_CACHE_LIMIT": "4"})
    assert said.code == 2
    assert said.err.startswith("WAYFARE_CACHE_LIMIT: '4' has no unit; write a number and a unit of size")
    assert said.err.count("\n") == 1
    assert not (wayfare.folder / "runs").exists()


def test_info_says_what_there_is(wayfare, cache):
    info = json.loads(wayfare("cache", "info", "--json", env={"WAYFARE_CACHE_LIMIT": "4 GiB"}).out)
    assert info["folder"] == str(cache.folder)
    assert (info["entries"], info["size_bytes"], info["limit_bytes"]) == (3, 3 * 8192, 2**32)
    assert info["oldest_use"] <= info["newest_use"]
    said = wayfare("cache", "info").out.splitlines()
    assert said[1:3] == ["entries     3", "size        24 KiB of 2 GiB"]


def test_clear_removes_what_there_is_and_nothing_else(wayfare, cache):
    (cache.folder / "mine.txt").write_text("mine")
    assert wayfare("cache", "clear").out == f"{cache.folder}: removed 3 results, 24 KiB\n"
    assert list(cache.folder.iterdir()) == [cache.folder / "mine.txt"]
    assert wayfare("cache", "clear").out == f"{cache.folder}: removed 0 results, 0 B\n"


def test_a_cache_that_is_not_there_holds_nothing(wayfare):
    info = json.loads(wayfare("cache", "info", "--json").out)
    assert (info["entries"], info["size_bytes"], info["oldest_use"], info["newest_use"]) == (0, 0, None, None)


@pytest.mark.parametrize("command", ["info", "clear"])
def test_a_cache_that_is_a_file_is_a_mistake(wayfare, command):
    (wayfare.folder / "cache").write_text("in the way")
    said = wayfare("cache", command)
    assert said.code == 2
    assert "cache: Not a directory" in said.err
    assert (wayfare.folder / "cache").read_text() == "in the way"


def test_looking_at_the_memory_loads_nothing_heavy(wayfare):
    said = wayfare.python("-c", HEAVY)
    assert said.code == 0, said.err

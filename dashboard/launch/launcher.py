"""Runs started from the page: each is the command line in a process of its own; the runner is not imported."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Any, Literal

import yaml

from wayfare.dashboard.quantity_text import text
from wayfare.dashboard.run_store import SWEEP, SWEEP_MANIFEST
from wayfare.emulator.records import RecordError, RunRecord, find_runs

LONGEST_SCENARIO = 500_000
CHECK_TIMEOUT_S = 120
LAUNCHES_KEPT = 20
EXTENDED_AT_MOST = 10


class LaunchRefused(ValueError):  # noqa: N818 - it says what happened
    """A scenario that is not run from a page; the message says why."""


@dataclass(frozen=True)
class Complaint:
    """What the command line says is wrong, and the line of the scenario, where there is one."""

    message: str
    line: int | None = None


@dataclass
class Launch:
    """A run, or a sweep of runs, that was started here.

    Attributes:
        before: Folders that there were already.
        sweep: Whether it is a sweep.
        run: Name of its folder, as soon as there is one.
        complaints: Why it did not start, or failed.
    """

    id: str
    scenario: str
    process: "subprocess.Popen[bytes]"
    folder: Path
    before: frozenset[str]
    sweep: bool
    run: str | None = None
    complaints: tuple[Complaint, ...] = field(default=())

    @property
    def state(self) -> Literal["starting", "running", "ended"]:
        """Return how far it is."""
        if self.process.poll() is not None:
            return "ended"
        return "starting" if self.run is None else "running"


class Launcher:
    """Checks, starts and stops runs; safe to ask from several threads. Runs that are under way outlive it.

    Attributes:
        folder: Where the run folders go.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._kept = Path(tempfile.mkdtemp(prefix="wayfare-launch-"))
        weakref.finalize(self, shutil.rmtree, self._kept, ignore_errors=True)
        self._launches: dict[str, Launch] = {}
        self._lock = Lock()

    def check(self, source: str) -> list[Complaint]:
        """Return what is wrong with a scenario; nothing is run.

        Raises:
            LaunchRefused: It is not to be run from a page.
        """
        refuse_code(source)
        file = self._write(source, token_hex(6))
        try:
            done = subprocess.run(
                _command("validate", str(file)), capture_output=True, timeout=CHECK_TIMEOUT_S, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            return [Complaint(f"the check took longer than {CHECK_TIMEOUT_S} s")]
        return [] if done.returncode == 0 else complaints(done.stderr + done.stdout, file)

    def start(self, source: str) -> Launch:
        """Start a run, or a sweep where the scenario is one of several runs.

        Raises:
            LaunchRefused: It is not to be run from a page, or as many runs as there are processors run already.
        """
        refuse_code(source)
        sweep = is_study(source)
        with self._lock:
            busy = [launch for launch in self._launches.values() if launch.state != "ended"]
            if len(busy) >= (os.cpu_count() or 1):
                raise LaunchRefused(f"{len(busy)} runs of this page are under way; stop one, or wait for one to end")
            name = token_hex(6)
            file = self._write(source, name)
            with (file.parent / "said").open("wb") as said:
                before = frozenset(run.name for run in find_runs(self.folder))
                process = subprocess.Popen(
                    _command("sweep" if sweep else "run", str(file), "--out", str(self.folder), "--quiet"),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=said,
                    start_new_session=True,  # an interrupt of the dashboard is none of the run's
                )
            launch = Launch(name, _name(source), process, file.parent, before, sweep)
            self._launches[name] = launch
            for old in list(self._launches)[:-LAUNCHES_KEPT]:
                if self._launches[old].state == "ended":
                    del self._launches[old]
            return launch

    def stop(self, name: str) -> None:
        """Ask a run to end, by the launch's id or the name of its folder; it records that it was stopped.

        Raises:
            LaunchRefused: It was not started here.
        """
        for launch in self.launches():
            if name in (launch.id, launch.run):
                if launch.process.poll() is None:
                    launch.process.send_signal(signal.SIGTERM)
                return
        raise LaunchRefused("this run was not started from this page; stop it where it was started")

    def launches(self) -> list[Launch]:
        """Return what was started here, the newest first, as it stands now."""
        with self._lock:
            return list(self._known(list(self._launches.values())[::-1]))

    def _known(self, launches: list[Launch]) -> Iterator[Launch]:
        """Yield launches after finding out which folder each has, and what those that have ended said."""
        for launch in launches:
            ended = launch.process.poll() is not None
            if launch.run is None:
                launch.run = self._folder_of(launch)
            if ended and not launch.complaints and launch.process.returncode not in (0, -signal.SIGTERM, 143, 130):
                launch.complaints = tuple(
                    complaints((launch.folder / "said").read_bytes(), launch.folder / "scenario.yaml")
                )
            yield launch

    def _folder_of(self, launch: Launch) -> str | None:
        """Return the folder that has appeared since a launch and says that its process writes it."""
        if launch.sweep:
            name = launch.scenario + SWEEP
            return name if (self.folder / name / SWEEP_MANIFEST).is_file() else None
        for run in find_runs(self.folder):
            if run.name not in launch.before:
                try:
                    if RunRecord(run).manifest.get("process") == launch.process.pid:
                        return run.name
                except RecordError:
                    continue
        return None

    def _write(self, source: str, name: str) -> Path:
        folder = self._kept / name
        folder.mkdir()
        file = folder / "scenario.yaml"
        file.write_text(source, encoding="utf-8")
        return file


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "wayfare", *words]


def complaints(said: bytes, file: Path) -> list[Complaint]:
    """Return the messages of the command line, each with the line of the scenario that it names."""
    found = []
    for line in said.decode("utf-8", "replace").splitlines():
        if line.strip():
            match = re.match(rf"{re.escape(str(file))}(?::(\d+))?: ", line)
            about = line[match.end() :] if match else line.replace(str(file), "scenario")
            found.append(Complaint(text(about, 1000) or "", int(match[1]) if match and match[1] else None))
    return found[-50:] or [Complaint("the run ended without saying why")]


def refuse_code(source: str) -> None:
    """Refuse a scenario that names Python files, which would be executed, itself or by what it extends.

    Raises:
        LaunchRefused: It does, or cannot be read so far that this could be told.
    """
    for content in _extended(source):
        if content.get("plugins"):
            raise LaunchRefused("plugins: names Python files, which are not run from a page; use wayfare run")
        if any(value.lower().endswith((".py", ".pyc", ".so")) for value in _strings(content)):
            raise LaunchRefused("the scenario names a Python file, which is not run from a page; use wayfare run")


def is_study(source: str) -> bool:
    """Return whether a scenario asks for several runs: for a sweep, a matrix of methods, or replications.

    Raises:
        LaunchRefused: It cannot be read so far that this could be told.
    """
    asked: dict[str, Any] = {}
    for content in _extended(source):
        asked = content | asked
    return bool(asked.get("sweep") or asked.get("matrix")) or asked.get("replications", 1) not in (None, 1)


def _extended(source: str) -> Iterator[dict[str, Any]]:
    """Yield what a scenario says, and then what each file says that it extends."""
    if len(source) > LONGEST_SCENARIO:
        raise LaunchRefused(f"the scenario has {len(source)} characters; at most {LONGEST_SCENARIO} are taken")
    for _ in range(EXTENDED_AT_MOST):
        content = _parsed(source)
        yield content
        extended = content.get("extends")
        if extended is None:
            return
        if not isinstance(extended, str) or not Path(extended).is_absolute():
            raise LaunchRefused(
                "extends: give the whole path of the file, since this scenario has no folder of its own"
            )
        try:
            source = Path(extended).read_text(encoding="utf-8")[:LONGEST_SCENARIO]
        except (OSError, ValueError) as error:
            raise LaunchRefused(f"extends: {text(extended)} cannot be read ({type(error).__name__})") from error
    raise LaunchRefused(f"extends: more than {EXTENDED_AT_MOST} files extend each other")


def _parsed(source: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        raise LaunchRefused(f"{place}{getattr(error, 'problem', None) or 'is no YAML'}") from error
    if not isinstance(content, dict):
        raise LaunchRefused("a scenario is a mapping of keys to values; for example it begins with name: my-scenario")
    return content


def _strings(value: Any) -> Iterator[str]:
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict | list) and id(one) not in seen:
            seen.add(id(one))  # aliases can make a short file very large
            waiting.extend([*one.keys(), *one.values()] if isinstance(one, dict) else one)


def _name(source: str) -> str:
    return str(_parsed(source).get("name"))

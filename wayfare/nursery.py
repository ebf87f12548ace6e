"""The nursery: a process that has loaded everything once, and starts a process of its own for each command line.

`wayfare sweep` asks it for its runs, because loading torch takes longer than many a run. It reads a JSON object a line
from standard input, `{"id": 1, "arguments": ["run", ...], "out": FILE, "err": FILE}`, and answers `{"id": 1, "code":
0}` when that process has ended. When its input ends, also because who asked has died, it ends its children.
"""

import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

PATIENCE_S = 15.0
_WAIT_S = 0.05
_FORKS = sys.platform == "linux"  # elsewhere what is loaded does not take a fork well
_MODULES = ("wayfare.cli", "wayfare.scenarios.running", "wayfare.scenarios.replaying", "wayfare.emulator.world")
_LEARNING = ("torch", "wayfare.models.service", "wayfare.emulator.learning")


@dataclass(frozen=True)
class Child:
    """A process that was started, and how to see whether it has ended, and with which code."""

    pid: int
    ended: Callable[[], int | None]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)


class Nursery:
    """Starts command lines, and says when they have ended."""

    def __init__(self) -> None:
        self._running: dict[int, Child] = {}

    def serve(self) -> None:
        """Answer until the input ends, then end all children and wait for them."""
        try:
            pending = b""
            while True:
                ready, _, _ = select.select([0], [], [], _WAIT_S if self._running else None)
                if ready:
                    content = os.read(0, 65536)
                    if not content:
                        break
                    *lines, pending = (pending + content).split(b"\n")
                    for line in lines:
                        self._start(json.loads(line))
                self._report()
        finally:
            self._end()

    def _start(self, order: dict[str, Any]) -> None:
        start = _forked if _FORKS else _spawned
        self._running[order["id"]] = start(order["arguments"], order["out"], order["err"])

    def _report(self) -> None:
        for number, child in list(self._running.items()):
            if (code := child.ended()) is not None:
                del self._running[number]
                os.write(1, json.dumps({"id": number, "code": code}).encode() + b"\n")

    def _end(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        for child in self._running.values():
            child.signal(signal.SIGTERM)
        while any(child.ended() is None for child in self._running.values()):
            if time.monotonic() > deadline:
                for child in self._running.values():
                    child.signal(signal.SIGKILL)
            time.sleep(_WAIT_S)


def _forked(arguments: list[str], out: str, err: str) -> Child:
    pid = os.fork()
    if pid == 0:
        _become(arguments, out, err)
    codes: list[int] = []

    def ended() -> int | None:
        if not codes:
            found, status = os.waitpid(pid, os.WNOHANG)
            codes.extend([os.waitstatus_to_exitcode(status)] if found else [])
        return codes[0] if codes else None

    return Child(pid, ended)


def _become(arguments: list[str], out: str, err: str) -> NoReturn:
    """Be that command line from now on."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, place in ((nothing, 0), (_writable(out), 1), (_writable(err), 2)):
        os.dup2(descriptor, place)
    from .cli import main

    sys.argv = ["wayfare", *arguments]
    code = 1
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _spawned(arguments: list[str], out: str, err: str) -> Child:
    with open(out, "wb") as said, open(err, "wb") as complained:
        process = subprocess.Popen(
            [sys.executable, "-m", "wayfare", *arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=complained
        )
    return Child(process.pid, process.poll)


def _writable(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)


def main() -> None:
    """Load, and serve; `learning` among the arguments loads what learns too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    for module in (*_MODULES, *(_LEARNING if "learning" in sys.argv else ())) if _FORKS else ():
        importlib.import_module(module)
    Nursery().serve()


if __name__ == "__main__":
    main()

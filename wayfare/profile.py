"""`wayfare run --profile`: what the wall-clock time of a run went into, found by looking every few milliseconds."""

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import PurePath
from types import CodeType, FrameType, TracebackType

from rich.table import Table

EVERY_S = 0.005
AT_ONCE_S = (
    0.0001  # how soon the main thread gives way to a look; with Python's 5 ms mostly torch would, which always does
)
REST = "the clock, programs and all else"
IMPORTING = "loading modules"
KINDS: dict[str, Sequence[str]] = {
    "training": ("models",),
    "evaluation": ("models/evaluation.py",),
    "packets": ("emulator/packets", "emulator/gate.py", "emulator/signing.py", "models/packing.py"),
    "network": (
        "emulator/sharing",
        "emulator/network.py",
        "emulator/transport.py",
        "emulator/journeys.py",
        "emulator/crossings.py",
        "emulator/routing.py",
        "emulator/ways.py",
        "emulator/journal.py",
        "emulator/meter.py",
        "emulator/tcp.py",
        "emulator/buffers.py",
        "emulator/air",
        "emulator/radio",
        "emulator/mobility",
    ),
    "recording": ("emulator/records",),
    "reading and building the scenario": ("scenarios", "topologies"),
}
"""Folders and files by what they are for; of several that fit, the longest counts."""


class Profile:
    """Looks at the main thread again and again, from a thread of its own, for as long as it is entered.

    A look counts for the innermost function of Wayfare: what torch or numpy do counts for who asked them. Nothing is
    slowed down but by the looks, and no result changes.
    """

    def __init__(self) -> None:
        self.wall_s = 0.0
        self._looks: Counter[str] = Counter()
        self._kinds: dict[CodeType, str | None] = {}
        self._over, self._rooms = threading.Event(), rooms()

    def __enter__(self) -> "Profile":
        self._began, self._switch_s = time.perf_counter(), sys.getswitchinterval()
        sys.setswitchinterval(AT_ONCE_S)
        self._thread = threading.Thread(target=self._watch, args=(threading.get_ident(),), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        sys.setswitchinterval(self._switch_s)
        self.wall_s = time.perf_counter() - self._began

    def shares(self) -> dict[str, float]:
        """Return the share of the looks that found each kind of work, the largest first."""
        looks = self._looks.total()
        return {kind: count / looks for kind, count in self._looks.most_common()} if looks else {}

    def table(self) -> Table:
        """Return what to print."""
        table = Table("where the time went", "wall-clock time", "share", title=f"{self.wall_s:.1f} s")
        for kind, share in self.shares().items():
            table.add_row(kind, f"{share * self.wall_s:.2f} s", f"{share:.1%}")
        return table

    def _watch(self, thread: int) -> None:
        while not self._over.wait(EVERY_S):
            frame = sys._current_frames().get(thread)
            if frame is not None:
                self._looks[self._kind(frame)] += 1

    def _kind(self, frame: FrameType | None) -> str:
        """Return what the innermost frame that is known is for."""
        while frame is not None:
            code = frame.f_code
            if code not in self._kinds:
                self._kinds[code] = kind_of(code.co_filename, self._rooms)
            if (kind := self._kinds[code]) is not None:
                return kind
            frame = frame.f_back
        return REST


def rooms() -> dict[str, str]:
    """Return the folder in which each room lies."""
    found = {}
    for room in ("models", "emulator", "scenarios", "topologies"):
        spec = find_spec(f"wayfare.{room}")
        assert spec is not None
        found[room] = (spec.submodule_search_locations or [""])[0]
    return found


def kind_of(file: str, places: Mapping[str, str]) -> str | None:
    """Return what the code of a file is for; None if it works for whoever calls it."""
    if file.startswith("<frozen importlib"):
        return IMPORTING
    for room, folder in places.items():
        if file.startswith(folder + os.sep):
            path = room + "/" + PurePath(file).relative_to(folder).as_posix()
            fitting = [(len(one), kind) for kind, ones in KINDS.items() for one in ones if path.startswith(one)]
            return max(fitting)[1] if fitting else None
    return None

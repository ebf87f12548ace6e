"""How far the checking of many runs is, on standard error."""

import sys
import time
from typing import TextIO

EVERY_S = 3.0


class CheckProgress:
    """A line every few seconds, the first after as many: what is checked at once says nothing."""

    def __init__(self, name: str, stream: TextIO | None = None) -> None:
        self._name, self._stream = name, stream or sys.stderr
        self._said = time.monotonic()

    def loaded(self, done: int, of: int) -> None:
        """Say how many points are loaded, each with each method."""
        self._say("read", done, of)

    def built(self, done: int, of: int) -> None:
        """Say of how many the network and the data have been made."""
        self._say("made", done, of)

    def _say(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if now - self._said >= EVERY_S:
            self._said = now
            print(f"{self._name}: {what} {done:,} of {of:,}", file=self._stream, flush=True)

"""A hold on a run folder: as long as a process writes a run, no other may; the system lets go when it dies."""

import os
import socket
import time
from pathlib import Path

from .errors import RecordError

try:
    import fcntl
except ImportError:  # where there is no such lock, only the heartbeat tells
    fcntl = None  # type: ignore[assignment]


_LOOKS_S = 0.01, 0.04, 0.15  # who only looks whether a folder is free holds it for a moment


class Hold:
    """Taken for the life of a process that writes a run folder, or until it is released."""

    def __init__(self, folder: Path) -> None:
        """Take hold of a folder.

        Raises:
            BlockingIOError: Somebody else has.
        """
        self._descriptor = os.open(folder, os.O_RDONLY) if fcntl is not None else -1
        if fcntl is not None:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self.release()
                raise

    @classmethod
    def of(cls, folder: Path) -> "Hold":
        """Take hold of a folder that nobody should be writing.

        Raises:
            RecordError: Somebody is.
        """
        for wait_s in (*_LOOKS_S, None):
            try:
                return cls(folder)
            except BlockingIOError:
                if wait_s is not None:
                    time.sleep(wait_s)
        raise RecordError(f"{folder}: another process runs, resumes or compacts it at this moment")

    def release(self) -> None:
        """Let go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def host() -> str:
    """Return the name of this machine: a hold can be seen from there alone."""
    return socket.gethostname()


def is_free(folder: Path) -> bool:
    """Say whether nobody on this machine holds a folder, where that can be told."""
    try:
        hold = Hold(folder)
    except OSError:
        return False
    hold.release()
    return fcntl is not None

"""A hold on a run folder: as long as a process writes a run, no other may; the system lets go when it dies."""

import os
import socket
from pathlib import Path

try:
    import fcntl
except ImportError:  # where there is no such lock, only the heartbeat tells
    fcntl = None  # type: ignore[assignment]


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

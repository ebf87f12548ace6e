"""A file that a command was asked to write."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Unwritten(OSError):  # noqa: N818 - it says what happened
    """A file that cannot be written; the message names the command and the file."""


def write_output(command: str, path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all: one that is there already stays as it is if this one has no room.

    What is no file, such as /dev/stdout, is written to.

    Args:
        command: Who writes it, such as `compare`, for the message.
        path: Where; a symbolic link is followed.
        content: All of it; text becomes UTF-8.

    Raises:
        Unwritten: It cannot be written.
    """
    from wayfare.emulator.records.files import replace_bytes

    data = content.encode(errors="replace") if isinstance(content, str) else content
    with unwritten(command, path):
        if path.exists() and not (path.is_file() and os.access(path, os.W_OK)):
            path.write_bytes(data)
        else:
            replace_bytes(Path(os.path.realpath(path)), data)


@contextmanager
def unwritten(command: str, path: Path) -> Iterator[None]:
    """Turn what an operating system says of a file that it does not take into a message.

    Args:
        command: Who writes, for the message.
        path: What is written, a file or a folder; of a folder, what the error itself names in it is named.

    Raises:
        Unwritten: Something could not be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None or isinstance(error, BrokenPipeError):  # a message of its own, or nobody reads on
            raise
        named = Path(str(error.filename or path))
        place = named if path in named.parents and named.suffix != ".part" else path
        raise Unwritten(f"wayfare {command}: {place}: cannot be written ({os.strerror(error.errno)})") from error

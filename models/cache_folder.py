"""CacheFolder: files found by a key, in a folder that several processes share and that keeps to a size.

There is no index and no lock. An entry is written aside and renamed, so a reader sees all of it or nothing. Reading
sets its modification time, which is therefore its last use. The file `held` is as long as there are blocks in the
folder: whoever writes an entry appends as many bytes as it takes blocks, and who finds `held` longer than the limit
allows removes the least recently used entries and cuts `held` to what is left. Two that do so at once remove the same.
"""

import contextlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK_BYTES = 4096  # what a file system takes at least, and in steps of which
DEFAULT_LIMIT_BYTES = 2 * 2**30  # about 175,000 results of a small MLP: fifty runs like `first-fedavg`
KEPT = 0.9  # of the limit after an eviction, so that it happens once in a tenth of the limit and not at every entry
ABANDONED_S = 3600.0  # a file written aside that is as old has no writer any more
HELD = "held"

_ENTRY = re.compile(r"([0-9a-f]{2})[0-9a-f]{62}\.safetensors")
_ASIDE = re.compile(r"([0-9a-f]{2})[0-9a-f]{62}\.[0-9a-f]+\.part")


@dataclass(frozen=True)
class Entry:
    """A file of a cache: where it is, what it takes in whole blocks [bytes], and when it was used last [ns]."""

    path: str
    size_bytes: int
    used_ns: int


@dataclass(frozen=True)
class Usage:
    """What a cache holds: entries, what they take in whole blocks [bytes], and the oldest and newest last use [ns]."""

    entries: int
    size_bytes: int
    oldest_ns: int | None
    newest_ns: int | None


class CacheFolder:
    """Entries in `<folder>/<two digits>/<key>.safetensors`, where a key is 64 hexadecimal digits.

    Anything else in the folder is left alone.

    Attributes:
        folder: where the entries are.
        limit_bytes: what they may take; 0 keeps nothing.
    """

    def __init__(self, folder: Path | None = None, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.folder = default_folder() if folder is None else Path(folder)
        self.limit_bytes = limit_bytes

    def __repr__(self) -> str:
        return f"<CacheFolder {self.folder}, at most {self.limit_bytes} bytes>"

    def path(self, key: str) -> Path:
        """Return where the entry of a key is kept."""
        return Path(self._path(key))

    def read(self, key: str) -> bytes | None:
        """Return an entry and note that it was used, or None where there is none.

        Raises:
            OSError: There is one that cannot be read.
        """
        try:
            file = open(self._path(key), "rb", buffering=0)  # noqa: SIM115 - closed below
        except (FileNotFoundError, NotADirectoryError):
            return None
        with file:
            data = file.read()
            with contextlib.suppress(OSError):
                os.utime(file.fileno())
        return data

    def write(self, key: str, data: bytes) -> None:
        """Keep an entry, in the place of one that there is; then make room if the folder holds more than it may.

        Raises:
            OSError: The folder does not take it.
        """
        blocks = _blocks(len(data))
        if blocks * BLOCK_BYTES > self.limit_bytes:
            return
        path = self._path(key)
        try:
            _replace(path, data)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            _replace(path, data)
        with contextlib.suppress(OSError):
            held = self._note(blocks)
            if held == blocks or held * BLOCK_BYTES > self.limit_bytes:  # the first note knows of no earlier entry
                self.evict()

    def evict(self) -> None:
        """Take stock, and where the folder is over its limit remove entries, the least recently used first.

        Raises:
            OSError: The folder cannot be read, or the note of what is held not be written.
        """
        entries = sorted(self.entries(), key=lambda entry: entry.used_ns)
        held_bytes = sum(entry.size_bytes for entry in entries)
        if held_bytes > self.limit_bytes:
            for entry in entries:
                if held_bytes <= KEPT * self.limit_bytes:
                    break
                if _remove(entry.path):
                    held_bytes -= entry.size_bytes
        self._remove_abandoned()
        # Where entries cannot be removed, the next attempt comes after a tenth of the limit again.
        os.truncate(self.folder / HELD, min(held_bytes, int(KEPT * self.limit_bytes)) // BLOCK_BYTES)

    def entries(self) -> Iterator[Entry]:
        """Yield the entries, in no order; what other processes remove meanwhile may or may not be among them."""
        for file, state in self._files(_ENTRY):
            yield Entry(file, _blocks(state.st_size) * BLOCK_BYTES, state.st_mtime_ns)

    def usage(self) -> Usage:
        """Return what the folder holds."""
        entries = list(self.entries())
        uses = sorted(entry.used_ns for entry in entries)
        oldest, newest = (uses[0], uses[-1]) if uses else (None, None)
        return Usage(len(entries), sum(entry.size_bytes for entry in entries), oldest, newest)

    def clear(self) -> Usage:
        """Remove all entries, and nothing else but what keeps account of them; return what was removed.

        Raises:
            OSError: An entry cannot be removed.
        """
        before = self.usage()
        for entry in self.entries():
            with contextlib.suppress(FileNotFoundError):
                os.unlink(entry.path)
        self._remove_abandoned()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.folder / HELD)
        for shard in self._shards():
            with contextlib.suppress(OSError):
                os.rmdir(shard)  # unless something is in it
        return before

    def _path(self, key: str) -> str:
        return f"{self.folder}{os.sep}{key[:2]}{os.sep}{key}.safetensors"

    def _note(self, blocks: int) -> int:
        """Note that so many blocks were taken; return how many all processes noted since stock was taken."""
        descriptor = os.open(self.folder / HELD, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            os.write(descriptor, bytes(blocks))
            return os.lseek(descriptor, 0, os.SEEK_CUR)
        finally:
            os.close(descriptor)

    def _remove_abandoned(self) -> None:
        """Remove what processes that died have left half-written."""
        oldest_ns = time.time_ns() - int(ABANDONED_S * 1e9)
        for file, state in self._files(_ASIDE):
            if state.st_mtime_ns < oldest_ns:
                _remove(file)

    def _files(self, form: re.Pattern[str]) -> Iterator[tuple[str, os.stat_result]]:
        """Yield plain files of this form, each in the folder of its first two digits."""
        for shard in self._shards():
            try:
                with os.scandir(shard) as files:
                    for file in files:
                        match = form.fullmatch(file.name)
                        if match and match[1] == shard[-2:] and file.is_file(follow_symlinks=False):
                            with contextlib.suppress(FileNotFoundError):
                                yield file.path, file.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue

    def _shards(self) -> list[str]:
        try:
            with os.scandir(self.folder) as found:
                return [
                    shard.path
                    for shard in found
                    if re.fullmatch("[0-9a-f]{2}", shard.name) and shard.is_dir(follow_symlinks=False)
                ]
        except FileNotFoundError:
            return []


def default_folder() -> Path:
    """Return $WAYFARE_CACHE, or wayfare below $XDG_CACHE_HOME, or below ~/.cache."""
    if chosen := os.environ.get("WAYFARE_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "wayfare"


def _blocks(size_bytes: int) -> int:
    return -(-size_bytes // BLOCK_BYTES)


def _replace(path: str, data: bytes) -> None:
    """Write a file aside and rename it; what is not whole is not left behind."""
    aside = f"{path.removesuffix('.safetensors')}.{secrets.token_hex(8)}.part"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(descriptor, "wb", buffering=0) as file:
            rest = memoryview(data)
            while rest:  # a disk that fills up takes a part first, and says why with the next
                rest = rest[file.write(rest) :]
        os.replace(aside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise


def _remove(path: str) -> bool:
    """Remove a file if it is there and can be; say whether it is gone."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True

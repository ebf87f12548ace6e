"""A folder of entries that keeps to its limit, shared by processes, on disks that are full, read-only or someone's."""

import hashlib
import os
import subprocess
import sys
import time

import pytest

from wayfare.models.cache_folder import ABANDONED_S, BLOCK_BYTES, HELD, KEPT, CacheFolder


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


@pytest.fixture
def cache(tmp_path):
    """A cache of at most forty entries of a block each."""
    return CacheFolder(tmp_path / "cache", 40 * BLOCK_BYTES)


def held(cache):
    return {entry.path for entry in cache.entries()}


def use(cache, number, seconds_ago):
    """Say when an entry was used last."""
    used_ns = time.time_ns() - int(seconds_ago * 1e9)
    os.utime(cache.path(key(number)), ns=(used_ns, used_ns))


def test_an_entry_comes_back_as_it_was_written(cache):
    assert cache.read(key(1)) is None
    cache.write(key(1), b"one")
    cache.write(key(1), b"two")
    assert cache.read(key(1)) == b"two"
    assert (cache.usage().entries, cache.usage().size_bytes) == (1, BLOCK_BYTES)


def test_the_limit_is_held_after_every_entry(cache):
    for number in range(200):
        cache.write(key(number), b"x" * (1 + number * 97 % 9000))
        assert cache.usage().size_bytes <= cache.limit_bytes
    assert cache.usage().size_bytes > 0.5 * cache.limit_bytes


def test_the_least_recently_used_go_first_and_reading_is_using(cache):
    for number in range(40):
        cache.write(key(number), b"x")
        use(cache, number, seconds_ago=1000 - number)
    for number in (0, 2, 3):
        cache.read(key(number))
    cache.write(key(40), b"x")
    gone = {number for number in range(41) if not cache.path(key(number)).exists()}
    left = int(KEPT * 40)
    assert gone == {1, *range(4, 4 + 41 - left - 1)}


def test_an_eviction_makes_room_for_more_than_one_entry(cache):
    for number in range(41):
        cache.write(key(number), b"x")
    assert cache.usage().entries == int(KEPT * 40)
    for number in range(41, 45):
        cache.write(key(number), b"x")
    assert cache.usage().entries == 40


def test_an_entry_larger_than_the_limit_is_not_kept_and_drives_nothing_out(cache):
    cache.write(key(1), b"x")
    cache.write(key(2), b"x" * (cache.limit_bytes + 1))
    assert held(cache) == {str(cache.path(key(1)))}


def test_entries_from_before_the_account_was_kept_are_counted(cache):
    for number in range(40):
        cache.write(key(number), b"x")
    (cache.folder / HELD).unlink()
    cache.write(key(40), b"x")
    assert cache.usage().entries == int(KEPT * 40)


def test_a_smaller_limit_is_held_from_the_next_entry_on(cache):
    for number in range(40):
        cache.write(key(number), b"x")
    CacheFolder(cache.folder, 10 * BLOCK_BYTES).write(key(40), b"x")
    assert cache.usage().entries == 9


def test_what_cannot_be_removed_is_not_tried_again_at_every_entry(cache, monkeypatch):
    looks = []
    scan = os.scandir

    def counting(path):
        looks.append(path)
        return scan(path)

    def refuse(path):
        raise PermissionError(13, "Permission denied", path)

    for number in range(40):
        cache.write(key(number), b"x")
    monkeypatch.setattr(os, "unlink", refuse)
    monkeypatch.setattr(os, "scandir", counting)
    for number in range(40, 43):
        cache.write(key(number), b"x")
    assert looks.count(cache.folder) == 2  # entries and abandoned files, once each
    assert cache.usage().entries == 43


FILLS = """
import hashlib, sys
from pathlib import Path
from wayfare.models.cache_folder import CacheFolder
cache = CacheFolder(Path(sys.argv[1]), 40 * 4096)
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 300):
    key = hashlib.sha256(str(number).encode()).hexdigest()
    cache.write(key, key.encode())
    found = cache.read(key)
    assert found in (None, key.encode()), found
"""


def test_processes_that_fill_and_evict_at_once_hold_the_limit_and_read_whole_entries(cache):
    starts = ("0", "150", "600")
    filling = [subprocess.Popen([sys.executable, "-c", FILLS, str(cache.folder), start]) for start in starts]
    assert [process.wait(timeout=120) for process in filling] == [0, 0, 0]
    cache.write(key(10_000), b"x")
    assert 0 < cache.usage().size_bytes <= cache.limit_bytes
    assert not list(cache.folder.rglob("*.part"))


def test_clearing_removes_entries_and_what_writers_left_and_nothing_else(cache):
    for number in range(5):
        cache.write(key(number), b"x")
    shard = cache.path(key(0)).parent
    mine = [
        cache.folder / "notes.txt",
        shard / "notes.txt",
        shard / f"{key(0)}.txt",
        cache.folder / f"{key(0)}.safetensors",
    ]
    elsewhere = cache.folder / "zz"
    elsewhere.mkdir()
    mine.append(elsewhere / f"{key(1)}.safetensors")
    for path in mine:
        path.write_text("mine")
    outside = cache.folder.parent / f"{key(7)}.safetensors"
    outside.write_text("mine")
    link = shard / (key(0)[:2] + key(7)[2:] + ".safetensors")
    link.symlink_to(outside)
    dead, living = shard / f"{key(0)}.0a1b.part", shard / f"{key(0)}.0a1c.part"
    dead.write_text("half")
    living.write_text("half")
    long_ago = time.time() - ABANDONED_S - 60
    os.utime(dead, (long_ago, long_ago))
    removed = cache.clear()
    assert (removed.entries, removed.size_bytes) == (5, 5 * BLOCK_BYTES)
    assert all(path.read_text() == "mine" for path in [*mine, outside])
    assert link.is_symlink()
    assert (dead.exists(), living.exists()) == (False, True)
    assert cache.usage().entries == 0


def test_clearing_leaves_no_folder_that_it_made(cache):
    cache.write(key(1), b"x")
    cache.clear()
    assert list(cache.folder.iterdir()) == []
    cache.write(key(1), b"x")
    assert cache.read(key(1)) == b"x"


def test_a_cache_that_is_not_there_yet_holds_nothing(cache):
    usage = cache.usage()
    assert (usage.entries, usage.size_bytes, usage.oldest_ns, usage.newest_ns) == (0, 0, None, None)
    assert cache.clear() == usage
    assert not cache.folder.exists()


def test_the_oldest_and_the_newest_use_are_known(cache):
    cache.write(key(1), b"x")
    cache.write(key(2), b"x")
    use(cache, 1, seconds_ago=50)
    usage = cache.usage()
    assert usage.newest_ns - usage.oldest_ns == pytest.approx(50e9, rel=0.5)


FULL = """
import resource, signal, sys
from pathlib import Path
from wayfare.models.cache_folder import CacheFolder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
cache = CacheFolder(Path(sys.argv[1]))
cache.write("ab" * 32, b"x" * 1000)
try:
    cache.write("cd" * 32, b"x" * 5000)
except OSError as error:
    print(error)
"""


def test_a_full_disk_is_said_and_leaves_whole_entries_only(cache):
    """A full disk, played by a limit on the size of files."""
    said = subprocess.run([sys.executable, "-c", FULL, cache.folder], capture_output=True, text=True, check=True)
    assert "File too large" in said.stdout
    assert held(cache) == {str(cache.path("ab" * 32))}
    assert not list(cache.folder.rglob("*.part"))

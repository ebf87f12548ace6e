import os
import threading

import pytest

from wayfare.models import MLPStructure, ResultMemory, TrainingPlan, train, weights_digest
from wayfare.models.cache_folder import default_folder

STRUCTURE = MLPStructure((5, 4, 3))
KEY, OTHER = "ab" * 32, "cd" * 32


def bits(result):
    return weights_digest({"": result.model}), result.loss.hex(), result.samples


@pytest.fixture
def result(make_jobs):
    return train(make_jobs(STRUCTURE, TrainingPlan(3, 4), 1))[0]


@pytest.fixture
def memory(tmp_path):
    return ResultMemory(tmp_path / "cache")


def test_what_was_remembered_comes_back_bit_by_bit(memory, result):
    assert memory.get(KEY, STRUCTURE) is None
    memory.put(KEY, result)
    assert bits(memory.get(KEY, STRUCTURE)) == bits(result)
    assert memory.get(OTHER, STRUCTURE) is None
    assert memory.cache.path(KEY) == memory.cache.folder / "ab" / f"{KEY}.safetensors"
    assert (memory.corrupt, memory.unwritten) == (0, 0)


def test_every_damaged_byte_is_found_out(memory, result):
    memory.put(KEY, result)
    whole = memory.cache.path(KEY).read_bytes()
    header = 8 + int.from_bytes(whole[:8], "little")
    for place in [*range(0, header, 7), *range(header, len(whole))]:
        memory.cache.path(KEY).write_bytes(whole[:place] + bytes([whole[place] ^ 0x11]) + whole[place + 1 :])
        assert memory.get(KEY, STRUCTURE) is None
    assert memory.corrupt == len([*range(0, header, 7), *range(header, len(whole))])


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_truncated_entry_is_ignored_counted_and_overwritten(memory, result, cut):
    memory.put(KEY, result)
    memory.cache.path(KEY).write_bytes(memory.cache.path(KEY).read_bytes()[:cut])
    assert memory.get(KEY, STRUCTURE) is None
    assert memory.corrupt == 1
    memory.put(KEY, result)
    assert bits(memory.get(KEY, STRUCTURE)) == bits(result)


def test_an_entry_under_the_wrong_name_is_found_out(memory, result):
    memory.put(KEY, result)
    memory.put(OTHER, result)
    memory.cache.path(OTHER).write_bytes(memory.cache.path(KEY).read_bytes())
    assert memory.get(OTHER, STRUCTURE) is None
    assert memory.corrupt == 1


def test_an_entry_of_another_structure_is_not_handed_out(memory, result):
    memory.put(KEY, result)
    assert memory.get(KEY, MLPStructure((5, 5, 3))) is None


def test_a_folder_that_takes_no_files_does_not_stop_a_run(tmp_path, result):
    (tmp_path / "file").write_text("in the way")
    memory = ResultMemory(tmp_path / "file" / "cache")
    memory.put(KEY, result)
    assert (memory.unwritten, memory.trouble) == (1, "Not a directory")
    assert memory.get(KEY, STRUCTURE) is None
    assert memory.corrupt == 0


def test_an_entry_that_cannot_be_read_is_computed_again_and_counted(memory, result):
    memory.cache.path(KEY).mkdir(parents=True)
    assert memory.get(KEY, STRUCTURE) is None
    assert memory.corrupt == 1


def test_a_memory_of_nothing_keeps_nothing_and_is_no_trouble(tmp_path, result):
    memory = ResultMemory(tmp_path / "cache", limit_bytes=0)
    memory.put(KEY, result)
    assert memory.get(KEY, STRUCTURE) is None
    assert (memory.unwritten, memory.corrupt) == (0, 0)
    assert not memory.cache.folder.exists()


def test_nothing_half_written_is_left_behind(memory, result):
    memory.cache.path(KEY).mkdir(parents=True)
    memory.put(KEY, result)
    assert memory.unwritten == 1
    assert [path.name for path in memory.cache.path(KEY).parent.iterdir()] == [f"{KEY}.safetensors"]


def test_writers_and_readers_at_once_see_whole_entries(memory, result):
    seen = []

    def write():
        for _ in range(40):
            memory.put(KEY, result)

    def read():
        other = ResultMemory(memory.cache.folder)
        seen.extend(other.get(KEY, STRUCTURE) for _ in range(40))
        seen.append(other.corrupt)

    memory.put(KEY, result)
    threads = [threading.Thread(target=work) for work in (write, read, write, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [corrupt for corrupt in seen if isinstance(corrupt, int)] == [0, 0]
    assert {bits(one) for one in seen if not isinstance(one, int)} == {bits(result)}


def test_the_default_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("WAYFARE_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert default_folder() == tmp_path / ".cache" / "wayfare"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_folder() == tmp_path / "xdg" / "wayfare"
    monkeypatch.setenv("WAYFARE_CACHE", str(tmp_path / "own"))
    assert ResultMemory().cache.folder == default_folder() == tmp_path / "own"
    assert not os.path.exists(tmp_path / "own")

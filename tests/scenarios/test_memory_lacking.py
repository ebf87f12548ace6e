"""What is said where there is not enough memory."""

import errno

import pytest

from wayfare.emulator.records import find_runs
from wayfare.emulator.world import World
from wayfare.scenarios import running
from wayfare.scenarios.errors import memory_lacking
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import RunTooLarge, run


def caused_by(error, cause):
    try:
        raise error from cause
    except type(error) as raised:
        return raised


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "out of memory"),
        (MemoryError("Unable to allocate 9 GiB"), "out of memory (Unable to allocate 9 GiB)"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "out of memory ([Errno 12] Cannot allocate memory)"),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 8 bytes\nmore"),
            "out of memory ([enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 8 bytes)",
        ),
        (caused_by(RuntimeError("x"), MemoryError("9 GiB")), "out of memory (9 GiB)"),
        (OSError(errno.ENOSPC, "No space left on device"), None),
        (ValueError("memory"), None),
    ],
)
def test_lack_of_memory_is_told_from_other_errors_and_says_for_what(error, said):
    assert memory_lacking(error) == said


def test_a_run_that_lacks_memory_keeps_its_folder_and_says_what_to_do(tmp_path, pair_text, monkeypatch):
    def lacking(*_):
        raise MemoryError("Unable to allocate 9 GiB")

    file = tmp_path / "pair.scenario.yaml"
    file.write_text(pair_text)
    with monkeypatch.context() as patch:
        patch.setattr(World, "run", lacking)
        with pytest.raises(
            RunTooLarge, match=r"out of memory \(Unable to allocate 9 GiB\); .* kept\. Run it where more"
        ):
            run(load(file), tmp_path / "runs")
    (folder,) = find_runs(tmp_path / "runs")
    assert '"out of memory (Unable to allocate 9 GiB)"' in (folder / "run.json").read_text()
    monkeypatch.setattr(running, "build", lacking)
    with pytest.raises(
        RunTooLarge, match=r"^pair: out of memory .*the network, the data and the model do not fit\. Run"
    ):
        run(load(file), tmp_path / "more")
    assert not (tmp_path / "more").exists()

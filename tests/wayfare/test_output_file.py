"""Files that commands write: whole or not at all."""

import resource
from contextlib import contextmanager
from pathlib import Path

import pytest

from wayfare.output_file import Unwritten, unwritten, write_output
from wayfare.scenarios.templates import write_new


@contextmanager
def room_for(size_bytes):
    """Let no file grow beyond a size, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_stays_as_it_was_where_the_new_one_has_no_room(tmp_path):
    path = tmp_path / "x.csv"
    write_output("compare", path, "before")
    with room_for(4000), pytest.raises(Unwritten) as caught:
        write_output("compare", path, "after" * 1000)
    assert str(caught.value) == f"wayfare compare: {path}: cannot be written (File too large)"
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("x.csv", "before")]


def test_a_link_is_followed_and_a_device_is_written_to(tmp_path):
    link = tmp_path / "link"
    link.symlink_to("x.csv")
    write_output("schema", link, "text")
    assert (link.is_symlink(), (tmp_path / "x.csv").read_text()) == (True, "text")
    with pytest.raises(Unwritten, match=r"^wayfare schema: /dev/full: cannot be written \(No space left on device\)$"):
        write_output("schema", Path("/dev/full"), "text")
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize(("place", "reason"), [("none/x", "No such file or directory"), (".", "Is a directory")])
def test_where_a_file_cannot_be_is_said(tmp_path, place, reason):
    with pytest.raises(Unwritten) as caught:
        write_output("report", tmp_path / place, b"")
    assert str(caught.value) == f"wayfare report: {tmp_path / place}: cannot be written ({reason})"
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_has_gone_is_no_trouble_of_a_file(tmp_path):
    with pytest.raises(BrokenPipeError), unwritten("export", tmp_path):
        raise BrokenPipeError(32, "Broken pipe")


@pytest.mark.parametrize("room_bytes", [100, 10_000])  # neither file has room, or the scenario alone has
def test_a_new_scenario_that_has_no_room_leaves_nothing(tmp_path, room_bytes):
    with room_for(room_bytes), pytest.raises(OSError, match="File too large"):
        write_new(tmp_path / "deep" / "walk.scenario.yaml", "learning")
    assert list(tmp_path.iterdir()) == []

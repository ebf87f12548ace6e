import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.models import ByGroup, DatasetError, Text, named_streams, split_data
from wayfare.models.dataset import UNCOUNTED
from wayfare.models.text import cut


@given(st.binary(max_size=60), st.integers(1, 9))
def test_windows_and_what_follows_them_are_the_text_again(content, length):
    windows, following = cut(content, length)
    assert windows.shape == following.shape == (len(windows), length)
    again = b""
    for window, after in zip(windows, following, strict=True):
        counted = after[after != UNCOUNTED].astype(np.uint8).tobytes()
        assert counted[: length - 1] == window.tobytes()[1 : 1 + len(counted)][: length - 1]
        again += window[:1].tobytes() + counted
    lost = len(content) % (length + 1) == 1
    assert again == content[: len(content) - lost]


def test_the_last_window_is_filled_up_with_what_is_not_counted():
    windows, following = cut(b"abcdefg", 3)
    assert [bytes(window) for window in windows] == [b"abc", b"efg"]
    assert following.tolist() == [[98, 99, 100], [102, 103, UNCOUNTED]]


@pytest.fixture
def library(tmp_path):
    (tmp_path / "law.txt").write_bytes(b"No person shall." * 10)
    (tmp_path / "notes.md").write_bytes(b"not a text")
    for name, text in (("one", "Call me Ishmael. "), ("two", "The sea, the sea. ")):
        (tmp_path / "novels" / name).mkdir(parents=True)
        (tmp_path / "novels" / name / "chapter.txt").write_text(text * 9, encoding="utf-8")
    return tmp_path


def test_each_file_and_each_sub_folder_is_a_group(library):
    read = Text(str(library), length=16).load()
    assert read.group_names == ("law.txt", "novels")
    assert (read.task, read.classes) == ("language", 256)
    assert bytes(read.features[read.groups == 0][0]) == b"No person shall."
    assert bytes(read.features[read.groups == 1][0]) == b"Call me Ishmael."
    assert len(read) == -(-160 // 17) + -(-153 // 17) + -(-162 // 17)


def test_a_single_file_is_one_group(library):
    read = Text(str(library / "notes.md"), length=4).load()
    assert read.group_names == ("notes.md",)
    assert len(read) == 2


def test_windows_of_a_repetitive_text_are_in_the_test_set_or_at_nodes_and_never_in_both(tmp_path):
    # Equal windows abound here, which a split by index alone would spread over both sides.
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_bytes(bytes(name[0].encode()[0] + number % 7 for number in range(2000)))
    read = Text(str(tmp_path), length=5).load()
    assert len(set(read.originals.tolist())) < len(read) / 4
    split = split_data(read, ByGroup(), ["x", "y"], named_streams(1))
    tested = {bytes(row) for row in split.test.features.numpy()}
    for node in ("x", "y"):
        train, validation = (
            {bytes(row) for row in part[node].features.numpy()} for part in (split.train, split.validation)
        )
        assert not tested & (train | validation)
        assert not train & validation


@pytest.mark.parametrize(
    ("path", "pattern", "message"),
    [
        ("gone", "*.txt", "no such file or folder"),
        (".", "*.rst", "no file in it is like"),
        ("empty.md", "*", "no text in"),
    ],
)
def test_what_holds_no_text_is_refused(library, path, pattern, message):
    (library / "empty.md").touch()
    with pytest.raises(DatasetError, match=message):
        Text(str(library / path), pattern=pattern).load()


def test_the_files_that_are_read_can_be_asked_for(library):
    assert [file.name for file in Text(str(library)).files()] == ["law.txt", "chapter.txt", "chapter.txt"]

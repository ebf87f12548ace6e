import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.models import ByGroup, DatasetError, Text, named_streams, split_data
from wayfare.models.dataset import UNCOUNTED
from wayfare.models.text import cut, samples_of


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


def test_files_and_sub_folders_can_be_the_classes_of_texts(library):
    read = Text(str(library), length=16, task="classification").load()
    assert (read.task, read.classes, read.features.shape[1]) == ("classification", 2, 16)
    assert [bytes(row).rstrip(b"\0") for row in read.features[read.labels == 1][:3]] == [b"Call me Ishmael."] * 3
    assert read.group_names == ("law.txt", "novels/one/chapter.txt", "novels/two/chapter.txt")
    assert set(zip(read.labels.tolist(), read.groups.tolist(), strict=True)) == {(0, 0), (1, 1), (1, 2)}


def test_lines_can_be_samples(library):
    (library / "law.txt").write_bytes(b" No person \r\n\r\nshall be deprived\n")
    read = Text(str(library), length=8, task="classification", samples="lines").load()
    assert [bytes(row) for row in read.features[read.labels == 0]] == [b"No perso", b"shall be"]


@given(st.binary(max_size=60), st.integers(1, 9))
def test_samples_keep_every_byte_but_blanks_and_cut_no_word_that_fits(content, length):
    pieces = samples_of(content, length, lines=False)
    assert b"".join(b"".join(pieces).split()) == b"".join(content.split())
    assert all(0 < len(piece) <= length for piece in pieces)
    whole = [word for word in content.split() if len(word) <= length]
    assert all(any(word in piece.split() for piece in pieces) for word in whole)


def test_texts_that_are_no_classes_are_refused(library):
    with pytest.raises(DatasetError, match="holds 1 files and sub-folders; 2 to 256"):
        Text(str(library / "law.txt"), task="classification").load()
    (library / "blank.txt").write_text(" \n")
    with pytest.raises(DatasetError, match=r"no text in 'blank\.txt'"):
        Text(str(library), task="classification").load()
    with pytest.raises(ValueError, match="lines are for 'task: classification'"):
        Text(str(library), samples="lines")

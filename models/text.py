"""Text: files as bytes, cut into windows in which a model says the next byte."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from annotated_types import Ge, Le, Len
from numpy.typing import NDArray

from .dataset import UNCOUNTED, Dataset, DatasetError
from .streams import Stream


@dataclass(frozen=True)
class Text:
    """Text files as bytes, in windows; each file or sub-folder is a natural group: an author, a domain, a language.

    A window and the byte after it are one piece of the file, and pieces do not overlap, so what is held out is not in
    any other window. The last window of a file is filled up with zeros, which no loss counts.
    """

    path: Annotated[str, "A text file, or a folder: each file and each sub-folder in it is a group.", Len(1)]
    length: Annotated[int, "Bytes that a model sees at once.", Ge(1), Le(65536)] = 64
    pattern: Annotated[str, "Which files of the folder and its sub-folders are read.", Len(1)] = "*.txt"

    def files(self) -> list[Path]:
        """Return the files that are read.

        Raises:
            DatasetError: there is none.
        """
        return [file for _, files in self._groups() for file in files]

    def load(self, _: Stream | None = None) -> Dataset:
        """Return all windows, file by file.

        Raises:
            DatasetError: there is no such file, or none with two bytes.
        """
        names, features, labels, groups = [], [], [], []
        for number, (name, files) in enumerate(self._groups()):
            names.append(name)
            for file in files:
                windows, following = cut(_content(file), self.length)
                features.append(windows)
                labels.append(following)
                groups.append(np.full(len(windows), number))
        if not sum(map(len, features)):
            raise DatasetError(f"{self.path}: there is no text in it, which needs at least two bytes")
        return Dataset(
            np.concatenate(features),
            np.concatenate(labels),
            classes=256,
            scale=1.0,
            name="text",
            source=self.path,
            task="language",
            groups=np.concatenate(groups),
            group_names=tuple(names),
        )

    def _groups(self) -> list[tuple[str, list[Path]]]:
        """Return name and files of each group, sorted by name."""
        root = Path(self.path)
        if root.is_file():
            return [(root.name, [root])]
        if not root.is_dir():
            raise DatasetError(f"{root}: there is no such file or folder")
        found = [(entry.name, list(self._files(entry))) for entry in sorted(root.iterdir())]
        groups = [(name, files) for name, files in found if files]
        if not groups:
            raise DatasetError(f"{root}: no file in it is like `pattern: {self.pattern}`")
        return groups

    def _files(self, entry: Path) -> Iterator[Path]:
        if entry.is_dir():
            yield from sorted(file for file in entry.rglob(self.pattern) if file.is_file())
        elif entry.match(self.pattern):
            yield entry


def cut(content: bytes, length: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the windows (windows, length) of a text and the byte that follows each byte.

    A rest of a single byte has no byte to follow it and is dropped.
    """
    windows = (len(content) + length - 1) // (length + 1)
    values = np.full(windows * (length + 1), UNCOUNTED, np.int64)
    taken = np.frombuffer(content, np.uint8)[: len(values)]
    values[: len(taken)] = taken
    pieces = values.reshape(windows, length + 1)
    return np.maximum(pieces[:, :-1], 0).astype(np.uint8), np.ascontiguousarray(pieces[:, 1:])


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise DatasetError(f"{file}: cannot be read: {error.strerror}") from None

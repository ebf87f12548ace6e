"""Text: files as bytes, cut into windows in which a model says the next byte, or of which it says whence they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Le, Len
from numpy.typing import NDArray

from .dataset import UNCOUNTED, Dataset, DatasetError
from .streams import Stream


@dataclass(frozen=True)
class Text:
    """Text files as bytes, in windows; each file or sub-folder is a natural group: an author, a domain, a language.

    To say the next byte, a window and the byte after it are one piece of the file, and pieces do not overlap, so what
    is held out is not in any other window. The last window of a file is filled up with zeros, which no loss counts.

    To classify, each file or sub-folder is a class, in the order of the names, and the files are the natural groups. A
    sample is a line, cut off at `length`, or as many whole words as fit into a window; zeros fill it up. A `lora` base
    with a tokeniser reads it as text.
    """

    path: Annotated[str, "A text file, or a folder: each file and each sub-folder in it is a group.", Len(1)]
    length: Annotated[int, "Bytes that a model sees at once.", Ge(1), Le(65536)] = 64
    pattern: Annotated[str, "Which files of the folder and its sub-folders are read.", Len(1)] = "*.txt"
    task: Annotated[
        Literal["language", "classification"], "To say the next byte, or from which file or sub-folder a text is."
    ] = "language"
    samples: Annotated[
        Literal["windows", "lines"], "What is classified: windows full of words, or lines; empty ones do not count."
    ] = "windows"

    def __post_init__(self) -> None:
        """Refuse what does not go together.

        Raises:
            ValueError: lines of a language.
        """
        if self.samples == "lines" and self.task == "language":
            raise ValueError("lines are for 'task: classification'; the next byte is said in windows")

    def files(self) -> list[Path]:
        """Return the files that are read.

        Raises:
            DatasetError: there is none.
        """
        return [file for _, files in self._groups() for file in files]

    def load(self, _: Stream | None = None) -> Dataset:
        """Return all samples, file by file.

        Raises:
            DatasetError: there is no such file, none with two bytes, or not two classes or more than 256.
        """
        return self._windows() if self.task == "language" else self._classes()

    def _windows(self) -> Dataset:
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

    def _classes(self) -> Dataset:
        found = self._groups()
        if not 2 <= len(found) <= 256:
            raise DatasetError(
                f"{self.path}: holds {len(found)} files and sub-folders; 2 to 256 of them can be classes"
            )
        texts: list[bytes] = []
        labels: list[int] = []
        groups: list[str] = []
        for label, (name, files) in enumerate(found):
            before = len(texts)
            for file in files:
                pieces = samples_of(_content(file), self.length, lines=self.samples == "lines")
                texts += pieces
                labels += [label] * len(pieces)
                groups += [str(file.relative_to(self.path))] * len(pieces)
            if len(texts) == before:
                raise DatasetError(f"{self.path}: there is no text in {name!r}")
        names, numbers = np.unique(groups, return_inverse=True)
        return Dataset(
            padded(texts, self.length),
            np.array(labels, np.int64),
            classes=len(found),
            scale=1 / 255,
            name="text",
            source=self.path,
            groups=numbers.reshape(-1).astype(np.int64),
            group_names=tuple(names.tolist()),
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


def samples_of(content: bytes, length: int, *, lines: bool) -> list[bytes]:
    """Return the samples of a text, without what is white around them: its lines, or words that fit into a window."""
    if lines:
        return [line.strip()[:length] for line in content.splitlines() if line.strip()]
    # From a word to the last end of a word that is not beyond the window; a longer word is cut.
    return re.findall(rb"(?s)(?=\S)(?:.{0,%d}\S(?!\S)|.{1,%d})" % (length - 1, length), content)


def padded(texts: list[bytes], length: int) -> NDArray[np.uint8]:
    """Return texts of at most `length` bytes, filled up with zeros: (texts, length)."""
    filled = b"".join(text.ljust(length, b"\0") for text in texts)
    return np.frombuffer(filled, np.uint8).reshape(len(texts), length).copy()


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise DatasetError(f"{file}: cannot be read: {error.strerror}") from None

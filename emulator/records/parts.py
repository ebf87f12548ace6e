"""Part: a file of a table that has ended, and what makes it believable.

The manifest of a run that has ended lists the parts of each table under `tables`. Segments that are not in a part yet
follow them, where a run went on after it had been compacted; segments that are, are left-overs.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import RecordError


@dataclass(frozen=True)
class Part:
    """One file of a table, Parquet or an Arrow stream.

    Attributes:
        file: Its name in the run folder.
        segments: How many segments of the table are in it.
        rows: How many rows it holds.
        sha256: Of the whole file, as hex.
    """

    file: str
    segments: int
    rows: int
    sha256: str

    @property
    def is_parquet(self) -> bool:
        """Whether it is compacted."""
        return self.file.endswith(".parquet")

    def check(self, folder: Path) -> None:
        """Raise RecordError unless the file is what it was when it was listed."""
        path = folder / self.file
        try:
            found = sha256_of(path)
        except OSError as error:
            raise RecordError(f"{path}: cannot be read ({error.strerror}), but run.json lists it") from error
        if found != self.sha256:
            raise RecordError(f"{path}: damaged (its SHA-256 is not the one in run.json)")


def parts_of(manifest: Mapping[str, Any], name: str, folder: Path) -> list[Part]:
    """Return the parts of a table that a manifest lists, none if it lists none.

    Raises:
        RecordError: The manifest says something else than parts there.
    """
    try:
        parts = [Part(**part) for part in (manifest.get("tables") or {}).get(name, ())]
        if not all(_is_part(part, name) for part in parts):
            raise ValueError(f"{parts} are no parts of {name}")
    except (AttributeError, TypeError, ValueError) as error:
        raise RecordError(f"{folder / 'run.json'}: lists the table {name} wrongly ({error})") from error
    return parts


def compacted(manifest: Mapping[str, Any], name: str, folder: Path) -> int:
    """Return how many segments of a table are in the parts that a manifest lists: the number of the next segment."""
    return sum(part.segments for part in parts_of(manifest, name, folder))


def table_files(folder: Path, name: str) -> list[Path]:
    """Return all files of a table that are in a run folder now, in order of name."""
    return sorted(
        path
        for form in ("arrows", "parquet")
        for path in (*folder.glob(f"{name}.{form}"), *folder.glob(f"{name}.*.{form}"))
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_part(part: Part, name: str) -> bool:
    """Say whether a part names a file of its table in the run folder, and counts what can be counted."""
    named = isinstance(part.file, str) and re.fullmatch(rf"{name}(\.\d+)?\.(arrows|parquet)", part.file)
    counted = all(type(count) is int and count >= least for count, least in ((part.segments, 1), (part.rows, 0)))
    return bool(named) and counted and isinstance(part.sha256, str)

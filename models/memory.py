"""ResultMemory: training results on disk, found by what they depend on. Several processes may share one folder."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import torch

from .job import TrainingResult
from .model import Model
from .packing import PackingError, pack, unpack
from .structure import Structure

_WEIGHT = "weight of "


class ResultMemory:
    """A folder of results, one safetensors file each, named by the job's key.

    A file is written aside and renamed, so a reader sees all of it or nothing; a checksum inside guards the rest. A
    memory that fails only costs time: a damaged entry is computed again and overwritten, and a folder that takes no
    files is let be.

    Attributes:
        folder: where the files are.
        corrupt: entries found damaged.
        unwritten: results that the folder did not take.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = default_folder() if folder is None else Path(folder)
        self.corrupt = 0
        self.unwritten = 0

    def __repr__(self) -> str:
        return f"<ResultMemory in {self.folder}: {self.corrupt} corrupt, {self.unwritten} unwritten>"

    def path(self, key: str) -> Path:
        """Return where the result of a job with this key is kept."""
        return self.folder / key[:2] / f"{key}.safetensors"

    def get(self, key: str, structure: Structure) -> TrainingResult | None:
        """Return the result remembered for a job of this key and structure, or None."""
        try:
            data = self.path(key).read_bytes()
        except OSError:
            return None
        try:
            return _decode(data, key, structure)
        except (PackingError, ValueError, KeyError):
            self.corrupt += 1
            return None

    def put(self, key: str, result: TrainingResult) -> None:
        """Remember a result; an entry of that key, whole or damaged, is replaced."""
        try:
            _write(self.path(key), _encode(key, result))
        except OSError:
            self.unwritten += 1


def default_folder() -> Path:
    """Return $WAYFARE_CACHE, or wayfare below $XDG_CACHE_HOME, or below ~/.cache."""
    if chosen := os.environ.get("WAYFARE_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "wayfare"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(aside, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise


def _encode(key: str, result: TrainingResult) -> bytes:
    tensors = {_WEIGHT + name: tensor for name, tensor in result.model.weights.items()}
    tensors["loss"] = torch.tensor([result.loss], dtype=torch.float64)
    tensors["samples"] = torch.tensor([result.samples], dtype=torch.int64)
    return pack(tensors | {"checksum": _checksum(key, tensors)})


def _decode(data: bytes, key: str, structure: Structure) -> TrainingResult:
    tensors = unpack(data)
    if not torch.equal(tensors.pop("checksum"), _checksum(key, tensors)):
        raise PackingError("the checksum does not agree with the content")
    weights = {name.removeprefix(_WEIGHT): tensor for name, tensor in tensors.items() if name.startswith(_WEIGHT)}
    return TrainingResult(Model(structure, weights), float(tensors["loss"].item()), int(tensors["samples"].item()))


def _checksum(key: str, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Return the BLAKE2b of key and content; with the key in it, a file under another's name is found out too."""
    digest = hashlib.blake2b(key.encode() + pack(tensors), digest_size=32).digest()
    return torch.tensor(list(digest), dtype=torch.uint8)

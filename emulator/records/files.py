"""The small files of a run folder: each is replaced as a whole, and believed if it is what was written.

`run.json` carries a checksum of itself: the SHA-256 of all that it says besides, as JSON with sorted keys and without
white space. Under `files` it lists the SHA-256 of the scenario, the topology, the summary and the answers' weights.
Runs of older versions have less of this, and are believed.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from .errors import RecordError

MANIFEST, SUMMARY, WEIGHTS = "run.json", "summary.json", "weights.safetensors"
CHECKSUM = "checksum"


def as_json(content: Mapping[str, Any]) -> str:
    """Return a JSON file's text; NaN and infinity are refused, which JSON does not have."""
    return json.dumps(content, indent=1, allow_nan=False) + "\n"


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """Return the text of a ``run.json`` that says this, with its checksum."""
    return as_json({**manifest, CHECKSUM: _checksum(manifest)})


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Replace ``run.json``.

    Raises:
        OSError: The folder does not take it.
    """
    replace_text(folder / MANIFEST, manifest_text(manifest))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what ``run.json`` says, without its checksum.

    Raises:
        RecordError: It cannot be read, or is not what was written.
    """
    path = folder / MANIFEST
    manifest = _object(path, _bytes(path))
    carried = manifest.pop(CHECKSUM, None)
    if carried != _checksum(manifest) and (carried is not None or "files" in manifest):
        raise RecordError(f"{path}: damaged (its checksum is not that of what it says)")
    return manifest


def read_listed(folder: Path, name: str, manifest: Mapping[str, Any]) -> str:
    """Return the text of a file, which is what the manifest lists if it lists it.

    Raises:
        RecordError: It is missing, cannot be read, or is not what was listed.
    """
    path = folder / name
    content = read_listed_bytes(folder, name, manifest)
    try:
        return content.decode()
    except ValueError as error:
        raise RecordError(f"{path}: cannot be read ({error})") from error


def read_listed_bytes(folder: Path, name: str, manifest: Mapping[str, Any]) -> bytes:
    """Return what a file holds; raises what `read_listed` does."""
    path, listed = folder / name, manifest.get("files", {})
    if isinstance(listed, dict) and name in listed and not path.exists():
        raise RecordError(f"{path}: is missing, though {MANIFEST} lists it")
    content = _bytes(path)
    if not isinstance(listed, dict) or listed.get(name, text_digest(content)) != text_digest(content):
        raise RecordError(f"{path}: damaged (its SHA-256 is not the one in {MANIFEST})")
    return content


def read_listed_json(folder: Path, name: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a JSON file says; raises what `read_listed` does, and where it is no JSON object."""
    return _object(folder / name, read_listed(folder, name, manifest).encode())


def text_digest(content: bytes) -> str:
    """Return the SHA-256 of a file's content, as hex."""
    return hashlib.sha256(content).hexdigest()


def replace_text(path: Path, text: str) -> None:
    """Write a text file; see `replace_bytes`."""
    replace_bytes(path, text.encode())


def replace_bytes(path: Path, content: bytes) -> None:
    """Write a file; see `replace_all`."""
    replace_all({path: content})


def replace_all(contents: Mapping[Path, bytes]) -> None:
    """Write files through temporary neighbours and renames, so that readers see the old or the new ones.

    The first is renamed once all of them had room, so that a full disk leaves all as they were.

    Raises:
        OSError: One cannot be written.
    """
    asides = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in contents}
    try:
        for path, aside in asides.items():
            aside.write_bytes(contents[path])
        for path, aside in asides.items():
            aside.replace(path)
    except OSError:
        for aside in asides.values():
            with suppress(OSError):
                aside.unlink(missing_ok=True)
        raise


def overwrite(path: Path, text: str) -> None:
    """Write over a file where it is, which takes no room on a full disk; where it does, the file stays as it was."""
    before = path.read_bytes()
    with path.open("r+b", buffering=0) as file:
        try:
            if file.write(text.encode()) < len(text.encode()):
                raise OSError(f"{path}: took only a part")
            file.truncate()
        except OSError:
            file.seek(0)
            file.write(before)
            file.truncate()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error})") from error


def _object(path: Path, content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError as error:
        raise RecordError(f"{path}: cannot be read ({error})") from error
    if not isinstance(said, dict):
        raise RecordError(f"{path}: holds no JSON object")
    return said


def _checksum(manifest: Mapping[str, Any]) -> str:
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text_digest(text.encode())

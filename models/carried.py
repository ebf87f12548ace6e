"""Data files that an installed package carries."""

import importlib.util
from pathlib import Path

from .dataset import DatasetError


def carried_file(package: str, file: str, what: str, install: str) -> Path:
    """Return where a data file lies in an installed package, without importing the package.

    Args:
        package: Name that the package is imported by.
        file: Path of the file in the package's folder.
        what: What the file holds, for the message.
        install: Name that the package is installed by.

    Raises:
        DatasetError: The package is not installed, or carries no such file.
    """
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise DatasetError(f"{what} come with {install}, which is not installed: pip install {install}")
    path = Path(found.submodule_search_locations[0]) / file
    if not path.is_file():
        raise DatasetError(f"{path} is not there: {what} come with {install}; reinstall it")
    return path

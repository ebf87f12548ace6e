"""What can keep an export from being written."""

from wayfare.emulator.records.errors import RecordError


class MissingTool(RecordError):  # noqa: N818 - it says what is missing
    """A package that an export goes through, and that is not installed here."""


class NothingToExport(RecordError):  # noqa: N818 - it says what happened
    """A run that has nothing of what is wanted."""

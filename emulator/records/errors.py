"""What can be wrong with a run folder."""


class RecordError(ValueError):
    """A run folder that is none, or is damaged; the message names the file."""

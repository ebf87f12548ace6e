"""What goes wrong with a topology."""


class TopologyError(ValueError):
    """A topology that cannot be read, built or written; the message says what is allowed."""

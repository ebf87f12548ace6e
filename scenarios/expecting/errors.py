"""What can be wrong with an expectation."""


class ExpectationError(ValueError):
    """The text is not an expectation; the message says what would be."""

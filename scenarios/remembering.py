"""How much training results may take on disk, as the environment says."""

import os

from .errors import Problem, ScenarioError
from .quantities import QuantityError, parse

LIMIT_VARIABLE = "WAYFARE_CACHE_LIMIT"


def cache_limit_bytes() -> int:
    """Return $WAYFARE_CACHE_LIMIT, a size with a unit such as `4 GiB`, or the default; 0 B remembers nothing.

    Raises:
        ScenarioError: It is no size.
    """
    from wayfare.models.cache_folder import DEFAULT_LIMIT_BYTES

    text = os.environ.get(LIMIT_VARIABLE)
    if not text:
        return DEFAULT_LIMIT_BYTES
    try:
        limit_bytes = parse(text, "bytes")
    except QuantityError as error:
        raise ScenarioError(Problem(str(error), LIMIT_VARIABLE)) from None
    if not 0 <= limit_bytes < float("inf"):
        raise ScenarioError(Problem(f"{text!r} is not a size; write 0 B or more", LIMIT_VARIABLE))
    return int(limit_bytes)

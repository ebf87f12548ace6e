"""Python's search for garbage in cycles, made rare while a run goes on."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

THRESHOLDS = 50_000, 20, 100  # Python's are 700, 10, 10: with 10,000 transfers under way a third of the time goes there


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for cycles seldom, and not at all in what is there already, such as the modules that are loaded.

    What an event makes is not in cycles, and is freed at once.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()

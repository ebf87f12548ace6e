"""Memory that the process keeps for itself between two batches of training, instead of giving it back each time."""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)
_KEPT_BYTES, _LARGE_BYTES = 1 << 28, 1 << 26


def keep_freed_memory() -> None:
    """Have the GNU C library keep up to 256 MiB that were freed; elsewhere, nothing happens.

    Every batch takes and frees a few MB. Given back to the system, they come page by page again, each as a page fault:
    some microseconds on a virtual machine, five of them a client update of a small MLP.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
            mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)

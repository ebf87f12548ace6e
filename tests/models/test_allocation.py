"""Memory that was freed stays with the process."""

import subprocess
import sys

import pytest

FAULTS = """
import resource
import sys
import numpy as np
from wayfare.models.allocation import keep_freed_memory

if sys.argv[1] == "kept":
    keep_freed_memory()

def batch():
    for array in [np.ones(300_000) for _ in range(4)]:
        array += 1

batch()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    batch()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(mode: str) -> int:
    done = subprocess.run([sys.executable, "-c", FAULTS, mode], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="it asks the GNU C library")
def test_memory_that_was_freed_does_not_come_from_the_system_again():
    """Arrays of 2.4 MB; 20 rounds of four of them are 47,000 pages of 4 KiB."""
    kept, given_back = faults("kept"), faults("given back")
    assert kept < 5_000
    assert kept < given_back / 2

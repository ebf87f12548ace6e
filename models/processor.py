"""The processor's model, by which libraries choose their kernels."""

import platform
from pathlib import Path


def processor() -> str:
    """Return the processor's model: MKL picks its kernels by it, not only by the instruction set."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())

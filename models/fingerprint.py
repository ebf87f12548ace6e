"""Fingerprint: what else, beside its inputs, the bits of a training result depend on."""

import platform
from pathlib import Path

import numpy as np
import torch


def machine_fingerprint() -> dict[str, str]:
    """Return the versions and the processor whose change may move the last bits of a result."""
    return {
        "torch": torch.__version__,
        "numpy": np.__version__,
        "processor": _processor(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "mkl": str(torch.backends.mkl.is_available()),  # type: ignore[no-untyped-call]
        "device": "cpu",
    }


def _processor() -> str:
    """Return the processor's model: MKL picks its kernels by it, not only by the instruction set."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())

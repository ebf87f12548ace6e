"""Fingerprint: what else, beside its inputs, the bits of a training result depend on."""

import numpy as np
import torch

from .device import CPU, device_fingerprint
from .processor import processor


def machine_fingerprint(device: torch.device = CPU) -> dict[str, str]:
    """Return the versions, the processor and the device whose change may move the last bits of a result."""
    return {
        "torch": torch.__version__,
        "numpy": np.__version__,
        "processor": processor(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "mkl": str(torch.backends.mkl.is_available()),  # type: ignore[no-untyped-call]
        **device_fingerprint(device),
    }

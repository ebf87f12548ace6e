"""The device that trains: this process's processor, or a CUDA device set so that it gives the same results again."""

import os
import re

import torch

CPU = torch.device("cpu")


def use_device(name: str) -> torch.device:
    """Return the device of a name: `cpu`, `cuda` or `cuda:1`.

    On a CUDA device only algorithms that give the same bits each time are allowed from then on, in this process, and
    products are those of float32, not of TF32.

    Raises:
        ValueError: There is no such device here.
    """
    form = re.fullmatch(r"cpu|cuda(?::(\d+))?", name)
    if form is None:
        raise ValueError(f"{name!r} is no device; there are cpu, cuda, and cuda:1 for the second of several")
    if name == "cpu":
        return CPU
    if not torch.cuda.is_available():
        built = "" if torch.version.cuda else f", and torch {torch.__version__} is built without CUDA"
        raise ValueError(f"{name}: there is no CUDA device here{built}; the device cpu is everywhere")
    number, count = int(form[1] or torch.cuda.current_device()), torch.cuda.device_count()
    if number >= count:
        raise ValueError(f"there is no {name} here; of CUDA devices there are cuda:0 to cuda:{count - 1}")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when the first product is made
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device("cuda", number)


def device_fingerprint(device: torch.device) -> dict[str, str]:
    """Return what of a device the bits of a result depend on; its number is not in it."""
    if device.type == "cpu":
        return {"device": "cpu"}
    cuda = {"cuda": str(torch.version.cuda), "cudnn": str(torch.backends.cudnn.version())}  # type: ignore[no-untyped-call]
    return {"device": device.type, "model": torch.cuda.get_device_name(device), **cuda}

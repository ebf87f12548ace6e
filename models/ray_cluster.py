"""Connecting to a Ray cluster, for whoever has work for it. Ray is an optional extra: `pip install 'wayfare[ray]'`."""

import os
import signal
import socket
import threading
from typing import Any

ANSWER_S = 10.0  # Ray itself waits for minutes for a head that is not there


def connect(address: str) -> Any:
    """Return the module `ray`, connected to a cluster; where this process is connected already, to that one.

    Args:
        address: Of the cluster's head, such as `10.0.0.1:6379` or `ray://10.0.0.1:10001`; `auto` finds that of this
            machine, `local` starts one here for as long as this process takes.

    Raises:
        ValueError: Ray is not installed, or no cluster answers.
    """
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # Ray warns where nobody has chosen
    try:
        import ray
    except ImportError:
        raise ValueError("Ray is not installed: pip install 'wayfare[ray]'") from None
    if ray.is_initialized():
        return ray
    try:
        _look_for(address)
        terminated = signal.getsignal(signal.SIGTERM)
        ray.init(address=address, log_to_driver=False, configure_logging=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise ValueError(f"no Ray cluster at {address!r}: {' '.join(str(error).split())}") from None
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, terminated)  # Ray has put its own there, which ends the process without a word
    return ray


def _look_for(address: str) -> None:
    """Raise OSError or ValueError unless something answers at an address that has a port."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon:
        socket.create_connection((host, int(port)), ANSWER_S).close()
    elif address not in ("auto", "local"):
        raise ValueError("an address is HOST:PORT, ray://HOST:PORT, auto or local")

"""Serving the dashboard on this computer."""

import errno
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from .app import create_app

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class QuietHandler(WSGIRequestHandler):
    """Answers requests without a line in the terminal for each."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def serve(
    folder: Path,
    host: str = "127.0.0.1",
    port: int = 8050,
    ready: Callable[[str], Any] = print,
    *,
    allow_runs: bool = False,
) -> None:
    """Serve the runs of a folder until interrupted.

    Args:
        folder: A folder of runs, or one run's folder.
        host: Address to listen on; the default is reachable from this computer only.
        port: TCP port; 0 takes a free one.
        ready: Called with the page's address once it answers.
        allow_runs: Whether runs may be started from the page; only where this computer alone reaches it.

    Raises:
        ValueError: Runs are to be allowed where other computers reach the page.
        OSError: The address cannot be listened on, as when another program has the port.
    """
    if allow_runs and host not in LOOPBACK:
        raise ValueError(f"runs can be allowed on {', '.join(LOOPBACK)} only; {host} is reached by other computers too")
    app = create_app(folder, host=host, allow_runs=allow_runs)
    with _listen(host, port) as listener:
        server = make_server(host, port, app.server, threaded=True, request_handler=QuietHandler, fd=listener.fileno())
    shown = f"[{host}]" if ":" in host else host
    ready(f"http://{shown}:{server.port}/")
    server.serve_forever()


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise OSError(errno.EINVAL, f"cannot listen on {host} port {port}: a port is between 0 and 65535")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno == errno.EADDRINUSE:
            reason = "another program has it; choose another port, or 0 for any free one"
        raise OSError(error.errno, f"cannot listen on {host} port {port}: {reason}") from error

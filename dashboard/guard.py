"""What keeps other pages in the browser out, and this page to itself.

A page elsewhere could send requests here, or have its own name point to this computer (DNS rebinding). So the Host
must be an address, ``localhost`` or this computer's name, and whatever changes something must come from a page of ours.
"""

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

import dash
from flask import Response, abort, request

READING = ("GET", "HEAD", "OPTIONS")


def guard(app: dash.Dash, host: str) -> None:
    """Refuse what other sites ask, and forbid the page to load or send anything beyond this server."""
    scripts = " ".join(app.csp_hashes())
    policy = (
        f"default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )

    def refuse() -> None:
        if not known_host(request.host, host):
            abort(403, "This server is not known by that name.")
        if request.method not in READING and not same_origin(request.headers.get("Origin"), request.host):
            abort(403, "Other sites may not do that.")

    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    app.server.before_request(refuse)
    app.server.after_request(protect)


def known_host(asked: str, host: str) -> bool:
    """Say whether a Host header names this server in a way that no other site's name server could bring about."""
    try:
        name = urlsplit(f"//{asked}").hostname or ""
    except ValueError:
        return False
    try:
        return bool(ip_address(name))
    except ValueError:
        return name.casefold() in {"localhost", host.casefold(), socket.gethostname().casefold()}


def same_origin(origin: str | None, asked: str) -> bool:
    """Say whether a request comes from a page of this server; programs that are no browsers send no Origin."""
    return origin is None or urlsplit(origin).netloc.casefold() == asked.casefold()

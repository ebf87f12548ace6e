"""The map in a page: an empty element, which the scripts in ``assets`` fill from the addresses of `routes`."""

from typing import Any
from urllib.parse import quote

from dash import html

from .routes import PREFIX, register_tile_routes

__all__ = ["map_panel", "register_tile_routes"]


def map_panel(run_name: str) -> Any:
    """Return the map of a run with its player, which fills the width that it is given."""
    address = f"{PREFIX}{quote(run_name, safe='', errors='surrogateescape')}/"
    source: Any = {"data-wm-source": address}
    return html.Section(id="map", className="wm wf-panel", **source)

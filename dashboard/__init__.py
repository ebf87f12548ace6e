"""The Dash app that shows run folders; it reads them through `wayfare.emulator.records` and nothing else.

create_app   the app for one folder of runs
serve        runs it until interrupted
RunStore     the runs of a folder, each file read once
RunData      one run, as its page draws it
"""

import importlib
from typing import Any

_HOME = {"RunData": "run_data", "RunStore": "run_store", "create_app": "app", "serve": "server"}

__all__ = ["RunData", "RunStore", "create_app", "serve"]


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{module}", __name__), name)

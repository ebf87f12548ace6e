"""Wayfare: a 6G network-edge emulation testbed in which models follow the data.

For notebooks and scripts; docs/notebooks.md shows how:

run, load               run a scenario file, or open a run folder: a Run
run_sweep, load_sweep   run all that a scenario file asks for, or open a sweep folder: Runs

wayfare.topologies   graphs: generators, files, checks
wayfare.models       what learns: families, data, training, packing
wayfare.emulator     the virtual world: network, radio, nodes, methods, records
wayfare.scenarios    scenario files: loading, running, expectations
wayfare.dashboard    the browser's view of run folders
"""

__version__ = "0.1.0"

_PUBLIC = {
    "Run": "runs",
    "load": "runs",
    "run": "runs",
    "Runs": "sweeps",
    "SweepFailed": "sweeps",
    "load_sweep": "sweeps",
    "run_sweep": "sweeps",
}


def __getattr__(name: str) -> object:
    # By hand: pytest imports this in every session, so nothing but what Python has may be loaded here.
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})

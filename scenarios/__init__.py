"""Scenarios: what an experiment is, read from a YAML file, checked, and run.

Scenario           an experiment, with SI values inside; its sections are in `schema`
load               from a file, with settings from the command line
resolved_yaml      the file with every default written out; scenario_hash names it
ScenarioError      what is wrong with a file, by line and key; Problem is one such thing
built_topology     the network of a scenario, checked against what the scenario wants of it
Expectation        what a scenario promises about its run; evaluate gives an Outcome for each
json_schema        the JSON Schema of scenario files
"""

import importlib

_HOME = {
    "Expectation": "expectations",
    "Outcome": "expectations",
    "Problem": "errors",
    "Scenario": "schema",
    "ScenarioError": "errors",
    "built_topology": "checks",
    "evaluate": "expectations",
    "json_schema": "schema",
    "load": "loading",
    "resolved_yaml": "loading",
    "scenario_hash": "loading",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)

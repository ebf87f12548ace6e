"""Scenarios: what an experiment is, read from a YAML file, checked, and run.

Scenario           an experiment, with SI values inside; its sections are in `schema`
load               from a file, with settings from the command line
resolved_yaml      the file with every default written out; scenario_hash names it
ScenarioError      what is wrong with a file, by line and key; Problem is one such thing
run                runs it into a run folder; RunOutcome is what came of it, RunFailed our fault
study_of           all runs that a file asks for: a Study; sweep carries it out, and Sweep reads what came of it
built_topology     the network of a scenario, checked against what the scenario wants of it
Expectation        what a scenario promises about its run; evaluate gives an Outcome for each
Trial              a scenario file put to the test: all its runs; Tried is what came of them
json_schema        the JSON Schema of scenario files
KINDS              what a scenario chooses by name, one registry a kind; Plugins are what others add to them
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

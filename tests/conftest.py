"""Hypothesis without deadlines: machines here are shared, and no test may depend on their speed. And a scenario."""

import pytest
from hypothesis import settings

settings.register_profile("wayfare", deadline=None)
settings.load_profile("wayfare")

PAIR = """\
name: pair
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}}
  links: [{between: [a, b], rate: 100 Mbit/s, delay: 5 ms}]
traffic:
  forwarding: cut-through
  transfers: [{from: a, to: b, size: 10 MB, start: 0 s}]
expect:
  - flows.last_end <= 0.9 s
"""


@pytest.fixture(scope="session")
def pair_text() -> str:
    """The smallest scenario that promises something: a transfer of 0.805 s over one wire."""
    return PAIR

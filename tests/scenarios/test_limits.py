"""What no machine could finish, or no number could be, is refused before a run."""

import pytest

from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import run

TEXT = """\
name: limits
topology:
  nodes:
    a: {tier: device, position: [0 m, 0 m]}
    b: {tier: edge, position: [50 m, 50 m]}
  links: [{between: [a, b], %s}]
%s
stop: 60 s
"""


@pytest.mark.parametrize(
    ("medium", "section", "message"),
    [
        (
            "medium: radio",
            "radio: {update: 1 ns, interference: true}",
            "radio.update: comes more than 10,000,000 times",
        ),
        ("rate: 1 Mbit/s", "profiles: [{between: [a, b], steps: [{at: 0 s, rate: 1 kbit/s}], repeat: 1 ns}]", "repeat"),
        ("rate: 1 Mbit/s", "faults: [{kind: gilbert-elliott, between: [a, b], p: 1, r: 1, slot: 1 ns}]", "slot: comes"),
        ("rate: 1 Mbit/s", "faults: [{kind: random-links, links: access, up: 1 ns, down: 1 ns}]", "up: comes"),
        (
            "rate: 1 Mbit/s",
            "traffic: {background: [{kind: constant, from: a, to: b, size: 1 B, interval: 1 ns}]}",
            "interval: comes",
        ),
        (
            "medium: radio",
            "mobility: [{kind: gauss-markov, tier: device, speed: 1 m/s, speed_deviation: 1 m/s, interval: 1 ns}]",
            "interval: comes",
        ),
        (
            "medium: radio",
            "mobility: [{kind: random-waypoint, tier: device, speed_min: 1 m/s, speed_max: 1e300 m/s}]",
            "speed_max",
        ),
        (
            "rate: 1 Mbit/s",
            "traffic: {forwarding: fragments, fragment: 1 B, transfers: [{from: a, to: b, size: 1 GB}]}",
            "fragment: cuts transfer 0",
        ),
        ("medium: radio", "cells: {site_power: 1e6 dBm}", "cells.site_power"),
        ("rate: 1 Mbit/s", "traffic: {transport: {growth: .inf}}", "growth"),
        ("rate: 1 Mbit/s", "routing: {metric: mix, delay_weight: .inf}", "delay_weight"),
        ("medium: radio", "radio: {blockers: {count: 100000000}}", "count"),
    ],
)
def test_what_no_run_could_finish_is_refused_with_its_key(tmp_path, medium, section, message):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(TEXT % (medium, section))
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert message in str(caught.value)


@pytest.mark.parametrize(("hop_limit", "drops"), [(1, {"hop-limit": 1}), (2, {})])
def test_a_transfer_that_needs_more_links_than_its_hop_limit_is_dropped(tmp_path, hop_limit, drops):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(
        f"""\
name: far
topology: {{generator: line, nodes: 3}}
traffic: {{hop_limit: {hop_limit}, transfers: [{{from: edge1, to: edge3, size: 1 kB}}]}}
"""
    )
    assert run(load(path), tmp_path).summary["drops"] == drops

"""Mistakes in what changes a network, and in what crosses it beside the learning, are named."""

import pytest

from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load

TWICE = """\
name: twice
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: cloud}}
  links: [{between: [a, b]}, {between: [b, c]}]
traffic: {transfers: [{from: a, to: c, size: 1 MB}]}
profiles:
  - {links: backhaul, steps: [{at: 1 s, rate: 1 Mbit/s}]}
  - %s
faults:
  - {kind: join, tier: cloud, at: 1 s}
  - %s
stop: 9 s
"""
OTHER_PROFILE, OTHER_JOIN = "{links: backhaul, steps: [{at: 2 s, delay: 1 ms}]}", "{kind: join, node: a, at: 2 s}"


@pytest.mark.parametrize(
    ("profile", "join", "messages"),
    [
        (
            "{between: [c, b], steps: [{at: 2 s, rate: 2 Mbit/s}]}",
            OTHER_JOIN,
            ["8: profiles.1: the rate of 'b' -> 'c' already follows profiles.0; keep one of them"],
        ),
        (
            "{between: [b, a], directions: forward, steps: [{at: 2 s, delay: 1 ms, rate: 2 Mbit/s}]}",
            OTHER_JOIN,
            ["8: profiles.1: the rate of 'b' -> 'a' already follows profiles.0; keep one of them"],
        ),
        (
            OTHER_PROFILE,
            "{kind: join, node: c, at: 2 s}",
            ["11: faults.1: 'c' already joins by faults.0; keep one of them"],
        ),
        (OTHER_PROFILE, OTHER_JOIN, []),
    ],
)
def test_what_would_be_ruled_by_two_entries_is_named_with_the_first_of_them(
    tmp_path, problems, profile, join, messages
):
    text = TWICE % (profile, join)
    if not messages:
        (tmp_path / "x.scenario.yaml").write_text(text)
        assert len(load(tmp_path / "x.scenario.yaml").profiles) == 2
    else:
        assert problems(text) == [f"x.scenario.yaml:{message}" for message in messages]


def test_each_direction_of_a_wire_may_follow_a_profile_of_its_own(tmp_path):
    forward = "{between: [%s], directions: forward, steps: [{at: 1 s, rate: 1 Mbit/s}]}"
    text = TWICE.replace("links: backhaul", "between: [a, b], directions: forward") % (forward % "b, a", OTHER_JOIN)
    (tmp_path / "x.scenario.yaml").write_text(text)
    assert [profile.between for profile in load(tmp_path / "x.scenario.yaml").profiles] == [("a", "b"), ("b", "a")]


@pytest.mark.parametrize(
    ("background", "stop", "message"),
    [
        ("{kind: poisson, from: a, to: z, size: 1 kB, interval: 1 s}", "1 s", "background.0.to: unknown node 'z'"),
        ("{kind: poisson, from: a, to: a, size: 1 kB, interval: 1 s}", "1 s", "background.0.to: 'a' also sends it"),
        ("{kind: posson, from: a, to: b, size: 1 kB, interval: 1 s}", "1 s", "did you mean 'poisson'?"),
        ("{kind: constant, from: a, to: b, size: 1 kB, interval: 0 s}", "1 s", "interval"),
        ("{kind: constant, from: a, to: b, size: 1 kB, interval: 1 s}", None, "stop: is missing"),
        ("{kind: trace, file: gone.csv}", "1 s", "background.0.file:"),
    ],
)
def test_a_mistake_in_background_traffic_is_named(tmp_path, background, stop, message):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(
        "name: x\ntopology: {nodes: {a: {tier: edge}, b: {tier: edge}}, links: [{between: [a, b]}]}\n"
        f"traffic: {{background: [{background}]}}\n" + (f"stop: {stop}\n" if stop else "")
    )
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert message in str(caught.value)

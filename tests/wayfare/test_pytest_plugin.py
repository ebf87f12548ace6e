import subprocess
import sys

import pytest

# The sessions inside these tests forget what they imported, and compiled packages cannot be imported twice.
import wayfare.emulator.records
import wayfare.emulator.world
import wayfare.scenarios.running  # noqa: F401

pytest_plugins = ["pytester"]

NETWORK = """\
name: two-nodes
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}}
  links: [{between: [a, b], rate: 100 Mbit/s, delay: 5 ms}]
traffic:
  forwarding: cut-through
  transfers: [{from: a, to: b, size: 10 MB}]
expect:
  - flows.last_end <= 0.9 s
  - flows.last_end <= 0.7 s
  - packets.dropped == 0
"""


@pytest.fixture
def scenarios(pytester):
    """Return a function that writes scenario files, runs pytest over them, and returns its result."""

    def run(*options, **files):
        for name, text in files.items():
            (pytester.path / f"{name}.scenario.yaml").write_text(text)
        # dash's own plug-in uses hooks that this pytest warns about.
        return pytester.runpytest_inprocess("-p", "no:dash", "-p", "no:cacheprovider", *options)

    return run


def test_each_expectation_is_a_test(scenarios):
    result = scenarios("-v", network=NETWORK)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "network.scenario.yaml::flows.last_end <= 0.9 s PASSED*",
            "network.scenario.yaml::flows.last_end <= 0.7 s FAILED*",
            "network.scenario.yaml::packets.dropped == 0 PASSED*",
        ]
    )


def test_a_failure_is_a_line_with_the_figure_and_the_run_folder_and_no_traceback(scenarios):
    result = scenarios(network=NETWORK)
    result.stdout.fnmatch_lines(
        [
            "network.scenario.yaml:10: flows.last_end = 0.805 s, expected <= 0.7 s",
            "run folder: */wayfare-runs*-two-nodes-*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_the_run_is_shared_by_the_tests_of_a_file_and_not_by_files(scenarios, pytester):
    result = scenarios("--basetemp=kept", first=NETWORK, second=NETWORK)
    result.assert_outcomes(passed=4, failed=2)
    assert len(list(pytester.path.glob("kept/wayfare-runs[0-9]*/*/run.json"))) == 2


def test_one_expectation_can_be_chosen(scenarios):
    scenarios("-k", "dropped", network=NETWORK).assert_outcomes(passed=1, deselected=2)


def test_a_bad_file_is_one_failing_test_and_not_the_end_of_the_session(scenarios):
    result = scenarios(bad=NETWORK.replace("100 Mbit/s", "100"), unread="[", good=NETWORK)
    result.assert_outcomes(passed=2, failed=3)
    result.stdout.fnmatch_lines(["bad.scenario.yaml:4: topology.links.0.rate: 100 has no unit; write a number*"])
    result.stdout.fnmatch_lines(["unread.scenario.yaml:2: is not YAML: *"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_network_that_does_not_fit_fails_once_with_its_line_and_leaves_no_run_behind(scenarios, pytester):
    generated = (
        "name: x\ntopology: {generator: ring, nodes: 3}\n"
        "traffic: {transfers: [{from: edge1, to: edge9, size: 1 MB}]}\n"
        "expect: [flows.count == 1, packets.dropped == 0]\n"
    )
    result = scenarios("--basetemp=kept", generated=generated)
    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        ["generated.scenario.yaml:3: traffic.transfers.0.to: unknown node 'edge9'; did you mean*"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    assert not list(pytester.path.glob("kept/wayfare-runs*/*"))


def test_a_scenario_that_expects_nothing_is_not_run(scenarios, pytester):
    result = scenarios("--basetemp=kept", silent=NETWORK.partition("expect:")[0])
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert not list(pytester.path.glob("kept/wayfare-runs*"))


def test_other_yaml_files_are_left_alone(scenarios, pytester):
    (pytester.path / "compose.yaml").write_text("services: {}\n")
    assert scenarios().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_the_plug_in_costs_a_session_without_scenarios_nothing():
    code = (
        "import pytest, sys; before = set(sys.modules); import wayfare.pytest_plugin;"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before} - {'wayfare'})"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []

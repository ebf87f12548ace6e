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
            "run folder: */wayfare-runs/two-nodes-*/*-two-nodes-*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_the_run_is_shared_by_the_tests_of_a_file_and_not_by_files(scenarios, pytester):
    result = scenarios("--basetemp=kept", first=NETWORK, second=NETWORK)
    result.assert_outcomes(passed=4, failed=2)
    assert len(list(pytester.path.glob("kept/wayfare-runs/*/*/run.json"))) == 2


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
    assert not list(pytester.path.glob("kept/wayfare-runs/*/*/run.json"))


def test_a_scenario_that_expects_nothing_is_not_run(scenarios, pytester):
    result = scenarios("--basetemp=kept", silent=NETWORK.partition("expect:")[0])
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert not list(pytester.path.glob("kept/wayfare-runs*"))


def test_a_golden_is_made_kept_and_missed_when_the_run_is_another(scenarios):
    scenarios("--update-golden", network=NETWORK.replace("  - flows.last_end <= 0.7 s\n", "")).assert_outcomes(passed=3)
    scenarios(network=NETWORK).assert_outcomes(passed=3, failed=1)
    result = scenarios(network=NETWORK.replace("delay: 5 ms", "delay: 6 ms"))
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "network.golden.json: the runs are not the golden ones",
            "*the first event that differs is number 3: it was at 0.805000000 s hop_end a > b *; now at 0.806000*",
            "*flows.last_end = 806 ms, expected == 805 ms ± 0.0001 %",
            "*if this is meant: wayfare test --update network.scenario.yaml",
            "run folder: */wayfare-runs/two-nodes-*/*-two-nodes-*",
        ]
    )


def test_no_golden_is_made_of_a_run_that_breaks_a_promise(scenarios, pytester):
    result = scenarios("--update-golden", network=NETWORK)
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["network.scenario.yaml:10: no golden was made, as an expectation fails: *"])
    assert not list(pytester.path.glob("*.golden.*"))


def test_run_folders_go_where_they_are_wanted(scenarios, pytester):
    scenarios("--wayfare-runs=mine", "-k", "dropped", network=NETWORK).assert_outcomes(passed=1, deselected=2)
    assert len(list(pytester.path.glob("mine/*-two-nodes-*/run.json"))) == 1


@pytest.mark.slow
def test_a_folder_with_two_scenarios_and_no_python_is_a_test_suite(tmp_path):
    """Two processes share three tests of one run and one of another; JUnit XML has what was measured."""
    from xml.etree import ElementTree

    (tmp_path / "one.scenario.yaml").write_text(NETWORK)
    (tmp_path / "two.scenario.yaml").write_text(
        NETWORK.replace("two-nodes", "other").partition("  - flows.last_end")[0] + "  - bytes.of(a) == 10 MB\n"
    )
    options = ("-n", "2", "--junitxml=report.xml", "--basetemp=kept", "-p", "no:cacheprovider", "-q")
    command = [sys.executable, "-m", "pytest", *options]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert "1 failed, 3 passed" in done.stdout
    cases = {case.get("name"): case for case in ElementTree.parse(tmp_path / "report.xml").iter("testcase")}
    assert len(cases) == 4
    said = {p.get("name"): p.get("value") for p in cases["flows.last_end <= 0.7 s"].iter("property")}
    assert (float(said["measured"]), float(said["limit"]), said["unit"]) == (pytest.approx(0.805), 0.7, "s")
    assert (tmp_path / said["run_folder"] / "events.parquet").is_file()
    assert f"run folder: {said['run_folder'].removeprefix(f'{tmp_path}/')}" in done.stdout
    assert len(list(tmp_path.glob("kept/wayfare-runs/*/*/run.json"))) == 2


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

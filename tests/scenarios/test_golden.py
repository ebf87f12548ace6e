"""Golden runs: what is kept beside a scenario, and what is said when a run is another."""

import json
import re

import pytest

from wayfare.scenarios.claims import BrokenBefore, claimed
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.golden import Golden, GoldenRefused, golden_file, said, update
from wayfare.scenarios.golden_events import EventChain, first_difference
from wayfare.scenarios.trial import Trial, scenario_files

NETWORK = """\
name: many
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}}
  links: [{between: [a, b], rate: 100 Mbit/s, delay: 5 ms}]
traffic:
  background: [{kind: constant, from: a, to: b, size: 1 kB, interval: 10 ms}]
  transfers: [{from: a, to: b, size: 1 MB, start: 1.5 s}]
stop: 2 s
expect:
  - packets.dropped == 0
"""


@pytest.fixture
def tried(tmp_path):
    """Return a function that runs a scenario file."""

    def run(text=NETWORK):
        file = tmp_path / "x.scenario.yaml"
        file.write_text(text)
        return Trial(file).run(tmp_path / "runs")

    return run


@pytest.fixture
def golden(tried, tmp_path):
    """Return the golden of the scenario."""
    assert update(tried()).endswith("x.golden.json: made of 1 run with 806 events")
    return Golden.read(tmp_path / "x.golden.json")


def altered(golden, change):
    content = json.loads(golden.file.read_text())
    change(content)
    golden.file.write_text(json.dumps(content))
    return Golden.read(golden.file)


def test_the_same_run_again_has_the_same_digests(golden, tried):
    again = tried()
    assert list(golden.differences(again)) == []
    assert golden.agreement(again) == "the same digests, 8 figures as stated"


def test_the_first_event_that_differs_is_named_and_the_figures_that_moved(golden, tried):
    differences = list(golden.differences(tried(NETWORK.replace("size: 1 MB", "size: 2 MB"))))
    assert differences[:2] == [
        "the digest of events is not the golden one",
        "the scenario is not the one that the golden was made of: traffic.transfers.0.size was 1 MB, is 2 MB",
    ]
    assert differences[2].startswith(
        "the first event that differs is number 601: it was at 1.500000000 s flow_start a > b"
    )
    assert "size_bytes 1000000" in differences[2]
    assert "now at 1.500000000 s flow_start a > b (flow 150, size_bytes 2000000)" in differences[2]
    assert any(line.startswith("bytes.total = 2.2 MB, expected == 1.2 MB") for line in differences)


def test_where_the_events_are_not_kept_their_block_is_named(golden, tried):
    other = tried(NETWORK.replace("size: 1 MB", "size: 2 MB"))
    golden.file.with_suffix(".parquet").unlink()
    (_, _, where, *_) = golden.differences(other)
    assert where.startswith("the first event that differs is one of number 577 to 640, as x.golden.parquet is missing;")
    assert "number 577 is now at 1.440000000 s" in where
    assert "x.golden.parquet is missing" in golden.agreement(tried())
    golden.file.with_suffix(".parquet").write_text("no table")
    assert "x.golden.parquet is damaged" in golden.agreement(tried())


def test_fewer_events_and_more_events_are_differences_too(golden, tried):
    shorter = list(golden.differences(tried(NETWORK.replace("stop: 2 s", "stop: 1.9 s"))))
    assert shorter[2].endswith("; now nothing more")
    longer = list(golden.differences(tried(NETWORK.replace("stop: 2 s", "stop: 2.1 s"))))
    assert longer[2].startswith("the first event that differs is number 807: it was nothing more; now at 2.0")


def test_on_another_machine_figures_have_to_lie_within_their_tolerances(golden, tried):
    def elsewhere(content):
        content["fingerprint"]["processor"] = "another"
        content["runs"][0]["digests"]["events"] = "0" * 64

    there, same = altered(golden, elsewhere), tried()
    assert list(there.differences(same)) == []
    assert "digests are not compared (processor was another, is " in there.agreement(same)

    def moved(content):
        content["runs"][0]["figures"] = ["bytes.total == 1.3 MB ± 1 %", "packets.sent == 201 ± 1 %"]

    (difference,) = altered(there, moved).differences(same)
    assert difference == "bytes.total = 1.2 MB, expected == 1.3 MB ± 1 %"
    assert "out of the golden's tolerances" in said(there, same, [difference])[0]


def test_an_update_keeps_tolerances_and_figures_that_were_changed_by_hand(golden, tried):
    def own(content):
        content["runs"][0]["figures"] = ["bytes.total == 9 MB ± 7 %", "flows.duration.p90 == 3 s", "packets.sent == 5"]

    altered(golden, own)
    update(tried())
    figures = json.loads(golden.file.read_text())["runs"][0]["figures"]
    assert figures[0] == "bytes.total == 1.2 MB ± 7 %"
    assert figures[1].startswith("flows.duration.p90 == ")
    assert figures[2] == "packets.sent == 202"


def test_an_update_renews_what_is_stated_and_keeps_bounds_or_refuses(golden, tried):
    lines = ["flows.last_end <= 2 s", "bytes.total / time.virtual == 1 Mbit/s +- 7 %", "flows.duration.p90 == 3 s"]

    def own(content):
        content["runs"][0]["figures"] = lines

    altered(golden, own)
    update(tried())
    figures = json.loads(golden.file.read_text())["runs"][0]["figures"]
    assert figures[0] == lines[0]
    assert re.fullmatch(r"bytes.total / time.virtual == .* ± 7 %", figures[1])
    assert list(Golden.read(golden.file).differences(tried())) == []
    lines[0] = "flows.last_end <= 0.1 s"
    before = altered(golden, own).file.read_text()
    with pytest.raises(GoldenRefused, match=r"flows.last_end = 1.995\d* s, expected <= 0.1 s"):
        update(tried())
    assert golden.file.read_text() == before


def test_figures_are_looked_at_though_the_digests_agree(golden, tried):
    def own(content):
        content["runs"][0]["figures"].append("flows.last_end <= 0.1 s")

    broken = altered(golden, own)
    (difference,) = broken.differences(tried())
    assert difference.endswith("expected <= 0.1 s")
    assert "the digests are the same, but figures are not as stated" in said(broken, tried(), [difference])[0]


def test_a_figure_that_is_no_expectation_is_reported_with_the_goldens_name_and_line(golden):
    def nonsense(content):
        content["runs"][0]["figures"][0] = "utter nonsense"

    with pytest.raises(ScenarioError, match=r"x.golden.json:\d+: figures: 'utter nonsense' is not of the form"):
        altered(golden, nonsense)


def test_a_golden_that_is_none_is_a_mistake(golden):
    golden.file.write_text("{}")
    with pytest.raises(ScenarioError, match=r"is no golden .*'wayfare test --update' makes it anew"):
        Golden.read(golden.file)


def test_quick_variants_have_a_golden_of_their_own(tmp_path):
    assert golden_file(tmp_path / "x.scenario.yaml", smoke=True) == tmp_path / "x.smoke.golden.json"


def test_blocks_grow_with_the_events_and_find_any_that_differ(tried):
    """806 events make 13 links of 64; the last is over all of them."""
    from wayfare.emulator.records import RunRecord

    record = RunRecord(tried().runs[0].folder)
    chain, kept = EventChain.of(record, "", 10)
    assert (chain.rows, chain.block, len(chain.links)) == (806, 64, 13 * 8)
    assert record.summary["digest"]["events"].startswith(chain.links[-8:])
    assert len(kept.rows) == 10
    assert first_difference(chain, kept.of(""), record) is None


def test_a_claim_is_run_once_and_what_broke_down_is_not_tried_again(tmp_path):
    file = tmp_path / "x.scenario.yaml"
    file.write_text(NETWORK)
    first = claimed(Trial(file), tmp_path / "claims")
    second = claimed(Trial(file), tmp_path / "claims")
    assert first.runs[0].folder == second.runs[0].folder
    assert second.outcome(second.trial.expectations[0]).passed
    file.write_text(
        NETWORK.replace("to: b, size: 1 MB", "to: c, size: 1 MB").replace(
            "nodes: {a: {tier: edge}, b: {tier: edge}}\n  links: [{between: [a, b], rate: 100 Mbit/s, delay: 5 ms}]",
            "generator: ring\n  nodes: 3",
        )
    )
    with pytest.raises(ScenarioError):
        claimed(Trial(file), tmp_path / "claims")
    with pytest.raises(BrokenBefore, match="unknown node"):
        claimed(Trial(file), tmp_path / "claims")


def test_scenario_files_are_found_in_folders_but_not_in_hidden_ones_and_sweeps(tmp_path):
    kept = ("runs/x/scenario.yaml", "runs/y.sweep/scenarios/12ab.scenario.yaml", "runs/y.sweep/sweep.json")
    for name in ("b.scenario.yaml", "a/c.scenario.yaml", ".venv/d.scenario.yaml", *kept):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert [file.name for file in scenario_files(tmp_path)] == ["c.scenario.yaml", "b.scenario.yaml"]
    with pytest.raises(ScenarioError, match=r"no file in this folder ends in '.scenario.yaml'"):
        scenario_files(tmp_path / "runs")

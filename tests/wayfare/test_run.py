"""`wayfare run` and `wayfare test`, from the outside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from wayfare.cli import _say_if_one_of_many
from wayfare.scenarios.loading import load

KEYS = {
    "accuracy": {"final", "nodes", "best"},
    "loss": {"final", "nodes", "best"},
    "time": {"virtual_s", "wall_s"},
    "bytes": {"total", "by_class", "retransmitted"},
    "energy": {"total_j", "by_cause"},
    "packets": {"sent", "delivered", "dropped"},
    "flows": {"count", "last_end_s"},
    "training": {"jobs", "batches", "samples", "left_out"},
    "digest": {"events", "weights"},
}


def test_a_network_run_ends_where_the_formula_says(wayfare, network):
    said = wayfare("run", network)
    assert said.code == 0
    assert said.summary["flows"]["last_end_s"] == pytest.approx(0.805, rel=1e-9)  # 8e7 bit / 1e8 bit/s + 5 ms
    assert said.summary["bytes"]["total"] == 10_000_000
    assert said.summary["bytes"]["by_class"]["backhaul"] == 10_000_000


def test_forwarding_whole_packets_costs_the_size_at_each_hop(wayfare):
    line = """\
name: line
topology: {nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: edge}, d: {tier: edge}}, links: [%s]}
traffic: {forwarding: %s, transfers: [{from: a, to: d, size: 10 MB}]}
"""
    links = ", ".join(f"{{between: [{ends}], rate: 100 Mbit/s, delay: 5 ms}}" for ends in ("a, b", "b, c", "c, d"))
    for forwarding, end_s in (("whole-packet", 2.415), ("cut-through", 0.815)):
        said = wayfare("run", wayfare.write(f"{forwarding}.scenario.yaml", line % (links, forwarding)))
        assert said.summary["flows"]["last_end_s"] == pytest.approx(end_s, rel=1e-9)


def test_a_network_run_imports_nothing_that_learns(wayfare, network):
    program = wayfare.write(
        "check.py",
        f"import sys\nsys.argv = ['wayfare', 'run', {str(network)!r}, '--quiet']\n"
        "from wayfare.cli import main\ntry:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "learners = {'torch', 'transformers', 'peft', 'tokenizers', 'huggingface_hub', 'safetensors'}\n"
        "assert not learners & set(sys.modules), learners & set(sys.modules)\n",
    )
    subprocess.run([sys.executable, program], cwd=wayfare.folder, check=True, capture_output=True)


def test_a_learning_run_writes_every_figure_and_its_folder(wayfare, tiny):
    said = wayfare("run", tiny, "--out", "here")
    assert said.code == 0, said.err
    assert said.folder.parent == wayfare.folder / "here"
    folder, summary = said.folder, said.summary
    assert {key: set(summary[key]) for key in KEYS} == KEYS
    assert set(summary["bytes"]["by_class"]) == {"access-up", "access-down", "backhaul", "core", "d2d"}
    assert summary["training"]["jobs"] > summary["training"]["batches"] > 0
    assert summary["expectations"][0]["passed"]
    names = {path.name for path in folder.iterdir()}
    assert names == {"run.json", "scenario.yaml", "topology.json", "summary.json", "weights.safetensors"} | {
        f"{table}.parquet"
        for table in ("events", "metrics", "bins", "sharing", "radio", "places", "scalings", "energy")
    }
    manifest = json.loads((folder / "run.json").read_text())
    assert manifest["status"] == "finished"
    assert manifest["digests"] == summary["digest"]


@pytest.mark.slow
def test_the_resolved_scenario_of_a_run_gives_the_same_run(wayfare, tiny):
    first = wayfare("run", tiny, "--out", wayfare.folder / "a")
    again = wayfare("run", first.folder / "scenario.yaml", "--out", wayfare.folder / "b")
    assert again.summary["digest"] == first.summary["digest"]


@pytest.mark.slow
def test_the_same_scenario_and_seed_give_the_same_digests_whatever_the_hash_seed_or_cache(wayfare, tiny):
    runs = [
        wayfare("run", tiny, "--out", wayfare.folder / "1", "--no-cache", env={"PYTHONHASHSEED": "1"}),
        wayfare("run", tiny, "--out", wayfare.folder / "2", env={"PYTHONHASHSEED": "2"}),
        wayfare("run", tiny, "--out", wayfare.folder / "3", env={"PYTHONHASHSEED": "3"}),
    ]
    digests = [run.summary["digest"] for run in runs]
    assert digests[0] == digests[1] == digests[2]
    assert runs[2].summary["training"]["batches"] == 0  # all results remembered from the second run
    assert runs[2].summary["training"]["jobs"] == runs[0].summary["training"]["jobs"] > 0


@pytest.mark.slow
def test_another_seed_gives_another_run(wayfare, tiny):
    one, two = (wayfare("run", tiny, "--seed", seed, "--out", wayfare.folder / seed) for seed in ("1", "2"))
    assert one.summary["digest"]["events"] != two.summary["digest"]["events"]
    assert one.summary["digest"]["weights"] != two.summary["digest"]["weights"]


def test_quiet_prints_the_run_folder_alone(wayfare, network):
    said = wayfare("run", network, "--quiet")
    assert said.out.count("\n") == 1
    assert said.err == ""
    assert (said.folder / "summary.json").is_file()


def test_a_run_shows_progress_and_a_table_before_the_folder(wayfare, network):
    said = wayfare("run", network)
    assert "pair" in said.err
    assert "expect flows.last_end = 0.805 s, expected <= 0.9 s" in said.out
    assert "10 MB" in said.out


def test_set_overrides_a_value(wayfare, network):
    said = wayfare("run", network, "--set", "traffic.transfers.0.size=20 MB")
    assert said.summary["flows"]["last_end_s"] == pytest.approx(1.605, rel=1e-9)


def test_a_run_whose_expectation_fails_is_finished_but_the_test_of_it_fails(wayfare, network):
    slow = ("--set", "traffic.transfers.0.size=20 MB")
    assert wayfare("run", network, *slow).code == 0
    said = wayfare("test", network, *slow)
    assert said.code == 1
    assert "pair.scenario.yaml:9: flows.last_end = 1.605 s, expected <= 0.9 s" in said.out
    assert wayfare("test", network).code == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no such file"),
        ("just words", "mapping"),
        ("name: x\nname: y\n", "duplicate"),
        ("name: x\ntopolgy: {}\n", "did you mean 'topology'?"),
        ("name: x\ntopology: {generator: ring, nodes: 3}\nstop: 5\n", "no unit"),
        ("name: x\ntopology: {generator: ring, nodes: 3}\nstop: 5 m\n", "unit of time"),
        ("name: x\ntopology: {generator: rnig, nodes: 3}\nstop: 5 s\n", "did you mean 'ring'?"),
        ("name: x\ntopology: {nodes: {a: {tier: edge}, b: {tier: edge}}}\nstop: 1 s\n", "reach"),
    ],
)
def test_a_mistake_gives_one_message_exit_code_2_and_no_folder(wayfare, text, message):
    path = wayfare.folder / "bad.scenario.yaml"
    if text is not None:
        path.write_text(text)
    said = wayfare("run", path)
    assert said.code == 2
    assert message in said.err
    assert str(path) in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert not (wayfare.folder / "runs").exists()


def test_an_out_folder_that_cannot_be_made_is_a_mistake(wayfare, network):
    wayfare.write("taken", "")
    said = wayfare("run", network, "--out", "taken")
    assert (said.code, said.out) == (2, "")
    assert "taken" in said.err
    assert "Traceback" not in said.err


def test_a_device_out_of_reach_is_named_before_anything_is_written(wayfare):
    far = wayfare.write(
        "far.scenario.yaml",
        """\
name: far
topology:
  nodes: {d: {tier: device, position: [0 m, 0 m]}, e: {tier: edge, position: [4 km, 0 m]}}
  links:
    - {between: [d, e], medium: radio}
traffic: {transfers: [{from: d, to: e, size: 1 MB}]}
""",
    )
    said = wayfare("run", far)
    assert said.code == 2
    assert f"{far}:5:" in said.err
    assert "d is out of reach of e: 4000 m" in said.err
    assert not (wayfare.folder / "runs").exists()


def test_a_wrong_scenario_among_good_ones_does_not_keep_them_from_being_tested(wayfare, network):
    wrong = wayfare.write("wrong.scenario.yaml", "name: x\n")
    said = wayfare("test", wrong, network)
    assert said.code == 2
    assert str(wrong) in said.err
    assert "passed" in said.out
    assert "the run is in runs/" in said.out


@pytest.mark.slow
@pytest.mark.parametrize("method", ["mfd", "fedavg"])
def test_a_run_whose_models_diverge_ends_and_has_no_number_for_its_loss(wayfare, tiny, method):
    learning = f"learning={{method: {method}, learning_rate: 1e30}}"
    ran = wayfare("run", tiny, "--quiet", "--set", learning)
    assert ran.code == 0, ran.err
    assert ran.summary["loss"]["nodes"] is None  # what others are sent of it is refused
    assert ran.summary["accuracy"]["nodes"] <= 0.3


def test_a_file_that_asks_for_more_than_one_run_is_said_to(network, capsys):
    for settings, said in (
        ([], ""),
        (["replications=3"], "'wayfare sweep pair.scenario.yaml' makes all 3 that the file"),
    ):
        _say_if_one_of_many(Path("pair.scenario.yaml"), load(network, settings))
        printed = capsys.readouterr().err
        assert said in printed
        assert bool(said) == bool(printed)

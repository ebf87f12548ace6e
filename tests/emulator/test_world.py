"""A whole world on one clock, from outside: the run folder, the laws, and that it happens the same way twice."""

import json
import os
import subprocess
import sys

import pytest

from wayfare.emulator.laws import LawBroken
from wayfare.emulator.meter import Meter
from wayfare.emulator.methods import Alone, Mfd
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.records import RunRecord
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import RunFailed, run

TRIANGLE = (("a", "b", 1e6, 0.01), ("b", "c", 2e6, 0.02), ("c", "a", 3e6, 0.03))
SCENARIO = """
name: two
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}}
  links: [{between: [a, b], rate: 8 Mbit/s, delay: 5 ms}]
traffic:
  transfers: [{from: a, to: b, size: 1 MB, start: 0 s}]
"""


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "two.scenario.yaml"
    path.write_text(SCENARIO)
    return load(path)


def test_a_network_run_ends_with_its_last_transfer(live, wired):
    run = live(wired(*TRIANGLE), transfers=[(0, 1, 100_000, 0.5), (1, 2, 1_000, 0.0)])
    assert run.summary["time"]["virtual_s"] == pytest.approx(0.5 + 0.8 + 0.01, rel=1e-12)
    assert run.summary["flows"] == {"count": 2, "last_end_s": run.summary["time"]["virtual_s"]}
    assert run.summary["packets"] == {"sent": 2, "delivered": 2, "dropped": 0}
    assert run.summary["bytes"] == {
        "total": 101_000,
        "by_class": {"access-up": 0, "access-down": 0, "backhaul": 101_000, "core": 0, "d2d": 0},
        "retransmitted": 0,
    }


def test_a_stop_ends_a_run_in_the_middle_of_a_transfer_and_nothing_is_lost(live, wired):
    run = live(wired(*TRIANGLE), transfers=[(0, 1, 1_000_000, 0.0)], stop_s=1.0)
    assert run.summary["time"]["virtual_s"] == 1.0
    assert run.summary["bytes"]["total"] == 125_000
    assert run.summary["packets"] == {"sent": 1, "delivered": 0, "dropped": 0}


def test_what_happens_in_the_instant_of_the_stop_still_happens(live, wired):
    run = live(wired(("a", "b", 8e6, 0.5)), transfers=[(0, 1, 1_000_000, 0.0)], stop_s=1.5)
    assert run.summary["packets"]["delivered"] == 1


def test_a_run_whose_transfers_are_all_dropped_ends_too(live, wired):
    run = live(wired(("a", "b", 1e6, 0.0), ("c", "d", 1e6, 0.0)), transfers=[(0, 2, 1_000, 1.0)])
    assert run.summary["packets"] == {"sent": 1, "delivered": 0, "dropped": 1}


def test_bins_add_up_to_the_summary(live, wired):
    run = live(wired(*TRIANGLE), transfers=[(0, 1, 300_000, 0.25), (1, 2, 700_000, 0.0)], bin_s=0.1)
    bins = run.record.table("bins").to_pylist()
    assert sum(row["bytes"] for row in bins) == pytest.approx(1_000_000, rel=1e-9)
    assert all(0 <= row["utilisation"] <= 1 + 1e-9 for row in bins)
    active_j = sum(row["utilisation"] for row in bins if row["link"] >= 0) * 0.1 * 2.0
    last = run.summary["time"]["virtual_s"] % 0.1
    assert last > 0.001
    assert run.summary["energy"]["by_cause"]["link"] == pytest.approx(active_j, rel=0.05)
    assert run.summary["energy"]["total_j"] == pytest.approx(sum(run.summary["energy"]["by_cause"].values()))


def test_the_observer_says_nothing_twice(live, wired):
    """The run stops at the end of a bin, where the observer has looked already."""
    run = live(wired(*TRIANGLE), Alone(steps=2), ("a", "b"), stop_s=1.0, bin_s=0.25)
    seen = [(row["time_ns"], row["name"], row["node"], row["packet"]) for row in run.metrics if row["name"] != "loss"]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("method", [Mfd(packets=2, steps=2), Alone(steps=2)])
def test_a_world_happens_the_same_way_twice(live, wired, method):
    shaky = NodeClass(compute_flop_per_s=1e6, memory_bytes=1e9, power_idle_w=0, power_busy_w=1, jitter=0.4)
    hardware = dict.fromkeys("abc", shaky)
    first, second = (live(wired(*TRIANGLE), method, "abc", stop_s=2.0, hardware=hardware) for _ in range(2))
    other = live(wired(*TRIANGLE), method, "abc", stop_s=2.0, hardware=hardware, seed=8)
    assert first.summary["digest"] == second.summary["digest"]
    assert first.events == second.events or str(first.events) == str(second.events)
    assert first.summary["digest"]["events"] != other.summary["digest"]["events"]
    assert first.summary["digest"]["weights"] != other.summary["digest"]["weights"]


def test_another_hash_seed_gives_the_same_events(tmp_path, scenario):
    program = (
        "import sys; from pathlib import Path\n"
        "from wayfare.scenarios.loading import load; from wayfare.scenarios.running import run\n"
        "print(run(load(sys.argv[1]), Path(sys.argv[2])).summary['digest']['events'])\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    digests = {run(scenario, tmp_path).summary["digest"]["events"]}
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "two.scenario.yaml"), str(tmp_path / "runs")],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), "a network run imports no torch"
        digests.add(done.stdout.strip())
    assert len(digests) == 1


class LeakyMeter(Meter):
    """A meter that misses one bit in ten thousand."""

    def close_bin(self, now_s):
        self.sums.carried_bits[:] *= 0.9999
        super().close_bin(now_s)


class WarmMeter(Meter):
    """A meter that finds a joule of its own at the end of each bin."""

    def close_bin(self, now_s):
        super().close_bin(now_s)
        self.ledger.add_nodes(1.0, 0.0)


@pytest.mark.parametrize(("meter", "law"), [(LeakyMeter, "bits on links"), (WarmMeter, "energy of idle")])
def test_a_world_that_breaks_its_physics_is_a_failed_run_that_names_the_law(
    tmp_path, scenario, monkeypatch, meter, law
):
    monkeypatch.setattr("wayfare.emulator.world.Meter", meter)
    with pytest.raises(RunFailed, match=law) as caught:
        run(scenario, tmp_path)
    record = RunRecord(caught.value.folder)
    assert isinstance(caught.value.__cause__, LawBroken)
    assert record.manifest["status"] == "failed"
    assert law in record.manifest["error"]
    assert record.summary is None
    assert record.table("events").num_rows == 4


def test_a_program_that_breaks_down_ends_the_run(live, wired, scripted):
    def broken(node):
        yield node.wait(0.5)
        raise ZeroDivisionError("the method's own mistake")

    with pytest.raises(ZeroDivisionError, match="the method's own mistake"):
        live(wired(*TRIANGLE), scripted({"a": broken}), ("a",), stop_s=2.0)


def test_progress_is_told_from_beginning_to_end(tmp_path, scenario):
    told = []
    outcome = run(scenario, tmp_path, on_progress=told.append)
    assert told[-1].virtual_s == pytest.approx(1.005)
    assert told[-1].events == 4
    assert json.loads((outcome.folder / "run.json").read_text())["progress"]["events"] == 4


def test_a_silence_of_years_is_one_bin(live, wired):
    lived = live(wired(("a", "b", 8e6, 0.0)), transfers=[(0, 1, 1_000_000, 0.0), (0, 1, 1_000_000, 9e7)], bin_s=0.5)
    assert lived.summary["flows"]["last_end_s"] == 9e7 + 1.0
    starts = sorted({row["time_ns"] for row in lived.record.table("bins").to_pylist()})
    assert len(starts) < 10
    assert lived.summary["energy"]["total_j"] == pytest.approx(
        sum(row["energy_j"] for row in lived.record.table("bins").to_pylist()), rel=1e-9
    )


def test_times_in_the_summary_are_whole_nanoseconds(live, wired):
    lived = live(wired(*((a, b, 8e6, 0.01) for a, b in ("ab", "bc", "cd"))), transfers=[(0, 3, 1_000_000, 1.0)])
    assert lived.summary["flows"]["last_end_s"] == 4.03


def test_drops_are_counted_by_reason(live, wired):
    lived = live(wired(("a", "b", 1e6, 0.0), ("c", "d", 1e6, 0.0)), transfers=[(0, 3, 10, 0.0)])
    assert lived.summary["drops"] == {"no-route": 1}

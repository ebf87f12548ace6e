"""What a golden keeps of the scenarios of its runs, and how a change of them is said."""

from wayfare.scenarios.golden_scenario import changes, keys_of, less, more
from wayfare.scenarios.loading import load


def test_a_run_keeps_what_it_has_otherwise_than_the_first_and_is_whole_again():
    first = {"seed": "1", "learning.method": "mfd", "learning.packets": "3"}
    other = {"seed": "7", "learning.method": "fedavg", "learning.steps": "5"}
    kept = less(other, first)
    assert kept == {"seed": "7", "learning.method": "fedavg", "learning.steps": "5", "learning.packets": None}
    assert more(first, kept) == other
    assert more(first, less(first, first)) == first


def test_changes_are_said_key_by_key_and_many_are_counted():
    assert list(changes({"stop": "1 s", "seed": "1"}, {"stop": "2 s", "seed": "1", "record.sharing": "true"})) == [
        "stop was 1 s, is 2 s",
        "record.sharing was not there, is true",
    ]
    many = {f"key{number}": "1" for number in range(20)}
    assert list(changes(many, {}))[-1] == "12 more keys"


def test_files_stand_where_they_are_from_the_golden_and_promises_are_left_out(tmp_path, pair_text):
    (tmp_path / "net.csv").write_text("time_s,rate_bps\n0,1e6\n")
    (tmp_path / "x.scenario.yaml").write_text(pair_text + "profiles: [{between: [a, b], file: net.csv}]\nstop: 1 s\n")
    keys = keys_of(load(tmp_path / "x.scenario.yaml"), tmp_path)
    assert keys["profiles.0.file"] == "net.csv"
    assert keys["topology.links.0.rate"] == "100 Mbit/s"
    assert not any(key.startswith("expect") for key in keys)

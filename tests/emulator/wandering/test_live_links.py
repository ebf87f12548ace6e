"""What packets make of links as they are at the moment: where they go, and how large they set out."""

from collections import Counter

import pytest
import yaml

from wayfare.emulator.faults import FailingPair, Outage
from wayfare.emulator.methods import Mfd
from wayfare.emulator.records import EventKind, RunRecord
from wayfare.emulator.wandering import LinkAware
from wayfare.models.adapter import LoRA
from wayfare.models.packing import pack_model
from wayfare.scenarios import load, run

MFD = {"method": "mfd", "packets": 1, "steps": 1, "batch_size": 4}
DIGITS = {"dataset": "digits", "partition": "iid", "holders": "edge"}
MARKOV = {
    "dataset": {"kind": "markov-text", "domains": 1, "windows": 40, "length": 8, "letters": 4},
    "partition": "iid",
    "holders": "edge",
}


RATES = {"ab": 20e6, "bc": 400e3, "ac": 1e6}


def between(*links):
    return [{"between": [*ends], "rate": rate, "delay": "1 ms"} for *ends, rate in links]


@pytest.fixture
def flows(tmp_path):
    """Run a scenario of edge sites; return time [s], ends and size of all that was sent."""

    def live(links, **sections):
        nodes = {name: {"tier": "edge"} for link in links for name in link["between"]}
        scenario = {"name": "live", "topology": {"nodes": nodes, "links": links}, "stop": "2 s", **sections}
        file = tmp_path / "live.scenario.yaml"
        file.write_text(yaml.safe_dump(scenario, sort_keys=False))
        outcome = run(load(file), tmp_path, cache=False)
        events = RunRecord(outcome.folder).table("events").to_pylist()
        sent = [event for event in events if event["kind"] == EventKind.FLOW_START]
        return [
            (event["time_ns"] / 1e9, f"{list(nodes)[event['node']]}{list(nodes)[event['peer']]}", event["size_bytes"])
            for event in sent
        ]

    return live


def test_link_aware_leaves_a_link_that_a_profile_slows_down(flows):
    """From h the way to a is the faster one until a second has passed, and the way to b from then on."""
    sent = flows(
        between(("h", "a", "10 Mbit/s"), ("h", "b", "2 Mbit/s")),
        profiles=[{"between": ["h", "a"], "steps": [{"at": "1 s", "rate": "1 Mbit/s"}]}],
        data=DIGITS,
        model="linear",
        learning=MFD | {"next_hop": {"policy": "link-aware"}},
    )
    chosen = [(time_s, way) for time_s, way, _ in sent if way.startswith("h")]
    assert {way for time_s, way in chosen if time_s < 1} == {"ha"}
    assert {way for time_s, way in chosen if time_s > 1} == {"hb"}
    assert len({time_s for time_s, _ in chosen}) > 10


def test_link_aware_leaves_a_link_that_is_down(live, wired):
    wiring = wired(("h", "a", 1e6, 0.01), ("h", "b", 1e5, 0.01))
    fault = FailingPair((wiring.links[0], wiring.links[1]), iter([Outage(1.0, 99.0)]))
    lived = live(wiring, Mfd(packets=1, steps=2, next_hop=LinkAware()), "hab", stop_s=2.5, faults=[fault])
    chosen = [(event["time_ns"], event["peer"]) for event in lived.by_kind[EventKind.FLOW_START] if event["node"] == 0]
    assert {peer for time_ns, peer in chosen if time_ns < 0.9e9} == {1}
    assert {peer for time_ns, peer in chosen if time_ns > 1e9} == {2}
    assert lived.summary["accuracy"]["final"] is not None


def test_the_rank_of_adapters_is_the_highest_that_crosses_the_next_link_in_time(flows):
    """At 100 ms ranks 8, 4 and 1 fit on links of 20 Mbit/s, 1 Mbit/s and 400 kbit/s; at each node rank 8 is back."""
    sent = flows(
        between(*((*ends, f"{rate_bps / 1000:g} kbit/s") for ends, rate_bps in RATES.items())),
        data=MARKOV,
        model={"family": "lora", "base": "tiny", "rank": 8},
        learning=MFD | {"fit_link": "100 ms", "choices": {"sparsities": [0], "bits": [32]}},
        stop="1 s",
    )
    packed = {rank: len(pack_model(adapters(rank))) for rank in (8, 4, 2, 1)}
    ranks = Counter()
    for _, way, size_bytes in sent:
        rank = max(rank for rank, payload in packed.items() if payload < size_bytes)
        header, most = size_bytes - packed[rank], RATES["".join(sorted(way))] * (0.1 - 0.001) / 8
        assert header < 1000
        assert size_bytes <= most
        assert rank == 8 or packed[2 * rank] + header > most
        ranks["".join(sorted(way)), rank] += 1
    assert set(ranks) == {("ab", 8), ("bc", 1), ("ac", 4)}
    assert sum(ranks.values()) >= 6


def adapters(rank):
    return LoRA(base="tiny", rank=rank).structure((8,), 256, "language").initial(1)

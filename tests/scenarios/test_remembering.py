"""Runs and the memory of training results: what-ifs that train nothing, and a memory that is damaged, full or small."""

import pytest

from wayfare.models.cache_folder import DEFAULT_LIMIT_BYTES, CacheFolder
from wayfare.scenarios import ScenarioError, load, run
from wayfare.scenarios.remembering import cache_limit_bytes

FEDAVG = """\
name: fedavg
seed: 3
topology: {generator: three-tier, clouds: 1, edges: 2, devices: 6}
cells: {site_antenna_gain: 8 dB}
links: {backhaul: {rate: 1 Gbit/s, delay: 5 ms}}
data: {dataset: digits, partition: {kind: dirichlet, alpha: 0.5}}
model: {family: mlp, hidden: [16]}
learning: {method: fedavg, steps: 10, learning_rate: 0.2}
stop: 300 ms
"""


SLOWER = ["links.backhaul.rate=900 Mbit/s"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where results are remembered."""
    monkeypatch.setenv("WAYFARE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def ran(tmp_path, folder):
    """Run the scenario with values overridden, and return what came of it."""
    path = tmp_path / "fedavg.scenario.yaml"
    path.write_text(FEDAVG)

    def ran(overrides=(), *, cache=True):
        return run(load(path, list(overrides)), tmp_path / "runs", cache=cache)

    return ran


def test_another_bandwidth_trains_nothing_and_gives_the_same_digests_as_without_the_memory(ran):
    first, again, trained = ran(), ran(SLOWER), ran(SLOWER, cache=False)
    assert first.summary["memory"] == {"remembered": 0, "damaged": 0, "unwritten": 0}
    assert again.summary["training"]["batches"] == 0
    assert again.summary["memory"]["remembered"] >= again.summary["training"]["jobs"] > 0
    assert trained.summary["memory"]["remembered"] == 0
    assert trained.summary["training"]["batches"] > 0
    assert again.summary["digest"] == trained.summary["digest"]
    assert again.summary["digest"]["events"] != first.summary["digest"]["events"]
    for figure in ("accuracy", "loss", "bytes", "energy", "flows", "packets"):
        assert again.summary[figure] == trained.summary[figure]
    assert (first.notes, again.notes, trained.notes) == ((), (), ())


def test_damaged_entries_are_trained_again_replaced_and_said(ran, folder):
    first = ran()
    torn, flipped, *_ = sorted(folder.rglob("*.safetensors"))
    torn.write_bytes(torn.read_bytes()[:100])
    data = flipped.read_bytes()
    flipped.write_bytes(data[:-40] + bytes([data[-40] ^ 1]) + data[-39:])
    again = ran()
    assert again.summary["digest"] == first.summary["digest"]
    assert again.summary["memory"]["damaged"] == 2
    assert again.notes == (f"{folder}: 2 remembered results damaged or not readable, and computed again",)
    third = ran()
    assert (third.notes, third.summary["memory"]["damaged"], third.summary["training"]["batches"]) == ((), 0, 0)


def test_a_small_memory_holds_its_limit_and_changes_no_result(ran, folder, monkeypatch):
    monkeypatch.setenv("WAYFARE_CACHE_LIMIT", "64 KiB")
    first, again, trained = ran(), ran(), ran(cache=False)
    assert 0 < CacheFolder(folder).usage().size_bytes <= 65536
    assert CacheFolder(folder).usage().entries < first.summary["training"]["jobs"]
    assert first.summary["digest"] == again.summary["digest"] == trained.summary["digest"]
    assert again.summary["training"]["batches"] > 0
    assert again.notes == ()


def test_a_memory_that_takes_nothing_is_said_once_and_harms_nothing(ran, folder):
    folder.write_text("in the way")
    said = ran()
    unwritten = said.summary["memory"]["unwritten"]
    assert unwritten >= said.summary["training"]["jobs"] > 0
    assert said.notes == (f"{folder}: {unwritten} results not remembered (Not a directory)",)
    assert said.summary["digest"] == ran(cache=False).summary["digest"]


@pytest.mark.parametrize("text", ["4", "much", "4 bit/s", "-1 GiB", "nan B", "1e400 GiB"])
def test_a_limit_that_is_no_size_is_refused(monkeypatch, text):
    monkeypatch.setenv("WAYFARE_CACHE_LIMIT", text)
    with pytest.raises(ScenarioError, match=r"^WAYFARE_CACHE_LIMIT: "):
        cache_limit_bytes()


@pytest.mark.parametrize(
    ("text", "limit_bytes"), [("4 GiB", 2**32), ("500 MB", 5 * 10**8), ("0 B", 0), ("", DEFAULT_LIMIT_BYTES)]
)
def test_a_limit_is_a_size_with_a_unit(monkeypatch, text, limit_bytes):
    monkeypatch.setenv("WAYFARE_CACHE_LIMIT", text)
    assert cache_limit_bytes() == limit_bytes

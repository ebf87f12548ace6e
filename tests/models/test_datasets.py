from collections.abc import Callable

import numpy as np
import pytest

from wayfare.models import DATASETS, ByGroup, Iid, named_streams, split_data


@pytest.fixture
def made(tmp_path) -> dict[str, Callable]:
    """Each dataset, with a small source of its own where it needs one."""
    (tmp_path / "text.txt").write_bytes(bytes(range(256)) * 40)
    table = "a,label\n" + "".join(f"{number},{number % 3}\n" for number in range(300))
    (tmp_path / "table.csv").write_text(table, encoding="utf-8")
    series = "".join(f"{second},a,b,{second * second * 37 % 10007}\n" for second in range(300))
    (tmp_path / "series.csv").write_text("time_s,src,dst,bytes\n" + series, encoding="utf-8")
    for part, count in (("train", 200), ("t10k", 50)):
        pixels = np.random.Generator(np.random.PCG64(count)).integers(0, 256, count * 784, dtype=np.uint8).tobytes()
        head = b"".join(length.to_bytes(4, "big") for length in (0x803, count, 28, 28))
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(head + pixels)
        labels = bytes(number % 10 for number in range(count))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01" + count.to_bytes(4, "big") + labels)
    paths = {"text": "text.txt", "table": "table.csv", "mnist": ".", "telemetry": "series.csv"}
    return {
        name: (lambda kind=kind, name=name: kind(**({"path": str(tmp_path / paths[name])} if name in paths else {})))
        for name, kind in DATASETS.items()
    }


@pytest.mark.parametrize("name", list(DATASETS))
def test_a_dataset_loads_under_its_own_name_and_always_the_same(made, name):
    dataset, again = (made[name]().load(named_streams(1)) for _ in range(2))
    assert dataset.name == name
    assert dataset.source
    assert np.array_equal(dataset.features, again.features)
    assert np.array_equal(dataset.labels, again.labels)


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "quadratics"])
def test_no_sample_of_the_test_set_is_at_a_node_and_none_is_trained_and_validated_on(made, name):
    dataset = made[name]().load(named_streams(1))
    split = split_data(dataset, Iid(), ["a", "b", "c"], named_streams(1))
    test, train, validation = (
        {row.numpy().tobytes() for shard in shards for row in shard.features}
        for shards in ([split.test], split.train.values(), split.validation.values())
    )
    assert test
    assert not test & train
    assert not test & validation
    for node in "abc":
        own, seen = ({row.numpy().tobytes() for row in part[node].features} for part in (split.train, split.validation))
        assert not own & seen


def test_every_task_is_split_by_groups_where_there_are_groups(made):
    for name in ("quadratics", "markov-text"):
        dataset = made[name]().load(named_streams(1))
        split = split_data(dataset, ByGroup("given"), ["a", "b"], named_streams(1))
        assert split.test.task == split.train["a"].task == dataset.task
        assert not split.domains["a"] & split.domains["b"]

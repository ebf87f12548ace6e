import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.models import ByGroup, DatasetError, Telemetry, named_streams, split_data

LINKS = "time_s,src,dst,class,bytes\n"


@pytest.fixture
def write(tmp_path):
    def write(rows, name="links.csv"):
        file = tmp_path / name
        file.write_text(LINKS + "".join(f"{time:g},{src},{dst},backhaul,{count}\n" for time, src, dst, count in rows))
        return str(file)

    return write


def test_a_window_predicts_the_value_after_it(write):
    file = write([(second, "c", "s", 10 * second) for second in range(10)])
    read = Telemetry(file, window=2, held_out=0.2, scale=0.1).load()
    assert read.features[:2].tolist() == [[0, 1], [1, 2]]
    assert read.labels[:2].tolist() == [[2], [3]]
    assert (read.task, read.classes, read.group_names) == ("regression", 1, ("c s",))
    assert read.labels[read.held_out].ravel().tolist() == [8, 9]


def test_rows_of_an_interval_add_up_and_an_interval_without_any_is_zero(write):
    file = write([(0.0, "c", "s", 1), (0.5, "c", "s", 2), (1.9, "d", "s", 4), (5.0, "c", "s", 8)])
    read = Telemetry(file, by=("dst",), window=1, interval_s=1.0).load()
    assert np.append(read.features[:, 0], read.labels[-1]).tolist() == [3, 4, 0, 0, 0, 8]


def test_the_last_value_may_count_until_the_next(write):
    file = write([(1.2, "c", "s", 3), (1.0, "c", "s", 9), (4.0, "c", "s", 7), (5.0, "d", "s", 1)])
    read = Telemetry(file, window=1, combine="last").load()
    series = np.append(read.features[read.groups == 0, 0], read.labels[read.groups == 0][-1])
    assert series.tolist() == [3, 3, 3, 3, 7, 7]


@given(st.integers(1, 4), st.integers(1, 3), st.floats(0.1, 0.5))
def test_nobody_trains_on_anything_of_the_time_that_is_held_out(window, horizon, held_out):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "links.csv")
        rows = [f"{second},c,s{link},x,{100 * link + second}\n" for second in range(40) for link in range(2)]
        file.write_text(LINKS + "".join(rows))
        read = Telemetry(str(file), window=window, horizon=horizon, held_out=held_out).load()
    split = split_data(read, ByGroup("given"), ["a", "b"], named_streams(1))
    first = 40 - round(held_out * 40)
    assert sorted(set((split.test.labels.numpy() % 100).ravel().tolist())) == list(range(first, 40))
    for number, node in enumerate("ab"):
        for part in (split.train[node], split.validation[node]):
            assert (part.labels.numpy() // 100 == number).all()
            assert max(part.features.numpy().max(), part.labels.numpy().max()) % 100 < first
            assert (part.labels.numpy()[:, 0] - part.features.numpy()[:, -1] == horizon).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"only": {"class": "access-up"}}, "no row has class = 'access-up'"),
        ({"only": {"clas": "x"}}, "no column 'clas'; did you mean 'class'"),
        ({"value": "byte"}, "no column 'byte'; did you mean 'bytes'"),
        ({"value": "src"}, "line 2: 'src' is 'c', not a number"),
        ({"window": 20}, "10 intervals, of which 2 are held out, are too few for windows of 20 that predict 1 ahead"),
    ],
)
def test_what_is_wrong_is_said(write, options, message):
    file = write([(second, "c", "s", second) for second in range(10)])
    with pytest.raises(DatasetError, match=message) as raised:
        Telemetry(file, **options).load()
    assert file in str(raised.value)

from itertools import islice, pairwise

import numpy as np
import pytest

from wayfare.emulator.background import Constant, OnOff, Poisson, Trace, TraceError
from wayfare.models.streams import generator

ENDS = {"from_": "a", "to": "b"}


def drawn(source, number, seed=1):
    return list(islice(source.bursts(generator(seed, "test")), number))


def test_a_constant_source_sends_on_the_beat():
    bursts = drawn(Constant(**ENDS, size_bytes=10, interval_s=0.1, start_s=2.0), 4)
    assert [burst.start_s for burst in bursts] == [2.0, 2.1, 2.2, pytest.approx(2.3)]
    assert {burst.size_bytes for burst in bursts} == {10}


def test_a_poisson_source_has_exponential_times_between_starts():
    bursts = drawn(Poisson(**ENDS, size_bytes=1000, interval_s=0.5), 20_000)
    gaps = np.array([b.start_s - a.start_s for a, b in pairwise(bursts)])
    assert gaps.mean() == pytest.approx(0.5, abs=4 * 0.5 / len(gaps) ** 0.5)  # four standard errors
    assert gaps.std() == pytest.approx(0.5, rel=0.05)  # of an exponential law both are the same


def test_exponential_sizes_have_the_mean_asked_for_and_are_never_nothing():
    sizes = np.array(
        [b.size_bytes for b in drawn(Poisson(**ENDS, size_bytes=3, interval_s=1, sizes="exponential"), 9999)]
    )
    assert sizes.min() == 1
    large = np.array(
        [b.size_bytes for b in drawn(Poisson(**ENDS, size_bytes=10**6, interval_s=1, sizes="exponential"), 9999)]
    )
    assert large.mean() == pytest.approx(1e6, abs=4 * 1e6 / 9999**0.5)


def test_an_on_off_source_sends_its_rate_for_its_share_of_the_time():
    bursts = drawn(OnOff(**ENDS, rate_bps=8e6, on_s=0.2, off_s=0.6), 20_000)
    assert {burst.cap_bps for burst in bursts} == {8e6}
    assert sum(b.size_bytes for b in bursts) / bursts[-1].start_s == pytest.approx(1e6 * 0.25, rel=0.03)
    assert all(a.start_s + a.size_bytes / 1e6 <= b.start_s + 1e-6 for a, b in pairwise(bursts))


def test_a_trace_is_read_in_order_of_time(tmp_path):
    path = tmp_path / "trace.csv"
    path.write_text("id,src,dst,size_bytes,start_s\n1,a,b,20,1.5\n0,b,a,10,0.5\n")
    bursts = list(Trace(file=str(path)).bursts(generator(1)))
    assert [tuple(burst[:4]) for burst in bursts] == [(0.5, "b", "a", 10), (1.5, "a", "b", 20)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read as a trace (No such file or directory)"),
        ("src,dst\na,b\n", ":2: a trace has the columns"),
        ("start_s,src,dst,size_bytes\nsoon,a,b,1\n", ":2: a trace has the columns"),
        ("start_s,src,dst,size_bytes\n-1,a,b,1\n", ":2: not a transfer"),
        ("start_s,src,dst,size_bytes\n0,a,b,0\n", ":2: not a transfer"),
        ("start_s,src,dst,size_bytes\n0,a,a,1\n", ":2: not a transfer"),
        ("start_s,src,dst,size_bytes\nnan,a,b,1\n", ":2: not a transfer"),
    ],
)
def test_a_trace_that_is_none_names_file_and_line(tmp_path, text, message):
    path = tmp_path / "trace.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(TraceError) as caught:
        list(Trace(file=str(path)).bursts(generator(1)))
    assert str(path) in str(caught.value)
    assert message in str(caught.value)

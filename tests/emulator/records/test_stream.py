"""An append-only table: what a reader sees of it, and a digest of its rows alone."""

import hashlib
import math
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.emulator.records.segments import Segment
from wayfare.emulator.records.stream import TableStream
from wayfare.emulator.records.tables import EVENTS, METRICS

ROW = (1, 2, 3, 4, 5, 6, 7, 0.5)
ids = st.integers(-1, 2**31 - 1)
sizes = st.integers(-1, 2**40)
values = st.floats(allow_nan=False)
rows = st.lists(
    st.tuples(st.integers(0, 2**62), st.integers(0, 11), ids, ids, sizes, sizes, sizes, values), max_size=30
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows, st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_the_digest_covers_the_rows_and_not_where_they_were_flushed(tmp_path, planned, some, others):
    digests = set()
    for flushes in (some, others):
        stream = TableStream(tmp_path / "events.arrows", EVENTS)
        for number, row in enumerate(planned):
            stream.append(row)
            if number in flushes:
                stream.flush()
        stream.close()
        digests.add(stream.digest)
        table = Segment(tmp_path / "events.arrows", EVENTS).read()
        assert [tuple(row.values()) for row in table.to_pylist()] == planned
    packed = b"".join(struct.pack("<qhiiqqqd", *row) for row in planned)
    assert digests == {hashlib.sha256(packed).hexdigest()}


@pytest.mark.parametrize("column", range(8))
def test_any_other_value_is_another_digest(tmp_path, column):
    digests = set()
    for row in (ROW, tuple(value + (index == column) for index, value in enumerate(ROW))):
        stream = TableStream(tmp_path / "events.arrows", EVENTS)
        stream.append(row)
        stream.close()
        digests.add(stream.digest)
    assert len(digests) == 2


def test_a_value_that_is_none_has_one_digest(tmp_path):
    stream = TableStream(tmp_path / "events.arrows", EVENTS)
    stream.append((*ROW[:-1], math.nan))
    stream.close()
    assert stream.digest == hashlib.sha256(struct.pack("<qhiiqqqd", *ROW[:-1], math.nan)).hexdigest()


def test_rows_are_there_for_readers_after_each_flush(tmp_path):
    stream = TableStream(tmp_path / "metrics.arrows", METRICS)
    for number in range(3):
        stream.append((number, "Genauigkeit, 精度", -1, -1, 0.5))
        stream.flush()
        assert Segment(tmp_path / "metrics.arrows", METRICS).read().num_rows == number + 1
    stream.close()
    assert Segment(tmp_path / "metrics.arrows", METRICS).read().to_pylist()[2]["name"] == "Genauigkeit, 精度"


def test_a_table_that_has_just_begun_is_readable_and_empty(tmp_path):
    stream = TableStream(tmp_path / "events.arrows", EVENTS)
    assert Segment(tmp_path / "events.arrows", EVENTS).read().num_rows == 0
    stream.close()


def test_every_cut_of_a_stream_with_rows_shows_whole_batches_only(tmp_path):
    path = tmp_path / "events.arrows"
    stream = TableStream(path, EVENTS)
    ends = []
    for _ in range(3):
        stream.append(ROW)
        stream.append(ROW)
        stream.flush()
        ends.append(path.stat().st_size)
    stream.close()
    data = path.read_bytes()
    start = 504  # the schema
    for length in range(start, len(data)):
        path.write_bytes(data[:length])
        assert Segment(path, EVENTS).read().num_rows == 2 * sum(length >= end for end in ends)


def test_closing_twice_is_closing_once(tmp_path):
    stream = TableStream(tmp_path / "events.arrows", EVENTS)
    stream.append(ROW)
    stream.close()
    size = (tmp_path / "events.arrows").stat().st_size
    stream.close()
    assert (tmp_path / "events.arrows").stat().st_size == size

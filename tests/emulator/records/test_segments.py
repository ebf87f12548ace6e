"""A stream that is damaged shows the rows before the damage, and never a row that was not recorded."""

from random import Random

import pyarrow as pa
import pytest

from wayfare.emulator.records.segments import Segment
from wayfare.emulator.records.stream import TableStream
from wayfare.emulator.records.tables import EVENTS, METRICS

EVENT_ROWS = [(number, 2, 3, 4, 5, 6, 7, number / 3) for number in range(30)]
METRIC_ROWS = [(number, "Genauigkeit, 精度" * (number % 3), -1, -1, number / 7) for number in range(30)]


@pytest.mark.parametrize(("table", "rows"), [(EVENTS, EVENT_ROWS), (METRICS, METRIC_ROWS)])
def test_a_flipped_bit_anywhere_shows_recorded_rows_or_none(tmp_path, table, rows):
    path = tmp_path / f"{table.name}.arrows"
    stream = TableStream(path, table)
    for number, row in enumerate(rows):
        stream.append(row)
        if number % 10 == 9:
            stream.flush()
    stream.close()
    data, random = path.read_bytes(), Random(1)
    shown = set()
    for at in range(0, len(data), 3):
        changed = bytearray(data)
        changed[at] ^= 1 << random.randrange(8)
        path.write_bytes(changed)
        try:
            table_rows = Segment(path, table).read()
        except (OSError, ValueError, pa.ArrowException):
            continue
        found = [tuple(row.values()) for row in table_rows.to_pylist()]
        assert found == rows[: len(found)]
        shown.add(len(found))
    assert {0, 10, 20} <= shown

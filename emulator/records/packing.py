"""Rows of the tables that grow fastest, packed in parts: rows that come together differ in a few columns alone."""

import struct
from collections.abc import Callable

from .tables import EVENTS, SHARING, Table

Packer = Callable[..., bytes]


def packer(table: Table, first: str, last: str) -> Packer:
    """Return what packs the columns of a row from one to another, without gaps and little-endian."""
    names = [name for name, _ in table.columns]
    return struct.Struct(table.packing_of(table.columns[names.index(first) : names.index(last) + 1])).pack


whole_event = packer(EVENTS, "time_ns", "value")
event_head = packer(EVENTS, "time_ns", "kind")
event_ends = packer(EVENTS, "node", "peer")
event_tail = packer(EVENTS, "flow", "value")
asked_head = packer(SHARING, "time_ns", "transfer")
asked_tail = packer(SHARING, "link", "part")

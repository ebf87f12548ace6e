from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.dashboard.map.hops import COLUMNS, NEVER_NS, jobs_of, open_rows, pair_hops
from wayfare.dashboard.map.pack import pack, unpack
from wayfare.dashboard.map.values import ValuesByTile
from wayfare.emulator.records import EventKind


def rows(*events: tuple[Any, ...]) -> dict[str, Any]:
    """Columns of events given as time, kind, node, peer, transfer, and perhaps value."""
    table = [(*event[:5], -1, -1, event[5] if len(event) > 5 else np.nan) for event in events]
    return {name: np.array(column) for name, column in zip(COLUMNS, zip(*table, strict=True), strict=True)}


def test_a_hop_is_from_its_start_to_its_end() -> None:
    hops = pair_hops(rows((5, EventKind.HOP_START, 1, 2, 7), (9, EventKind.HOP_END, 1, 2, 7)))
    assert (hops.start_ns.tolist(), hops.end_ns.tolist(), hops.broken.tolist()) == ([5], [9], [False])
    assert (hops.node.tolist(), hops.peer.tolist(), hops.flow.tolist()) == ([1], [2], [7])


def test_hops_of_a_transfer_over_the_same_link_are_paired_in_order() -> None:
    start, end = EventKind.HOP_START, EventKind.HOP_END
    hops = pair_hops(
        rows((1, start, 1, 2, 7), (2, end, 1, 2, 7), (3, start, 2, 1, 7), (4, end, 2, 1, 7), (5, start, 1, 2, 7))
    )
    assert hops.start_ns.tolist() == [1, 3, 5]
    assert hops.end_ns.tolist() == [2, 4, NEVER_NS]


def test_a_hop_that_was_broken_off_is_over_at_its_interruption() -> None:
    events = (
        (1, EventKind.HOP_START, 1, 2, 7),
        (4, EventKind.INTERRUPT, 1, 2, 7, 10.0),
        (9, EventKind.FLOW_DROP, 1, 3, 7),
    )
    hops = pair_hops(rows(*events))
    assert (hops.end_ns.tolist(), hops.known_ns.tolist(), hops.broken.tolist()) == ([4], [9], [True])


def test_a_hop_that_goes_on_after_an_interruption_ends_when_it_arrives() -> None:
    events = (1, EventKind.HOP_START, 1, 2, 7), (4, EventKind.INTERRUPT, 1, 2, 7, 0.0), (9, EventKind.HOP_END, 1, 2, 7)
    assert pair_hops(rows(*events)).end_ns.tolist() == [9]


def test_an_end_without_a_start_is_left_out() -> None:
    assert len(pair_hops(rows((9, EventKind.HOP_END, 1, 2, 7))).start_ns) == 0
    assert len(pair_hops(rows((9, EventKind.EVALUATE, 1, -1, -1))).start_ns) == 0


def test_a_job_lasts_as_long_as_it_says() -> None:
    jobs = jobs_of(rows((2, EventKind.TRAIN_START, 3, -1, -1, 1e-9), (3, EventKind.TRAIN_START, 4, -1, -1, np.nan)))
    assert (jobs.node.tolist(), jobs.end_ns.tolist()) == ([3, 4], [3, 3])


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_pairing_in_two_parts_finds_what_pairing_at_once_does(data: Any) -> None:
    """Whatever is under way at the end of the first part is carried over to the second."""
    events: list[tuple[Any, ...]] = []
    time_ns = 0
    for flow in range(data.draw(st.integers(1, 6))):
        time_ns = data.draw(st.integers(0, 20))
        for hop in range(data.draw(st.integers(1, 3))):
            events.append((time_ns, EventKind.HOP_START, hop, hop + 1, flow))
            time_ns += data.draw(st.integers(1, 9))
            if data.draw(st.booleans()):
                events.append((time_ns, EventKind.INTERRUPT, hop, hop + 1, flow, 1.0))
                time_ns += 1
            fate = data.draw(st.sampled_from(["arrives", "arrives", "dropped", "under way"]))
            if fate == "arrives":
                events.append((time_ns, EventKind.HOP_END, hop, hop + 1, flow))
                continue
            if fate == "dropped":
                events.append((time_ns, EventKind.FLOW_DROP, hop, 9, flow))
            break
    events.sort(key=lambda event: event[0])
    cut_ns = data.draw(st.integers(0, 40))
    whole = pair_hops(rows(*events))
    first = [event for event in events if event[0] < cut_ns]
    second = [event for event in events if event[0] >= cut_ns]
    found = set()
    carried: list[tuple[Any, ...]] = []
    if first:
        table = rows(*first)
        hops = pair_hops(table)
        known = hops.known_ns < NEVER_NS
        found |= set(
            zip(hops.start_ns[known].tolist(), hops.flow[known].tolist(), hops.end_ns[known].tolist(), strict=True)
        )
        left = open_rows(table, hops)
        names = ("time_ns", "kind", "node", "peer", "flow", "value")
        carried = list(zip(*(left[name].tolist() for name in names), strict=True))
    if carried or second:
        hops = pair_hops(rows(*carried, *second))
        later = hops.known_ns >= cut_ns
        found |= set(
            zip(hops.start_ns[later].tolist(), hops.flow[later].tolist(), hops.end_ns[later].tolist(), strict=True)
        )
    assert found == set(zip(whole.start_ns.tolist(), whole.flow.tolist(), whole.end_ns.tolist(), strict=True))


def test_packed_numbers_come_back() -> None:
    arrays = {"a": np.arange(3, dtype=np.uint8), "b": np.array([1.5, np.nan]), "none": np.zeros(0, dtype=np.int32)}
    facts, found = unpack(pack({"name": "ü<b>", "count": 3}, arrays))
    assert facts == {"name": "ü<b>", "count": 3}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_only_numbers_that_a_browser_knows_are_packed() -> None:
    with pytest.raises(ValueError, match="of type int64"):
        pack({}, {"a": np.arange(3)})
    with pytest.raises(ValueError, match="begins with"):
        unpack(b"PNG and more")


@given(st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 99)), max_size=4), max_size=80))
@settings(max_examples=30, deadline=None)
def test_values_before_and_after_a_tile_are_the_last_and_the_first(tiles: list[list[tuple[int, int]]]) -> None:
    values = ValuesByTile()
    for tile in tiles:
        values.add(np.array([key for key, _ in tile], dtype=np.int64), np.array([value for _, value in tile]))
    for number in {0, len(tiles) // 2, len(tiles)}:
        before = dict(pair for tile in tiles[:number] for pair in tile)
        keys, found = values.before(number)
        assert dict(zip(keys.tolist(), found[:, 0].tolist(), strict=True)) == before
        after = dict(pair for tile in reversed(tiles[number + 1 :]) for pair in reversed(tile))
        keys, found = values.after(number, np.array([9]), np.array([1.0]))
        assert dict(zip(keys.tolist(), found[:, 0].tolist(), strict=True)) == after | {9: 1.0}

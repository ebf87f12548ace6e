"""Ways: what follows from links is worked out again when one of them changes."""

import pytest

from wayfare.emulator.links import Link
from wayfare.emulator.way import Way


def wire(index: int, rate_bps: float) -> Link:
    return Link(index, index, index + 1, "core", (index,), 1.0, rate_bps, 1e-3, 1.0, 3.0, False)


@pytest.fixture
def way() -> Way:
    return Way([wire(0, 5e6), wire(1, 8e6)])


def test_a_way_is_as_fast_as_its_slowest_link_ever_was(way):
    assert way.current().peak_bps == 5e6
    way.links[0].take_rate(9e6)
    assert way.current().peak_bps == 8e6
    way.links[1].take_rate(1e6)
    assert way.current().peak_bps == 8e6


def test_what_was_kept_of_a_way_is_forgotten_once_a_link_changes(way):
    for change in (
        lambda link: link.take_rate(1e6),
        lambda link: link.take_delay(2e-3),
        lambda link: link.lead(7, 8, (3,)),
    ):
        way.asked, way.stretches = ((1.0,), None, ()), ["kept"]
        assert way.current().asked
        change(way.links[1])
        assert way.current().asked is None
        assert not way.stretches


def test_the_nodes_of_a_way_are_those_its_links_join_now(way):
    way.links[1].lead(1, 9, (1,))
    assert way.current().ends == [(0, 1), (1, 9)]
    assert way.packed[1] == bytes([1, 0, 0, 0, 9, 0, 0, 0])

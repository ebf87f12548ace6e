import pytest

from wayfare.emulator.links import DEFAULT_LINKS, LINK_CLASSES, Link, LinkClass, class_of, section_of
from wayfare.emulator.nodes import TIERS


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("device", "edge", "access-up"),
        ("edge", "device", "access-down"),
        ("device", "cloud", "access-up"),
        ("edge", "edge", "backhaul"),
        ("edge", "cloud", "backhaul"),
        ("cloud", "edge", "backhaul"),
        ("cloud", "cloud", "core"),
        ("device", "device", "d2d"),
    ],
)
def test_the_tiers_of_its_ends_make_a_links_class(source, target, expected):
    assert class_of(source, target) == expected


def test_every_pair_of_tiers_has_a_class_with_defaults():
    found = {class_of(a, b) for a in TIERS for b in TIERS}
    assert found == set(LINK_CLASSES)
    assert {section_of(name) for name in found} == set(DEFAULT_LINKS)


def test_a_link_that_draws_less_when_busy_is_refused():
    with pytest.raises(ValueError, match="power_busy"):
        LinkClass(rate_bps=1e9, delay_s=0.0, power_idle_w=5.0, power_busy_w=3.0)


def test_directions_cannot_share_what_is_not_shared():
    with pytest.raises(ValueError, match="cannot be half duplex"):
        LinkClass(rate_bps=1e9, delay_s=0.0, sharing="unshared", duplex="half")


def test_a_link_that_loses_sends_each_bit_again_until_it_arrives():
    """One in five is lost: 1 / .8 = 1.25 bits for each that arrives, .25 of them again."""
    link = Link(0, 0, 1, "core", (0,), 1.25, 8e6, 0.0, 1.0, 3.0, False, loss=0.2)
    assert link.resent_per_bit == pytest.approx(0.25, rel=1e-12)
    link.loss = 0.5
    link.take_rate(5e6)
    assert (link.rate_bps, link.coefficient, link.resent_per_bit, link.peak_bps) == (5e6, 2.0, 1.0, 8e6)
    link.take_rate(9e6)
    assert link.peak_bps == 9e6

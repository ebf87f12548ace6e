import pytest

from wayfare.emulator.links import DEFAULT_LINKS, LINK_CLASSES, LinkClass, class_of, section_of
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

import pytest

from wayfare.emulator.links import LinkClass
from wayfare.emulator.radio import Cell
from wayfare.emulator.wiring import WiringError

CLASSES = {
    "access": LinkClass(rate_bps=1e6, delay_s=0.001),
    "backhaul": LinkClass(rate_bps=2e6, delay_s=0.002, duplex="half", power_idle_w=0.5, power_busy_w=0.75),
    "core": LinkClass(rate_bps=3e6, delay_s=0.003),
    "d2d": LinkClass(rate_bps=4e6, delay_s=0.004),
}
OPEN = Cell(line_of_sight="always", shadowing=False)
RADIO = {"medium": "radio"}
CELL_SITE = {
    "tiers": {"site": "edge", "near": "device", "far": "device"},
    "places": {"site": (0.0, 0.0), "near": (100.0, 0.0), "far": (0.0, 400.0)},
}


def test_a_wire_takes_from_its_class_what_it_does_not_say_itself(wired):
    wiring = wired(("a", "b"), ("b", "c", {"rate_bps": 7e6, "duplex": "full"}), classes=CLASSES)
    plain, own = wiring.between[0, 1], wiring.between[1, 2]
    assert (plain.rate_bps, plain.delay_s, plain.power_idle_w, plain.power_busy_w) == (2e6, 0.002, 0.5, 0.75)
    assert (own.rate_bps, own.delay_s) == (7e6, 0.002)
    assert own.constraints != wiring.between[2, 1].constraints


def test_the_directions_of_a_half_duplex_wire_share_its_capacity(wired):
    wiring = wired(("a", "b"), classes=CLASSES)
    assert wiring.between[0, 1].constraints == wiring.between[1, 0].constraints
    assert wiring.capacity == {0: 2e6}


def test_an_unshared_wire_has_no_constraint_and_a_lossy_one_takes_more_of_it(wired):
    wiring = wired(("a", "b", {"sharing": "unshared", "duplex": "full"}), ("b", "c", {"loss": 0.2}), classes=CLASSES)
    unshared, lossy = wiring.between[0, 1], wiring.between[1, 2]
    assert (unshared.constraints, unshared.rate_bps) == ((), 2e6)
    assert (lossy.rate_bps, lossy.coefficient, lossy.loss) == (pytest.approx(1.6e6), pytest.approx(1.25), 0.2)
    assert wiring.capacity == {0: 2e6}  # that of the lossy one, which is half duplex


def test_a_class_says_sharing_and_loss_of_wires_that_do_not(wired):
    core = LinkClass(rate_bps=1e6, delay_s=0.0, sharing="unshared", loss=0.5)
    wiring = wired(("a", "b"), tiers={"a": "cloud", "b": "cloud"}, classes={**CLASSES, "core": core})
    assert (wiring.between[0, 1].constraints, wiring.between[0, 1].rate_bps) == ((), 5e5)


def test_links_are_numbered_two_to_an_edge(wired):
    wiring = wired(("a", "b"), ("b", "c"), ("c", "a"), classes=CLASSES)
    assert [link.index for link in wiring.links] == list(range(6))
    pairs = zip(wiring.links[::2], wiring.links[1::2], strict=True)
    assert all((f.source, f.target) == (b.target, b.source) for f, b in pairs)


def test_neighbours_come_in_the_order_of_ids(wired):
    wiring = wired(("hub", "z"), ("hub", "y"), ("a", "hub"), classes=CLASSES)
    assert wiring.neighbours(0) == [1, 2, 3]
    assert wiring.neighbours(2) == [0]


@pytest.mark.parametrize(("duplex", "constraints"), [("tdd", 1), ("fdd", 2)])
def test_a_cell_has_one_airtime_or_one_for_each_direction(wired, duplex, constraints):
    cell = Cell(line_of_sight="always", shadowing=False, duplex=duplex)
    wiring = wired(("near", "site", RADIO), ("site", "far", RADIO), cell=cell, **CELL_SITE)
    assert wiring.capacity == dict.fromkeys(range(constraints), 1.0)
    ups = {wiring.between[1, 0].constraints, wiring.between[2, 0].constraints}
    assert len(ups) == 1


def test_a_radio_link_takes_airtime_by_its_rate_and_power_when_it_sends(wired):
    wiring = wired(("near", "site", RADIO), ("site", "far", RADIO), cell=OPEN, **CELL_SITE)
    near_up, far_up, down = wiring.between[1, 0], wiring.between[2, 0], wiring.between[0, 1]
    assert near_up.rate_bps > far_up.rate_bps
    assert near_up.coefficient * near_up.rate_bps == pytest.approx(1.0)
    assert near_up.power_busy_w == pytest.approx(10 ** (OPEN.device_power_dbm / 10 - 3) / OPEN.amplifier_efficiency)
    assert down.power_busy_w > near_up.power_busy_w
    assert (near_up.power_idle_w, near_up.link_class, down.link_class) == (0.0, "access-up", "access-down")


def test_a_channel_belongs_to_its_link_and_no_other_device_moves_it(wired):
    cell = Cell(site_antenna_gain_db=20)
    alone = wired(
        ("near", "site", RADIO),
        tiers={"site": "edge", "near": "device"},
        places={"site": (0.0, 0.0), "near": (100.0, 0.0)},
        cell=cell,
    )
    both = wired(("far", "site", RADIO), ("site", "near", RADIO), cell=cell, **CELL_SITE)
    name = both.names.index
    assert both.between[name("near"), name("site")].rate_bps == alone.between[1, 0].rate_bps


def test_a_device_out_of_reach_is_refused_by_name(wired):
    places = {"site": (0.0, 0.0), "near": (100.0, 0.0), "far": (0.0, 40_000.0)}
    with pytest.raises(WiringError, match="far is out of reach of site: 40000 m with line of sight") as caught:
        wired(("near", "site", RADIO), ("far", "site", RADIO), cell=OPEN, tiers=CELL_SITE["tiers"], places=places)
    assert set(caught.value.edge) == {"far", "site"}


@pytest.mark.parametrize(("duplex", "capacity"), [("fdd", [1.0, 1.0]), ("tdd", [1.0]), ("tdd(0.75)", [0.75, 0.25])])
def test_duplex_says_which_directions_share_airtime(wired, duplex, capacity):
    places = {"d": (0.0, 0.0), "e": (50.0, 0.0)}
    cell = Cell(duplex=duplex, line_of_sight="always", shadowing=False)
    wiring = wired(("d", "e", {"medium": "radio"}), tiers={"d": "device", "e": "edge"}, cell=cell, places=places)
    assert list(wiring.capacity.values()) == capacity
    assert (wiring.between[0, 1].constraints == wiring.between[1, 0].constraints) == (duplex == "tdd")


@pytest.mark.parametrize("duplex", ["tdd(1.5)", "tdd(0.0)", "half", "tdd()", "TDD"])
def test_a_duplex_that_is_none_is_refused(duplex):
    with pytest.raises(ValueError, match=r"it must be 'fdd', 'tdd', or 'tdd\(F\)'"):
        Cell(duplex=duplex)

"""What devices and sites receive of each other, before anything moves and afterwards."""

from functools import partial

import networkx as nx
import numpy as np
import pytest

from wayfare.emulator.air.cell_signals import CellSignals
from wayfare.emulator.links import DEFAULT_LINKS
from wayfare.emulator.radio import Blockers, Cell, Sidelink
from wayfare.emulator.wiring import wire
from wayfare.models.streams import generator

SITES = {"west": (0.0, 0.0), "east": (150.0, 0.0), "north": (70.0, 120.0)}


class Streams:
    """Random streams of a seed that note what they were asked for."""

    def __init__(self, seed=7):
        self.seed, self.asked = seed, []

    def __call__(self, *names):
        self.asked.append(names)
        return generator(self.seed, *names)


def town(attached, sites=SITES, stream=None, cell=None, blockers=None):
    """Return the wiring and the signals of devices, by name: where they are and which sites they are attached to."""
    graph = nx.Graph()
    for name, (x_m, y_m) in sites.items():
        graph.add_node(name, tier="edge", x_m=x_m, y_m=y_m)
    for name, ((x_m, y_m), served_by) in attached.items():
        graph.add_node(name, tier="device", x_m=x_m, y_m=y_m)
        graph.add_edges_from([(name, site) for site in served_by], medium="radio")
    stream = stream or partial(generator, 7)
    wiring = wire(graph, DEFAULT_LINKS, cell or Cell(), Sidelink(), stream, reach=False)
    where = wiring.radio.sites(wiring.tiers, roaming=True)
    return wiring, CellSignals(wiring.radio, wiring.names, where, stream, blockers)


def scattered(count, seed=3):
    places_m = np.random.default_rng(seed).uniform(20.0, 130.0, (count, 2)).tolist()
    return {f"device{number + 1}": (tuple(place), ["west"]) for number, place in enumerate(places_m)}


@pytest.mark.parametrize("direction", ["down", "up"])
def test_a_device_begins_with_the_ratio_that_its_link_was_wired_with(direction):
    wiring, signals = town(scattered(20))
    sinr_db, rate_bps = signals.served(direction, None)
    links = [getattr(attachment, direction) for attachment in wiring.radio.attachments]
    assert sinr_db == pytest.approx([link.sinr_db for link in links], rel=1e-12)
    assert rate_bps == pytest.approx([link.rate_bps for link in links], rel=1e-12)


def test_a_device_at_two_sites_receives_the_same_of_each_by_either_link():
    _, signals = town({"both": ((60.0, 20.0), ["west", "east"])})
    by_west, by_east = signals.received_dbm("down")
    assert by_west.tolist() == by_east.tolist()


def test_another_site_draws_nothing_anew():
    received_dbm = []
    for column in (0, 1):
        wiring, signals = town(scattered(5))
        wiring.rehome(wiring.radio.attachments[0], column)
        signals.serving[0] = column
        wiring.radio.positions_m[3:] += 4.0
        signals.move(0.1)
        received_dbm.append(signals.received_dbm("down").tolist())
    assert received_dbm[0] == received_dbm[1]


def test_a_device_or_a_site_more_changes_what_no_other_receives():
    few = town(scattered(4))[1].received_dbm("down")
    more_devices = town(scattered(5))[1].received_dbm("down")
    more_sites = town(scattered(4), SITES | {"south": (70.0, -90.0)})[1].received_dbm("down")
    assert more_devices[:4].tolist() == few.tolist()
    assert more_sites[:, :3].tolist() == few.tolist()


def test_pairs_that_are_not_attached_have_the_chance_of_sight_and_the_spread_of_the_model():
    """UMi: sight with probability 18/d + exp(-d/36) (1 - 18/d); shadowing of 4 dB with it and 7.82 dB without."""
    count, distance_m, sites = 2000, 60.0, {"here": (0.0, 0.0), "far": (0.0, 200.0)}
    ring = {f"device{turn}": ((distance_m * np.cos(turn), distance_m * np.sin(turn)), ["far"]) for turn in range(count)}
    drawn_dbm = town(ring, sites)[1].received_dbm("down")[:, 0]
    seen_dbm, hidden_dbm = (
        town({"one": ((distance_m, 0.0), ["far"])}, sites, cell=Cell(line_of_sight=sight, shadowing=False))[
            1
        ].received_dbm("down")[0, 0]
        for sight in ("always", "never")
    )
    chance = 18 / distance_m + np.exp(-distance_m / 36) * (1 - 18 / distance_m)
    mean_dbm = chance * seen_dbm + (1 - chance) * hidden_dbm
    variance = chance * 4.0**2 + (1 - chance) * 7.82**2 + chance * (1 - chance) * (seen_dbm - hidden_dbm) ** 2
    assert drawn_dbm.mean() == pytest.approx(mean_dbm, abs=4 * np.sqrt(variance / count))
    assert drawn_dbm.var() == pytest.approx(variance, rel=0.1)


def test_only_attached_pairs_have_streams_of_their_own():
    stream = Streams()
    town(scattered(30), stream=stream)
    links = [names for names in stream.asked if names[0] == "link"]
    assert set(links) == {("link", f"device{number + 1}", "west") for number in range(30)}
    assert len(stream.asked) == 2 * 30 + 30 + 3  # each link when it is wired and here, each device, each site


def test_blockers_take_nothing_from_a_pair_without_line_of_sight():
    vehicles = Blockers(count=300, kind="vehicle", height_m=8.0)
    area_m = ((0.0, -50.0), (150.0, 150.0))
    for sight, blocks in (("always", True), ("never", False)):
        cell = Cell(line_of_sight=sight)
        moving = vehicles.draw(area_m, partial(generator, 7))
        free = town(scattered(20), cell=cell)[1]
        behind = town(scattered(20), cell=cell, blockers=(moving, vehicles.screen))[1]
        behind.move(0.0)
        assert (behind.received_dbm("up") < free.received_dbm("up") - 0.1).any() == blocks

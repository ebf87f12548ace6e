"""Bursts of loss: the chain of Gilbert and Elliott, alone and under transfers."""

from itertools import islice, pairwise

import numpy as np
import pytest

from wayfare.emulator.changes import VaryingLinks
from wayfare.emulator.loss import GilbertElliott
from wayfare.emulator.rates import LinkRates
from wayfare.emulator.records import EventKind
from wayfare.models.streams import generator

ON = {"between": ("a", "b"), "slot_s": 0.01}


def states(chain, number, seed=1):
    """Return the lengths in slots of the good and of the bad states among the first ones."""
    changes = list(islice(chain.changes(generator(seed, "chain")), number))
    slots = [round((b.time_s - a.time_s) / chain.slot_s) for a, b in pairwise(changes)]
    good = [count for count, change in zip(slots, changes, strict=False) if change.received == chain.k]
    return np.array(good), np.array([count for count, c in zip(slots, changes, strict=False) if c.received == chain.h])


def test_the_published_example_loses_a_tenth_over_eleven_in_bursts_of_ten_slots():
    """p .01, r .1, k 1, h 0: loss .090909, mean burst 10 slots."""
    chain = GilbertElliott(**ON, p=0.01, r=0.1)
    assert chain.loss == pytest.approx(1 / 11, rel=1e-12)
    good, bad = states(chain, 40_000)
    assert bad.mean() == pytest.approx(10, abs=4 * 10 / len(bad) ** 0.5)
    assert good.mean() == pytest.approx(100, abs=4 * 100 / len(good) ** 0.5)
    assert bad.sum() / (good.sum() + bad.sum()) == pytest.approx(chain.loss, rel=0.04)


def test_times_in_a_state_are_geometric():
    """P(more than n slots) = (1 - r)^n; the state has no memory."""
    _, bad = states(GilbertElliott(**ON, p=0.5, r=0.25), 40_000)
    for slots in (1, 2, 5, 10):
        expected = 0.75**slots
        error = 4 * (expected * (1 - expected) / len(bad)) ** 0.5
        assert (bad > slots).mean() == pytest.approx(expected, abs=error)


@pytest.mark.parametrize(
    ("figures", "loss"),
    [
        ({"p": 0.1, "r": 0.3, "k": 0.99, "h": 0.5}, 0.25 * 0.5 + 0.75 * 0.01),
        ({"p": 1.0, "r": 1.0, "h": 0.5}, 0.25),
        ({"p": 0.2, "r": 0.2, "k": 0.9, "h": 0.9}, 0.1),
    ],
)
def test_the_mean_loss_is_that_of_both_states_weighted_by_their_time(figures, loss):
    assert GilbertElliott(**ON, **figures).loss == pytest.approx(loss, rel=1e-12)


def test_the_first_state_is_drawn_from_the_stationary_law():
    chain = GilbertElliott(**ON, p=0.1, r=0.3)
    bad = np.mean([next(chain.changes(generator(seed, "chain"))).received == 0.0 for seed in range(2000)])
    assert bad == pytest.approx(0.25, abs=4 * (0.25 * 0.75 / 2000) ** 0.5)


def cross(net, chain, seed, *, links=None):
    """Let the only link of a bench follow a chain; return the changes it will see."""
    link, back = net.wiring.between[0, 1], net.wiring.between[1, 0]
    rates = LinkRates(net.clock, net.network, net.transport, net.writer)
    rates.follow(VaryingLinks(links or (link, back), islice(chain.changes(generator(seed, "chain")), 2000)))
    return list(islice(chain.changes(generator(seed, "chain")), 2000))


def when(changes, bits, rate_bps):
    """Return when so many bits have passed at the rate times the share of each state."""
    for change, after in pairwise(changes):
        passed = rate_bps * change.received * (after.time_s - change.time_s)
        if passed >= bits:
            return change.time_s + bits / (rate_bps * change.received)
        bits -= passed
    raise AssertionError("too few changes")


@pytest.mark.parametrize("h", [0.0, 0.25])
@pytest.mark.parametrize("seed", range(4))
def test_a_transfer_ends_when_its_bits_have_passed_in_the_states_there_were(bench, wired, h, seed):
    net = bench(wired(("a", "b", 8e6, 0.0)))
    changes = cross(net, GilbertElliott(**ON, p=0.2, r=0.3, k=0.9, h=h), seed)
    net.send("a", "b", 1_000_000)
    assert net.run() == pytest.approx([when(changes, 8e6, 8e6)], rel=1e-9)


def test_what_is_sent_again_is_counted_and_loads_the_link(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.0)))
    changes = cross(net, GilbertElliott(**ON, p=0.2, r=0.3, h=0.25), 3)
    net.send("a", "b", 1_000_000)
    (end_s,) = net.run()
    good_s = sum(
        max(0.0, min(after.time_s, end_s) - change.time_s) * (change.received == 1.0)
        for change, after in pairwise(changes)
    )
    # In a bad slot three of four bits are sent in vain.
    assert net.meter.resent_bits.tolist() == pytest.approx([(end_s - good_s) * 8e6 * 0.75, 0.0], rel=1e-9)
    assert net.meter.total_bits[0] + net.meter.resent_bits[0] == pytest.approx(end_s * 8e6, rel=1e-9)


def test_one_direction_of_a_half_duplex_link_may_lose_without_the_other(bench, wired):
    """Forward three quarters are lost; both share the medium's time equally, so forward gets a quarter of the half."""
    net = bench(wired(("a", "b", 8e6, 0.0, "half")))
    chain = GilbertElliott(**ON, p=1.0, r=1.0, k=0.25, h=0.25)
    cross(net, chain, 1, links=(net.wiring.between[0, 1],))
    net.send("a", "b", 125_000)
    net.send("b", "a", 500_000)
    assert net.run() == pytest.approx([1.0, 1.0], rel=1e-9)


def test_a_state_in_which_nothing_passes_is_recorded_as_a_rate_of_zero(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.0)))
    changes = cross(net, GilbertElliott(**ON, p=0.2, r=0.3), 3)
    net.send("a", "b", 1_000_000)
    net.run()
    seen = [
        (event["time_ns"], event["value"])
        for event in net.events()
        if event["kind"] == EventKind.LINK_RATE and event["node"] == 0
    ]
    expected = [(round(change.time_s * 1e9), 8e6 * change.received) for change in changes]
    assert seen == expected[expected[0][1] == 8e6 :]  # a link that begins well has not changed


def test_a_choice_of_links_is_one_link_or_a_class():
    for both_or_none in ({}, {"between": ("a", "b"), "links": "core"}):
        with pytest.raises(ValueError, match="either 'between' with two nodes, or 'links'"):
            GilbertElliott(**both_or_none, p=0.1, r=0.1, slot_s=1.0)

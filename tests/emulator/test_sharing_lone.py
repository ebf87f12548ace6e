"""Flows that are alone on their constraint: outside the kernel, with the bits that they would have inside."""

import math

import numpy as np
import pytest

from wayfare.emulator.sharing import Demand, Fluid, Sums
from wayfare.emulator.sharing.kernels import PLAIN

WAYS = {
    "alone, plain": {"compile_after": math.inf},
    "compiled on the way": {"compile_after": 3000},
    "never alone, compiled": {"compile_after": 0},
    "never alone, all anew": {"compile_after": math.inf, "local": False},
}


def alone_or_met(seed, instants, **way):
    """Return all that can be asked of a fluid, and what links carried, where flows mostly have a link to themselves."""
    rng, links = np.random.default_rng(seed), 12
    sums = Sums(np.zeros(links), np.zeros(links))
    fluid, seen, present = Fluid(sums, **way), [], []

    def note(*said):  # at every moment: the network asks in the middle of an instant
        state = [(fluid.rate_bps(n), fluid.since_s(n), n in fluid) for n in present]
        seen.append((state, fluid.next_end(), *said))

    for j in range(links):
        fluid.set_capacity(j, float(rng.choice([0.0, 10.0, 70.0])))
    for number, now_s in enumerate(np.cumsum(rng.choice([0.0, 0.0, 0.125, 0.3], instants)).tolist()):
        crossed = [int(j) for j in rng.choice(links, rng.choice([1, 1, 1, 1, 2]), replace=False)]
        terms = {"weight": 2.0} if rng.random() < 0.05 else {"cap_bps": 3.0} if rng.random() < 0.05 else {}
        uses = tuple((j, float(rng.choice([1.0, 1.25]))) for j in crossed)
        fluid.add(number, Demand(uses, **terms), float(rng.choice([0.0, 40.0, 40.0, 1e3, math.inf])), now_s, crossed)
        present.append(number)
        note()
        if rng.random() < 0.15:
            fluid.set_capacity(int(rng.integers(links)), float(rng.choice([0.0, 10.0, 33.0])))
            note()
        if rng.random() < 0.1:
            asked = fluid.demand(one := int(rng.choice(present)))
            fluid.change(one, asked._replace(weight=float(rng.choice([1.0, 3.0]))))
            note()
        while len(present) > rng.integers(3, 9):
            fluid.remove(present.pop(int(rng.integers(len(present)))), now_s)
            note()
        if rng.random() < 0.1:
            fluid.measure(now_s)
        assert fluid.share(now_s) == -1
        note(dict(sorted(fluid.changed().items())), [fluid.remaining_bits(n) for n in present])
    fluid.measure(1e6)
    return seen, sums.carried_bits.tolist(), sums.flow_s.tolist()


@pytest.mark.parametrize("seed", range(8))
def test_a_flow_that_is_alone_has_the_bits_it_would_have_among_others(seed):
    seen, *carried = alone_or_met(seed, 400, **WAYS["alone, plain"])
    assert alone_or_met(seed, 400, **WAYS["compiled on the way"]) == (seen, *carried)
    assert alone_or_met(seed, 400, **WAYS["never alone, compiled"]) == (seen, *carried)
    assert alone_or_met(seed, 400, **WAYS["never alone, all anew"])[0] == seen


def test_a_flow_that_is_alone_leaves_and_says_that_others_wait_for_their_rate():
    fluid = Fluid()
    for j in range(2):
        fluid.set_capacity(j, 10.0)
        fluid.add(j, Demand(((j, 1.0),)))
    assert fluid.remove(0)
    fluid.share()
    assert not fluid.remove(1)


def test_what_a_flow_is_metered_on_and_how_much_it_is_are_kept_as_they_were_given():
    sums, links = Sums(np.zeros(2), np.zeros(2)), [0]
    fluid = Fluid(sums)
    fluid.set_capacity(0, 10.0)
    fluid.add(0, Demand(((0, 1.0),)), 40, np.float32(0.1), links)
    fluid.share(np.float64(0.5))
    links[0] = 1
    fluid.measure(1)
    assert sums.carried_bits.tolist() == [5.0, 0.0]
    assert [type(each) for each in (fluid.remaining_bits(0), fluid.since_s(0), fluid.next_end()[0])] == [float] * 3


def test_flows_that_are_alone_are_work_too_until_the_compiled_kernel_is_there():
    fluid = Fluid(compile_after=60)
    fluid.set_capacity(0, 1.0)  # to be shared with the first flow: a call of the kernel, as each flow counts for one
    for number in range(8):
        assert (fluid._kernel is PLAIN) == (number <= 5)
        fluid.add(number, Demand(((0, 1.0),)), 1.0, float(number))
        fluid.share(float(number))
        fluid.remove(number, number + 1.0)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_flows_may_be_alone_and_met_any_number_of_times_beside_one_of_another_weight(way):
    fluid, rates = Fluid(**way), []
    for j in range(2):
        fluid.set_capacity(j, 6.0)
    fluid.add(0, Demand(((1, 1.0),), weight=2.0))
    for number in range(1, 400, 2):
        fluid.add(number, Demand(((0, 1.0),)))
        fluid.share()
        rates.append(fluid.rate_bps(number))
        fluid.add(number + 1, Demand(((0, 1.0),)))
        fluid.share()
        rates += [fluid.rate_bps(number), fluid.rate_bps(number + 1)]
        fluid.remove(number)
        fluid.remove(number + 1)
    assert rates == [6.0, 3.0, 3.0] * 200


def test_ends_of_flows_that_left_before_them_take_no_room_for_good():
    fluid = Fluid()
    fluid.set_capacity(0, 1.0)
    for number in range(5000):
        fluid.add(number, Demand(((0, 1.0),)), 1e9, float(number))
        fluid.share(float(number))
        fluid.remove(number, float(number))
    assert len(fluid._lone._ends) < 2000

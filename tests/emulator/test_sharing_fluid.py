"""Flows that come and go: the same bits whichever way the rates were worked out, and what an exact solution says."""

import math
from fractions import Fraction
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.emulator.sharing import Demand, Fluid, Sums, share

WAYS = {
    "plain": {"compile_after": math.inf},
    "compiled": {"compile_after": 0},
    "compiled on the way": {"compile_after": 200},
    "plain, all anew": {"compile_after": math.inf, "local": False},
    "compiled, all anew": {"compile_after": 0, "local": False},
}
PLACES = 6


@st.composite
def demands(draw, *, mixed, ranks):
    crossed = draw(st.lists(st.integers(0, PLACES - 1), min_size=1, max_size=4, unique=True))
    uses = tuple((j, draw(st.floats(0.05, 20)) if mixed else 1.0) for j in crossed)
    weight = draw(st.sampled_from([1.0, 1.0, 1.0, 0.5, 3.0, 0.1]))
    cap_bps = draw(st.one_of(st.just(math.inf), st.floats(0.05, 100)))
    parts = ()
    if mixed:
        in_proportion = tuple(0.3 * a for _, a in uses)
        parts = draw(st.sampled_from([(), in_proportion, tuple(draw(st.floats(0.05, 20)) for _ in uses)]))
    return Demand(uses, weight, cap_bps, draw(st.sampled_from(ranks)), parts)


@st.composite
def histories(draw, *, mixed, ranks=(0.0,)):
    """Return what happens instant after instant: flows added (with a size), ended and changed, capacities set."""
    capacity = st.one_of(st.just(0.0), st.floats(0.5, 500))
    event = st.one_of(
        st.tuples(st.just("add"), demands(mixed=mixed, ranks=ranks), st.floats(1, 1e4)),
        st.tuples(st.just("add"), demands(mixed=mixed, ranks=ranks), st.floats(1, 1e4)),
        st.tuples(st.just("add"), st.floats(1, 100).map(lambda cap: Demand((), cap_bps=cap)), st.floats(1, 1e4)),
        st.tuples(st.just("remove"), st.integers(0, 50)),
        st.tuples(st.just("change"), st.integers(0, 50), st.floats(0.5, 2), st.sampled_from(ranks)),
        st.tuples(st.just("capacity"), st.integers(0, PLACES - 1), capacity),
    )
    return draw(st.lists(st.lists(event, min_size=1, max_size=6), min_size=1, max_size=12))


def live(history, **way):
    """Return the fluid, its flows' demands, the capacities and, for each instant, all that can be asked of it."""
    sums = Sums(np.zeros(2), np.zeros(2))
    fluid, seen, asked, numbers = Fluid(sums, **way), [], {}, count()
    capacity = {j: 10.0 * (j + 1) for j in range(PLACES)}
    for j, amount in capacity.items():
        fluid.set_capacity(j, amount)
    for now_s, events in enumerate(history):
        for kind, *what in events:
            if kind == "add":
                number = next(numbers)
                asked[number] = what[0]
                fluid.add(number, what[0], what[1], now_s, links=[number % 2])
            elif kind == "capacity":
                capacity[what[0]] = what[1]
                fluid.set_capacity(*what)
            elif asked:
                number = sorted(asked)[what[0] % len(asked)]
                if kind == "remove":
                    del asked[number]
                    fluid.remove(number, now_s)
                else:
                    asked[number] = asked[number]._replace(weight=asked[number].weight * what[1], rank=what[2])
                    fluid.change(number, asked[number])
        assert fluid.share(now_s) == -1
        state = {n: (fluid.rate_bps(n).hex(), fluid.remaining_bits(n).hex(), fluid.since_s(n)) for n in asked}
        seen.append((state, fluid.changed(), fluid.next_end()))
    fluid.measure(len(history))
    return fluid, asked, capacity, seen, sums


def same_on_all_ways(history):
    _, asked, capacity, expected, sums = live(history, **WAYS["plain"])
    for name, way in WAYS.items():
        fluid, _, _, seen, carried = live(history, **way)
        assert seen == expected, name
        assert carried.carried_bits.tolist() == pytest.approx(sums.carried_bits.tolist(), rel=1e-12)
    rates = share([asked[number] for number in sorted(asked)], capacity)
    assert rates == [fluid.rate_bps(number) for number in sorted(asked)]


@settings(max_examples=30, deadline=None)
@given(histories(mixed=False))
def test_on_wires_every_way_gives_the_same_bits(history):
    same_on_all_ways(history)


@settings(max_examples=30, deadline=None)
@given(histories(mixed=True))
def test_on_wires_and_cells_every_way_gives_the_same_bits(history):
    same_on_all_ways(history)


RANKS = (0.0, 0.0, 1.0, -2.0)


@settings(max_examples=30, deadline=None)
@given(histories(mixed=False, ranks=RANKS))
def test_on_wires_every_way_gives_the_same_bits_to_all_ranks(history):
    same_on_all_ways(history)


@settings(max_examples=30, deadline=None)
@given(histories(mixed=True, ranks=RANKS))
def test_on_wires_and_cells_every_way_gives_the_same_bits_to_all_ranks(history):
    same_on_all_ways(history)


def grid(flows, seed):
    """Return many flows over a ring of wires, most of them connected with each other."""
    rng = np.random.default_rng(seed)
    for number in range(flows):
        start, length = rng.integers(40), rng.integers(1, 9)
        yield number, Demand(tuple((int((start + step) % 40), 1.0) for step in range(length)))


def test_flows_that_are_mostly_connected_have_the_same_bits_on_every_way():
    """From 32 flows on the connected ones are not looked for each time."""

    def churn(**way):
        fluid, rates = Fluid(**way), []
        for j in range(40):
            fluid.set_capacity(j, 1e6 * (1 + j % 7))
        for number, demand in grid(200, seed=3):
            fluid.add(number, demand, 1e6, 0.01 * number)
            if number >= 60:
                older = number - 60 + number % 5 * 10
                fluid.remove(older if older in fluid else number, 0.01 * number)
            if number % 50 == 0:
                fluid.set_capacity(number % 40, 0.0 if number % 100 else 5e5)
            assert fluid.share(0.01 * number) == -1
            rates.append((fluid.changed(), fluid.next_end()))
        return rates

    expected = churn(**WAYS["plain"])
    assert all(churn(**way) == expected for way in WAYS.values())


def step(rng, asked, capacity, number):
    """Return what happens next to flows of weight 1 over wires: the method of ``Fluid``, and what it is called with."""
    kind = rng.random() if asked else 0.0
    if kind < 0.5:
        start, length = rng.integers(PLACES), rng.integers(1, PLACES)
        cap_bps = math.inf if rng.random() < 0.8 else float(rng.uniform(0.1, 2.0) * max(capacity.values()))
        asked[number] = Demand(tuple((int(start + j) % PLACES, 1.0) for j in range(length)), cap_bps=cap_bps)
        return "add", (number, asked[number], 1e6)
    if kind < 0.75:
        gone = int(rng.choice(sorted(asked)))
        del asked[gone]
        return "remove", (gone,)
    if kind < 0.9:
        one = int(rng.choice(sorted(asked)))
        asked[one] = asked[one]._replace(cap_bps=float(rng.choice([1.0, 1e8, math.inf])))
        return "change", (one, asked[one])
    place = int(rng.integers(PLACES))
    capacity[place] = float(rng.choice([0.0, 1e-6, 1e3, 1e8, 1e9, 1e13]))
    return "set_capacity", (place, capacity[place])


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32))
def test_what_a_change_reaches_gets_the_bits_of_filling_from_nothing(seed):
    """A flow of another weight, anywhere, has all groups filled from nothing."""
    rng, asked = np.random.default_rng(seed), {}
    capacity = {j: float(rng.choice([1e8, 1e9, rng.uniform(1e8, 1e9)])) for j in range(PLACES)}
    reached, all_anew, filled = fluids = [Fluid(), Fluid(local=False), Fluid(**WAYS["compiled"])]
    for fluid in fluids:
        for j, amount in capacity.items():
            fluid.set_capacity(j, amount)
    filled.set_capacity(PLACES, 1.0)
    filled.add(-1, Demand(((PLACES, 1.0),), weight=2.0))
    for number in range(60):
        method, given_to_it = step(rng, asked, capacity, number)
        for fluid in fluids:
            getattr(fluid, method)(*given_to_it)
            assert fluid.share(float(number)) == -1
        rates = {n: reached.rate_bps(n) for n in asked}
        assert rates == {n: all_anew.rate_bps(n) for n in asked} == {n: filled.rate_bps(n) for n in asked}
    expected = exact_rates(asked, capacity)
    assert rates == pytest.approx({n: float(rate) for n, rate in expected.items()}, rel=1e-9)


def exact_rates(asked, capacity):
    """Return the max-min rates of flows that take 1 of each constraint (Bertsekas and Gallager, 6.5.2)."""
    rates, growing = dict.fromkeys(asked, Fraction(0)), set(asked)
    left = {j: Fraction(amount) for j, amount in capacity.items()}
    while growing:
        load = {j: sum(Fraction(asked[i].weight) for i in growing if j in dict(asked[i].uses)) for j in left}
        steps = [left[j] / w for j, w in load.items() if w]
        steps += [
            (Fraction(asked[i].cap_bps) - rates[i]) / Fraction(asked[i].weight)
            for i in growing
            if asked[i].cap_bps < math.inf
        ]
        step = min(steps)
        for i in growing:
            rates[i] += step * Fraction(asked[i].weight)
        left = {j: amount - load[j] * step for j, amount in left.items()}
        full = {j for j, amount in left.items() if amount == 0}
        growing -= {i for i in growing if rates[i] == asked[i].cap_bps or full & set(dict(asked[i].uses))}
    return rates


@settings(max_examples=30, deadline=None)
@given(histories(mixed=False))
def test_after_any_history_the_rates_are_those_of_exact_progressive_filling(history):
    fluid, asked, capacity, _, _ = live(history, **WAYS["plain"])
    expected = exact_rates(asked, capacity)
    assert {n: fluid.rate_bps(n) for n in asked} == pytest.approx({n: float(r) for n, r in expected.items()}, rel=1e-9)


@settings(max_examples=100, deadline=None)
@given(histories(mixed=True))
def test_after_any_history_every_flow_has_its_cap_or_a_bottleneck(history):
    fluid, asked, capacity, _, _ = live(history, **WAYS["plain"])
    rate = {n: fluid.rate_bps(n) for n in asked}
    used = {j: math.fsum(dict(d.uses).get(j, 0.0) * rate[n] for n, d in asked.items()) for j in capacity}
    claims = {n: dict(zip(dict(d.uses), d.claims, strict=True)) for n, d in asked.items()}
    most = {
        j: max((dict(d.uses)[j] * rate[n] / claims[n][j] for n, d in asked.items() if j in claims[n]), default=0)
        for j in capacity
    }
    assert all(used[j] <= capacity[j] * (1 + 1e-9) for j in capacity)
    for n, demand in asked.items():
        assert rate[n] == demand.cap_bps or any(
            used[j] >= capacity[j] * (1 - 1e-9) and a * rate[n] / claims[n][j] >= most[j] * (1 - 1e-9)
            for j, a in demand.uses
        )


@pytest.mark.parametrize("flows", [2, 100, 3000])
def test_the_last_of_many_flows_gets_what_is_left_to_the_last_digits(flows):
    """It crosses a second wire that has little more than the others take; each of these is rounded by a last bit."""
    first = 0.77e9
    second = first * flows / (flows - 1) * 1.000001
    both = [Demand(((0, 1.0), (1, 1.0)))] * (flows - 1)
    rates = share([*both, Demand(((1, 1.0),))], {0: first, 1: second})
    assert rates[-1] == pytest.approx(float(Fraction(second) - Fraction(first)), rel=4e-12)


def test_a_flow_that_comes_back_under_its_number_counts_in_its_old_place():
    fluid = Fluid()
    fluid.set_capacity(0, 7.0)
    for number in range(3):
        fluid.add(number, Demand(((0, 1.0),), weight=0.1 + number / 7))
    fluid.share()
    before = [fluid.rate_bps(number) for number in range(3)]
    fluid.remove(0)
    fluid.add(0, Demand(((0, 1.0),), weight=0.1))
    fluid.share()
    assert [fluid.rate_bps(number) for number in range(3)] == before


@pytest.mark.parametrize("capacity", [-1.0, math.inf, math.nan])
def test_a_capacity_that_cannot_be_is_refused(capacity):
    with pytest.raises(ValueError, match="must be finite, 0 or more"):
        Fluid().set_capacity(0, capacity)


def test_a_flow_cannot_move_to_other_constraints_unnoticed():
    fluid = Fluid()
    for j in range(2):
        fluid.set_capacity(j, 1.0)
    fluid.add(0, Demand(((0, 1.0),)))
    with pytest.raises(ValueError, match="remove it and add it again"):
        fluid.change(0, Demand(((1, 1.0),)))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_flow_waits_while_one_of_a_higher_rank_passes_and_then_goes_on(way):
    """100 bits at 10 bit/s from 0 s, of a higher rank 50 bits from 2 s: these end at 7 s, the others at 15 s."""
    fluid = Fluid(**way)
    fluid.set_capacity(0, 10.0)
    fluid.add(0, Demand(((0, 1.0),)), 100.0)
    fluid.share(0.0)
    fluid.add(1, Demand(((0, 1.0),), rank=1.0), 50.0, 2.0)
    fluid.share(2.0)
    assert (fluid.rate_bps(0), fluid.remaining_bits(0), fluid.next_end()) == (0.0, 80.0, (7.0, 1))
    fluid.remove(1, 7.0)
    fluid.share(7.0)
    assert (fluid.remaining_bits(0), fluid.next_end()) == (80.0, (15.0, 0))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_flow_that_leaves_tells_whether_it_had_shared_with_anybody(way):
    fluid = Fluid(**way)
    for j, capacity in enumerate((8.0, 6.0)):
        fluid.set_capacity(j, capacity)
    for number, wires in enumerate(([0], [0], [1])):
        fluid.add(number, Demand(tuple((wire, 1.0) for wire in wires)), 100.0)
    fluid.share(0.0)
    assert not fluid.remove(2, 1.0)
    assert fluid.next_end() == (25.0, 0)  # as it was
    assert fluid.remove(0, 1.0)
    fluid.share(1.0)
    assert not fluid.remove(1, 2.0)
    fluid.add(3, Demand(((0, 1.0),)), 80.0, 5.0)
    fluid.share(5.0)
    assert (fluid.rate_bps(3), fluid.next_end()) == (8.0, (15.0, 3))


@pytest.mark.parametrize("way", ["plain", "compiled"])
def test_of_flows_that_end_together_the_lowest_number_is_next_as_soon_as_one_has_left(way):
    fluid = Fluid(**WAYS[way])
    fluid.set_capacity(0, 100.0)
    for number in range(100):
        fluid.add((37 * number) % 100, Demand(((0, 1.0),)), 50.0)
    assert fluid.next_end() == (math.inf, -1)
    fluid.share()
    for number in range(100):
        assert fluid.next_end() == (50.0, number)
        fluid.remove(number, 50.0)
    assert fluid.next_end() == (math.inf, -1)


@pytest.mark.parametrize("way", ["plain", "compiled"])
def test_where_many_have_left_others_come_back_in_the_order_of_their_numbers(way):
    """Changes are listed in the order of numbers on the wire that is full, wherever those who left had been."""
    fluid, asked = Fluid(**WAYS[way]), Demand(((0, 1.0), (1, 1.0)))
    for j, capacity in enumerate((7e8, 1e9)):
        fluid.set_capacity(j, capacity)
    present = set()
    for number in [*range(200), *range(60, 150), *range(149, 70, -1), *range(5, 200, 7), *range(0, 100, 3)]:
        if number in present:
            fluid.remove(number)
        else:
            fluid.add(number, asked)
        present ^= {number}
        fluid.share()
        assert list(fluid.changed()) == sorted(present)
        assert fluid.rate_bps(max(present)) == pytest.approx(7e8 / len(present), rel=1e-15)


@pytest.mark.parametrize("way", ["plain", "compiled"])
def test_a_flow_may_cross_more_than_those_before_it_together(way):
    links, sums = 50, Sums(np.zeros(50), np.zeros(50))
    fluid = Fluid(sums, **WAYS[way])
    for j in range(links):
        fluid.set_capacity(j, 10.0 + j)
    fluid.add(0, Demand(((0, 1.0),)), 100.0, links=[0])
    fluid.share()
    fluid.add(1, Demand(tuple((j, 1.0) for j in range(links)), parts=(1.0,) * links), 100.0, 2.0, links=range(links))
    fluid.share(2.0)
    assert [fluid.rate_bps(number) for number in range(2)] == [5.0, 5.0]
    fluid.measure(4.0)
    assert sums.carried_bits.tolist() == [40.0] + [10.0] * 49


def test_a_flow_that_changes_its_rank_takes_what_the_other_had():
    fluid = Fluid()
    fluid.set_capacity(0, 6.0)
    for number in range(2):
        fluid.add(number, Demand(((0, 1.0),)))
    fluid.share()
    for rank, expected in ((1.0, {0: 0.0, 1: 6.0}), (-1.0, {0: 6.0, 1: 0.0}), (0.0, {0: 3.0, 1: 3.0})):
        fluid.change(1, Demand(((0, 1.0),), rank=rank))
        fluid.share()
        assert fluid.changed() == expected

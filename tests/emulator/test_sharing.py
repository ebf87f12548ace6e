"""Laws of the solver on random systems, an exact independent reference, and worked examples."""

import math
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wayfare.emulator.sharing import Demand, share

CAPACITIES = st.floats(0.5, 500)
COEFFICIENTS = st.floats(0.05, 20)


@st.composite
def systems(draw, *, mixed=True, caps=True, ranks=(0.0,), most_flows=9, first=0):
    """Return demands and capacities; ``mixed`` draws coefficients, weights and parts, else all are 1."""
    count = draw(st.integers(1, 6))
    capacity = {first + j: draw(CAPACITIES) for j in range(count)}
    demands = []
    for _ in range(draw(st.integers(1, most_flows))):
        crossed = draw(st.lists(st.sampled_from(sorted(capacity)), min_size=1, max_size=4, unique=True))
        uses = tuple((j, draw(COEFFICIENTS) if mixed else 1.0) for j in crossed)
        weight = draw(st.sampled_from([0.5, 1.0, 1.0, 3.0])) if mixed else 1.0
        cap_bps = draw(st.one_of(st.just(math.inf), st.floats(0.05, 100))) if caps else math.inf
        parts = draw(parts_of(uses)) if mixed else ()
        demands.append(Demand(uses, weight, cap_bps, draw(st.sampled_from(ranks)), parts))
    return demands, capacity


def parts_of(uses):
    """Return a strategy for no parts, parts in proportion to the uses, and any parts."""
    in_proportion = st.floats(0.1, 10).map(lambda factor: tuple(factor * a for _, a in uses))
    return st.one_of(st.just(()), in_proportion, st.tuples(*[COEFFICIENTS] * len(uses)))


def complaints(demands, capacity, rates, tolerance=1e-8):
    """Return what the certificate of bottleneck max fairness has against these rates."""
    used, most = dict.fromkeys(capacity, 0.0), dict.fromkeys(capacity, 0.0)
    for demand, rate in zip(demands, rates, strict=True):
        for (j, a), claim in zip(demand.uses, demand.claims, strict=True):
            used[j] += a * rate
            most[j] = max(most[j], a * rate / claim)
    found = [
        f"constraint {j} carries {used[j]} of {capacity[j]}" for j in used if used[j] > capacity[j] * (1 + tolerance)
    ]
    for i, (demand, rate) in enumerate(zip(demands, rates, strict=True)):
        bottlenecked = any(
            used[j] >= capacity[j] * (1 - tolerance) and a * rate / claim >= most[j] * (1 - tolerance)
            for (j, a), claim in zip(demand.uses, demand.claims, strict=True)
        )
        if rate > demand.cap_bps * (1 + tolerance):
            found.append(f"flow {i} gets {rate}, above its cap {demand.cap_bps}")
        elif not bottlenecked and rate < demand.cap_bps * (1 - tolerance):
            found.append(f"flow {i} gets {rate} and has no bottleneck")
    return found


def progressive_filling(demands, capacity):
    """Return the exact max-min rates of flows that take of each constraint what they claim there.

    Rates rise in proportion to the weights (Bertsekas and Gallager, 6.5.2).
    """
    rates, weights = [Fraction(0)] * len(demands), [Fraction(demand.weight) for demand in demands]
    growing, left = set(range(len(demands))), {j: Fraction(c) for j, c in capacity.items()}
    while growing:
        load = {j: sum(weights[i] * Fraction(dict(demands[i].uses).get(j, 0)) for i in growing) for j in left}
        steps = [left[j] / n for j, n in load.items() if n]
        steps += [
            (Fraction(demands[i].cap_bps) - rates[i]) / weights[i] for i in growing if demands[i].cap_bps < math.inf
        ]
        step = min(steps)
        for i in growing:
            rates[i] += step * weights[i]
        left = {j: c - load[j] * step for j, c in left.items()}
        full = {j for j, c in left.items() if c == 0}
        growing -= {i for i in growing if rates[i] == demands[i].cap_bps or full & set(dict(demands[i].uses))}
    return rates


def rank_by_rank(solve, demands, capacity):
    """Return the rates that each rank gets, by ``solve``, of what the higher ones leave."""
    rates, left = [0.0] * len(demands), dict(capacity)
    for rank in sorted({demand.rank for demand in demands}, reverse=True):
        served = [i for i, demand in enumerate(demands) if demand.rank == rank]
        for i, rate in zip(served, solve([demands[i] for i in served], left), strict=True):
            rates[i] = rate
        for j in left:
            left[j] -= sum(Fraction(dict(demands[i].uses).get(j, 0.0)) * Fraction(rates[i]) for i in served)
            left[j] = left[j] if left[j] > 1e-9 * capacity[j] else 0
    return rates


@settings(max_examples=200)
@given(systems(caps=False))
def test_every_flow_has_a_bottleneck_and_no_constraint_is_over_its_capacity(system):
    assert complaints(*system, share(*system)) == []


CAP_PASSED_IN_A_CIRCLE = ([Demand(((0, 2.0), (1, 2.0)), cap_bps=3.0), Demand(((0, 10.0), (1, 2.0)))], {0: 15.0, 1: 8.0})


WHOLE_SWEEPS_GO_ROUND = (
    [
        Demand(((5, 5.0), (2, 2.0), (1, 7.0))),
        Demand(((2, 2.0), (3, 6.0), (5, 3.0), (4, 1.0)), weight=3.0, parts=(2.0, 1.0, 0.125, 1.0)),
    ],
    {place: 10.0 * (place + 1) for place in range(6)},
)

# Constraints 0 and 2 are full together, each the bottleneck of one of the flows: both say the same of the two rates.
BOTTLENECKS_SAY_THE_SAME = (
    [
        Demand(((0, 1.0), (1, 1.0), (2, 1.0)), parts=(0.05, 1.0, 1.0)),
        Demand(((0, 1.0), (2, 1.0)), parts=(1.0, 0.05)),
    ],
    dict.fromkeys(range(3), 7.0),
)


@settings(max_examples=200)
@given(systems())
@example(CAP_PASSED_IN_A_CIRCLE)
@example(WHOLE_SWEEPS_GO_ROUND)
@example(BOTTLENECKS_SAY_THE_SAME)
def test_caps_hold_and_every_other_flow_has_a_bottleneck(system):
    assert complaints(*system, share(*system)) == []


@given(systems(mixed=False))
def test_on_wires_rates_are_those_of_exact_progressive_filling(system):
    demands, capacity = system
    expected = progressive_filling(demands, capacity)
    assert share(demands, capacity) == pytest.approx([float(rate) for rate in expected], rel=1e-9)


@st.composite
def proportional(draw):
    """Return a system with weights in which each flow claims of each constraint what it takes of it."""
    demands, capacity = draw(systems(mixed=False))
    return [taking(draw, demand) for demand in demands], capacity


def taking(draw, demand):
    amounts = tuple(draw(st.sampled_from([1.0, 1.0, 0.05, 1.05, 2.0])) for _ in demand.uses)
    uses = tuple((j, amount) for (j, _), amount in zip(demand.uses, amounts, strict=True))
    return demand._replace(uses=uses, weight=draw(st.sampled_from([0.5, 1.0, 3.0])), parts=amounts)


@settings(max_examples=200)
@given(proportional())
def test_flows_that_claim_what_they_take_have_the_rates_of_exact_progressive_filling(system):
    demands, capacity = system
    expected = progressive_filling(demands, capacity)
    assert share(demands, capacity) == pytest.approx([float(rate) for rate in expected], rel=1e-9, abs=1e-9)


@given(systems(), st.sampled_from([0.25, 1.0, 2.0]))
def test_one_part_for_all_constraints_changes_no_bit(system, part):
    demands, capacity = system
    whole = [demand._replace(parts=()) for demand in demands]
    parted = [demand._replace(parts=(part,) * len(demand.uses), weight=demand.weight / part) for demand in demands]
    assert share(parted, capacity) == share(whole, capacity)


@given(systems(), st.randoms(use_true_random=False))
def test_rates_do_not_depend_on_the_order_of_the_flows(system, random):
    demands, capacity = system
    order = list(range(len(demands)))
    random.shuffle(order)
    shuffled = share([demands[i] for i in order], capacity)
    rates = share(demands, capacity)
    assert shuffled == pytest.approx([rates[i] for i in order], rel=1e-9)


@given(systems(caps=False), st.sampled_from([2.0**-30, 0.5, 1024.0, 2.0**40]))
def test_twice_the_capacity_is_twice_the_rate_to_the_last_bit(system, factor):
    demands, capacity = system
    rates = share(demands, capacity)
    assert share(demands, {j: c * factor for j, c in capacity.items()}) == [rate * factor for rate in rates]


@given(systems(caps=False), st.floats(0.1, 10))
def test_weights_count_relative_to_each_other_only(system, factor):
    demands, capacity = system
    heavier = [demand._replace(weight=demand.weight * factor) for demand in demands]
    assert share(heavier, capacity) == pytest.approx(share(demands, capacity), rel=1e-9)


@given(systems(), systems(first=100))
def test_rates_of_one_component_do_not_move_when_another_comes(near, far):
    together = share([*near[0], *far[0]], {**near[1], **far[1]})
    assert together[: len(near[0])] == share(*near)


def test_a_circle_is_solved_alone_whatever_circles_there_are_elsewhere():
    """Found by search: two components in which no constraint is the tightest for all of its own flows."""
    near = [(0, 1.69, 1, 2.24), (1, 0.28, 2, 0.21), (2, 0.41, 0, 0.78), (0, 3.0, 1, 0.24), (2, 0.18, 0, 0.1)]
    far = [(5, 8.77, 6, 0.17), (6, 0.24, 7, 9.37), (7, 0.42, 5, 0.31), (5, 8.87, 6, 0.13), (6, 5.86, 5, 0.26)]
    near, far = [*near, (1, 1.36, 2, 7.18)], [*far, (6, 0.37, 7, 0.83)]
    capacity = {0: 4.61, 1: 1.01, 2: 4.58, 5: 1.03, 6: 3.16, 7: 3.89}
    demands = [Demand(((i, a), (j, b))) for i, a, j, b in near + far]
    assert share(demands, capacity)[: len(near)] == share(demands[: len(near)], capacity)


def test_fl_6_two_wires_share_one_flow():
    """Two wires of 10 {A, B} and 3 {A, C}: A and C get 1.5, B gets the rest of the first."""
    demands = [Demand(((1, 1.0), (2, 1.0))), Demand(((1, 1.0),)), Demand(((2, 1.0),))]
    assert share(demands, {1: 10.0, 2: 3.0}) == [1.5, 8.5, 1.5]


def test_two_stations_of_one_cell_behind_one_wire_get_five_and_five():
    """PHY rates of 100 and 10 Mbit/s, a shared wire of 10 Mbit/s: the wire is the bottleneck of both."""
    demands = [Demand(((0, 1 / 100e6), (1, 1.0))), Demand(((0, 1 / 10e6), (1, 1.0)))]
    assert share(demands, {0: 1.0, 1: 10e6}) == pytest.approx([5e6, 5e6], rel=1e-12)


def test_a_cell_shares_airtime_and_not_bits():
    demands = [Demand(((0, 1 / 54e6),)), Demand(((0, 1 / 36e6),))]
    assert share(demands, {0: 1.0}) == pytest.approx([27e6, 18e6], rel=1e-12)


def test_a_flow_that_crosses_a_cell_twice_pays_for_both_ways():
    """Up at 30 and down at 60 Mbit/s through one cell: 1 / (1/30 + 1/60) = 20 Mbit/s."""
    assert share([Demand(((0, 1 / 30e6 + 1 / 60e6),))], {0: 1.0}) == pytest.approx([20e6], rel=1e-12)


def test_weights_divide_a_wire_in_proportion():
    demands = [Demand(((0, 1.0),), weight) for weight in (1.0, 2.0, 5.0)]
    assert share(demands, {0: 16.0}) == [2.0, 4.0, 10.0]


def test_a_flow_that_takes_and_claims_little_of_a_full_wire_is_held_to_its_share_there():
    """SimGrid's case of two flows against one: 2.05 shares of the first wire fill up before 1.1 of the second."""
    forth, back = (((0, 1.0), (1, 0.05)), (1.0, 0.05)), (((1, 1.0), (0, 0.05)), (1.0, 0.05))
    demands = [Demand(uses, parts=parts) for uses, parts in (forth, forth, back)]
    assert share(demands, {0: 100.0, 1: 100.0}) == pytest.approx([100 / 2.05] * 3, rel=1e-12)
    whole = [Demand(uses) for uses, _ in (forth, forth, back)]
    assert share(whole, {0: 100.0, 1: 100.0})[2] == pytest.approx(95.23, abs=0.01)


def test_a_part_for_each_constraint_or_none_at_all():
    with pytest.raises(ValueError, match="argument 2 is longer"):
        share([Demand(((0, 1.0), (1, 1.0)), parts=(1.0,))], {0: 1.0, 1: 1.0})


def test_what_a_capped_flow_leaves_the_others_take():
    demands = [Demand(((0, 1.0),), cap_bps=1.0), Demand(((0, 1.0),)), Demand(((0, 1.0),))]
    assert share(demands, {0: 10.0}) == [1.0, 4.5, 4.5]


def test_a_flow_with_a_cap_alone_gets_its_cap():
    assert share([Demand((), cap_bps=3.0)], {}) == [3.0]


def test_a_flow_that_nothing_bounds_is_refused():
    with pytest.raises(ValueError, match="no constraint"):
        share([Demand(())], {})


def test_nobody_shares_nothing():
    assert share([], {0: 1.0}) == []


def test_two_constraints_that_disagree_about_who_is_expensive_are_solved_exactly():
    """Each flow is dear where the other is cheap: 10x + y = 11 and x + 10y = 11 give 1 and 1 only if both bind."""
    demands = [Demand(((0, 10.0), (1, 1.0))), Demand(((0, 1.0), (1, 10.0)))]
    rates = share(demands, {0: 11.0, 1: 11.0})
    assert rates == pytest.approx([1.0, 1.0], rel=1e-12)
    assert complaints(demands, {0: 11.0, 1: 11.0}, rates) == []


def test_all_orders_of_a_circle_give_one_solution():
    demands = [Demand(((j, 4.0), ((j + 1) % 3, 1.0))) for j in range(3)]
    capacity = {0: 5.0, 1: 6.0, 2: 7.0}
    rates = share(demands, capacity)
    for order in permutations(range(3)):
        assert share([demands[i] for i in order], capacity) == pytest.approx([rates[i] for i in order], rel=1e-12)


@given(st.integers(1, 40), CAPACITIES)
def test_n_equal_flows_get_an_nth_each(count, capacity_bps):
    assert share([Demand(((0, 1.0),))] * count, {0: capacity_bps}) == pytest.approx(
        [capacity_bps / count] * count, rel=1e-12
    )


RANKS = (2.0, 1.0, 1.0, 0.5, 0.0, 0.0, -3.0)


@settings(max_examples=200)
@given(systems(mixed=False, ranks=RANKS))
def test_on_wires_each_rank_shares_exactly_what_the_higher_ones_leave(system):
    demands, capacity = system
    expected = rank_by_rank(progressive_filling, demands, {j: Fraction(amount) for j, amount in capacity.items()})
    assert share(demands, capacity) == pytest.approx([float(rate) for rate in expected], rel=1e-9, abs=1e-12)


@settings(max_examples=200)
@given(systems(ranks=RANKS))
def test_on_wires_and_cells_each_rank_shares_what_the_higher_ones_leave(system):
    demands, capacity = system
    expected = rank_by_rank(lambda some, left: share(some, {j: float(c) for j, c in left.items()}), demands, capacity)
    assert share(demands, capacity) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    used = {
        j: math.fsum(dict(d.uses).get(j, 0.0) * r for d, r in zip(demands, expected, strict=True)) for j in capacity
    }
    assert all(used[j] <= capacity[j] * (1 + 1e-9) for j in capacity)


@given(systems(ranks=RANKS))
def test_the_highest_rank_does_not_notice_the_others_to_the_last_bit(system):
    demands, capacity = system
    top = max(demand.rank for demand in demands)
    rates = share(demands, capacity)
    alone = share([demand for demand in demands if demand.rank == top], capacity)
    assert alone == [rate for demand, rate in zip(demands, rates, strict=True) if demand.rank == top]


@given(systems(), st.sampled_from(RANKS))
def test_one_rank_for_all_changes_no_bit(system, rank):
    demands, capacity = system
    assert share([demand._replace(rank=rank) for demand in demands], capacity) == share(demands, capacity)


@given(st.integers(1, 40), CAPACITIES)
def test_a_lower_rank_gets_nothing_of_a_wire_that_a_higher_one_fills(count, capacity_bps):
    demands = [Demand(((0, 1.0),)), *[Demand(((0, 1.0),), rank=1.0)] * count]
    assert share(demands, {0: capacity_bps})[0] == 0.0


def test_a_lower_rank_gets_what_a_capped_higher_one_leaves():
    demands = [Demand(((0, 1.0),)), Demand(((0, 1.0),), cap_bps=4.0, rank=1.0), Demand(((0, 1.0),))]
    assert share(demands, {0: 10.0}) == [3.0, 4.0, 3.0]


def test_a_lower_rank_that_gets_nothing_on_one_wire_leaves_the_other_to_its_peers():
    demands = [Demand(((0, 1.0),), rank=1.0), Demand(((0, 1.0), (1, 1.0))), Demand(((1, 1.0),))]
    assert share(demands, {0: 5.0, 1: 8.0}) == [5.0, 0.0, 8.0]


def test_stations_ranked_by_their_rate_leave_a_cell_to_the_fastest():
    demands = [Demand(((0, 1 / rate_bps),), rank=rate_bps) for rate_bps in (10e6, 54e6, 36e6)]
    assert share(demands, {0: 1.0}) == pytest.approx([0.0, 54e6, 0.0], rel=1e-12)

import math

import pytest

from wayfare.emulator import laws
from wayfare.emulator.laws import LawBroken
from wayfare.emulator.sharing import Demand

TWO = [Demand(((0, 1.0),)), Demand(((0, 2.0), (1, 1.0)))]


def test_rates_within_all_capacities_are_lawful():
    laws.capacities_hold(TWO, [4.0, 3.0], {0: 10.0, 1: 3.0}, 0.0)


@pytest.mark.parametrize("rates", [[4.1, 3.0], [0.0, 3.1]])
def test_a_constraint_over_its_capacity_breaks_a_law(rates):
    with pytest.raises(LawBroken, match=r"at 2.5 s constraint \d carries"):
        laws.capacities_hold(TWO, rates, {0: 10.0, 1: 3.0}, 2.5)


@pytest.mark.parametrize("rate_bps", [-1e-9, math.nan, -math.inf])
def test_a_rate_that_is_none_breaks_a_law(rate_bps):
    with pytest.raises(LawBroken, match="has a rate of"):
        laws.capacities_hold(TWO, [rate_bps, 1.0], {0: 10.0, 1: 3.0}, 0.0)


def test_an_infinite_rate_breaks_a_law():
    with pytest.raises(LawBroken):
        laws.capacities_hold(TWO, [math.inf, 1.0], {0: 10.0, 1: 3.0}, 0.0)


def test_a_packet_before_its_latency_breaks_a_law():
    laws.arrival_is_causal(1, 1.0, 3.0, 2.0)
    with pytest.raises(LawBroken, match=r"transfer 1 arrived at 2\.9 s"):
        laws.arrival_is_causal(1, 1.0, 2.9, 2.0)


@pytest.mark.parametrize("duration_s", [0.0, -1.0, math.nan])
def test_what_takes_no_time_breaks_a_law(duration_s):
    with pytest.raises(LawBroken, match="job 3 takes"):
        laws.costs_something("job 3", duration_s)


def test_what_takes_time_is_lawful():
    laws.costs_something("job 3", 1e-12)


@pytest.mark.parametrize(("sent", "accounted"), [(3, 2), (2, 3), (1.0, 0.0), (0.0, 1e-30)])
def test_what_is_lost_or_made_breaks_a_law(sent, accounted):
    with pytest.raises(LawBroken, match=f"packets: {sent} sent, {accounted} accounted for"):
        laws.conserved("packets", sent, accounted)


@pytest.mark.parametrize("amount", [math.nan, math.inf])
def test_a_ledger_without_a_number_breaks_a_law(amount):
    with pytest.raises(LawBroken):
        laws.conserved("energy", 1.0, amount, 1e-9)


def test_a_rounding_is_no_loss():
    laws.conserved("energy", 1.0, 1.0 + 5e-10, laws.TOLERANCE)
    with pytest.raises(LawBroken):
        laws.conserved("energy", 1.0, 1.0 + 2e-9, laws.TOLERANCE)

"""What nodes have heard of each other."""

from wayfare.emulator.wandering import Advertisement, Neighbourhood


def test_a_node_that_is_silent_for_too_long_is_gone():
    neighbourhood = Neighbourhood("a", 0.6)
    neighbourhood.take(Advertisement("b", 1.0))
    assert list(neighbourhood.at(1.5)) == ["b"]
    assert not neighbourhood.at(1.7)


def test_the_latest_counts_and_of_equal_age_the_nearest():
    neighbourhood = Neighbourhood("a", 9.0)
    for heard in (Advertisement("b", 2.0, 2), Advertisement("b", 1.0, 1), Advertisement("b", 2.0, 3)):
        neighbourhood.take(heard)
    assert neighbourhood.at(2.0)["b"].hops == 2
    neighbourhood.take(Advertisement("b", 2.0, 1))
    assert neighbourhood.at(2.0)["b"].hops == 1


def test_nobody_hears_of_itself():
    neighbourhood = Neighbourhood("a", 9.0)
    neighbourhood.take(Advertisement("a", 1.0))
    assert not neighbourhood.at(1.0)


def test_what_claims_to_come_from_the_future_does_not_count():
    neighbourhood = Neighbourhood("a", 9.0)
    neighbourhood.take(Advertisement("b", 5.0))
    assert not neighbourhood.at(1.0)

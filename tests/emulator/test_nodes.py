import pytest

from wayfare.emulator.nodes import DEFAULT_NODES, NodeClass


def test_a_job_lasts_its_flop_over_rate_times_efficiency():
    node = NodeClass(compute_flop_per_s=10e9, efficiency=0.25, memory_bytes=1, power_idle_w=0, power_busy_w=0)
    assert node.seconds_for(5e9) == 2.0


def test_a_node_that_draws_less_when_busy_is_refused():
    with pytest.raises(ValueError, match=r"power_busy 1 W is below power_idle 2 W"):
        NodeClass(compute_flop_per_s=1, memory_bytes=1, power_idle_w=2, power_busy_w=1)


def test_each_higher_tier_computes_faster():
    rates = [DEFAULT_NODES[tier].compute_flop_per_s for tier in ("device", "edge", "cloud")]
    assert rates == sorted(rates)

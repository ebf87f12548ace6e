"""Learning methods against what they must equal, from the records of real runs."""

from .case import Case
from .observation import observe

ONE_CLIENT = """\
name: one-client
seed: 3
topology:
  nodes: {server: {tier: cloud}, client: {tier: device}}
  links: [{between: [server, client], rate: 100 Mbit/s, delay: 1 ms}]
data: {dataset: digits, partition: iid}
model: {family: mlp, hidden: [16]}
nodes: {device: {compute: 1 GFLOP/s, jitter: 0}}
learning: {method: %s, steps: 5}
stop: 1 s
"""
FEWEST_JOBS = 10


def difference_from_alone() -> float:
    """Return by how much the losses of FedAvg's only client differ, at most, from those of the same node alone.

    The loss of a job is a function of all the weights it begins with, so that losses which agree to the last bit, job
    after job, say that averaging one model changed none of it.

    Raises:
        ValueError: The runs were too short to say anything.
    """
    averaged, alone = (observe(ONE_CLIENT % method).losses("client") for method in ("fedavg", "alone"))
    if min(len(averaged), len(alone)) < FEWEST_JOBS:
        raise ValueError(f"{len(averaged)} and {len(alone)} jobs are too few; at least {FEWEST_JOBS} are needed")
    return max(abs(one - other) for one, other in zip(averaged, alone, strict=False))


CASES = (
    Case(
        name="FedAvg of one node less alone",
        subject="learning",
        source="McMahan et al. 2017",
        expected=0.0,
        tolerance=0.0,
        unit="",
        compute=difference_from_alone,
    ),
)

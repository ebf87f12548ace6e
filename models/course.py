"""Course: what every node holds at every virtual time of a run."""

from collections.abc import Sequence

from .dataset import Dataset
from .drift import Drift
from .partition import Partition
from .poison import Poison
from .split import Split, split_data
from .streams import Stream


class Course:
    """The split in force at a time. It changes at the instants that `next_change_s` names and at no other.

    What a node has begun to train on, it trains on to the end: a job has the shard of the time it starts.
    """

    def __init__(
        self, dealt: Split, drift: Drift, nodes: Sequence[str], stream: Stream, poison: Poison | None = None
    ) -> None:
        """Take the parts that were dealt.

        Raises:
            ValueError: the drift is not possible with this data.
        """
        self._dealt, self._drift, self._nodes, self._stream = dealt, drift, list(nodes), stream
        self._poison = poison
        self._phase, self._split = -1, dealt
        self.at(0.0)

    def at(self, time_s: float) -> Split:
        """Return what is held at a time [s]: the test set, and each node's shards."""
        phase = self._drift.phase(time_s)
        if phase != self._phase:
            held = self._drift.split(self._dealt, self._nodes, phase, self._stream)
            self._split = held if self._poison is None else self._poison.spoil(held)
            self._phase = phase
        return self._split

    def next_change_s(self, time_s: float) -> float | None:
        """Return when it changes next after a time [s], or None if it never does."""
        return self._drift.next_change_s(time_s)


def plan_course(
    dataset: Dataset,
    partition: Partition,
    drift: Drift,
    nodes: Sequence[str],
    stream: Stream,
    test_fraction: float = 0.2,
    validation_fraction: float = 0.1,
    public_fraction: float = 0.0,
    poison: Poison | None = None,
) -> Course:
    """Deal the dataset into the drift's parts, as `split_data` does, and return what becomes of them in time.

    Raises:
        ValueError: as `split_data`, or the drift is not possible with these nodes or this data.
    """
    fractions = test_fraction, validation_fraction, public_fraction
    dealt = split_data(dataset, partition, drift.part_names(nodes), stream, *fractions)
    return Course(dealt, drift, nodes, lambda name: stream(f"drift: {name}"), poison)

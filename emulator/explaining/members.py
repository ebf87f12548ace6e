"""Who uses a constraint now, in arrays, as the questions asked of it are about all of them at once."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Amounts = NDArray[np.float64]


class Members:
    """The flows that cross a constraint, in no order: what each takes for a bit/s, its claim and its rank."""

    def __init__(self) -> None:
        self._flows = np.zeros(8, dtype=np.int64)
        self._terms = np.zeros((3, 8))
        self._places: dict[int, int] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._places)

    def put(self, flow: int, coefficient: float, claim: float, rank: float) -> None:
        """Add a flow, or note that it asks for something else."""
        place = self._places.setdefault(flow, len(self._places))
        if place == len(self._flows):
            self._flows = np.pad(self._flows, (0, place))
            self._terms = np.pad(self._terms, ((0, 0), (0, place)))
        self._flows[place] = flow
        self._terms[:, place] = coefficient, claim, rank

    def take_out(self, flow: int) -> None:
        """Remove a flow; the last one takes its place."""
        place, last = self._places.pop(flow), len(self._places)
        if place < last:
            self._flows[place], self._terms[:, place] = self._flows[last], self._terms[:, last]
            self._places[int(self._flows[place])] = place

    @property
    def flows(self) -> Numbers:
        """Return their numbers."""
        return self._flows[: len(self)]

    def taken(self, rates_bps: Amounts) -> Amounts:
        """Return what each takes of the constraint, given the rates of all flows by number."""
        taken: Amounts = self._terms[0, : len(self)] * rates_bps[self.flows]
        return taken

    def highest_level(self, rates_bps: Amounts, rank: float) -> float:
        """Return the most that a flow of a rank takes for its claim."""
        same = self._terms[2, : len(self)] == rank
        return float((self.taken(rates_bps)[same] / self._terms[1, : len(self)][same]).max(initial=0.0))

"""The certificate of bottleneck max fairness: what can be checked of rates without knowing how they were found."""

import math
from collections.abc import Mapping, Sequence

from wayfare.emulator.sharing import Demand


def violation(demands: Sequence[Demand], capacity: Mapping[int, float], rates: Sequence[float]) -> float:
    """Return how far rates are from fair, relative to what they should be; 0 if they are.

    They are fair if no constraint carries more than its capacity, no flow has more than its cap, and every flow below
    its cap crosses a saturated constraint on which its weighted consumption is the largest (Bertsekas and Gallager,
    Data Networks, 6.5.2; Bonald and Roberts, SIGMETRICS 2015).
    """
    used, most = dict.fromkeys(capacity, 0.0), dict.fromkeys(capacity, 0.0)
    for demand, rate in zip(demands, rates, strict=True):
        for constraint, coefficient in demand.uses:
            used[constraint] += coefficient * rate
            most[constraint] = max(most[constraint], coefficient * rate / demand.weight)
    slack = {constraint: 1.0 - used[constraint] / capacity[constraint] for constraint in capacity}
    faults = [-room for room in slack.values()]
    for demand, rate in zip(demands, rates, strict=True):
        behind = [
            max(slack[constraint], 1.0 - coefficient * rate / demand.weight / most[constraint])
            for constraint, coefficient in demand.uses
        ]
        below_cap = 1.0 - rate / demand.cap_bps
        faults += [-below_cap, min(*behind, below_cap, math.inf)]
    return max(faults)

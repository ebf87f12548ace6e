"""How flows share what they cross: bottleneck max fairness over linear constraints.

A constraint ``j`` is ``sum_i a_ij * rate_i <= C_j``. On a wire a = 1 and C is in bit/s; in a radio cell a = 1 / PHY
rate and C is the share of airtime (1). Fairness is local to a constraint: each flow has a bottleneck, a saturated
constraint on which its consumption ``a_ij * rate_i / weight_i`` is the largest, or its own cap. With one kind of
constraint that is weighted max-min fairness (Bertsekas and Gallager, Data Networks, 6.5.2); with several it is
bottleneck max fairness (Bonald and Roberts, Multi-Resource Fairness, SIGMETRICS 2015), which SimGrid solves as BMF.

This is the plain solver. It fixes flows at constraints that all of their flows find the tightest; the levels of the
others only rise by that. Where constraints disagree, it starts from equal shares, lets one constraint after another, in
id order, find its level given the levels of the others, reads off the bottlenecks, solves for the levels exactly and
keeps the first result that is an equilibrium: that is the rule where there is more than one.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

TIE = 1e-12  # levels that differ by less are the same level
SWEEPS = 1000


@dataclass(frozen=True, slots=True)
class Demand:
    """What a flow asks of the constraints it crosses.

    Attributes:
        uses: Pairs of constraint id and coefficient ``a`` (> 0), each constraint once.
        weight: Its share relative to other flows.
        cap_bps: The most it takes [bit/s].
    """

    uses: tuple[tuple[int, float], ...]
    weight: float = 1.0
    cap_bps: float = math.inf


def share(demands: Sequence[Demand], capacity: Mapping[int, float]) -> list[float]:
    """Return the fair rate of each demand [bit/s], in the order given.

    Args:
        demands: The flows, in id order (sums are taken in this order, so it decides the last bits).
        capacity: ``C_j`` by constraint id.

    Raises:
        ValueError: A flow has neither a constraint nor a cap, so that its rate would be infinite.
    """
    filling = _Filling(demands, capacity)
    while filling.open:
        if not (filling.fix_capped() or filling.fix_local_bottlenecks()):
            filling.fix_circle()
    return filling.rates


class _Filling:
    """The state of one solution: which flows still wait for their rate, and what is left for them."""

    def __init__(self, demands: Sequence[Demand], capacity: Mapping[int, float]) -> None:
        self.demands = demands
        self.rates = [0.0] * len(demands)
        self.open = dict.fromkeys(range(len(demands)))  # an ordered set
        self.members: dict[int, dict[int, float]] = {}
        for index, demand in enumerate(demands):
            if not demand.uses and math.isinf(demand.cap_bps):
                raise ValueError("a flow crosses no constraint and has no cap")
            for constraint, coefficient in demand.uses:
                self.members.setdefault(constraint, {})[index] = coefficient
        self.left = {constraint: capacity[constraint] for constraint in sorted(self.members)}
        self.weight = {j: sum(demands[i].weight for i in self.members[j]) for j in self.left}

    def level(self, constraint: int) -> float:
        """Return the consumption per weight if all open flows were bottlenecked here."""
        return max(self.left[constraint], 0.0) / self.weight[constraint]

    def offers(self, levels: Mapping[int, float]) -> dict[int, float]:
        """Return for each open flow the least rate that its constraints and its cap offer."""
        demands = self.demands
        return {
            i: min((demands[i].weight * levels[j] / a for j, a in demands[i].uses), default=math.inf) for i in self.open
        }

    def fix(self, index: int, rate_bps: float) -> None:
        """Give a flow its rate and take it out of what is left."""
        demand = self.demands[index]
        self.rates[index] = rate_bps
        del self.open[index]
        for constraint, coefficient in demand.uses:
            members = self.members[constraint]
            del members[index]
            if members:
                self.left[constraint] -= coefficient * rate_bps
                self.weight[constraint] -= demand.weight
            else:
                del self.left[constraint], self.weight[constraint]

    def fix_capped(self) -> bool:
        """Fix the flows that want less than any of their constraints offers."""
        offers = self.offers({j: self.level(j) for j in self.left})
        capped = [i for i, offer in offers.items() if self.demands[i].cap_bps <= offer]
        for index in capped:
            self.fix(index, self.demands[index].cap_bps)
        return bool(capped)

    def fix_local_bottlenecks(self) -> bool:
        """Fix the flows of each constraint that is the tightest one for all its open flows."""
        levels = {j: self.level(j) for j in self.left}
        offers = self.offers(levels)
        found = [j for j in levels if self._is_tightest(j, levels[j], offers)]
        for constraint in found:
            if constraint in self.left:
                level = self.level(constraint)
                for index, coefficient in list(self.members[constraint].items()):
                    self.fix(index, self.demands[index].weight * level / coefficient)
        return bool(found)

    def _is_tightest(self, constraint: int, level: float, offers: Mapping[int, float]) -> bool:
        members = self.members[constraint].items()
        return all(self.demands[i].weight * level / a <= offers[i] * (1 + TIE) for i, a in members)

    def fix_circle(self) -> None:
        """Fix all open flows where no constraint is the tightest for all of its own.

        Raises:
            ArithmeticError: No equilibrium was found; none of many random systems did this.
        """
        levels = {j: self.level(j) for j in self.left}
        for _ in range(SWEEPS):
            for constraint in levels:
                levels[constraint] = self._water_level(constraint, levels)
            rates = self._solve_at(levels)
            if rates is not None:
                for index, rate in rates.items():
                    self.fix(index, rate)
                return
        raise ArithmeticError(f"no fair sharing found for {len(self.open)} flows over constraints {sorted(levels)}")

    def _water_level(self, constraint: int, levels: Mapping[int, float]) -> float:
        """Solve ``sum_i min(a_i limit_i, w_i level) = left`` for the level; infinite if all fits.

        A flow's limit is what its other constraints offer at their levels, or its cap.
        """
        limited = []
        for index, coefficient in self.members[constraint].items():
            demand = self.demands[index]
            elsewhere = (demand.weight * levels[j] / a for j, a in demand.uses if j != constraint)
            limit = min(demand.cap_bps, min(elsewhere, default=math.inf))
            limited.append((coefficient * limit / demand.weight, demand.weight))
        left, weight = max(self.left[constraint], 0.0), math.fsum(w for _, w in limited)
        for reached, own_weight in sorted(limited):
            if reached * weight > left:
                return left / weight
            left -= reached * own_weight
            weight -= own_weight
        return math.inf

    def _solve_at(self, levels: Mapping[int, float]) -> dict[int, float] | None:
        """Solve for the levels exactly, given each flow's bottleneck; None if the result breaks the equilibrium."""
        tightest = {
            i: min((self.demands[i].weight * levels[j] / a, j, a) for j, a in self.demands[i].uses) for i in self.open
        }
        capped = {i for i, (offer, _, _) in tightest.items() if self.demands[i].cap_bps <= offer}
        saturated = sorted({j for i, (_, j, _) in tightest.items() if i not in capped})
        row = {j: k for k, j in enumerate(saturated)}
        matrix, right = np.zeros((len(row), len(row))), np.array([self.left[j] for j in saturated])
        for j, k in row.items():
            for index, coefficient in self.members[j].items():
                if index in capped:
                    right[k] -= coefficient * self.demands[index].cap_bps
                else:
                    _, bottleneck, own = tightest[index]
                    matrix[k, row[bottleneck]] += coefficient * self.demands[index].weight / own
        try:
            solved = np.linalg.solve(matrix, right)
        except np.linalg.LinAlgError:
            return None
        rates = {
            i: self.demands[i].cap_bps if i in capped else float(self.demands[i].weight * solved[row[j]] / a)
            for i, (_, j, a) in tightest.items()
        }
        return rates if self._is_equilibrium(rates, saturated, tightest, capped) else None

    def _is_equilibrium(
        self,
        rates: Mapping[int, float],
        saturated: list[int],
        tightest: Mapping[int, tuple[float, int, float]],
        capped: set[int],
    ) -> bool:
        most: dict[int, float] = {}
        for j in self.left:
            used = math.fsum(a * rates[i] for i, a in self.members[j].items())
            if used > self.left[j] * (1 + 1e-9):
                return False
            most[j] = max(a * rates[i] / self.demands[i].weight for i, a in self.members[j].items())
        return min(rates.values()) >= 0 and all(
            i in capped or a * rates[i] / self.demands[i].weight >= most[j] * (1 - 1e-9)
            for i, (_, j, a) in tightest.items()
        )

"""How flows share what they cross: bottleneck max fairness over linear constraints.

A constraint ``j`` is ``sum_i a_ij * rate_i <= C_j``. On a wire a = 1 and C is in bit/s; in a radio cell a = 1 / PHY
rate and C is the share of airtime (1). Fairness is local to a constraint: each flow has a bottleneck, a saturated
constraint on which its consumption over its claim ``a_ij * rate_i / c_ij`` is the largest, or its own cap. The claim is
its weight, or on a constraint that it takes little of, a part of it. With one kind of constraint, or claims in
proportion to what flows take, that is weighted max-min fairness (Bertsekas and Gallager, Data Networks, 6.5.2); with
several it is bottleneck max fairness (Bonald and Roberts, Multi-Resource Fairness, SIGMETRICS 2015), which SimGrid
solves as BMF.

Ranks are strict priority: flows of the highest rank share as if they were alone, those of the next share in the same
way what these leave of each constraint, and so on; who finds a constraint full gets nothing.

Values      Demand, Asking (a demand made ready for a Fluid), Sums
Solving     Fluid (flows that come and go), share (all at once)
Inside      lone (flows that share nothing with anybody); state (rows of numbers), kernels (plain or compiled): heaps,
            ends, entries, filling, circles, ranks, ripples, progress; addresses and views (how the compiled ones reach
            the rows)
"""

from .demand import Asking, Demand
from .fluid import Fluid, share
from .state import Sums

__all__ = ["Asking", "Demand", "Fluid", "Sums", "share"]

"""From signal-to-noise ratio to rate by modulation and coding scheme: the tables of 3GPP TS 38.214.

The standard has the tables and leaves the choice among their rows to the base station. The rule here: the row with the
highest spectral efficiency that does not exceed alpha log2(1 + SINR), alpha being that of the truncated Shannon bound
(`rate`). As there, alpha stands for the receiver's loss, retransmission and control overhead together, so nothing more
is taken off; the table sets the highest rate, and below its first row there is none.
"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .rate import Direction, shannon_share
from .values import Values

McsTable = Literal["64qam", "256qam"]
"""Table 5.1.3.1-1, which holds where nothing is configured, and Table 5.1.3.1-2."""

Row = tuple[int, float]

# Qm, the bits of a symbol, and R x 1024, the code rate; a row's place is its MCS index.
MCS_TABLES: dict[str, tuple[Row, ...]] = {
    "64qam": (
        *((2, rate) for rate in (120.0, 157.0, 193.0, 251.0, 308.0, 379.0, 449.0, 526.0, 602.0, 679.0)),
        *((4, rate) for rate in (340.0, 378.0, 434.0, 490.0, 553.0, 616.0, 658.0)),
        *((6, rate) for rate in (438.0, 466.0, 517.0, 567.0, 616.0, 666.0, 719.0, 772.0, 822.0, 873.0, 910.0, 948.0)),
    ),
    "256qam": (
        *((2, rate) for rate in (120.0, 193.0, 308.0, 449.0, 602.0)),
        *((4, rate) for rate in (378.0, 434.0, 490.0, 553.0, 616.0, 658.0)),
        *((6, rate) for rate in (466.0, 517.0, 567.0, 616.0, 666.0, 719.0, 772.0, 822.0, 873.0)),
        *((8, rate) for rate in (682.5, 711.0, 754.0, 797.0, 841.0, 885.0, 916.5, 948.0)),
    ),
}
"""TS 38.214 Tables 5.1.3.1-1 (indices 0 to 28) and 5.1.3.1-2 (0 to 27)."""


def row_efficiencies(table: McsTable) -> NDArray[np.float64]:
    """Return the spectral efficiency Qm R of each row, by MCS index [bit/s/Hz].

    Raises:
        ValueError: There is no such table.
    """
    if table not in MCS_TABLES:
        raise ValueError(f"MCS table is {table!r}; it must be {' or '.join(map(repr, get_args(McsTable)))}")
    return np.array([bits * rate / 1024.0 for bits, rate in MCS_TABLES[table]])


def mcs_efficiency(sinr_db: Values, direction: Direction, table: McsTable = "64qam") -> Values:
    """Return the spectral efficiency of the best row that the ratio allows; 0 where it allows none [bit/s/Hz].

    Args:
        sinr_db: Signal to interference and noise ratio [dB].
        direction: "down" or "up".
        table: Which table.

    Raises:
        ValueError: The direction or the table is unknown, or a ratio is not a number.
    """
    # Row 17 of the first table carries a little less than row 16, so the rows are put in order first.
    steps = np.concatenate([[0.0], np.sort(row_efficiencies(table))])
    reached = np.searchsorted(steps, shannon_share(sinr_db, direction), side="right")
    efficiency: Values = steps[reached - 1]
    return efficiency

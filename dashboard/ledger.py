"""The energy of a run that has ended: joules by node, link and cause."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from .network import Floats, Ints


@dataclass(frozen=True)
class Ledger:
    """The rows of a run's energy table.

    Attributes:
        node: Node id by row; -1 where it is a link's.
        link: Directed link by row; -1 where it is a node's.
        cause: ``compute``, ``radio``, ``link`` or ``idle``, or whatever the run says.
        energy_j: By row [J].
    """

    node: Ints
    link: Ints
    cause: list[str]
    energy_j: Floats

    @classmethod
    def from_table(cls, table: pa.Table) -> "Ledger":
        """Read ``energy``."""
        return cls(
            node=table["node"].to_numpy().astype(np.int64),
            link=table["link"].to_numpy().astype(np.int64),
            cause=[str(cause) for cause in table["cause"].to_pylist()],
            energy_j=np.nan_to_num(table["energy_j"].to_numpy()),
        )

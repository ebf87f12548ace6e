"""The propagation models by the name that a scenario gives them."""

from .ci import CI
from .inh import InH
from .pathloss import PathLossModel
from .rma import RMa
from .uma import UMa
from .umi import UMi

PATH_LOSS: dict[str, type[PathLossModel]] = {"uma": UMa, "umi": UMi, "inh": InH, "rma": RMa, "ci": CI}

"""Learning methods, each a short file of node programs.

Method        what every method has: how much a job trains, and how
Roles         what every node is told of the others

Alone         nobody shares anything
Central       the raw data travels to the server, the model stays
FedAvg        a server averages what its clients trained
FedProx       as FedAvg, and clients stay near the server's model
Scaffold      as FedAvg, with control variates against the drift of clients
FedAdam       as FedAvg, and the server takes steps of Adam
Hierarchical  FedAvg at edge sites, and of edge sites
FedAsync      a server takes up each client's model when it comes
FedBuff       a server takes up clients' changes, several at once, when they come
DPsgd         neighbours average with each other, in step
Gossip        neighbours tell each other at random
Cyclic        one model goes round all holders
DiLoCo        as FedAvg, rarely, with an outer Nesterov momentum
FedIT         FedAvg of low-rank adapters, factor by factor: the wrong way
FLoRA         low-rank adapters side by side, which is exact
FedMD         models of any structure agree on what they say of public samples
Mfd           models travel to the data, train there and move on
"""

from .alone import Alone
from .central import Central
from .cyclic import Cyclic
from .diloco import DiLoCo
from .dpsgd import DPsgd
from .fedadam import FedAdam
from .fedasync import FedAsync
from .fedavg import FedAvg
from .fedbuff import FedBuff
from .fedit import FedIT
from .fedmd import FedMD
from .fedprox import FedProx
from .flora import FLoRA
from .gossip import Gossip
from .hierarchical import Hierarchical
from .method import Method, Roles
from .mfd import Mfd
from .scaffold import Scaffold

METHODS: dict[str, type[Method]] = {
    "alone": Alone,
    "central": Central,
    "fedavg": FedAvg,
    "fedprox": FedProx,
    "scaffold": Scaffold,
    "fedadam": FedAdam,
    "hierarchical": Hierarchical,
    "fedasync": FedAsync,
    "fedbuff": FedBuff,
    "d-psgd": DPsgd,
    "gossip": Gossip,
    "cyclic": Cyclic,
    "diloco": DiLoCo,
    "fedit": FedIT,
    "flora": FLoRA,
    "fedmd": FedMD,
    "mfd": Mfd,
}

__all__ = [
    "METHODS",
    "Alone",
    "Central",
    "Cyclic",
    "DPsgd",
    "DiLoCo",
    "FLoRA",
    "FedAdam",
    "FedAsync",
    "FedAvg",
    "FedBuff",
    "FedIT",
    "FedMD",
    "FedProx",
    "Gossip",
    "Hierarchical",
    "Method",
    "Mfd",
    "Roles",
    "Scaffold",
]

"""Learning methods, each a short file of node programs.

Method   what every method has: how much a job trains, and how
Roles    what every node is told of the others
Mfd      models travel to the data, train there and move on
FedAvg   a server averages what its clients trained
Central  the raw data travels to the server, the model stays
Alone    nobody shares anything
"""

from .alone import Alone
from .central import Central
from .fedavg import FedAvg
from .method import Method, Roles
from .mfd import Mfd

METHODS: dict[str, type[Method]] = {"alone": Alone, "central": Central, "fedavg": FedAvg, "mfd": Mfd}

__all__ = ["METHODS", "Alone", "Central", "FedAvg", "Method", "Mfd", "Roles"]

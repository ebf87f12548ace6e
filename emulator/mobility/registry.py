"""The kinds of movement by the name that a scenario gives them."""

from .gauss_markov import GaussMarkov
from .mobility import Mobility
from .path import Path
from .random_waypoint import RandomWaypoint
from .static import Static
from .trace import MovementTrace

MOBILITY: dict[str, type[Mobility]] = {
    "static": Static,
    "random-waypoint": RandomWaypoint,
    "gauss-markov": GaussMarkov,
    "path": Path,
    "trace": MovementTrace,
}

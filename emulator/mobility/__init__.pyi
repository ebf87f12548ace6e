from .assignment import movers as movers
from .gauss_markov import GaussMarkov as GaussMarkov
from .legs import Area as Area, Leg as Leg, Place as Place, bounding_area as bounding_area
from .mobility import Mobility as Mobility
from .movement import Movement as Movement
from .path import Path as Path
from .random_waypoint import RandomWaypoint as RandomWaypoint
from .registry import MOBILITY as MOBILITY
from .static import Static as Static
from .trace import MovementTrace as MovementTrace

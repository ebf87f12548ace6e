from .checks import check_topology as check_topology
from .digest import graph_hash as graph_hash
from .errors import TopologyError as TopologyError
from .files import read_topology as read_topology, write_topology as write_topology
from .generators import GENERATORS as GENERATORS, TopologyGenerator as TopologyGenerator
from .shapes import Line as Line, Ring as Ring, Star as Star
from .three_tier import ThreeTier as ThreeTier

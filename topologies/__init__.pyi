from .checks import check_topology as check_topology
from .digest import graph_hash as graph_hash
from .errors import TopologyError as TopologyError
from .fat_tree import FatTree as FatTree
from .files import (
    Imported as Imported,
    encode_topology as encode_topology,
    import_topology as import_topology,
    read_topology as read_topology,
    write_topology as write_topology,
)
from .generators import GENERATORS as GENERATORS, TopologyGenerator as TopologyGenerator
from .geometric import RandomGeometric as RandomGeometric
from .grid import Grid as Grid
from .hexagonal import HexagonalCells as HexagonalCells
from .imports import Finding as Finding, Import as Import, ImportReport as ImportReport, REPAIR as REPAIR
from .real import REAL_NETWORKS as REAL_NETWORKS, Real as Real, network_file as network_file
from .shapes import Complete as Complete, Line as Line, Ring as Ring, Star as Star
from .small_world import SmallWorld as SmallWorld
from .three_tier import ThreeTier as ThreeTier
from .tree import Tree as Tree

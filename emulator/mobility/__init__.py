"""How nodes move: each component says which nodes, and gives their movement as straight legs at constant speed.

Area           the rectangle in which nodes move, as two of its corners
Leg            a time and a place; between two of them a node moves in a straight line
Mobility       what every component has: the nodes that it moves, by name or tier, and `legs`
MOBILITY       the components by name: Static, RandomWaypoint, GaussMarkov, Path and MovementTrace
Movement       where many nodes are at a time, from the legs of each
movers         which component moves which node
bounding_area  the smallest area that holds all places
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

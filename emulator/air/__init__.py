"""The radio of a run in which it changes: nodes that move, fading, blockage, interference and handover.

AirPlan     what a scenario asks of it
Places      where nodes are now
CellSignals what devices and sites receive of each other;  SidelinkSignals: the same of devices among themselves
Air         brings all of it up to date, tick by tick
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

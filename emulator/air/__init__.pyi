from .air import Air as Air
from .cell_signals import CellSignals as CellSignals
from .places import Places as Places
from .plan import AirPlan as AirPlan
from .sidelink_signals import SidelinkSignals as SidelinkSignals

from .runs import Run as Run, load as load, run as run
from .sweeps import Runs as Runs, load_sweep as load_sweep, run_sweep as run_sweep

__version__: str

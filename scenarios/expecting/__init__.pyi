from .dimensions import Dimension as Dimension
from .errors import ExpectationError as ExpectationError
from .figures import FIGURES as FIGURES, Figure as Figure
from .grammar import parse as parse
from .run_figures import RunFigures as RunFigures
from .spreads import SPREADS as SPREADS, STATISTICS as STATISTICS
from .terms import Scene as Scene, Term as Term

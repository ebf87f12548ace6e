from .adapters import FactorsApart as FactorsApart, Product as Product, Stacking as Stacking
from .contribution import Contribution as Contribution
from .coverage import Coverage as Coverage
from .fisher import Fisher as Fisher
from .importance import fisher_information as fisher_information
from .mean import Mean as Mean, merge as merge
from .merger import Merger as Merger
from .mergers import MERGERS as MERGERS
from .robust import Krum as Krum, Median as Median, MultiKrum as MultiKrum, TrimmedMean as TrimmedMean
from .staleness import Staleness as Staleness
from .ties import Ties as Ties

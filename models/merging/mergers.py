"""The mergers that a scenario can choose."""

from .adapters import FactorsApart, Product, Stacking
from .coverage import Coverage
from .fisher import Fisher
from .mean import Mean
from .merger import Merger
from .robust import Krum, Median, MultiKrum, TrimmedMean
from .staleness import Staleness
from .ties import Ties

MERGERS: dict[str, type[Merger]] = {
    "mean": Mean,
    "staleness": Staleness,
    "coverage": Coverage,
    "ties": Ties,
    "fisher": Fisher,
    "median": Median,
    "trimmed-mean": TrimmedMean,
    "krum": Krum,
    "multi-krum": MultiKrum,
    "stacking": Stacking,
    "product": Product,
    "factors-apart": FactorsApart,
}

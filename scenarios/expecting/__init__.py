"""The language of `expect`: names of figures, a small grammar over them, and where their values come from.

FIGURES      every name that an expectation may use, with its kind and a sentence
Dimension    seconds, bytes and joules, and what they multiply to
parse        the two sides of a comparison, as terms
Scene        where terms find the values of figures: one run, or a run of each of many
RunFigures   the figures of one run, from its summary and its tables
SPREADS      statistics over nodes, links or transfers; STATISTICS those over replications
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""Merging: one model out of several. Components, free of torch until they merge.

                 counts weights   needs         equal models stay            their order
    Mean         yes                            exactly                      matters to rounding
    Staleness    yes              base, age     where they are the base      to rounding
    Coverage     yes              base          exactly                      to rounding
    Ties         yes              base          with all changes kept        to rounding
    Fisher       yes              importance    exactly                      to rounding
    Median       no                             exactly                      does not matter
    TrimmedMean  no                             exactly                      does not matter
    Krum         no               2 f + 3       exactly                      matters where two are as near
    MultiKrum    no               2 f + 3       exactly                      as in Krum, and to rounding
    Stacking     yes              adapters      in their product             matters to rounding, in their product
    Product      yes              adapters      in their product             to rounding
    FactorsApart yes              adapters      exactly                      to rounding

Merger, MERGERS     what they have in common, and all of them by name
Contribution        a model to be merged, its weight, age and importance
merge               the weighted mean of models
fisher_information  what Fisher needs of each
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""Conformance: published and hand-worked reference values, each computed by the project's own code.

Case         one value: what it is, where it comes from, how far off it may be, and how to compute it
Verdict      what came of a case: value, error, passed
CASES        all cases, by subject: path_loss, radio, sharing, transport, queues, energy, learning
select       the cases that a pattern finds
SOURCES      what the short sources of cases stand for
Observation  what the record of a real run says; observe runs a scenario given as text
violation    how far rates are from bottleneck max fairness, 0 if they are fair
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

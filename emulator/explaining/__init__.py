"""Why a run took as long as it did: what its folder says of one transfer, link or node. No simulator is needed.

tell_flow, tell_link, tell_node    the stories, as dataclasses whose fields have their units in their names
NotRecorded                        the run has no such transfer, link or node, or no journal
Inside                             replay (the solver, fed with the journal again), recorded_network (names and ends
                                   over time), legs (a transfer's way), accounting (where its time went)
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

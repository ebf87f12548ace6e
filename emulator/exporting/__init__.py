"""Exports: a run in the formats of other tools.

EXPORTS      by the name that `wayfare export --to` takes: an Export, which writes a run to a file or a folder
EventFile    a TensorBoard event file, written without TensorBoard
scalars      the series of a run: a name, and values over virtual time
trace        the run as Chrome's trace events, one track a node and link
result_graph the network with what came of it as attributes
MissingTool  a tool that an export needs and that is not installed
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

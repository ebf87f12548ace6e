"""Wayfare: a 6G network-edge emulation testbed in which models follow the data.

wayfare.topologies   graphs: generators, files, checks
wayfare.models       what learns: families, data, training, packing
wayfare.emulator     the virtual world: network, radio, nodes, methods, records
wayfare.scenarios    scenario files: loading, running, expectations
wayfare.dashboard    the browser's view of run folders
"""

__version__ = "0.1.0"

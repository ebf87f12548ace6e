"""The virtual world: what happens between the first event of a run and its summary.

Time          Clock (SimPy with an agenda), Turn
Network       Wiring and Link, share (fair rates), FluidNetwork, Transport, ForwardingTables, Meter
              LinkRates (who says what a link's rate is now)
Radio         wayfare.emulator.radio: Cell, path loss, link budget
Nodes         NodeClass, Processor, Mailbox, Node (what programs see), ModelPacket
Learning      Learning (the observer), wayfare.emulator.methods
A run         Experiment, World, laws; wayfare.emulator.records is its record
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

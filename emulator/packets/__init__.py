"""The model packet: a neural network, or the data for one, as bytes that travel.

The published sources on Model-Follow-Data name the mechanism but no packet format; this one is Wayfare's own, and
docs/packet-format.md describes every byte.

packet   ModelPacket: a packet as a node sees it
stamps   what its header says in groups: PacketKind, LayerUpdate, Performance, ScaleStamp
header   the header's bytes: FIELDS and OFFSETS, seal, decode, count_hop, signed_part
payload  Payload: its bytes and what is known of them; check_tensors: what they promise, checked first
letter   Letter: header and payload on their way
limits   what a packet may hold at most
errors   PacketError, and RefuseReason for the record
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

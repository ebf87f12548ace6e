from .errors import PacketError as PacketError, RefuseReason as RefuseReason
from .header import (
    VERSION as VERSION,
    count_hop as count_hop,
    described as described,
    hops_of as hops_of,
    signed_part as signed_part,
)
from .letter import Letter as Letter
from .limits import LINEAGE_KEPT as LINEAGE_KEPT, VISITED_KEPT as VISITED_KEPT
from .packet import ModelPacket as ModelPacket
from .payload import Payload as Payload, check_tensors as check_tensors
from .stamps import (
    LayerUpdate as LayerUpdate,
    PacketKind as PacketKind,
    Performance as Performance,
    ScaleStamp as ScaleStamp,
)

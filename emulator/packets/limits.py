"""What a packet may hold at most, so that nobody who reads one is harmed by what it says of itself.

The limits are Wayfare's own, far above what its models need. A packet beyond one is neither sent nor read.
"""

HEADER_BYTES_MAX = 2**20
SPECIFICATION_BYTES_MAX = 2**16
NESTING_MAX = 32
"""Mappings and lists of a specification within each other."""

VISITED_KEPT = 64
LINEAGE_KEPT = 16
UPDATES_MAX = 16_384
LABELS_MAX = 16_384
SIGNATURE_BYTES_MAX = 64

TABLE_BYTES_MAX = 2**21
"""The list of tensors at the head of a safetensors payload."""

TENSORS_MAX = 16_384
DIMENSIONS_MAX = 8
EMPTY_BYTES_MAX = 4096
"""What an empty tensor would take if its sides of 0 were 1, where the whole payload takes less."""

EXPANSION_MAX = 2048
"""Bytes of a model in float32 for each byte of its payload: one weight of a thousand kept, in 3 bytes, makes 1,333."""

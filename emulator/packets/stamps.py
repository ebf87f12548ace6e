"""What the header of a packet says, in groups of numbers."""

import math
from enum import IntEnum
from typing import NamedTuple


class PacketKind(IntEnum):
    """What the payload is."""

    MODEL = 0  # the weights of the structure that the specification describes
    DATA = 1  # raw samples
    TENSORS = 2  # named tensors with a meaning that a method gives them: logits, control variates
    BEACON = 3  # nothing: the header says it all


class LayerUpdate(NamedTuple):
    """Who trained a layer last, and how many samples it has been trained on in all."""

    node: int
    samples: int


class Performance(NamedTuple):
    """What the model last achieved: metric (0: accuracy on the node's validation split), where, how much, when [s]."""

    metric: int = 0
    node: int = -1
    value: float = math.nan
    time_s: float = math.nan


class ScaleStamp(NamedTuple):
    """How much of the whole model travels.

    Attributes:
        width: Share of the whole model's width.
        depth: Share of its depth.
        rank: Of the adapters; 0 where it has none.
        bits: Bits a weight takes.
        sparsity: Share of the weights left out.
    """

    width: float = 1.0
    depth: float = 1.0
    rank: int = 0
    bits: int = 32
    sparsity: float = 0.0

"""Knowledge: what a model says of samples that others hold too, small enough to be sent instead of the model.

Models of different structure share what they know through it. In FedMD (Li and Wang 2019, arXiv 1910.03581) all nodes
hold the same public samples; each sends its class scores of them, the mean of all comes back, and each trains on the
public samples to say the same: `teacher()`, weight 1. Where two models meet, each can be the other's teacher on the
node's own samples, and nothing needs to be sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from .evaluation import predict
from .formats import FORMATS
from .merging.merger import normalised, weighted_mean
from .model import Model
from .packing import PackingError, pack, unpack
from .shard import Shard
from .teacher import Teacher

ScoreBits = Literal[16, 32]
_TYPES: dict[torch.dtype, ScoreBits] = {torch.float16: 16, torch.float32: 32}
_DIGEST_BYTES = 32


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What a model, or several together, say of some samples.

    Attributes:
        said: float32 (samples, classes), (samples, length, bytes) or (samples, outputs), as `predict` returns it.
        samples: digest of the shard that it is about.
        bits: of a number when packed, 32 or 16; at 16 every one is what float16 can carry.
    """

    said: torch.Tensor
    samples: str
    bits: ScoreBits = 32

    def __post_init__(self) -> None:
        if self.said.dtype != torch.float32 or self.said.ndim < 2 or self.bits not in (16, 32):
            raise ValueError(
                f"knowledge is float32 (samples, ...) in 16 or 32 bits, not {self.said.dtype}, {self.bits}"
            )

    @property
    def size_bytes(self) -> int:
        """Size as it travels [bytes]."""
        return len(pack_knowledge(self))

    def teacher(self, weight: float = 1.0, temperature: float = 1.0) -> Teacher:
        """Return it as the teacher of a training job on these samples; at weight 1 their labels do not count."""
        return Teacher(self.said, weight, temperature)


def knowledge_of(model: Model, shard: Shard, bits: ScoreBits = 32) -> Knowledge:
    """Return what a model says of a shard, rounded to so many bits a number.

    Raises:
        ValueError: the shard is empty or does not fit the model.
    """
    said = FORMATS[bits].nearest(predict(model, shard).numpy())
    return Knowledge(torch.from_numpy(said), shard.digest, bits)


def consensus(given: Sequence[Knowledge], weights: Sequence[float] | None = None) -> Knowledge:
    """Return the mean of what several models say of the same samples, in the bits of the first.

    Args:
        given: what they say.
        weights: how much each counts; by default all the same, as in FedMD.

    Raises:
        ValueError: nothing is given, it is about different samples or classes, or the weights make no mean.
    """
    kinds = {(one.samples, tuple(one.said.shape)) for one in given}
    if len(kinds) != 1 or (weights is not None and len(weights) != len(given)):
        raise ValueError("a consensus needs one or more to say something of the same samples, and a weight for each")
    share = normalised([1.0] * len(given) if weights is None else weights)
    mean = weighted_mean([one.said.numpy().astype(np.float64) for one in given], share)
    said = FORMATS[given[0].bits].nearest(mean.astype(np.float32))
    return Knowledge(torch.from_numpy(said), given[0].samples, given[0].bits)


def pack_knowledge(knowledge: Knowledge) -> bytes:
    """Return the bytes that travel: the numbers, and the digest of what they are about.

    Raises:
        PackingError: a number would change on the way because float16 cannot carry it.
    """
    said = knowledge.said if knowledge.bits == 32 else knowledge.said.to(torch.float16)
    if not np.array_equal(said.float().numpy(), knowledge.said.numpy(), equal_nan=True):
        raise PackingError("this knowledge holds numbers that 16 bits cannot carry")
    return pack({"said": said, "samples": np.frombuffer(bytes.fromhex(knowledge.samples), np.uint8)})


def unpack_knowledge(data: bytes, limit_bytes: int | None = None) -> Knowledge:
    """Return the knowledge that was packed.

    Raises:
        PackingError: the bytes do not unpack, exceed `limit_bytes`, or are something else.
    """
    tensors = unpack(data, limit_bytes)
    said, samples = tensors.get("said"), tensors.get("samples")
    if len(tensors) != 2 or said is None or samples is None or said.dtype not in _TYPES or said.ndim < 2:
        raise PackingError(f"what arrived is no knowledge, but {sorted(tensors)}")
    if samples.dtype != torch.uint8 or samples.shape != (_DIGEST_BYTES,):
        raise PackingError("what arrived does not say of which samples it speaks")
    return Knowledge(said.float(), bytes(samples.numpy()).hex(), _TYPES[said.dtype])

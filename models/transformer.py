"""Transformer: the family of decoder-only language models over bytes, as in GPT-2 and nanoGPT.

Token and position embeddings, blocks of pre-normalised causal attention and GELU feed-forward, each with a residual
connection, and a last normalisation before the head. A sample is a sequence of bytes; at each of them the model says
what the next is. There is no dropout.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from annotated_types import Gt, Le

from .dataset import Task
from .found_out import found_out
from .structure import Size, Structure, check_task, check_whole

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

BYTES = 256

# Layers, heads, width. Medium is nanoGPT's character-level model of Shakespeare, large is GPT-2's smallest.
SIZES: dict[Size, tuple[int, int, int]] = {
    "tiny": (2, 2, 64),
    "small": (4, 4, 128),
    "medium": (6, 6, 384),
    "large": (12, 12, 768),
}


@dataclass(frozen=True)
class Transformer:
    """A decoder-only transformer over bytes; the length of the dataset's samples is its context."""

    size: Annotated[
        Size, "Named size: 2 layers of width 64, 4 of 128, 6 of 384, or 12 of 768, with heads of 32, 32, 64 and 64."
    ] = "small"
    layers: Annotated[int | None, "Number of blocks, instead of the size's.", Gt(0), Le(128)] = None
    heads: Annotated[int | None, "Attention heads of a block, instead of the size's.", Gt(0), Le(128)] = None
    width: Annotated[int | None, "Numbers that stand for a byte inside, instead of the size's.", Gt(0), Le(16_384)] = (
        None
    )
    tied: Annotated[bool, "Whether the head uses the weights of the token embedding."] = True

    def __post_init__(self) -> None:
        _, heads, width = self._numbers
        if width % heads:
            raise ValueError(f"a width of {width} does not divide into {heads} heads")

    @property
    def _numbers(self) -> tuple[int, int, int]:
        layers, heads, width = SIZES[self.size]
        return self.layers or layers, self.heads or heads, self.width or width

    def structure(self, shape: tuple[int, ...], classes: int, task: Task = "language") -> "TransformerStructure":
        """Return the structure for sequences of a length; whatever `classes` is, it chooses among all bytes."""
        check_task("transformer", task, "language")
        if len(shape) != 1:
            raise ValueError(f"a transformer reads sequences of bytes (length,), not samples of shape {shape}")
        return TransformerStructure(shape[0], *self._numbers, self.tied)


@dataclass(frozen=True)
class TransformerStructure(Structure):
    """Context length, blocks, heads and width of a transformer, and whether its embeddings are tied."""

    family: ClassVar[str] = "transformer"
    context: int
    blocks: int
    heads: int
    width: int
    tied: bool = True

    def __post_init__(self) -> None:
        check_whole("context and width of a transformer", (self.context, self.width), 65_536)
        check_whole("blocks and heads of a transformer", (self.blocks, self.heads), 1024)
        if self.width % self.heads or type(self.tied) is not bool:
            raise ValueError(f"a width of {self.width} does not divide into {self.heads} heads, or tied is no bool")

    @property
    def task(self) -> Task:
        """Saying the next byte."""
        return "language"

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Bytes of a sequence."""
        return (self.context,)

    @property
    def outputs(self) -> int:
        """All bytes."""
        return BYTES

    @found_out
    def layers(self) -> tuple[str, ...]:
        """Names of the layers, from input to output."""
        return ("embedding", *(f"block{number}" for number in range(1, self.blocks + 1)), "head")

    @found_out
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of every weight tensor, by name, in canonical order."""
        width = self.width
        shapes: dict[str, tuple[int, ...]] = {
            "embedding.token.weight": (BYTES, width),
            "embedding.position.weight": (self.context, width),
        }
        for layer in self.layers[1:-1]:
            parts = {"attention": 3 * width, "mixing": width, "widening": 4 * width, "narrowing": width}
            for part, outputs in parts.items():
                if part in ("attention", "widening"):
                    shapes |= {f"{layer}.{part}.norm.weight": (width,), f"{layer}.{part}.norm.bias": (width,)}
                inputs = 4 * width if part == "narrowing" else width
                shapes |= {f"{layer}.{part}.weight": (outputs, inputs), f"{layer}.{part}.bias": (outputs,)}
        shapes |= {"head.norm.weight": (width,), "head.norm.bias": (width,)}
        return shapes if self.tied else shapes | {"head.weight": (BYTES, width)}

    @property
    def layer_flop_per_sample(self) -> Mapping[str, int]:
        """Work of one forward pass over one sample, a whole sequence [FLOP], by layer.

        At each byte 2 for each weight of a matrix, 1 for each bias and GELU; and 4 * context * width for the two
        products of attention, whose masked half is computed too. Embedding, normalisation and softmax are not counted.
        """
        width, context = self.width, self.context
        block = 24 * width**2 + 9 * width + 4 * width + 4 * context * width
        blocks = dict.fromkeys(self.layers[1:-1], context * block)
        return {"embedding": 0} | blocks | {"head": context * 2 * BYTES * width}

    def draw(self, name: str, rng: "np.random.Generator") -> "NDArray[np.floating[Any]]":
        """Return the first values as GPT-2 has them (Radford et al. 2019; nanoGPT).

        Normal with deviation 0.02, less by sqrt(2 blocks) where a residual connection ends; norms begin as identity,
        biases at zero.
        """
        import numpy as np

        shape = self.shapes[name]
        if len(shape) == 1:
            return np.full(shape, 1.0 if name.endswith("norm.weight") else 0.0)
        ends = name.endswith(("mixing.weight", "narrowing.weight"))
        return rng.normal(0.0, 0.02 / (math.sqrt(2 * self.blocks) if ends else 1.0), shape)

    def prepare(self, features: "torch.Tensor", scale: float) -> "torch.Tensor":
        """Return the bytes (samples, context) as int64."""
        return features.long()

    def forward(self, weights: "Mapping[str, torch.Tensor]", inputs: "torch.Tensor") -> "torch.Tensor":
        """Return the logits of each next byte (samples, context, 256)."""
        from torch.nn import functional

        seen = functional.embedding(inputs, weights["embedding.token.weight"]) + weights["embedding.position.weight"]
        for layer in self.layers[1:-1]:
            heads = self._linear(weights, f"{layer}.attention", self._norm(weights, f"{layer}.attention", seen))
            seen = seen + self._linear(weights, f"{layer}.mixing", self._attend(heads))
            wide = self._linear(weights, f"{layer}.widening", self._norm(weights, f"{layer}.widening", seen))
            seen = seen + self._linear(weights, f"{layer}.narrowing", functional.gelu(wide))
        head = weights["embedding.token.weight" if self.tied else "head.weight"]
        return functional.linear(self._norm(weights, "head", seen), head)

    def _attend(self, projected: "torch.Tensor") -> "torch.Tensor":
        """Return causal attention's output (samples, context, width) for queries, keys and values side by side."""
        import torch

        samples, context, _ = projected.shape
        split = projected.view(samples, context, 3, self.heads, self.width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind()
        scores = query @ key.transpose(2, 3) / math.sqrt(self.width // self.heads)
        future = torch.ones(context, context, dtype=torch.bool, device=scores.device).triu(1)
        shares = scores.masked_fill(future, -math.inf).softmax(3)
        return (shares @ value).transpose(1, 2).flatten(2)

    def _linear(self, weights: "Mapping[str, torch.Tensor]", name: str, seen: "torch.Tensor") -> "torch.Tensor":
        from torch.nn import functional

        return functional.linear(seen, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def _norm(self, weights: "Mapping[str, torch.Tensor]", name: str, seen: "torch.Tensor") -> "torch.Tensor":
        from torch.nn import functional

        return functional.layer_norm(seen, (self.width,), weights[f"{name}.norm.weight"], weights[f"{name}.norm.bias"])

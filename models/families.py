"""The model families a scenario can choose, and the structures that a packet can name."""

import difflib
from collections.abc import Mapping
from typing import Any

from .adapter import LoRA, LoRAStructure
from .cnn import CNN, CNNStructure
from .linear import Linear, LinearStructure
from .mlp import MLP, MLPStructure
from .structure import Family, Structure
from .transformer import Transformer, TransformerStructure

FAMILIES: dict[str, type[Family]] = {
    "linear": Linear,
    "mlp": MLP,
    "cnn": CNN,
    "transformer": Transformer,
    "lora": LoRA,
}
STRUCTURES: dict[str, type[Structure]] = {
    "linear": LinearStructure,
    "mlp": MLPStructure,
    "cnn": CNNStructure,
    "transformer": TransformerStructure,
    "lora": LoRAStructure,
}


def structure_from(specification: Mapping[str, Any]) -> Structure:
    """Return the structure that a specification describes, whatever its family.

    Raises:
        ValueError: the family is unknown, or the rest does not fit it.
    """
    family = specification.get("family")
    if not isinstance(family, str) or family not in STRUCTURES:
        near = difflib.get_close_matches(str(family), STRUCTURES, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"unknown model family {family!r}; known: {', '.join(sorted(STRUCTURES))}{hint}")
    return STRUCTURES[family].from_specification(specification)

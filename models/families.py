"""The model families a scenario can choose, and the structures that a packet can name."""

import difflib
from collections.abc import Mapping
from typing import Any

from .mlp import MLP, MLPStructure
from .structure import Structure

FAMILIES: dict[str, type[MLP]] = {"mlp": MLP}
STRUCTURES: dict[str, type[Structure]] = {"mlp": MLPStructure}


def structure_from(specification: Mapping[str, Any]) -> Structure:
    """Return the structure that a specification describes, whatever its family.

    Raises:
        ValueError: the family is unknown, or the rest does not fit it.
    """
    family = specification.get("family")
    if family not in STRUCTURES:
        near = difflib.get_close_matches(str(family), STRUCTURES, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"unknown model family {family!r}; known: {', '.join(sorted(STRUCTURES))}{hint}")
    return STRUCTURES[family].from_specification(specification)

"""The scenarios that come with Wayfare: what each is about, and where its file is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

_SUFFIX = ".scenario.yaml"


@dataclass(frozen=True)
class Shipped:
    """A scenario that comes with Wayfare.

    Attributes:
        name: What it is called.
        comment: What its file says before the first key: purpose, sources, what it was compared with.
        file: Where it is.
    """

    name: str
    comment: str
    file: Path

    @property
    def about(self) -> str:
        """Return the first sentence of the comment."""
        return re.split(r"\. (?=[A-Z])", " ".join(self.comment.split()))[0].rstrip(".") + "."


def shipped() -> dict[str, Shipped]:
    """Return the scenarios by name."""
    found = {}
    for path in sorted(Path(__file__).parent.glob(f"*{_SUFFIX}")):
        lines = path.read_text(encoding="utf-8").splitlines()
        comment = "\n".join(line.removeprefix("#")[1:] for line in takewhile(lambda line: line.startswith("#"), lines))
        name = path.name.removesuffix(_SUFFIX)
        found[name] = Shipped(name, comment, path)
    return found

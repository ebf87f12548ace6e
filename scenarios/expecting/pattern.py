"""The pattern of expectations for editors: it knows every name, unit and comparison, and no more of the grammar.

It is a regular expression as JSON Schema has them (ECMA-262). What it lets pass and is no expectation, as sides of
different units, is said when the scenario is loaded.
"""

import re
from collections.abc import Iterable

from .dimensions import UNITS
from .figures import FIGURES, SPREAD
from .grammar import COMPARISONS
from .spreads import SPREADS, STATISTICS

_METHOD = r"([A-Za-z][\w-]*\.)?"
_DIGITS = r"(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"


def pattern() -> str:
    """Return the pattern."""
    spreads = _any((*map(re.escape, SPREADS), r"p\d{1,2}(\.\d+)?", "p100"))
    name = _any(
        _escaped(figure.name.removesuffix(SPREAD)) + (spreads if figure.name.endswith(SPREAD) else "")
        for figure in FIGURES.values()
    )
    number = rf"{_DIGITS}(\s*{_any(_escaped(unit) for unit in UNITS)})?"
    before = rf"([-(\s]|{_any(STATISTICS)}\()*"
    after = r"([)\s]|,\s*\d+(\.\d+)?\s*%)*"
    atom = rf"{before}({_METHOD}{name}(\([^()]*\))?|{number}){after}"
    side = rf"{atom}([-+*/]{atom})*"
    tolerance = rf"((±|\+-|\+/-)\s*{_DIGITS}\s*\S*\s*)?"
    return rf"^{side}{_any(COMPARISONS)}({side}{tolerance}|\s*[0-9a-f]{{64}}\s*)$"


def _any(parts: Iterable[str]) -> str:
    return f"({'|'.join(parts)})"


def _escaped(text: str) -> str:
    """Return a text as ECMA-262 wants it: a hyphen and a slash are themselves."""
    return re.escape(text).replace(r"\-", "-").replace(r"\/", "/").replace("/", r"\/")

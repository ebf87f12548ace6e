"""The grammar of expectations, read by recursive descent.

    expectation := sum COMPARISON sum [("±" | "+-") tolerance]
    sum         := product (("+" | "-") product)*
    product     := atom (("*" | "/") atom)*
    atom        := ["-"] number [unit] | figure ["(" argument ")"] | statistic "(" sum ["," level "%"] ")" | "(" sum ")"

A name may have hyphens inside, so a minus has spaces around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wayfare.scenarios import quantities
from wayfare.scenarios.errors import shown, unknown

from .errors import ExpectationError
from .figures import Argument, Figure, find
from .spreads import CONFIDENCE, STATISTICS
from .terms import Combined, Named, Number, Statistic, Term

COMPARISONS = ("<=", ">=", "==", "!=", "<", ">")
_HABITS = {"=<": "<=", "=>": ">=", "=": "==", "≤": "<=", "≥": ">=", "<>": "!=", "~=": "=="}
_COMPARISON = re.compile(r"[<>=!~≤≥]+")
_TOLERANCE = re.compile(r"±|\+/-|\+-")
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3}(?![\w.]))?)\s*(?P<unit>[A-Za-zµμ]+(?:/[A-Za-z]+)?|%)?
    | (?P<quoted>'[^']*'|"[^"]*")
    | (?P<name>[A-Za-z_]\w*(?:-\w+)*(?:\.\w+(?:-\w+)*)*)
    | (?P<mark>[-+*/(),])
    | (?P<other>\S)
    )""",
    re.VERBOSE,
)
_DEEPEST = 30
_LONGEST = 500


@dataclass(frozen=True)
class Sentence:
    """An expectation in its parts, as text; the tolerance is empty where there is none."""

    left: str
    comparison: str
    right: str
    tolerance: str


def split(text: str, example: str) -> Sentence:
    """Return the parts of an expectation.

    Raises:
        ExpectationError: It has not one comparison with something on both sides, or an unknown one.
    """
    found = list(_COMPARISON.finditer(text)) if len(text) <= _LONGEST else []
    if not found:
        raise ExpectationError(f"{shown(text)} is not of the form KEY OPERATOR VALUE, for example {example!r}")
    if len(found) > 1:
        raise ExpectationError(f"{shown(text)} has {len(found)} comparisons; write a line for each")
    comparison, left, right = found[0][0], text[: found[0].start()].strip(), text[found[0].end() :].strip()
    if comparison not in COMPARISONS:
        meant = _HABITS.get(comparison)
        hint = f"did you mean {meant!r}? " if meant else ""
        raise ExpectationError(f"unknown comparison {comparison!r}; {hint}allowed: {', '.join(COMPARISONS)}")
    right, *tolerance = (part.strip() for part in _TOLERANCE.split(right))
    if len(tolerance) > 1 or tolerance == [""]:
        raise ExpectationError(f"{shown(text)}: one tolerance can stand after '±', such as '± 0.01' or '± 5 %'")
    for side, where in ((left, "before"), (right, "after")):
        if not side:
            raise ExpectationError(f"nothing stands {where} {comparison!r}, for example {example!r}")
    return Sentence(left, comparison, right, tolerance[0] if tolerance else "")


def parse(text: str) -> Term:
    """Return the term that one side of a comparison is.

    Raises:
        ExpectationError: It is none.
    """
    reader = _Reader(text)
    term = reader.sum()
    reader.end()
    return term


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    unit: str
    start: int
    end: int


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while match := _TOKEN.match(text, at):
        kind = match.lastgroup or ""
        kind = "number" if kind == "unit" else kind
        if kind == "other":
            raise ExpectationError(f"{match['other']!r} has no meaning in {shown(text)}")
        yield _Token(kind, match[kind], match["unit"] or "", match.start(kind), match.end())
        at = match.end()


class _Reader:
    """Reads the tokens of one side, from left to right."""

    def __init__(self, text: str) -> None:
        self._text, self._tokens = text, list(_tokens(text))
        self._at, self._depth, self._inside = 0, 0, False

    def sum(self) -> Term:
        """Read a sum."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpectationError(f"{shown(self._text)} has more than {_DEEPEST} parentheses in each other")
        term = self._product()
        while (operator := self._take("+", "-")) is not None:
            term = Combined(term, operator, self._product())
        self._depth -= 1
        return term

    def end(self) -> None:
        """Check that all was read."""
        if self._at < len(self._tokens):
            rest = self._text[self._tokens[self._at].start :]
            hint = "; a minus has spaces around it" if rest.startswith("-") else ""
            raise ExpectationError(f"{shown(rest)} follows where +, -, *, / or the end should be{hint}")

    def _product(self) -> Term:
        term = self._atom()
        while (operator := self._take("*", "/")) is not None:
            term = Combined(term, operator, self._atom())
        return term

    def _atom(self) -> Term:
        if self._take("(") is not None:
            term = self.sum()
            self._close()
            return term
        negative = self._take("-") is not None
        token = self._next()
        if token is None or token.kind == "mark":
            found = "its end" if token is None else repr(token.text)
            raise ExpectationError(f"{shown(self._text)}: {found} stands where a figure or a number should be")
        if token.kind == "number":
            return _number(token, negative=negative)
        if token.kind == "quoted":
            raise ExpectationError(f"{shown(self._text)}: a text stands where a figure or a number should be")
        term = self._named(token)
        return Combined(Number("-1"), "*", term) if negative else term

    def _named(self, token: _Token) -> Term:
        called = self._take("(") is not None
        if called and token.text in STATISTICS:
            return self._statistic(token.text)
        if token.text in STATISTICS:
            raise ExpectationError(
                f"{token.text!r} is a statistic; write what of, such as {token.text}(accuracy.final)"
            )
        if called and "." not in token.text:
            raise ExpectationError(unknown("function", token.text, STATISTICS))
        whose, figure = find(token.text)
        argument = self._argument(token, figure) if called else None
        if figure.argument is not None and not called:
            raise ExpectationError(f"{token.text} needs a value in parentheses: {figure.form}, {_example(figure)}")
        text = self._text[token.start : self._tokens[self._at - 1].end]
        return Named(text, figure, whose, argument)

    def _statistic(self, name: str) -> Term:
        if self._inside:
            raise ExpectationError(f"{name}() stands inside another statistic; each is over all replications")
        self._inside = True
        term, level = self.sum(), CONFIDENCE
        self._inside = False
        if self._take(",") is not None:
            level = self._level(name)
        self._close()
        return Statistic(name, term, level)

    def _level(self, name: str) -> float:
        token = self._next()
        if token is None or token.unit != "%" or not 0 < float(token.text) < 100 or not name.startswith("ci_"):
            raise ExpectationError(f"{name}(): after the comma only a level of confidence can stand, ci_low(x, 99 %)")
        return float(token.text) / 100

    def _argument(self, token: _Token, figure: Figure) -> float | str:
        """Read what stands in parentheses: a quantity, a number, or the name of a node."""
        start = self._tokens[self._at - 1].end
        while self._at < len(self._tokens) and self._tokens[self._at].text != ")":
            self._at += 1
        stop = self._tokens[self._at].start if self._at < len(self._tokens) else len(self._text)
        self._close()
        if figure.argument is None:
            raise ExpectationError(f"{token.text} has no value in parentheses")
        return _argument(token.text, figure, figure.argument, self._text[start:stop].strip())

    def _close(self) -> None:
        if self._take(")") is None:
            raise ExpectationError(f"{shown(self._text)}: a parenthesis is not closed")

    def _next(self) -> _Token | None:
        if self._at == len(self._tokens):
            return None
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, *marks: str) -> str | None:
        """Read one of these marks, if it is next."""
        if self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "mark" and token.text in marks:
                self._at += 1
                return token.text
        return None


def _number(token: _Token, *, negative: bool) -> Number:
    return Number(f"{'-' if negative else ''}{token.text}", token.unit.replace("µ", "u").replace("μ", "u"))


def _argument(name: str, figure: Figure, kind: Argument, text: str) -> float | str:
    """Return a figure's argument in SI."""
    if kind == "node":
        return text.strip("'\"")
    if kind == "time":
        try:
            time_s = quantities.parse(float(text) if re.fullmatch(r"[\d.]+", text) else text, "s")
        except quantities.QuantityError as error:
            raise ExpectationError(f"{name}: {error}") from None
        if time_s < 0:
            raise ExpectationError(f"{name}: {shown(text)} is before the run begins, at 0 s; {_example(figure)}")
        return time_s
    most = 1 if kind == "fraction" else float("inf")
    if not re.fullmatch(r"-?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text) or float(text) > most:
        raise ExpectationError(f"{name}: {shown(text)} is not a {kind}, {_example(figure)}")
    return float(text)


def _example(figure: Figure) -> str:
    values = {"time": "3 s", "fraction": "0.9", "loss": "0.5", "node": "device3", None: ""}
    return f"for example {figure.name}({values[figure.argument]})"

"""Forms: how values without components inside stand in a scenario file, each as pydantic reads it and as it is written.

A number is plain or a quantity with a unit; the rest are names from a list, texts, lists and mappings.
"""

from __future__ import annotations

import math
import operator
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

import annotated_types
from pydantic import BeforeValidator, Field, PlainValidator, Strict, WithJsonSchema

from . import quantities
from .errors import counted, shown, unknown

_BOUNDS: dict[type, tuple[str, str, Callable[[Any, Any], bool]]] = {
    annotated_types.Gt: ("more than", "gt", operator.gt),
    annotated_types.Ge: ("at least", "ge", operator.ge),
    annotated_types.Lt: ("less than", "lt", operator.lt),
    annotated_types.Le: ("at most", "le", operator.le),
}


@dataclass(frozen=True)
class Form:
    """How one kind of value stands in a file: the annotation with which pydantic reads it, and the way back."""

    read: Any
    write: Callable[[Any], Any]


def annotated(hint: Any, *notes: Any) -> Any:
    """Return `Annotated` of a type that exists at run time only."""
    return Annotated[(hint, *notes)] if notes else hint


def scalar(hint: Any, constraints: Sequence[Any]) -> Form:
    """Return the form of a plain number, truth value or text.

    Raises:
        TypeError: The type is none of these.
    """
    if hint not in (bool, int, float, str):
        raise TypeError(f"a component cannot have a field of type {hint}")
    finite = (Field(allow_inf_nan=False),) if hint is float else ()
    return Form(annotated(hint, Strict(), *finite, *constraints), _itself)


def quantity(hint: type, kind: str, constraints: Sequence[Any]) -> Form:
    """Return the form of a number with a unit of a kind, whole numbers of the SI unit where `hint` is int."""
    unit, limits = quantities.KINDS[kind].si_unit, list(_limits(constraints))

    def parse(text: Any) -> Any:
        value = quantities.parse(text, kind)
        for words, holds, bound in limits:
            if not holds(value, bound):
                raise ValueError(f"{shown(text)} is out of range; it must be {words} {quantities.format(bound, kind)}")
        if hint is int and value != int(value):
            raise ValueError(f"{shown(text)} is no whole number of {unit}")
        return hint(value)

    example, pattern = quantities.KINDS[kind].example, quantities.KINDS[kind].pattern
    if not all(holds(-math.ulp(0.0), bound) for _, holds, bound in limits):  # then nothing below zero is allowed
        pattern = pattern.replace("[-+]?", "[+]?", 1)
    schema = {"type": "string", "pattern": pattern, "examples": [example]}
    read = annotated(hint, BeforeValidator(parse), WithJsonSchema(schema))
    return Form(read, lambda value: _written(value, kind))


def plain(constraints: Sequence[Any]) -> Form:
    """Return the form of any plain data, which is kept as it is written."""
    return Form(annotated(Any, *constraints), _itself)


def enumeration(names: Sequence[Any]) -> Form:
    """Return the form of one of several names or numbers."""

    def check(name: Any) -> Any:
        # True equals 1, so the type counts too.
        if not any(type(name) is type(allowed) and name == allowed for allowed in names):
            raise ValueError(unknown("name" if isinstance(names[0], str) else "value", name, map(str, names)))
        return name

    literal: Any = Literal.__getitem__(tuple(names))
    return Form(annotated(literal, BeforeValidator(check)), _itself)


def text(hint: Any) -> Form:
    """Return the form of what is written as a text; its type has `parse`, `__str__`, `PATTERN` and `EXAMPLE`."""
    schema = {"type": "string", "pattern": hint.PATTERN, "examples": [hint.EXAMPLE]}
    return Form(annotated(hint, PlainValidator(hint.parse), WithJsonSchema(schema)), str)


def many(item: Form, constraints: Sequence[Any]) -> Form:
    """Return the form of a list of any length."""
    hint = types.GenericAlias(tuple, (item.read, ...))
    read = annotated(hint, BeforeValidator(_check_list), *constraints)
    return Form(read, lambda values: [item.write(value) for value in values])


def fixed(items: Sequence[Form]) -> Form:
    """Return the form of a list with as many items as there are forms."""

    def check(data: Any) -> Any:
        if len(_check_list(data)) != len(items):
            raise ValueError(f"has {counted(len(data), 'item')}; it must have {len(items)}")
        return data

    read = annotated(types.GenericAlias(tuple, tuple(item.read for item in items)), BeforeValidator(check))
    return Form(read, lambda values: [item.write(value) for item, value in zip(items, values, strict=True)])


def mapping(value: Form, constraints: Sequence[Any]) -> Form:
    """Return the form of a mapping from names to one kind of value."""
    read = annotated(types.GenericAlias(dict, (str, value.read)), *constraints)
    return Form(read, lambda entries: {key: value.write(entry) for key, entry in entries.items()})


def _limits(constraints: Sequence[Any]) -> Iterator[tuple[str, Callable[[Any, Any], bool], float]]:
    """Yield the bounds that annotations of annotated-types set, each in words and as a test."""
    for constraint in constraints:
        for part in constraint if isinstance(constraint, annotated_types.GroupedMetadata) else (constraint,):
            if type(part) in _BOUNDS:
                words, attribute, holds = _BOUNDS[type(part)]
                yield words, holds, getattr(part, attribute)


def _check_list(data: Any) -> Any:
    """Return the data if it is a list."""
    if not isinstance(data, list | tuple):
        raise ValueError(f"is {shown(data)}; it must be a list, for example [a, b]")
    return data


@lru_cache(maxsize=4096)
def _written(value: float, kind: str) -> str:
    """Return a quantity as text; a sweep writes the same defaults again and again."""
    return quantities.format(value, kind)


def _itself(value: Any) -> Any:
    return value

"""Components: frozen dataclasses, and how each is read from a scenario file and written back.

A component's fields are `Annotated[type, "one sentence.", constraints...]`. This module derives from such a class a
pydantic model that reads plain data into an instance of it, with unknown keys forbidden and quantities with units, and
the way back. Two notes in an annotation say more: `Choice` lets a key choose among several components, and `Table` is a
mapping with given keys, each with its own defaults.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Optional, Union, get_args, get_origin, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WrapValidator,
    create_model,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import InitErrorDetails, PydanticCustomError

from wayfare.emulator.choice import Choice as Choice

from . import forms, quantities
from .errors import listed, shown, unknown
from .forms import Form, annotated

MISTAKE = "mistake"
"""The type of validation errors whose message is already one of ours."""

_beside: ContextVar[Hashable] = ContextVar("what registries hold beside their own", default=None)


@dataclass(frozen=True, eq=False)
class Table:
    """A mapping with these keys, each an instance that gives the defaults of what the scenario leaves out.

    Attributes:
        defaults: By key.
        others: The component that any other key holds; without one there is no other.
    """

    defaults: Mapping[str, Any]
    others: type | None = None


class ComponentModel(BaseModel):
    """The pydantic model of one component."""

    model_config = ConfigDict(extra="forbid", validate_default=True, protected_namespaces=())
    component: ClassVar[type]

    @model_validator(mode="before")
    @classmethod
    def _note_reader(cls, data: Any, info: ValidationInfo) -> Any:
        """Note in the context which model reads this mapping, so that messages can name the keys that are allowed."""
        if info.context is not None:
            info.context[id(data)] = cls
        return data

    def instance(self) -> Any:
        """Return the component that was read."""
        names = [field.name for field in dataclasses.fields(self.component) if field.name in type(self).model_fields]
        return self.component(**{name: getattr(self, name) for name in names})


class PlainJsonSchema(GenerateJsonSchema):
    """JSON Schema without a title on every field."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Set none."""
        return False


@dataclass(frozen=True)
class _Notes:
    """What the annotations around a type say about it."""

    kind: str | None = None
    constraints: tuple[Any, ...] = ()
    note: Choice | Table | None = None


def read(component: type, data: Any, readers: dict[int, type[ComponentModel]]) -> Any:
    """Return the component that the plain data describes.

    Args:
        component: The class to read.
        data: Plain data, as YAML gives it.
        readers: Filled with the model that read each mapping, by the mapping's `id`.

    Raises:
        pydantic.ValidationError: The data describes none.
    """
    return model_of(component).model_validate(data, context=readers).instance()


def write(component: Any) -> dict[str, Any]:
    """Return the plain data of a component, every default written out and absent options left out."""
    written = {}
    for field, key, form, _ in _fields(type(component)):
        value = getattr(component, field.name)
        if value is not None and field.metadata.get("resolved", True):
            written[key] = form.write(value)
    return written


def keys_of(component: type) -> list[str]:
    """Return the keys that a scenario may set of a component."""
    return [key for _, key, _, _ in _fields(component)]


def json_schema(component: type, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a component as a scenario file holds it."""
    return model_of(component).model_json_schema(mode=mode, schema_generator=PlainJsonSchema)


@contextmanager
def known_beside(further: Hashable) -> Iterator[None]:
    """Read, write and describe components with registries that hold something further, within a `with`.

    Args:
        further: What that is; models are made, and kept, for each content of the registries.
    """
    token = _beside.set(further)
    try:
        yield
    finally:
        _beside.reset(token)


def model_of(
    component: Any, tag: tuple[str, str] | None = None, defaults: Any = None, title: str = ""
) -> type[ComponentModel]:
    """Return the pydantic model that reads a component.

    Args:
        component: A frozen dataclass.
        tag: A key and the name it must hold, for one component of a choice.
        defaults: An instance whose values stand for what is left out, instead of the class's own defaults.
        title: The name of the model; by default that of the class.
    """
    return _model_of(component, tag, defaults, title, _beside.get())


@cache
def _model_of(
    component: Any, tag: tuple[str, str] | None, defaults: Any, title: str, _: Hashable
) -> type[ComponentModel]:
    fields: dict[str, Any] = {}
    if tag is not None:
        fields[tag[0]] = (Literal[tag[1]], Field(description=summary(component)))
    for field, key, form, description in _fields(component):
        default = _default(field, defaults)
        written = ... if default is dataclasses.MISSING else None if default is None else form.write(default)
        fields[field.name] = (form.read, Field(default=written, alias=key, description=description or None))
    name = title or component.__name__
    model = create_model(name, __base__=ComponentModel, __doc__=summary(component), **fields)
    model.component = component
    return model


def _fields(component: type) -> tuple[tuple[dataclasses.Field[Any], str, Form, str], ...]:
    """Return each field that a scenario may hold, with its key, its form and its description."""
    return _fields_of(component, _beside.get())


@cache
def _fields_of(component: type, _: Hashable) -> tuple[tuple[dataclasses.Field[Any], str, Form, str], ...]:
    return tuple(_each_field(component))


def _each_field(component: type) -> Iterator[tuple[dataclasses.Field[Any], str, Form, str]]:
    hints = get_type_hints(component, include_extras=True)
    for field in dataclasses.fields(component):
        if field.metadata.get("written", True):
            key, kind = quantities.split_name(field.name)
            notes = get_args(hints[field.name])[1:] if get_origin(hints[field.name]) is Annotated else ()
            key = key.rstrip("_")  # a field named `from_` is written `from`, which Python keeps for itself
            description = " ".join(note for note in notes if isinstance(note, str))
            yield field, key, form_of(hints[field.name], kind), description


def _default(field: dataclasses.Field[Any], defaults: Any) -> Any:
    """Return the field's default, or MISSING."""
    if defaults is not None:
        return getattr(defaults, field.name)
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def summary(component: type) -> str:
    """Return the first paragraph of the class's docstring, in one line."""
    return " ".join((inspect.getdoc(component) or "").partition("\n\n")[0].split())


def form_of(hint: Any, kind: str | None = None) -> Form:
    """Return how values of an annotated type stand in a file; `kind` is that of its numbers, a key of `KINDS`."""
    return _form_of(hint, kind, _beside.get())


@cache
def _form_of(hint: Any, kind: str | None, _: Hashable) -> Form:
    return _form(hint, _Notes(kind))


def _form(hint: Any, notes: _Notes) -> Form:
    """Return the form of a type under the notes around it."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _form(arguments[0], _with(notes, arguments[1:]))
    if origin in (Union, types.UnionType):
        return _optional(arguments, notes)
    if isinstance(notes.note, Choice):
        return _choice(notes.note)
    if isinstance(notes.note, Table):
        return _table(notes.note)
    if hint is Any:
        return forms.plain(notes.constraints)
    if origin is Literal:
        return forms.enumeration(arguments)
    if origin in (tuple, dict, Mapping):
        return _collection(arguments, notes, is_list=origin is tuple)
    if hasattr(hint, "parse"):
        return forms.text(hint)
    if dataclasses.is_dataclass(hint):
        return _component(hint)
    if notes.kind and hint in (int, float):
        return forms.quantity(hint, notes.kind, notes.constraints)
    return forms.scalar(hint, notes.constraints)


def _with(notes: _Notes, further: tuple[Any, ...]) -> _Notes:
    """Return the notes with those of an `Annotated` added."""
    note = next((note for note in further if isinstance(note, Choice | Table)), notes.note)
    constraints = tuple(note for note in further if not isinstance(note, Choice | Table | str))
    return _Notes(notes.kind, notes.constraints + constraints, note)


def _optional(members: tuple[Any, ...], notes: _Notes) -> Form:
    """Return the form of `X | None`, the only union that a component may have."""
    (member,) = (member for member in members if member is not type(None))
    form = _form(member, notes)
    return Form(Optional[form.read], form.write)  # noqa: UP045 - a special form has no |


def _collection(items: tuple[Any, ...], notes: _Notes, is_list: bool) -> Form:
    """Return the form of a list or of a mapping; items have the unit, the whole has the constraints."""
    inner = [_form(item, _Notes(notes.kind)) for item in items if item is not Ellipsis]
    if not is_list:
        return forms.mapping(inner[1], notes.constraints)
    return forms.many(inner[0], notes.constraints) if items[-1] is Ellipsis else forms.fixed(inner)


def _component(hint: Any) -> Form:
    """Return the form of a component within a component."""
    return Form(Annotated[model_of(hint), AfterValidator(ComponentModel.instance)], write)


def _table(table: Table) -> Form:
    """Return the form of a table: a model with one field a key, and perhaps further keys of one kind."""
    rows: dict[str, Any] = {}
    for key, default in table.defaults.items():
        kind: Any = type(default)
        model = model_of(kind, defaults=default, title=f"{key.title()}{kind.__name__}")
        rows[key] = (annotated(model, AfterValidator(ComponentModel.instance)), Field(default={}))
    name = "".join(sorted({type(default).__name__ for default in table.defaults.values()})) + "Table"
    base = ComponentModel if table.others is None else _open(name, table.others)
    model = create_model(name, __base__=base, **rows)
    read = annotated(
        model, AfterValidator(lambda read: {key: getattr(read, key) for key in rows} | (read.model_extra or {}))
    )
    return Form(read, lambda entries: {key: write(entry) for key, entry in entries.items()})


def _open(name: str, others: type) -> type[ComponentModel]:
    """Return a base for models that take any further key, which holds a component of one kind."""
    content = {
        "__annotations__": {"__pydantic_extra__": types.GenericAlias(dict, (str, _component(others).read))},
        "__module__": __name__,
        "model_config": ConfigDict(extra="allow"),
    }
    return type(f"Open{name}", (ComponentModel,), content)


def _choice(choice: Choice) -> Form:
    """Return the form of one of several components."""
    tagged = {name: model_of(component, (choice.key, name)) for name, component in choice.registry.items()}
    untagged = {key: model_of(component) for key, component in choice.forms.items()}
    names = {component: name for name, component in choice.registry.items()}

    def select(data: Any, _: Any, info: ValidationInfo) -> Any:
        if isinstance(data, str):
            if data not in tagged:
                raise ValueError(unknown("name", data, tagged))
            data = {choice.key: data}
        if not isinstance(data, dict):
            raise ValueError(f"is {shown(data)}; it must be a mapping with {_either(choice.keys)}")
        form = next((untagged[key] for key in untagged if key in data), None)
        if choice.key in data:
            form = _named(choice, tagged, data[choice.key])
        if form is None:
            raise ValueError(f"has no {_either(choice.keys)}; {choice.key} may be {listed(list(tagged))}")
        return form.model_validate(data, context=info.context).instance()

    def write_chosen(component: Any) -> Any:
        name = names.get(type(component))
        return write(component) if name is None else {choice.key: name, **write(component)}

    shorthand: Any = Literal.__getitem__(tuple(tagged))
    members: Any = Union.__getitem__((shorthand, *tagged.values(), *untagged.values()))
    return Form(annotated(members, WrapValidator(select)), write_chosen)


def _named(choice: Choice, models: Mapping[str, type[ComponentModel]], name: Any) -> type[ComponentModel]:
    """Return the model with this name; an unknown name is a mistake at the key that holds it."""
    if isinstance(name, str) and name in models:
        return models[name]
    message = PydanticCustomError(MISTAKE, "{message}", {"message": unknown(choice.key, name, models)})
    raise ValidationError.from_exception_data("", [InitErrorDetails(type=message, loc=(choice.key,), input=name)])


def _either(keys: list[str]) -> str:
    """Return `'a', 'b' or 'c'`."""
    quoted = [repr(key) for key in keys]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))

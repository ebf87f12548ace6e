"""What rows are to Numba: bare pointers with a fixed step from place to place.

An array would bring its shape along wherever it goes, count negative places from its end and leave its steps to the
run: together more than half of a sharing, and of the time to compile it. Imported with Numba only.
"""
# Numba's interface for extensions has no types.
# mypy: disable-error-code="import-untyped, misc, no-untyped-call, no-any-return, untyped-decorator"

import operator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable


class RowType(types.Type):
    """A row of numbers of a kind, so many words apart."""

    def __init__(self, kind: types.Type, step: int) -> None:
        super().__init__(name=f"Row({kind}, {step})")
        self.kind, self.step = kind, step


class TableType(types.Type):
    """Rows: records if the step from place to place is more than a word, and else one row behind the other."""

    def __init__(self, kind: types.Type, step: int) -> None:
        super().__init__(name=f"Table({kind}, {step})")
        self.kind, self.step = kind, step


@register_model(RowType)
class RowModel(models.PrimitiveModel):
    """A row is a pointer to its first number."""

    def __init__(self, manager: Any, row: RowType) -> None:
        super().__init__(manager, row, manager.lookup(row.kind).get_data_type().as_pointer())


@register_model(TableType)
class TableModel(models.StructModel):
    """A table is a pointer to its first row, and how far apart rows are that stand one behind the other."""

    def __init__(self, manager: Any, table: TableType) -> None:
        super().__init__(manager, table, [("first", RowType(table.kind, table.step)), ("distance", types.intp)])


@type_callable(operator.getitem)
def type_of_item(_: Any) -> Any:
    """Return what tells Numba that the items of a table are rows, and those of a row numbers."""

    def typer(rows: types.Type, place: types.Type) -> types.Type | None:
        if isinstance(rows, TableType):
            return RowType(rows.kind, rows.step)
        return rows.kind if isinstance(rows, RowType) else None

    return typer


@type_callable(operator.setitem)
def type_of_setting(_: Any) -> Any:
    """Return what tells Numba that numbers can be put into rows."""

    def typer(row: types.Type, place: types.Type, number: types.Type) -> types.Type | None:
        return types.none if isinstance(row, RowType) else None

    return typer


@lower_builtin(operator.getitem, TableType, types.Integer)
def get_row(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Generate a row of a table."""
    table_type, row_type = signature.args
    table = cgutils.create_struct_proxy(table_type)(context, builder, value=values[0])
    row = context.cast(builder, values[1], row_type, types.intp)
    return builder.gep(table.first, [builder.mul(row, table.distance) if table_type.step == 1 else row], inbounds=True)


@lower_builtin(operator.getitem, RowType, types.Integer)
def get_number(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Generate a number of a row."""
    return builder.load(_pointer(context, builder, *signature.args[:2], *values[:2]))


@lower_builtin(operator.setitem, RowType, types.Integer, types.Any)
def set_number(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Generate the storing of a number in a row."""
    row_type, place_type, number_type = signature.args
    number = context.cast(builder, values[2], number_type, row_type.kind)
    builder.store(number, _pointer(context, builder, row_type, place_type, *values[:2]))
    return context.get_dummy_value()


def _pointer(context: Any, builder: Any, row_type: Any, place_type: Any, row: Any, place: Any) -> ir.Value:
    place = context.cast(builder, place, place_type, types.intp)
    step = context.get_constant(types.intp, row_type.step)
    return builder.gep(row, [builder.mul(place, step, flags=["nsw"])], inbounds=True)


def view(kind: types.Type) -> Any:
    """Return what makes a table of an address, a step that is a constant, and a number of places, in compiled code."""

    def make(_: Any, address: Any, step: Any, places: Any) -> Any:
        if not isinstance(step, types.IntegerLiteral):
            return None
        table_type = TableType(kind, step.literal_value)

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            table = cgutils.create_struct_proxy(table_type)(context, builder)
            table.first = builder.inttoptr(values[0], context.get_value_type(kind).as_pointer())
            table.distance = values[2]
            return table._getvalue()

        return table_type(types.int64, step, types.int64), generate

    return intrinsic(prefer_literal=True)(make)

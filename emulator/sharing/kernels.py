"""The kernel's entry points, plain or compiled from the same source."""

import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple

from . import addresses, circles, ends, entries, equations, filling, heaps, looks, progress, ranks, ripples, state

PARTS = (heaps, ends, entries, filling, equations, circles, ranks, looks, ripples, progress, addresses)
INLINED = (heaps, ends, entries, looks, ripples, progress, addresses)
OFTEN = (filling.level_for, filling.rate_at)


class Kernel(NamedTuple):
    """What ``progress`` offers; the first argument is a ``State``, or compiled, where the addresses of all rows are."""

    enter: Callable[..., int]
    ask_anew: Callable[..., None]
    leave: Callable[..., int]
    set_limit: Callable[..., None]
    mark_dirty: Callable[..., None]
    measure_all: Callable[..., None]
    go_on_alone: Callable[..., None]
    share_anew: Callable[..., int]


PLAIN = Kernel(*(getattr(progress, name) for name in Kernel._fields))


@cache
def compiled() -> Kernel:
    """Return the kernel compiled by Numba; slow the first time on a machine, then kept on disk.

    Numba keys what it keeps by file and name, and does not notice a change in another file; so the name carries the
    hash of all parts, and of how they are compiled.
    """
    import numba

    from . import views

    sources = (Path(__file__), *(Path(str(part.__file__)) for part in (state, views, *PARTS)))
    version = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    names: dict[str, Any] = {"__name__": __name__, "__builtins__": __builtins__}
    for part in (state, *PARTS):
        names.update({name: value for name, value in vars(part).items() if not name.startswith("__")})
    names.update(whole_numbers=views.view(numba.types.int64), quantities=views.view(numba.types.float64))
    entry_points = [f"{name}_at" for name in Kernel._fields]
    for function in _functions():
        copy = FunctionType(function.__code__, names, function.__name__)
        copy.__qualname__ = f"{function.__name__}_{version}"
        # The caller of an entry point holds the rows, and rows are bare pointers: only what makes arrays of its own has
        # to count references, the circles and their equations.
        options: dict[str, Any] = {
            "error_model": "numpy",
            "forceinline": _is_called_often(function),
            "_nrt": function.__module__ in (circles.__name__, equations.__name__),
        }
        if function.__name__ in entry_points:
            options["cache"] = True
        else:
            options.update(no_cpython_wrapper=True, no_cfunc_wrapper=True)
        names[function.__name__] = numba.njit(**options)(copy)
    return Kernel(*(names[name] for name in entry_points))


def _is_called_often(function: FunctionType) -> bool:
    """Tell whether a function is called hundreds of times in a sharing, or once by one; a call passes on all tables."""
    return function in OFTEN or function.__module__ in [part.__name__ for part in INLINED]


def _functions() -> Iterator[FunctionType]:
    """Yield the functions of all parts, callees before callers as far as the parts go."""
    for part in PARTS:
        for value in vars(part).values():
            if isinstance(value, FunctionType) and value.__module__ == part.__name__:
                yield value

"""The kernel's entry points, plain or compiled from the same source."""

import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from . import circles, filling, heaps, progress, ranks, ripples, state

PARTS = (heaps, filling, circles, ranks, ripples, progress)


class Kernel(NamedTuple):
    """What ``progress`` offers."""

    enter: Callable[..., None]
    ask_anew: Callable[..., None]
    leave: Callable[..., None]
    set_limit: Callable[..., None]
    mark_dirty: Callable[..., None]
    measure_all: Callable[..., None]
    share_anew: Callable[..., int]


PLAIN = Kernel(*(getattr(progress, name) for name in Kernel._fields))


@cache
def compiled() -> Kernel:
    """Return the kernel compiled by Numba; slow the first time on a machine, then kept on disk.

    Numba keys what it keeps by file and name, and does not notice a change in another file; so the name carries the
    hash of all parts.
    """
    import numba

    version = hashlib.sha256(b"".join(_source(part) for part in (state, *PARTS))).hexdigest()[:12]
    names: dict[str, Any] = {"__name__": __name__, "__builtins__": __builtins__}
    for part in (state, *PARTS):
        names.update({name: value for name, value in vars(part).items() if not name.startswith("__")})
    for function in _functions():
        copy = FunctionType(function.__code__, names, function.__name__)
        copy.__qualname__ = f"{function.__name__}_{version}"
        # Without checks for divisors of 0, and with heaps inlined, few functions that open rows count references.
        options: dict[str, Any] = {"error_model": "numpy", "forceinline": function.__module__ == heaps.__name__}
        if function.__name__ in Kernel._fields:
            options["cache"] = True
        else:
            options.update(no_cpython_wrapper=True, no_cfunc_wrapper=True)
        names[function.__name__] = numba.njit(**options)(copy)
    return Kernel(*(names[name] for name in Kernel._fields))


def _functions() -> Iterator[FunctionType]:
    """Yield the functions of all parts, callees before callers as far as the parts go."""
    for part in PARTS:
        for value in vars(part).values():
            if isinstance(value, FunctionType) and value.__module__ == part.__name__:
                yield value


def _source(part: ModuleType) -> bytes:
    return Path(str(part.__file__)).read_bytes()

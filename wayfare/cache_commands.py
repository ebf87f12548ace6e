"""The commands ``wayfare cache info`` and ``clear``: the memory of training results on disk."""

import json
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wayfare.models.cache_folder import CacheFolder, Usage

app = typer.Typer(
    name="cache",
    help="Look at the memory of training results, or clear it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

MISTAKE = 2
"""The exit code where the folder is none."""


@app.command()
def info(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print where results are remembered, how many, what they take, what they may take, and when they were used."""
    cache = _cache()
    with _messages(cache):
        usage = cache.usage()
    figures = {
        "folder": str(cache.folder),
        "entries": usage.entries,
        "size_bytes": usage.size_bytes,
        "limit_bytes": cache.limit_bytes,
        "oldest_use": _moment(usage.oldest_ns),
        "newest_use": _moment(usage.newest_ns),
    }
    if as_json:
        print(json.dumps(figures, indent=2))
        return
    print(f"folder      {cache.folder}")
    print(f"entries     {usage.entries:,}")
    print(f"size        {_size(usage.size_bytes)} of {_size(cache.limit_bytes)}")
    print(f"oldest use  {figures['oldest_use'] or '-'}")
    print(f"newest use  {figures['newest_use'] or '-'}")


@app.command()
def clear() -> None:
    """Remove all remembered results, and nothing else; the next run trains again."""
    cache = _cache()
    with _messages(cache):
        removed = cache.clear()
    print(f"{cache.folder}: removed {_counted(removed)}")


def _cache() -> "CacheFolder":
    from wayfare.models.cache_folder import CacheFolder
    from wayfare.scenarios.remembering import cache_limit_bytes

    return CacheFolder(limit_bytes=cache_limit_bytes())


@contextmanager
def _messages(cache: "CacheFolder") -> "Iterator[None]":
    """Turn what the system says of the folder into a message and the exit code."""
    try:
        yield
    except OSError as error:
        place = error.filename or cache.folder
        print(f"{place}: {error.strerror or error}; the memory of results is in WAYFARE_CACHE", file=sys.stderr)
        raise typer.Exit(MISTAKE) from None


def _counted(usage: "Usage") -> str:
    return f"{usage.entries:,} result{'' if usage.entries == 1 else 's'}, {_size(usage.size_bytes)}"


def _size(size_bytes: int) -> str:
    """Return a size in the largest binary unit of which it has one."""
    for power, unit in ((3, "GiB"), (2, "MiB"), (1, "KiB")):
        if size_bytes >= 1024**power:
            return f"{size_bytes / 1024**power:.4g} {unit}"
    return f"{size_bytes} B"


def _moment(time_ns: int | None) -> str | None:
    """Return a time as ISO 8601 in UTC."""
    return None if time_ns is None else datetime.fromtimestamp(time_ns / 1e9, UTC).isoformat(timespec="seconds")

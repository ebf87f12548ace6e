"""`wayfare list`: what a scenario can choose, plug-ins included."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wayfare.scenarios.catalogue import Entry


SCENARIOS = "scenarios"
"""What is listed beside the kinds of what a scenario can choose."""


def _kinds(incomplete: str) -> list[str]:
    """Return the kinds that begin so, for the shell's completion."""
    from wayfare.scenarios.kinds import KINDS

    return [kind for kind in (*KINDS, SCENARIOS) if kind.startswith(incomplete)]


def _names(context: typer.Context, incomplete: str) -> list[str]:
    """Return the names of the kind that begin so, for the shell's completion."""
    from wayfare.scenarios.kinds import KINDS
    from wayfare.scenarios.shipped import shipped

    kind = context.params.get("kind") or ""
    names = shipped() if kind == SCENARIOS else KINDS[kind].registry if kind in KINDS else {}
    return [name for name in names if name.startswith(incomplete)]


def command(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="KIND",
            help="What to list, such as methods, or 'scenarios'; without it, the kinds.",
            autocompletion=_kinds,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="The one of that kind whose parameters are shown.", autocompletion=_names),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show the parameters of all.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    plugin: Annotated[
        list[Path] | None, typer.Option("--plugin", metavar="FILE", help="A plug-in file to list what it brings too.")
    ] = None,
) -> None:
    """Print what a scenario can choose: models, datasets, methods and more, with their parameters.

    `wayfare list scenarios` prints the scenarios that come with Wayfare, and where their files are.
    """
    from wayfare.scenarios.plugins import gather

    if kind == SCENARIOS:
        _print_scenarios(name, as_json=as_json)
        return
    plugins = gather(plugin or [])
    for problem in plugins.problems:
        print(f"wayfare: left out: {problem}", file=sys.stderr)
    with plugins.registered():
        if kind is None:
            _print_kinds(as_json=as_json)
            return
        from wayfare.scenarios.catalogue import entries

        _check(kind, name)
        listed = [entry for entry in entries(kind, plugins) if name in (None, entry.name)]
    if as_json:
        print(json.dumps({"kind": kind, "components": [asdict(entry) for entry in listed]}, indent=2))
    else:
        _print_entries(kind, listed, verbose=verbose or name is not None)


def _check(kind: str, name: str | None) -> None:
    """Refuse an unknown kind or name."""
    from wayfare.scenarios.errors import Problem, ScenarioError, unknown
    from wayfare.scenarios.kinds import KINDS

    if kind not in KINDS:
        raise ScenarioError(Problem(unknown("kind", kind, [*KINDS, SCENARIOS]), "wayfare list"))
    if name is not None and name not in KINDS[kind].registry:
        raise ScenarioError(Problem(unknown("name", name, KINDS[kind].registry), f"wayfare list {kind}"))


def _print_kinds(*, as_json: bool) -> None:
    from wayfare.scenarios.kinds import KINDS

    rows = [
        {"kind": kind, "names": list(about.registry), "key": about.key, "about": about.about}
        for kind, about in KINDS.items()
    ]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    from .listing_table import kinds_table

    _print(kinds_table(rows))


def _print_scenarios(name: str | None, *, as_json: bool) -> None:
    """Print the scenarios that come with Wayfare, or one with all that its file says of it."""
    from wayfare.scenarios.errors import Problem, ScenarioError, unknown
    from wayfare.scenarios.shipped import shipped

    from .listing_table import scenarios_table

    found = shipped()
    if name is not None and name not in found:
        raise ScenarioError(Problem(unknown("scenario", name, found), f"wayfare list {SCENARIOS}"))
    listed = [each for each in found.values() if name in (None, each.name)]
    if as_json:
        print(json.dumps([asdict(each) | {"about": each.about, "file": str(each.file)} for each in listed], indent=2))
    elif name is not None:
        print(f"{listed[0].comment}\n\n{listed[0].file}")
    else:
        _print(scenarios_table(listed))
        print(f"\nthey are in {listed[0].file.parent}; for example: wayfare run {listed[0].file}")


def _print_entries(kind: str, listed: "list[Entry]", *, verbose: bool) -> None:
    from .listing_table import entries_table, parameters_table

    if not verbose:
        _print(entries_table(listed))
        return
    for entry in listed:
        print(f"{kind}: {entry.name}" + (f" (from {entry.source})" if entry.source else ""))
        print(entry.about)
        if entry.parameters:
            _print(parameters_table(entry))
        print()


def _print(table: object) -> None:
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 120).print(table)

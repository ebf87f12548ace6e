"""`wayfare show`: a scenario as it is run, every value with where it comes from."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A *.scenario.yaml file, or a run folder.")],
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a value, such as stop='1 s'.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Replace the scenario's seed.")] = None,
    smoke: Annotated[bool, typer.Option("--smoke", help="The quick variant: with the overrides of smoke.")] = False,
    number: Annotated[
        int, typer.Option("--run", metavar="N", help="Which run of a sweep, a matrix or replications, from 0.", min=0)
    ] = 0,
    plain: Annotated[bool, typer.Option("--plain", help="Leave the comments out.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, without comments.")] = False,
) -> None:
    """Print a scenario with every default, each value with its unit, and where it comes from.

    A comment says the file and line that a value is written on, the option that set it, or that it is a default and
    from where. What is printed is a scenario file, and loads as the very same scenario.
    """
    from wayfare.scenarios.annotating import annotated
    from wayfare.scenarios.loading import resolved, resolved_yaml
    from wayfare.scenarios.study import study_of

    study = study_of(scenario_file(file), overrides or [], seed, smoke=smoke)
    if number >= len(study.runs):
        raise typer.BadParameter(f"--run {number}: the runs are 0 to {len(study.runs) - 1}")
    scenario = study.runs[number].scenario
    if as_json:
        print(json.dumps(resolved(scenario), indent=2, ensure_ascii=False))
        return
    if len(study.runs) > 1 and not plain:
        print(f"# run {number} of 0 to {len(study.runs) - 1}: {study.label(study.runs[number])}")
    if plain:
        text = resolved_yaml(scenario)
    else:
        with scenario.extensions.registered():
            text = annotated(scenario, _sources(resolved(scenario)).get)
    sys.stdout.write(text)


def scenario_file(path: Path) -> Path:
    """Return the scenario file of a run folder, or the file itself.

    Raises:
        ScenarioError: It is a sweep folder, which has many.
        RecordError: That of a run folder is not what the run wrote.
    """
    from wayfare.scenarios.errors import Problem, ScenarioError
    from wayfare.scenarios.sweep_folder import Sweep, is_sweep

    if is_sweep(path):
        folders = (run.folder for run in Sweep(path).runs if run.folder is not None)
        example = next((f", such as {folder}" for folder in folders), "")
        raise ScenarioError(
            Problem(f"is a sweep folder; give the scenario file or a run folder in it{example}", str(path))
        )
    if not (path / "run.json").is_file():
        return path
    from wayfare.emulator.records import RunRecord

    RunRecord(path).scenario_text  # noqa: B018 - it refuses a damaged one
    return path / "scenario.yaml"


def _sources(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the source of each default that has one, by key."""
    from .defaults import defaults_of

    return {default.key: default.source for default in defaults_of(dict(data), list(_sections(data)))}


def _sections(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sections whose defaults have sources."""
    yield from ("cells", "sidelink", "radio", "radio.handover", "routing", "traffic")
    for table in ("links", "nodes"):
        yield from (f"{table}.{name}" for name in data[table])
    yield from (f"mobility.{index}" for index in range(len(data["mobility"])))

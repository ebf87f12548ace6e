"""`wayfare verify`: a run played again, to see that it is the same."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wayfare.emulator.records import RunDiffers, RunRecord
    from wayfare.scenarios.replaying import Verification

DIFFERS = 1
"""The exit code where a run is not what it was."""

RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Train everything, remember nothing.")]


def command(folder: RunFolder, no_cache: NoCache = False) -> None:
    """Run a run's scenario again and compare all rows and digests; exit with 1 and the first difference if any."""
    from wayfare.emulator.records import RunRecord
    from wayfare.scenarios.replaying import verify as verify_run

    from .display import ProgressLine

    with ProgressLine(folder.name) as line:
        found = verify_run(folder, cache=not no_cache, on_progress=line)
    for text in _findings(RunRecord(folder), found):
        print(text)
    raise typer.Exit(0 if found.passed else DIFFERS)


def _findings(record: "RunRecord", found: "Verification") -> list[str]:
    rows = f"{found.rows['events']:,} events and {sum(found.rows.values()) - found.rows['events']:,} other rows"
    texts = [f"was made with {name} {was}, here is {now}" for name, (was, now) in found.circumstances.items()]
    if found.difference is not None:
        texts.append(f"DIFFERS  {_difference(record, found.difference)}")
    texts += [f"DIFFERS  digest of {name}: {was}, now {now}" for name, (was, now) in found.digests.items()]
    if found.passed and found.finished:
        texts.append(f"the same: {rows}, and the digests")
    elif found.passed:
        texts.append(f"the same: {rows}; it has not finished, so that is all there is")
    return [f"{record.folder}: {text}" for text in texts]


def _difference(record: "RunRecord", difference: "RunDiffers") -> str:
    from wayfare.emulator.records import row_text

    names = record.node_names
    before, now = (row_text(difference.table, row, names) for row in (difference.recorded, difference.now))
    return f"row {difference.row:,} of {difference.table}: {before}; now {now}"

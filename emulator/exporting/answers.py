"""The method's answers as a run kept them."""

from typing import TYPE_CHECKING

from wayfare.emulator.records import RecordError, RunRecord

from .errors import NothingToExport

if TYPE_CHECKING:
    from wayfare.models.model import Model


def kept_answers(run: RunRecord) -> "dict[str, Model]":
    """Return the models in a run's ``weights.safetensors``, by name.

    Raises:
        NothingToExport: None were kept.
        RecordError: The file is missing though ``run.json`` lists it, or damaged.
    """
    path = run.weights
    if path is None:
        raise NothingToExport(
            f"{run.folder}: has no weights.safetensors; nothing learned, it has not finished, or 'record.weights' is "
            "false"
        )
    from wayfare.models.packing import PackingError
    from wayfare.models.weights_file import read_answers

    try:
        return read_answers(path)
    except PackingError as error:
        raise RecordError(str(error)) from error

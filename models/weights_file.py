"""Answers in a file: the models of a run as safetensors, their structures in its metadata."""

import json
from collections.abc import Mapping
from pathlib import Path

import safetensors
import safetensors.torch
import torch

from .families import structure_from
from .model import Model
from .packing import PackingError


def pack_answers(models: Mapping[str, Model]) -> bytes:
    """Return named models as one safetensors file: tensors `<model>/<weight>`, metadata `<model>`: its structure."""
    # Copies, for answers may share tensors, of which safetensors wants one owner each.
    tensors = {
        f"{name}/{key}": tensor.clone() for name, model in models.items() for key, tensor in model.weights.items()
    }
    about = {name: json.dumps(model.structure.specification()) for name, model in models.items()}
    return bytes(safetensors.torch.save(tensors, about))


def read_answers(path: Path) -> dict[str, Model]:
    """Return the models in such a file, by name.

    Raises:
        PackingError: It cannot be read, or holds something else.
    """
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - it is no mapping
        return {name: _model(name, json.loads(text), tensors) for name, text in sorted(about.items())}
    except (safetensors.SafetensorError, OSError, KeyError, ValueError) as error:
        raise PackingError(f"{path}: cannot be read as the answers of a run ({error})") from error


def split_answers(models: Mapping[str, Model]) -> dict[str, bytes]:
    """Return a safetensors file for each model, by name, with its weights under their own names."""
    files = {}
    for name, model in models.items():
        about = {"structure": json.dumps(model.structure.specification())}
        files[name] = bytes(safetensors.torch.save(dict(model.weights), about))
    return files


def _model(name: str, specification: Mapping[str, object], tensors: Mapping[str, torch.Tensor]) -> Model:
    prefix = f"{name}/"
    weights = {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}
    return Model(structure_from(specification), {key: tensor.clone() for key, tensor in weights.items()})

"""Errand: jobs of one signature on their way to another process, and their results on the way back.

The bytes are a line of JSON, and the tensors as a safetensors file: no pickle, and every number to its last bit. The
line says with what the results are to be made: who has another trainer, version or processor refuses.
"""

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch

from .families import STRUCTURES, structure_from
from .fingerprint import machine_fingerprint
from .job import TrainingJob, TrainingPlan, TrainingResult, circumstances
from .model import Model
from .packing import pack, unpack
from .shard import Shard
from .structure import Structure
from .teacher import Teacher
from .trainer import train

_MODEL, _ANCHOR, _CORRECTION = "model.", "anchor.", "correction."


def can_go(structure: Structure) -> bool:
    """Say whether another process can compute with a structure: what plug-ins bring is known in its process alone."""
    own = STRUCTURES.get(structure.family) is type(structure) and type(structure).__module__.startswith(
        f"{__package__}."
    )
    return own and structure.needs is not None


def encode_jobs(jobs: Sequence[TrainingJob]) -> bytes:
    """Return jobs of one signature as bytes."""
    structure = jobs[0].model.structure
    said = {
        "circumstances": _circumstances(type(structure)),
        "structure": structure.specification(),
        "needs": structure.needs,
        "plan": asdict(jobs[0].plan),
        "jobs": [_figures(job) for job in jobs],
    }
    tensors = {f"{place}.{name}": tensor for place, job in enumerate(jobs) for name, tensor in _tensors(job)}
    return json.dumps(said).encode() + b"\n" + pack(tensors)


def carry_out(data: bytes) -> bytes:
    """Train the jobs that are in some bytes, and return the results as bytes.

    Raises:
        ValueError: They were to be made by another trainer, with other versions, or on another processor.
    """
    results = train(_decoded(data))
    tensors: dict[str, torch.Tensor | np.ndarray[Any, Any]] = {
        f"{place}.{name}": weight
        for place, result in enumerate(results)
        for name, weight in result.model.weights.items()
    }
    return pack(tensors | {"losses": np.array([result.loss for result in results])})


def decode_results(data: bytes, jobs: Sequence[TrainingJob]) -> list[TrainingResult]:
    """Return the results of jobs that came back as bytes."""
    tensors = unpack(data)
    losses = tensors.pop("losses").tolist()
    results = []
    for place, (job, loss) in enumerate(zip(jobs, losses, strict=True)):
        structure = job.model.structure
        weights = {name: tensors[f"{place}.{name}"] for name in structure.shapes}
        results.append(TrainingResult(Model(structure, weights), loss, job.samples))
    return results


def _decoded(data: bytes) -> list[TrainingJob]:
    line, _, content = data.partition(b"\n")
    said = json.loads(line)
    family = STRUCTURES[said["structure"]["family"]]
    if changed := _differences(said["circumstances"], _circumstances(family)):
        raise ValueError(f"this worker would make other results: {changed}")
    _fetch(family, tuple(said["needs"]))
    structure, plan = structure_from(said["structure"]), said["plan"]
    plan = TrainingPlan(**{**plan, "frozen": tuple(plan["frozen"])})
    own: list[dict[str, torch.Tensor]] = [{} for _ in said["jobs"]]
    for name, tensor in unpack(content).items():
        place, _, rest = name.partition(".")
        own[int(place)][rest] = tensor
    return [_job(structure, plan, *both) for both in zip(said["jobs"], own, strict=True)]


@functools.cache
def _fetch(family: type[Structure], needs: tuple[Any, ...]) -> None:
    family.fetch(*needs)


@functools.cache
def _circumstances(family: type[Structure]) -> dict[str, str]:
    return circumstances(family) | machine_fingerprint()


def _differences(wanted: Mapping[str, str], here: Mapping[str, str]) -> str:
    different = [name for name in wanted if wanted[name] != here.get(name)]
    return "; ".join(f"{name} is {here.get(name)}, where the run has {wanted[name]}" for name in different)


def _figures(job: TrainingJob) -> dict[str, Any]:
    teacher = job.teacher
    return {
        "seed": job.seed,
        "bits": job.model.bits,
        "sparse": job.model.sparse,
        "scale": job.shard.scale,
        "task": job.shard.task,
        "teacher": None if teacher is None else [teacher.weight, teacher.temperature],
    }


def _tensors(job: TrainingJob) -> Iterator[tuple[str, torch.Tensor]]:
    yield "features", job.shard.features
    yield "labels", job.shard.labels
    if job.teacher is not None:
        yield "said", job.teacher.said
    for name, weight in job.model.weights.items():
        yield _MODEL + name, weight
        if job.anchor is not None:
            yield _ANCHOR + name, job.anchor.weights[name]
        if job.correction is not None:
            yield _CORRECTION + name, job.correction[name]


def _job(
    structure: Structure, plan: TrainingPlan, figures: Mapping[str, Any], tensors: Mapping[str, torch.Tensor]
) -> TrainingJob:
    anchor, correction = _named(_ANCHOR, tensors), _named(_CORRECTION, tensors)
    return TrainingJob(
        Model(structure, _named(_MODEL, tensors), figures["bits"], figures["sparse"]),
        Shard(tensors["features"], tensors["labels"], figures["scale"], figures["task"]),
        plan,
        figures["seed"],
        Model(structure, anchor) if anchor else None,
        correction or None,
        Teacher(tensors["said"], *figures["teacher"]) if figures["teacher"] else None,
    )


def _named(prefix: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}

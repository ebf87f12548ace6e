"""From a scenario's data, model and learning to the lesson that the emulator runs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import networkx as nx

from wayfare.emulator.methods import Method, Roles
from wayfare.models.families import STRUCTURES
from wayfare.models.streams import hashed_seed, named_streams

from .schema import Data, Scenario

if TYPE_CHECKING:
    from wayfare.emulator.experiment import Lesson
    from wayfare.models.course import Course
    from wayfare.models.dataset import Dataset
    from wayfare.models.job import TrainingPlan
    from wayfare.models.model import Model
    from wayfare.models.service import TrainingService
    from wayfare.models.structure import Structure


def build_lesson(scenario: Scenario, graph: "nx.Graph[str]", service: "TrainingService | None") -> "Lesson":
    """Return what learns in a scenario with learning, on what and how.

    Raises:
        ScenarioError: The method has nothing to do on the network, the data cannot be read or spread, or the model
            family has no model for it.
    """
    from wayfare.emulator.experiment import Lesson
    from wayfare.emulator.learning import Curriculum
    from wayfare.emulator.wandering.growth import check_growth
    from wayfare.models.service import TrainingService

    assert scenario.data is not None
    assert scenario.learning is not None
    tiers: Mapping[str, str] = {name: graph.nodes[name]["tier"] for name in graph}
    holders = [name for name, tier in tiers.items() if tier == scenario.data.holders]
    roles = Roles.on(tiers, holders)
    try:
        scenario.learning.check(roles)
    except ValueError as error:
        raise scenario.error("learning.method", str(error)) from None
    if scenario.learning.needs_public and not scenario.data.public_fraction:
        raise scenario.error(
            "learning.method", "its models agree on samples that all nodes know: add 'public_fraction: 0.1' to 'data'"
        )
    dataset = _dataset(scenario, scenario.data)
    course, initial = _course(scenario, scenario.data, dataset, holders), _initial(scenario, dataset)
    families = _families(scenario, dataset)
    degrees = {name: len(graph[name]) for name in graph}
    for structure in families or [initial.structure]:
        try:
            scenario.learning.check_merger(structure, roles, degrees)
        except ValueError as error:
            raise scenario.error("learning.merger", str(error)) from None
    try:
        check_growth(initial.structure, getattr(scenario.learning, "growth", ()))
    except ValueError as error:
        raise scenario.error("learning.growth", str(error)) from None
    curriculum = Curriculum(
        course=course,
        initial=initial,
        plan=_plan(scenario, scenario.learning),
        seed=scenario.seed,
        kinds=_kinds(dataset),
    )
    return Lesson(scenario.learning, curriculum, service or TrainingService())


def _dataset(scenario: Scenario, data: Data) -> "Dataset":
    """Return the samples, read or made."""
    try:
        dataset: Dataset = data.dataset.load(named_streams(scenario.seed, "dataset"))
    except ValueError as error:
        raise scenario.error("data.dataset", str(error)) from None
    return dataset


def _course(scenario: Scenario, data: Data, dataset: "Dataset", holders: Sequence[str]) -> "Course":
    """Return who holds what, and when."""
    from wayfare.models.course import plan_course

    if data.poison is not None:
        try:
            data.poison.check(holders, dataset.task)
        except ValueError as error:
            raise scenario.error("data.poison", str(error)) from None
    streams = named_streams(scenario.seed, "data")
    fractions = data.test_fraction, data.validation_fraction, data.public_fraction
    try:
        return plan_course(dataset, data.partition, data.drift, holders, streams, *fractions, data.poison)
    except ValueError as error:
        raise scenario.error("data", str(error)) from None


def _initial(scenario: Scenario, dataset: "Dataset") -> "Model":
    """Return the untrained model."""
    assert scenario.model is not None
    try:
        structure = _structure(scenario, scenario.model, dataset)
        model: Model = structure.initial(hashed_seed(scenario.seed, "model"))
    except ValueError as error:
        raise scenario.error("model", str(error)) from None
    return model


def _families(scenario: Scenario, dataset: "Dataset") -> "list[Structure]":
    """Return the structures of the method's own families, where it has several."""
    structures = []
    for place, family in enumerate(getattr(scenario.learning, "models", ())):
        try:
            structures.append(_structure(scenario, family, dataset))
        except ValueError as error:
            raise scenario.error(("learning", "models", place), str(error)) from None
    return structures


def _structure(scenario: Scenario, family: Any, dataset: "Dataset") -> "Structure":
    """Return the structure that a family has for the data.

    Raises:
        ValueError: It has none, none that packets can name, or none that the method is for.
    """
    assert scenario.learning is not None
    structure: Structure = family.structure(dataset.shape, dataset.classes, dataset.task)
    if STRUCTURES.get(structure.family) is not type(structure):
        raise ValueError(f"packets cannot name the structure {structure.family!r}: a plug-in adds it to STRUCTURES")
    scenario.learning.check_model(structure)
    return structure


def _plan(scenario: Scenario, method: Method) -> "TrainingPlan":
    """Return what a training job does where a program says nothing else."""
    from wayfare.models.job import TrainingPlan

    try:
        return TrainingPlan(method.steps, method.batch_size, method.optimiser, method.learning_rate, method.momentum)
    except ValueError as error:
        raise scenario.error("learning", str(error)) from None


def _kinds(dataset: "Dataset") -> int:
    """Return how many kinds of samples a packet's header counts: classes; else natural groups; else none."""
    if dataset.task == "classification":
        return dataset.classes
    return 0 if dataset.groups is None else int(dataset.groups.max()) + 1

"""From a scenario's data, model and learning to the lesson that the emulator runs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

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
    from wayfare.models.memory import ResultMemory
    from wayfare.models.model import Model


def build_lesson(scenario: Scenario, graph: "nx.Graph[str]", memory: "ResultMemory | None") -> "Lesson":
    """Return what learns in a scenario with learning, on what and how.

    Raises:
        ScenarioError: The method has nothing to do on the network, the data cannot be read or spread, or the model
            family has no model for it.
    """
    from wayfare.emulator.experiment import Lesson
    from wayfare.emulator.learning import Curriculum
    from wayfare.models.service import TrainingService

    assert scenario.data is not None
    assert scenario.learning is not None
    tiers: Mapping[str, str] = {name: graph.nodes[name]["tier"] for name in graph}
    holders = [name for name, tier in tiers.items() if tier == scenario.data.holders]
    try:
        scenario.learning.check(Roles.on(tiers, holders))
    except ValueError as error:
        raise scenario.error("learning.method", str(error)) from None
    if scenario.learning.needs_public and not scenario.data.public_fraction:
        raise scenario.error(
            "learning.method", "its models agree on samples that all nodes know: add 'public_fraction: 0.1' to 'data'"
        )
    dataset = _dataset(scenario, scenario.data)
    curriculum = Curriculum(
        course=_course(scenario, scenario.data, dataset, holders),
        initial=_initial(scenario, dataset),
        plan=_plan(scenario, scenario.learning),
        seed=scenario.seed,
        kinds=_kinds(dataset),
    )
    return Lesson(scenario.learning, curriculum, TrainingService(memory))


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

    streams = named_streams(scenario.seed, "data")
    fractions = data.test_fraction, data.validation_fraction, data.public_fraction
    try:
        return plan_course(dataset, data.partition, data.drift, holders, streams, *fractions)
    except ValueError as error:
        raise scenario.error("data", str(error)) from None


def _initial(scenario: Scenario, dataset: "Dataset") -> "Model":
    """Return the untrained model."""
    assert scenario.model is not None
    try:
        structure = scenario.model.structure(dataset.shape, dataset.classes, dataset.task)
        if STRUCTURES.get(structure.family) is not type(structure):
            raise ValueError(f"packets cannot name the structure {structure.family!r}: a plug-in adds it to STRUCTURES")
        assert scenario.learning is not None
        scenario.learning.check_model(structure)
        model: Model = structure.initial(hashed_seed(scenario.seed, "model"))
    except ValueError as error:
        raise scenario.error("model", str(error)) from None
    return model


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

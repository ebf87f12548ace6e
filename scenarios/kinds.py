"""Kinds: what a scenario chooses by name, one registry a kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wayfare.emulator.background import BACKGROUND
from wayfare.emulator.faults import FAULTS, LinkOutage, NodeOutage, Partition, RandomLinkOutages, RandomNodeOutages
from wayfare.emulator.methods import METHODS, Method
from wayfare.emulator.mobility import MOBILITY, Mobility
from wayfare.emulator.radio.propagation import PATH_LOSS
from wayfare.emulator.tcp import SHARING
from wayfare.emulator.wandering import POLICIES, Policy
from wayfare.models.datasets import DATASETS
from wayfare.models.drift import DRIFTS
from wayfare.models.families import FAMILIES, STRUCTURES
from wayfare.models.merging.merger import Merger
from wayfare.models.merging.mergers import MERGERS
from wayfare.models.partition import PARTITIONS
from wayfare.models.structure import Structure
from wayfare.topologies.generators import GENERATORS

from .distributions import DISTRIBUTIONS

_Registry = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of component.

    Attributes:
        about: What they are.
        key: The key of a scenario that holds the name of one; empty where none does.
        registry: The components by name.
        extends: Classes of which a plug-in's class extends one; none if any class will do.
        verbs: Methods that a plug-in's class has.
        open: Whether plug-ins can add to it.
        settable: Whether a scenario sets parameters of what it names.
    """

    about: str
    key: str
    registry: _Registry
    extends: tuple[type, ...] = ()
    verbs: tuple[str, ...] = ()
    open: bool = True
    settable: bool = True


_OUTAGES = (LinkOutage, RandomLinkOutages, Partition, NodeOutage, RandomNodeOutages)

KINDS: Mapping[str, Kind] = {
    "topologies": Kind("Generators of networks.", "topology.generator", GENERATORS, verbs=("build",)),
    "mobility": Kind("Ways in which nodes move.", "mobility.*.kind", MOBILITY, (Mobility,), ("legs",)),
    "cells": Kind("Propagation models of radio cells.", "cells.model", PATH_LOSS, open=False, settable=False),
    "background": Kind(
        "Sources of plain bytes.", "traffic.background.*.kind", BACKGROUND, tuple(BACKGROUND.values()), ("bursts",)
    ),
    "sharing": Kind("How flows share what they cross.", "traffic.sharing.model", SHARING, open=False),
    "faults": Kind("Links and nodes that fail, lose or come late.", "faults.*.kind", FAULTS, _OUTAGES, ("outages",)),
    "models": Kind("Families of models.", "model.family", FAMILIES, verbs=("structure",)),
    "structures": Kind("Shapes of models, which packets name by family.", "", STRUCTURES, (Structure,), settable=False),
    "datasets": Kind("What there is to learn from.", "data.dataset.kind", DATASETS, verbs=("load",)),
    "partitions": Kind("Ways of spreading samples over nodes.", "data.partition.kind", PARTITIONS, verbs=("split",)),
    "drifts": Kind(
        "Ways in which data changes with time.",
        "data.drift.kind",
        DRIFTS,
        verbs=("part_names", "phase", "next_change_s", "split"),
    ),
    "methods": Kind("Learning methods.", "learning.method", METHODS, (Method,), ("program",)),
    "policies": Kind(
        "Ways in which travelling models choose where to go next.",
        "learning.next_hop.policy",
        POLICIES,
        (Policy,),
        ("choose",),
    ),
    "distributions": Kind("What a sweep draws values from.", "sweep.random.fields.*.kind", DISTRIBUTIONS, open=False),
    "mergers": Kind("Ways of making one model out of several.", "learning.merger.kind", MERGERS, (Merger,), ("merge",)),
}
"""All kinds, by the name that `wayfare list`, entry points (`wayfare.methods`) and plug-in files (`METHODS`) share."""

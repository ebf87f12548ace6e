"""What changes on the air of a scenario: who moves how, what is in the way, who may change the site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from wayfare.emulator.air import AirPlan
from wayfare.emulator.mobility import Mobility, bounding_area, movers
from wayfare.emulator.mobility.legs import Area, Place

from .composer import KeyPath

if TYPE_CHECKING:
    import networkx as nx

    from .errors import ScenarioError
    from .schema import Scenario

Streams = Callable[..., np.random.Generator]


def radio_plan(scenario: Scenario, graph: nx.Graph[str], stream: Streams) -> AirPlan:
    """Return what changes on the air of a scenario whose network is built.

    Raises:
        ScenarioError: A movement does not fit the network.
    """
    places = _places(graph)
    radio = scenario.radio
    area = bounding_area(places.values()) if places else ((0.0, 0.0), (0.0, 0.0))
    moving = _movers(scenario, graph)
    legs = {}
    for node, name in enumerate(graph):
        if name in moving:
            if name not in places:
                raise _error(scenario, moving[name], f"{name!r} has no position from which to move")
            _try(scenario, moving[name], name, places[name], area, stream)
            legs[node] = moving[name].legs(name, places[name], area, stream("movement", name))
    blockers = radio.blockers
    return AirPlan(
        update_s=radio.update_s,
        interference=radio.interference,
        handover=radio.handover if radio.handovers and legs else None,
        legs=legs,
        blockers=None if blockers is None else (blockers.draw(area, lambda name: stream(name)), blockers.screen),
    )


def _places(graph: nx.Graph[str]) -> dict[str, Place]:
    nodes: Mapping[str, Mapping[str, float]] = graph.nodes
    return {name: (float(node["x_m"]), float(node["y_m"])) for name, node in nodes.items() if "x_m" in node}


def _movers(scenario: Scenario, graph: nx.Graph[str]) -> dict[str, Mobility]:
    try:
        return movers(scenario.mobility, {name: node["tier"] for name, node in graph.nodes(data=True)})
    except ValueError as error:
        raise scenario.error(("mobility",), str(error)) from None


def _try(scenario: Scenario, mobility: Mobility, name: str, place: Place, area: Area, stream: Streams) -> None:
    """Take the first leg of a movement, so that what does not fit is found before anything runs."""
    try:
        next(mobility.legs(name, place, area, stream("movement", name)), None)
    except ValueError as error:
        raise _error(scenario, mobility, str(error)) from None


def _error(scenario: Scenario, mobility: Mobility, message: str) -> ScenarioError:
    key: KeyPath = ("mobility", scenario.mobility.index(mobility))
    return scenario.error(key, message)

"""The defaults that a run used, each with where it comes from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

OUR_CHOICE = "our choice"

SOURCES: dict[str, Mapping[str, str]] = {
    "routing": {
        "metric": "our choice: fewest links, as RIP (RFC 2453)",
    },
    "traffic": {
        "forwarding": "our choice: store and forward, as packet switches do",
        "fragment_bytes": "our choice",
        "interrupted": "our choice: TCP goes on where it was",
        "unreachable": "our choice: routers drop what they have no route for, RFC 1812",
        "full_buffer": "our choice: routers drop what does not fit",
        "hop_limit": "the TTL that RFC 1700 recommends for IP",
        "sharing": "max-min fairness: Bertsekas and Gallager, Data Networks, 6.5.2",
        "transport": "our choice: the fluid's own time, no handshake and no headers",
    },
    "radio": {
        "update_s": OUR_CHOICE,
        "interference": "our choice: cells on carriers of their own",
        "handovers": OUR_CHOICE,
        "blockers": "our choice: nothing moves about",
    },
    "radio.handover": {
        "offset_db": "3GPP TR 36.839, the second of its parameter sets",
        "hysteresis_db": "3GPP TR 36.839, the second of its parameter sets",
        "time_to_trigger_s": "3GPP TR 36.839, the second of its parameter sets",
        "interruption_s": "3GPP TR 36.839, execution time",
    },
    "traffic.sharing": dict.fromkeys(
        ("latency_factor", "bandwidth_factor", "weight_s_bytes"),
        "SimGrid's; of LV08: Velho et al., INRIA RR-7821",
    )
    | {"tcp_gamma_bytes": "SimGrid's default", "crosstraffic": "SimGrid's default"},
    "traffic.transport": {
        "segment_bytes": "Ethernet's 1500 less IP (20), TCP (20) and time stamps (12)",
        "overhead_bytes": "headers of TCP and IP (52), Ethernet's (14), check (4), preamble (8), gap (12)",
        "handshake_round_trips": "TCP's, RFC 9293",
        "initial_window_segments": "RFC 6928",
        "growth": "Linux, RFC 3465",
    },
    "cells.base_station": dict.fromkeys(
        ("chains", "chain_power_w", "static_w", "slope", "sleep_w"), "the kind's: Auer et al. 2011, Table 2"
    ),
    "radio.blockers": dict.fromkeys(
        ("width_m", "height_m", "speed_mps"), "the kind's: 3GPP TR 38.901, Table 7.6.4.2-5"
    ),
}
"""By section of a scenario and field, where no table stands beside the component."""


ONLY_FOR = {
    **dict.fromkeys((f"routing.{name}_weight" for name in ("hops", "delay", "rate", "energy")), ("metric", "mix")),
    **dict.fromkeys(("cells.mcs_table", "sidelink.mcs_table"), ("rate_model", "mcs")),
    **dict.fromkeys(("cells.building_height", "cells.street_width"), ("model", "rma")),
    **dict.fromkeys(("cells.exponent_los", "cells.exponent_nlos", "cells.absorption_from"), ("model", "ci")),
    "cells.office": ("model", "inh"),
    "sidelink.blocker_height": ("blocked_by", "vehicles"),
}
"""Keys that change nothing unless another key of their section has this value."""


@dataclass(frozen=True)
class Default:
    """A key of the scenario that had its default: where it stands, what it is, and where that comes from."""

    key: str
    value: str
    source: str


def defaults_of(data: dict[str, Any], sections: list[str]) -> list[Default]:
    """Return the defaults in sections of a resolved scenario, in the order of these.

    A key whose value is that of its component is a default, whether or not it was written.

    Args:
        data: The plain data of a run folder's ``scenario.yaml``.
        sections: Such as ``cells``, ``links.backhaul``, ``nodes.edge``, ``traffic``, ``mobility.0``.
    """
    found: list[Default] = []
    for section in sections:
        if section.startswith("mobility."):
            found += _of_part(section, *_mobility(data["mobility"][int(section.partition(".")[2])]))
            continue
        written = section_of(data, section)
        found += _unchanged(section, written)
        for name, (component, part) in _parts(section, written).items():
            found += _of_part(f"{section}.{name}", component, part)
    return found


def section_of(data: dict[str, Any], section: str) -> dict[str, Any]:
    """Return the part of a scenario's plain data that a section is; empty where there is none."""
    for step in section.split("."):
        data = data.get(step) or {}
    return data


def _unchanged(section: str, written: dict[str, Any]) -> Iterator[Default]:
    """Yield the keys of a section that are as its component has them; of parts with keys of their own, their name."""
    from wayfare.scenarios import components
    from wayfare.scenarios.quantities import split_name

    component = _component(section)
    usual, sources = components.write(component), _sources(section)
    chosen = _filled(section, written)
    for field in dataclasses.fields(component):
        key = split_name(field.name)[0].rstrip("_")
        value = written.get(key)
        other, needed = ONLY_FOR.get(f"{section}.{key}", (None, None))
        if other is not None and written.get(other) != needed:
            continue
        if value == usual.get(key) and (field.name in sources or not isinstance(value, dict | list)):
            yield Default(f"{section}.{key}", _text(chosen.get(key, value)), sources.get(field.name, OUR_CHOICE))


def _filled(section: str, written: dict[str, Any]) -> dict[str, Any]:
    """Return what a section has where it leaves something to its model: a cell's heights."""
    if section != "cells":
        return {}
    from wayfare.emulator.radio import Cell
    from wayfare.scenarios import components

    cell: Cell = components.read(Cell, written, {})
    site_m, device_m = cell.heights_m
    whole = components.write(dataclasses.replace(cell, site_height_m=site_m, device_height_m=device_m))
    return {key: whole[key] for key in ("site_height", "device_height")}


def _parts(section: str, written: dict[str, Any]) -> dict[str, tuple[type | None, dict[str, Any]]]:
    """Return the parts of a section that are set and have keys of their own, with the class and the keys of each."""
    from wayfare.emulator.radio import Blockers, SitePower
    from wayfare.emulator.tcp import SHARING, TransportTerm

    classes: dict[str, type | None] = {}
    if section == "traffic":
        classes = {"sharing": SHARING.get(written["sharing"]["model"]), "transport": TransportTerm}
    elif section == "cells":
        classes = {"base_station": SitePower}
    elif section == "radio":
        classes = {"blockers": Blockers}
    return {name: (part, _without(written[name], "model")) for name, part in classes.items() if name in written}


def _mobility(written: dict[str, Any]) -> tuple[type | None, dict[str, Any]]:
    """Return the class of a way to move, and its keys."""
    from wayfare.emulator.mobility import MOBILITY

    return MOBILITY.get(written["kind"]), _without(written, "kind")


def _without(written: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in written.items() if key != name}


def _of_part(section: str, component: type | None, written: dict[str, Any]) -> Iterator[Default]:
    """Yield the keys of a part that are as its class has them; a plug-in's class is not known here."""
    from wayfare.scenarios import components
    from wayfare.scenarios.quantities import split_name

    if component is None:
        return
    part = components.read(component, written, {})
    whole, sources = components.write(_complete(part)), SOURCES.get(section, {})
    for field in dataclasses.fields(component):
        key = split_name(field.name)[0].rstrip("_")
        is_usual = field.default is not dataclasses.MISSING and getattr(part, field.name) == field.default
        if is_usual and key in whole and not isinstance(whole[key], dict | list):
            yield Default(f"{section}.{key}", _text(whole[key]), sources.get(field.name, OUR_CHOICE))


def _complete(part: Any) -> Any:
    """Return a part with what it leaves to its kind filled in."""
    from wayfare.emulator.radio import Blockers, SitePower

    if isinstance(part, Blockers):
        return dataclasses.replace(part, **dataclasses.asdict(part.screen))
    if isinstance(part, SitePower):
        return dataclasses.replace(part, **vars(part.station))
    return part


def _text(value: Any) -> str:
    """Return a value as a scenario has it; of a choice, its name."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    return str(next(iter(value.values()), "none")) if isinstance(value, dict) else str(value)


def _component(section: str) -> Any:
    """Return the component that holds the defaults of a section."""
    from wayfare.emulator.links import DEFAULT_LINKS
    from wayfare.emulator.nodes import DEFAULT_NODES
    from wayfare.scenarios.schema import Scenario

    first, *steps = section.split(".")
    tables: dict[str, Mapping[str, Any]] = {"links": DEFAULT_LINKS, "nodes": DEFAULT_NODES}
    if first in tables:
        return tables[first][steps[0]]
    (field,) = (field for field in dataclasses.fields(Scenario) if field.name == first)
    made = field.default_factory
    component = field.default if made is dataclasses.MISSING else made()
    for step in steps:
        component = getattr(component, step)
    return component


def _sources(section: str) -> Mapping[str, str]:
    """Return the source of each field of a section."""
    from wayfare.emulator import links, nodes, radio

    first, _, rest = section.partition(".")
    if first == "nodes":
        return nodes.DEFAULT_SOURCES[rest]
    tables: dict[str, Mapping[str, str]] = {
        "cells": radio.DEFAULT_SOURCES,
        "sidelink": radio.SIDELINK_SOURCES,
        "links": links.DEFAULT_SOURCES,
    }
    return tables.get(first) or SOURCES.get(section, {})

"""`wayfare explain`: why a transfer, a link or a node of a run did what it did."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from wayfare.emulator.explaining import FlowStory, LinkStory, NodeStory, Sending
    from wayfare.emulator.records import RunRecord

    from .defaults import Default

WIDTH = 100
MISTAKE = 2
"""The exit code where something that is asked for is not there."""


def command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, running or finished.")],
    flow: Annotated[int | None, typer.Option("--flow", metavar="N", help="A transfer, by its number.")] = None,
    link: Annotated[str | None, typer.Option("--link", metavar="A,B", help="The link between two nodes.")] = None,
    node: Annotated[str | None, typer.Option("--node", metavar="X", help="A node.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Print every interval, transfer and change, however many there are.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, which has everything.")] = False,
) -> None:
    """Explain a transfer, a link or a node of a run: what it did, what limited it, and the defaults behind that."""
    from wayfare.emulator.records import RecordError, RunRecord

    try:
        if sum(asked is not None for asked in (flow, link, node)) != 1:
            raise RecordError("say what to explain: one of --flow N, --link A,B and --node X")
        record = RunRecord(run)
        story = _story(record, flow, link, node)
        defaults = _defaults(record, story)
    except RecordError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(MISTAKE) from None
    if as_json:
        print(json.dumps(_as_json(record, story, defaults), indent=2))
    else:
        _print(record, story, defaults, everything=everything)


def _story(
    record: RunRecord, flow: int | None, link: str | None, node: str | None
) -> FlowStory | LinkStory | NodeStory:
    """Return the story that is asked for."""
    from wayfare.emulator.explaining import tell_flow, tell_link, tell_node

    if flow is not None:
        return tell_flow(record, flow, _sending(record, flow))
    if link is not None:
        return tell_link(record, *_ends(link, record.node_names))
    return tell_node(record, node or "")


def _ends(link: str, names: list[str]) -> tuple[str, str]:
    """Split ``A,B`` at the comma that leaves the names of two nodes, or else at the first.

    Raises:
        NotRecorded: There is no comma.
    """
    from wayfare.emulator.explaining import NotRecorded

    parts = link.split(",")
    splits = [(",".join(parts[:place]).strip(), ",".join(parts[place:]).strip()) for place in range(1, len(parts))]
    if not splits:
        raise NotRecorded(
            f"--link {link}: give the two nodes of a link with a comma between them, such as {','.join(names[:2])}"
        )
    return next((split for split in splits if set(split) <= set(names)), splits[0])


def _sending(record: RunRecord, flow: int) -> Sending:
    """Return how the scenario sends a transfer."""
    from wayfare.emulator.explaining import Sending
    from wayfare.emulator.tcp import TransportTerm
    from wayfare.scenarios import components, quantities
    from wayfare.scenarios.composer import compose

    from .defaults import section_of

    data, _ = compose(record.scenario_text, "scenario.yaml")
    traffic, handover = section_of(data, "traffic"), section_of(data, "radio.handover")
    sending = Sending(
        fragment_bytes=quantities.parse(traffic["fragment"], "bytes"),
        forwarding=_forwarding(record, flow, traffic),
        pauses="transport" in traffic or traffic["sharing"] != {"model": "fair"},
    )
    if handover:
        sending = replace(sending, interruption_s=quantities.parse(handover["interruption"], "s"))
    if "transport" not in traffic:
        return sending
    term: TransportTerm = components.read(TransportTerm, traffic["transport"], {})
    return replace(sending, segment_bytes=term.segment_bytes, overhead_bytes=term.overhead_bytes)


def _forwarding(record: RunRecord, flow: int, traffic: dict[str, Any]) -> str | None:
    """Return how the scenario forwards a transfer; None where its class is not to be told and makes a difference."""
    import pyarrow.compute as pc

    from wayfare.emulator.records import EventKind

    events = record.table("events")
    began = events.filter((pc.field("flow") == flow) & (pc.field("kind") == int(EventKind.FLOW_START))).to_pylist()
    if not began:
        return None
    usual, by_class = traffic["forwarding"], traffic.get("classes") or {}
    if began[0]["packet"] >= 0:
        classes = ["model", "data"]
    else:
        classes = ["transfer" if _is_listed(record, began[0], traffic) else "background"]
    found = {by_class.get(each) or usual for each in classes}
    return str(found.pop()) if len(found) == 1 else None


def _is_listed(record: RunRecord, began: dict[str, Any], traffic: dict[str, Any]) -> bool:
    """Tell whether a transfer is one that the scenario lists, and not of its background."""
    from wayfare.emulator.records.conventions import nanoseconds
    from wayfare.scenarios import quantities

    names = record.node_names
    ends = names[began["node"]], names[began["peer"]]
    return any(
        (each["from"], each["to"]) == ends
        and quantities.parse(each["size"], "bytes") == began["size_bytes"]
        and nanoseconds(quantities.parse(each["start"], "s")) == began["time_ns"]
        for each in traffic["transfers"]
    )


def _defaults(record: RunRecord, story: FlowStory | LinkStory | NodeStory) -> list[Default]:
    """Return the defaults that a story rests on."""
    from wayfare.emulator.explaining import FlowStory, LinkStory, NodeStory
    from wayfare.scenarios.composer import compose

    from .defaults import defaults_of

    data, _ = compose(record.scenario_text, "scenario.yaml")
    sections: list[str] = []
    if isinstance(story, FlowStory):
        sections += ["traffic", "routing"]
    if isinstance(story, NodeStory):
        sections += [f"nodes.{story.tier}"]
    links = tuple(each.link for each in story.directions) if isinstance(story, LinkStory) else story.link_ids
    by_index = {edge["index"]: edge for edge in record.topology["edges"]}
    edges = [by_index[link // 2] for link in links]
    for edge, link in zip(edges, links, strict=True):
        sections += _link_sections(data, edge, link)
    found = defaults_of(data, list(dict.fromkeys(sections)))
    return [default for default in found if _is_used(default, edges)]


def _is_used(default: Default, edges: list[dict[str, Any]]) -> bool:
    """Tell whether a class's rate or delay is that of a link, and not all of them say their own."""
    from wayfare.emulator.links import DEFAULT_LINKS, section_of

    section, _, key = default.key.removeprefix("links.").partition(".")
    figure = {"rate": ("rate_forward_bps", "rate_bps"), "delay": ("delay_s", "delay_s")}.get(key)
    if not default.key.startswith("links.") or figure is None:
        return True
    usual = getattr(DEFAULT_LINKS[section], figure[1])
    return any(
        edge[figure[0]] == usual
        for edge in edges
        if edge["medium"] == "wire" and section_of(edge["class_forward"]) == section
    )


def _link_sections(data: dict[str, Any], edge: dict[str, Any], link: int) -> list[str]:
    """Return the sections of the scenario that say what a link is."""
    from wayfare.emulator.links import section_of

    link_class = edge["class_backward" if link % 2 else "class_forward"]
    if edge["medium"] != "radio":
        return [f"links.{section_of(link_class)}"]
    radio, moves = data.get("radio") or {}, bool(data.get("mobility"))
    sections = ["sidelink" if link_class == "d2d" else "cells"]
    if moves or radio.get("interference") or radio.get("blockers"):
        sections.append("radio")
    if moves and radio.get("handovers"):
        sections.append("radio.handover")
    ends = {edge["source"], edge["target"]}
    for place, way in enumerate(data.get("mobility") or []):
        if "tier" in way or ends & set(way.get("nodes") or []):
            sections.append(f"mobility.{place}")
    return sections


def _as_json(record: RunRecord, story: Any, defaults: list[Default]) -> dict[str, Any]:
    """Return all of it as plain data."""
    from wayfare.emulator.nodes import NodeClass
    from wayfare.scenarios import components

    manifest = record.manifest
    kind = type(story).__name__.removesuffix("Story").lower()
    told: dict[str, Any] = {
        "run": {"folder": str(record.folder), "name": manifest["name"], "status": manifest["status"]},
        kind: asdict(story),
    }
    if kind == "node":
        told["hardware"] = asdict(components.read(NodeClass, _hardware(record, story.name, story.tier), {}))
    return told | {"defaults": [asdict(default) for default in defaults]}


def _hardware(record: RunRecord, name: str, tier: str) -> dict[str, Any]:
    """Return what the scenario says of a node: of its tier, and by its name."""
    from wayfare.scenarios.composer import compose

    from .defaults import section_of

    data, _ = compose(record.scenario_text, "scenario.yaml")
    return section_of(data, f"nodes.{tier}") | (section_of(data, "nodes").get(name) or {})


def _print(record: RunRecord, story: Any, defaults: list[Default], *, everything: bool) -> None:
    from rich.console import Console

    from wayfare.emulator.explaining import NodeStory

    from .explain_tables import defaults_table, story_lines

    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, soft_wrap=False)
    manifest = record.manifest
    if manifest["status"] != "finished":
        until_s = (manifest.get("progress") or {}).get("virtual_s", 0.0)
        console.print(f"the run is {manifest['status']}: as it stood at {until_s:.6f} s\n", markup=False)
    for part in story_lines(story, everything=everything):
        console.print(part, markup=False)
    if isinstance(story, NodeStory):
        figures = ", ".join(f"{key} {value}" for key, value in _hardware(record, story.name, story.tier).items())
        console.print(f"\nhardware: {figures}", markup=False)
    if defaults:
        console.print()
        console.print(defaults_table(defaults))

"""The network of a run as its folder has it: names, what joins what at which time, and what each constraint is."""

from bisect import bisect_right
from collections import defaultdict
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from wayfare.emulator.records import EventKind, RunRecord, directed_links
from wayfare.emulator.records.conventions import nanoseconds

from .errors import NotRecorded, shortened, unknown_node
from .rows import Rows, chosen, listed, read_rows

Ends = tuple[int, int]


class RadioState(NamedTuple):
    """What a radio link has from a time on: the node id of its site, signal to interference and noise [dB], rate."""

    since_ns: int
    site: int
    sinr_db: float
    rate_bps: float


class RecordedNetwork:
    """Nodes and directed links of a run; the ends of a device's radio links move with its handovers.

    Attributes:
        run: The run folder.
        names: Of the nodes, by id.
        edges: Of ``topology.json``; the directed links of edge ``i`` are ``2 i`` and ``2 i + 1``.
        events: The table of that name.
        until_ns: When the record ends; of a running run, so far.
    """

    def __init__(self, run: RunRecord) -> None:
        self.run, self.names = run, run.node_names
        self.events = read_rows(run, "events")
        self.edges: list[dict[str, Any]] = sorted(run.topology["edges"], key=lambda edge: int(edge["index"]))
        self._ids = {name: node for node, name in enumerate(self.names)}
        self._first = {
            link: (self._ids[source], self._ids[target])
            for link, (source, target, _) in directed_links(run.topology).items()
        }
        self._moves = self._handovers()
        self._links: dict[Ends, list[int]] = defaultdict(list)
        for link, ends in self._first.items():
            for each in (ends, *(later for _, later in self._moves.get(link, []))):
                if link not in self._links[each]:
                    self._links[each].append(link)

    def _handovers(self) -> dict[int, list[tuple[int, Ends]]]:
        """Return the later ends of the links that move, with the time of each."""
        now, by_ends = dict(self._first), {ends: link for link, ends in self._first.items()}
        moves: dict[int, list[tuple[int, Ends]]] = defaultdict(list)
        for row in listed(chosen(self.events, self.events["kind"] == EventKind.HANDOVER)):
            device, site, old = row["node"], row["peer"], int(row["value"])
            for before, after in (((device, old), (device, site)), ((old, device), (site, device))):
                link = by_ends.pop(before, None)
                if link is not None:
                    now[link], by_ends[after] = after, link
                    moves[link].append((row["time_ns"], after))
        return moves

    def events_where(self, column: str, value: int) -> Rows:
        """Return the events whose column has a value, in order of time."""
        return chosen(self.events, self.events[column] == value)

    def node(self, name: str) -> int:
        """Return the id of a node.

        Raises:
            NotRecorded: There is none of that name.
        """
        if name not in self._ids:
            raise unknown_node(name, self.names)
        return self._ids[name]

    def neighbours(self, node: int) -> list[int]:
        """Return the nodes that a node had a link to at some time, in id order."""
        return sorted({target for source, target in self._links if source == node})

    def links_between(self, source: int, target: int) -> list[int]:
        """Return the directed links that lead from one node to another at some time.

        Raises:
            NotRecorded: None does.
        """
        found = self._links.get((source, target))
        if not found:
            near = shortened([self.names[node] for node in self.neighbours(source)]) or "no node"
            names = f"{self.names[source]} to {self.names[target]}"
            raise NotRecorded(f"the run has no link from {names}; {self.names[source]} has links to {near}")
        return found

    def link_at(self, source: int, target: int, time_ns: int) -> int | None:
        """Return the link that led from one node to another at a time, a change of that instant counted both ways."""
        for link in self._links.get((source, target), []):
            if (source, target) in (self.ends(link, time_ns), self.ends(link, time_ns - 1)):
                return link
        return None

    def ends(self, link: int, time_ns: int) -> Ends:
        """Return the node ids that a directed link led from and to at a time."""
        moves = self._moves.get(link, [])
        place = bisect_right([at_ns for at_ns, _ in moves], time_ns)
        return moves[place - 1][1] if place else self._first[link]

    def handovers(self, link: int) -> list[tuple[int, Ends]]:
        """Return the later ends of a link, with the time of each [ns]."""
        return self._moves.get(link, [])

    def edge(self, link: int) -> dict[str, Any]:
        """Return the edge of ``topology.json`` that a directed link is of."""
        return self.edges[link // 2]

    def link_class(self, link: int) -> str:
        """Return the class of a directed link."""
        return str(self.edge(link)["class_backward" if link % 2 else "class_forward"])

    def first_rate_bps(self, link: int) -> float:
        """Return the rate that a link began with [bit/s]."""
        return float(self.edge(link)["rate_backward_bps" if link % 2 else "rate_forward_bps"])

    @cached_property
    def _changes(self) -> dict[tuple[int, int], list[tuple[int, float]]]:
        """Return the rates and delays that links were given, by kind of event and link, with the time of each [ns]."""
        changes: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
        mask = np.isin(self.events["kind"], (EventKind.LINK_RATE, EventKind.LINK_DELAY))
        for row in listed(chosen(self.events, mask)):
            link = self.link_at(row["node"], row["peer"], row["time_ns"])
            if link is not None:
                changes[row["kind"], link].append((row["time_ns"], row["value"]))
        return changes

    def rate_changes(self, link: int) -> list[tuple[int, float]]:
        """Return the rates that a link was given after the start, with the time of each [ns] [bit/s]."""
        return self._changes.get((EventKind.LINK_RATE, link), [])

    def delay_changes(self, link: int) -> list[tuple[int, float]]:
        """Return the delays that a link was given after the start, with the time of each [ns] [s]."""
        return self._changes.get((EventKind.LINK_DELAY, link), [])

    def rate_bps(self, link: int, time_ns: int) -> float:
        """Return what a flow alone got on a link at a time [bit/s]."""
        state = self.radio_at(link, time_ns)
        latest = state.rate_bps if state else self.first_rate_bps(link)
        return _at(self.rate_changes(link), time_ns, latest)

    def delay_s(self, link: int, time_ns: int) -> float:
        """Return the delay of what left a link at a time [s]."""
        return _at(self.delay_changes(link), time_ns, float(self.edge(link)["delay_s"]))

    def is_radio(self, link: int) -> bool:
        """Tell whether a link is in the air."""
        return bool(self.edge(link)["medium"] == "radio")

    def link_name(self, link: int, time_ns: int = 0) -> str:
        """Return ``a -> b`` as of a time."""
        return " -> ".join(self.names[end] for end in self.ends(link, time_ns))

    @cached_property
    def _radio(self) -> dict[int, list[RadioState]]:
        states: dict[int, list[RadioState]] = defaultdict(list)
        for row in listed(read_rows(self.run, "radio")):
            state = RadioState(row["time_ns"], row["site"], row["sinr_db"], row["rate_bps"])
            states[row["link"]].append(state)
        return states

    def radio_states(self, link: int) -> list[RadioState]:
        """Return what a radio link had, in order of time; empty for a wire."""
        return self._radio.get(link, [])

    def radio_at(self, link: int, time_ns: int) -> RadioState | None:
        """Return what a radio link had at a time; None for a wire, or where nothing is recorded."""
        states = self.radio_states(link)
        place = bisect_right([state.since_ns for state in states], time_ns)
        return states[place - 1] if place else None

    @cached_property
    def _down_times(self) -> dict[int, list[tuple[int, int | None]]]:
        """Return the outages of each link that had any."""
        times: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
        for row in listed(chosen(self.events, np.isin(self.events["kind"], (EventKind.LINK_DOWN, EventKind.LINK_UP)))):
            link = self.link_at(row["node"], row["peer"], row["time_ns"])
            if link is not None and row["kind"] == EventKind.LINK_DOWN:
                times[link].append((row["time_ns"], None))
            elif link is not None and times[link]:
                times[link][-1] = (times[link][-1][0], row["time_ns"])
        return times

    def down_times(self, link: int) -> list[tuple[int, int | None]]:
        """Return when a directed link failed and when it came back, None if it did not [ns]."""
        return self._down_times.get(link, [])

    def times_without_rate(self, link: int) -> list[tuple[int, int | None]]:
        """Return when a link was down, or up with a rate of 0, and until when; None if to the end [ns]."""
        states = [(state.since_ns, state.rate_bps) for state in self.radio_states(link)]
        return self.down_times(link) + _times_at_0(states) + _times_at_0(self.rate_changes(link))

    @cached_property
    def until_ns(self) -> int:
        """Return when the record ends [ns]."""
        manifest, summary = self.run.manifest, self.run.summary
        if summary is not None:
            return nanoseconds(summary["time"]["virtual_s"])
        said_ns = nanoseconds((manifest.get("progress") or {}).get("virtual_s", 0.0))
        times = self.events["time_ns"]
        return max(said_ns, int(times[-1]) if len(times) else 0)

    def busy_s(self, bins: Rows) -> float:
        """Return the time at full load that bins are worth; each lasts until the next one or the end [s]."""
        starts_ns = np.unique(read_rows(self.run, "bins")["time_ns"])
        ends_ns = np.append(starts_ns[1:], max(self.until_ns, *starts_ns[-1:]))
        spans_s = (ends_ns - starts_ns) / 1e9 if len(starts_ns) else np.empty(0)
        return float(spans_s[np.searchsorted(starts_ns, bins["time_ns"])] @ bins["utilisation"])

    def constraint_name(self, constraint: int, links: set[int], time_ns: int) -> str:
        """Return what a constraint is, in words.

        Args:
            constraint: Its id.
            links: The directed links that were seen to use it.
            time_ns: When they used it.
        """
        if not links:
            return f"constraint {constraint}"
        link = min(links)
        edge = self.edge(link)
        if edge["medium"] != "radio":
            both = edge["duplex"] == "half"
            return f"capacity of {' - '.join((edge['source'], edge['target'])) if both else self.link_name(link)}"
        if edge["class_forward"] == edge["class_backward"] == "d2d":
            common = set.intersection(*({edge["source"], edge["target"]} for edge in map(self.edge, links)))
            return f"airtime of {' or '.join(sorted(common)) or f'sidelink constraint {constraint}'}"
        source, target = self.ends(link, time_ns)
        down = self.link_class(link) == "access-down"
        way = "" if edge["duplex"] == "half" else " for down" if down else " for up"
        return f"airtime of {self.names[source if down else target]}{way}"


def _times_at_0(changes: list[tuple[int, float]]) -> list[tuple[int, int | None]]:
    """Return from when to when a value was 0."""
    untils = [*(at_ns for at_ns, _ in changes[1:]), None]
    return [(at_ns, until_ns) for (at_ns, value), until_ns in zip(changes, untils, strict=False) if value == 0]


def _at(changes: list[tuple[int, float]], time_ns: int, first: float) -> float:
    """Return the value that holds at a time."""
    place = bisect_right([at_ns for at_ns, _ in changes], time_ns)
    return changes[place - 1][1] if place else first

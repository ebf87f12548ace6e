"""The way of a transfer, leg by leg: what it crossed at once, when, and what passed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from wayfare.emulator.records import EventKind

from .recorded_network import Ends, RecordedNetwork
from .replay import Passage, Spell
from .rows import Rows, listed


@dataclass(frozen=True)
class Interruption:
    """A failure or a handover under a transfer, and the bits that it cost."""

    time_ns: int
    lost_bits: float


@dataclass
class Leg:
    """One link, or with cut-through all links, from the first bit in to the last bit out.

    Attributes:
        links: The directed links, in order.
        ends: What each of them joined then.
        start_ns: When the first bit went in; ``end_ns``: when the last one had arrived, None if it did not.
    """

    links: tuple[int, ...]
    ends: tuple[Ends, ...]
    start_ns: int
    end_ns: int | None = None
    passages: list[Passage] = field(default_factory=list)
    interruptions: list[Interruption] = field(default_factory=list)

    @property
    def source(self) -> int:
        """Return the node that sends."""
        return self.ends[0][0]

    @property
    def target(self) -> int:
        """Return the node that receives."""
        return self.ends[-1][1]

    @property
    def carried_bits(self) -> float:
        """Return what the rates add up to."""
        return sum(passage.bits for passage in self.passages)

    @property
    def lost_bits(self) -> float:
        """Return what of that was lost."""
        return sum(interruption.lost_bits for interruption in self.interruptions)

    @property
    def kept_bits(self) -> float:
        """Return what passed for good, without what a transport adds."""
        return sum(passage.payload_bits for passage in self.passages) - self.lost_bits

    @property
    def spells(self) -> list[Spell]:
        """Return the rates of all its passages, in order of time."""
        return sorted(
            (spell for passage in self.passages for spell in passage.spells), key=lambda spell: spell.start_ns
        )


def legs_of(network: RecordedNetwork, events: Rows, passages: Sequence[Passage]) -> list[Leg]:
    """Return the legs of a transfer in the order in which they began.

    Args:
        network: The run's.
        events: Those of the transfer.
        passages: Its flows.
    """
    rows = listed(events)
    starts = [row for row in rows if row["kind"] == EventKind.HOP_START]
    legs = _begun(network, starts, passages)
    for passage in passages:
        begun = [leg for leg in legs if leg.links == passage.links and leg.start_ns <= passage.enter_ns]
        if begun:
            begun[-1].passages.append(passage)
    for row in rows:
        if row["kind"] == EventKind.INTERRUPT:
            _interrupt(legs, network.link_at(row["node"], row["peer"], row["time_ns"]), row)
    _end(legs, [row for row in rows if row["kind"] == EventKind.HOP_END])
    return legs


def _begun(network: RecordedNetwork, starts: list[dict[str, Any]], passages: Sequence[Passage]) -> list[Leg]:
    """Return legs that have begun: with cut-through of all links whose first bits went in together, else of one."""
    at_once = not passages or any(len(passage.links) > 1 for passage in passages)
    chains: list[list[dict[str, Any]]] = []
    for row in starts:
        last = chains[-1][-1] if chains else None
        if at_once and last and (last["time_ns"], last["peer"]) == (row["time_ns"], row["node"]):
            chains[-1].append(row)
        else:
            chains.append([row])
    legs = []
    for chain in chains:
        ends = [(row["node"], row["peer"]) for row in chain]
        links = [network.link_at(*pair, row["time_ns"]) for pair, row in zip(ends, chain, strict=True)]
        legs.append(Leg(tuple(link for link in links if link is not None), tuple(ends), chain[0]["time_ns"]))
    return legs


def _interrupt(legs: list[Leg], link: int | None, row: dict[str, Any]) -> None:
    """Note an interruption on the leg whose flow ended with it, or else on the one that had begun last."""
    time_ns = row["time_ns"]
    there = [leg for leg in legs if leg.links[:1] == (link,) and leg.start_ns <= time_ns]
    stopped = [leg for leg in there if any(passage.leave_ns == time_ns for passage in leg.passages)]
    for leg in (stopped or there)[-1:]:
        leg.interruptions.append(Interruption(time_ns, 8.0 * row["value"]))


def _end(legs: list[Leg], ends: list[dict[str, Any]]) -> None:
    """Note when the last bit of each leg had arrived; of two over the same link, the earlier one was broken off."""
    waiting = list(legs)
    for row in ends:
        for leg in reversed(waiting):
            if leg.ends[-1] == (row["node"], row["peer"]) and leg.start_ns <= row["time_ns"]:
                last = leg.passages[-1].leave_ns if leg.passages else None
                if last is not None and last <= row["time_ns"]:
                    leg.end_ns = row["time_ns"]
                    waiting.remove(leg)
                    break

"""The story of one transfer: where it went, what limited it from moment to moment, and where its time went."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from wayfare.emulator.records import DropReason, EventKind, RunRecord

from .accounting import Account, account
from .errors import NotRecorded
from .legs import Leg, legs_of
from .proof import prove
from .recorded_network import RecordedNetwork
from .replay import Journal, Spell
from .rows import Rows, chosen, listed, read_rows
from .sending import Sending

RELATIVE = 1e-9


@dataclass(frozen=True)
class Sharer:
    """Another transfer, and the share of the bottleneck that it had."""

    transfer: int
    source: str
    target: str
    share: float


@dataclass(frozen=True)
class Signal:
    """What a radio link had: signal to interference and noise ratio, and rate."""

    link: str
    sinr_db: float | None
    rate_bps: float


@dataclass(frozen=True)
class Interval:
    """A time in which the rate of a transfer, and what limited it, stayed.

    Attributes:
        alone_bps: What it would have got alone.
        limit: What limited it, in words.
        cause: ``share``, ``alone`` (nobody else was there), ``cap``, ``rank``, ``stopped`` or ``unknown``.
        shared_with: The other transfers there, the largest share first, at most twelve of ``others``.
        others: How many there were.
        radio: Of the radio links that it crossed.
    """

    start_s: float
    end_s: float
    rate_bps: float
    alone_bps: float
    limit: str
    cause: str
    shared_with: tuple[Sharer, ...]
    others: int
    radio: tuple[Signal, ...]


@dataclass(frozen=True)
class Hop:
    """A link of the way, or with cut-through all of them at once.

    Attributes:
        route: The nodes that it joins, in order.
        media: Wire or radio, link by link.
        waited_s: From when its node had it until its first bit went in; None for fragments after the first hop.
        first_bit_in_s: When its first bit went in.
        last_bit_out_s: When its last bit had left the bottleneck; None if it did not.
        stopped_s: How long of the time in between nothing was sent, as links were down or held.
        arrived_s: When the last bit had arrived, ``propagation_s`` later.
        carried_bytes: What the rates add up to; ``lost_bytes``: what of it was lost.
        interruptions_s: When it was interrupted.
    """

    route: tuple[str, ...]
    media: tuple[str, ...]
    waited_s: float | None
    first_bit_in_s: float
    last_bit_out_s: float | None
    stopped_s: float
    propagation_s: float | None
    arrived_s: float | None
    carried_bytes: float
    lost_bytes: float
    interruptions_s: tuple[float, ...]
    intervals: tuple[Interval, ...]


@dataclass(frozen=True)
class Lost:
    """The time that a transfer lost to another one."""

    transfer: int
    source: str
    target: str
    time_s: float


@dataclass(frozen=True)
class FlowStory:
    """All that a run says of a transfer.

    Attributes:
        packet: The model packet it carries, or None.
        end_s: When it was delivered or dropped, or the record ends.
        outcome: ``delivered``, ``dropped`` or ``in flight``.
        dropped_at: Where, and ``reason`` why.
        forwarding: ``cut-through``, ``fragments`` or ``whole-packet``, as the scenario says or as it went; None where
            one cannot tell.
        accounted_bytes: What the rates add up to on the way into the destination, with what went ahead of a handover
            and without what was lost.
        exact: Whether that is the size, on every hop that it crossed, to the rounding of the record's times.
        lost_to: The other transfers that it lost time to, the most first.
    """

    number: int
    source: str
    target: str
    size_bytes: int
    packet: int | None
    start_s: float
    end_s: float
    outcome: str
    dropped_at: str | None
    reason: str | None
    forwarding: str | None
    hops: tuple[Hop, ...]
    account: Account
    lost_to: tuple[Lost, ...]
    accounted_bytes: float
    exact: bool
    link_ids: tuple[int, ...]


def tell_flow(run: RunRecord, number: int, sending: Sending | None = None) -> FlowStory:
    """Return the story of a transfer.

    Args:
        run: A run folder, finished or not.
        number: The transfer.
        sending: What the scenario says of how transfers travel; by default there are no segments and no pauses.

    Raises:
        NotRecorded: There is no such transfer, or the run has no journal of its sharing.
        RecordError: The folder is damaged.
    """
    network = RecordedNetwork(run)
    return _Telling(network, number, sending or Sending()).story()


class _Telling:
    """A transfer of a run, put together from its events and the replayed solver."""

    def __init__(self, network: RecordedNetwork, number: int, sending: Sending) -> None:
        self._network, self._number = network, number
        events = network.events
        self._starts = chosen(events, events["kind"] == EventKind.FLOW_START)
        self._events = chosen(events, events["flow"] == number)
        began = chosen(self._events, self._events["kind"] == EventKind.FLOW_START)
        if not len(began["time_ns"]):
            raise self._unknown()
        self._start = listed(began)[0]
        over = (EventKind.FLOW_END, EventKind.FLOW_DROP)
        self._end = next((row for row in listed(self._events) if row["kind"] in over), None)
        self._end_ns = network.until_ns if self._end is None else self._end["time_ns"]
        self._journal = _journal(network, self._events)
        passages = self._journal.passages(number, network.until_ns)
        self._legs = legs_of(network, self._events, passages)
        self._forwarding = sending.forwarding or _forwarding(self._legs)
        self._sending = sending
        self._take_off_overhead()
        self._sources = dict(
            zip(
                self._starts["flow"].tolist(),
                zip(self._starts["node"].tolist(), self._starts["peer"].tolist(), strict=True),
                strict=True,
            )
        )

    def _take_off_overhead(self) -> None:
        for leg in self._legs:
            stops_ns = {interruption.time_ns for interruption in leg.interruptions}
            for passage in leg.passages:
                passage.payload_bits = self._sending.payload_bits(passage.bits, stopped=passage.leave_ns in stops_ns)

    def _unknown(self) -> NotRecorded:
        count = len(self._starts["flow"])
        has = f"its transfers are 0 to {int(self._starts['flow'].max())}" if count else "it has none"
        return NotRecorded(f"{self._network.run.folder}: the run has no transfer {self._number}; {has}")

    def story(self) -> FlowStory:
        """Return all of it."""
        start, end, names = self._start, self._end, self._network.names
        size_bytes = int(start["size_bytes"])
        piece_bits = 8.0 * (
            min(self._sending.fragment_bytes, size_bytes) if self._forwarding == "fragments" else size_bytes
        )
        dropped = end is not None and end["kind"] == EventKind.FLOW_DROP
        times_ns = start["time_ns"], self._end_ns
        went = account(self._network, self._legs, *times_ns, piece_bits, self._sending, dropped=dropped)
        proof = prove(self._network, self._legs, size_bytes, piece_bits, start["peer"], self._sending)
        return FlowStory(
            number=self._number,
            source=names[start["node"]],
            target=names[start["peer"]],
            size_bytes=size_bytes,
            packet=start["packet"] if start["packet"] >= 0 else None,
            start_s=start["time_ns"] / 1e9,
            end_s=self._end_ns / 1e9,
            outcome="in flight" if end is None else "dropped" if dropped else "delivered",
            dropped_at=names[end["node"]] if end is not None and dropped else None,
            reason=DropReason(int(end["value"])).name.lower().replace("_", " ")
            if end is not None and dropped
            else None,
            forwarding=self._forwarding,
            hops=tuple(self._hop(place, leg) for place, leg in enumerate(self._legs)),
            account=went,
            lost_to=tuple(Lost(*self._named(other), time_s) for other, time_s in went.by_other),
            accounted_bytes=proof.accounted_bits / 8,
            exact=proof.exact,
            link_ids=tuple(dict.fromkeys(link for leg in self._legs for link in leg.links)),
        )

    def _named(self, transfer: int) -> tuple[int, str, str]:
        source, target = self._sources.get(transfer, (-1, -1))
        names = self._network.names
        return transfer, names[source] if source >= 0 else "?", names[target] if target >= 0 else "?"

    def _hop(self, place: int, leg: Leg) -> Hop:
        names, passages = self._network.names, leg.passages
        out_ns = passages[-1].leave_ns if passages and leg.end_ns is not None else None
        until_ns = self._end_ns if out_ns is None else out_ns
        sending_s = math.fsum(spell.span_s for passage in passages for spell in passage.spells if spell.rate_bps > 0)
        return Hop(
            route=(names[leg.source], *(names[target] for _, target in leg.ends)),
            media=tuple("radio" if self._network.is_radio(link) else "wire" for link in leg.links),
            waited_s=self._waited_s(place, leg),
            first_bit_in_s=leg.start_ns / 1e9,
            last_bit_out_s=None if out_ns is None else out_ns / 1e9,
            stopped_s=max((until_ns - leg.start_ns) / 1e9 - sending_s, 0.0) if out_ns is not None else 0.0,
            propagation_s=None if out_ns is None or leg.end_ns is None else (leg.end_ns - out_ns) / 1e9,
            arrived_s=None if leg.end_ns is None else leg.end_ns / 1e9,
            carried_bytes=leg.carried_bits / 8,
            lost_bytes=leg.lost_bits / 8,
            interruptions_s=tuple(interruption.time_ns / 1e9 for interruption in leg.interruptions),
            intervals=tuple(_merged(self._interval(leg, spell) for spell in leg.spells)),
        )

    def _waited_s(self, place: int, leg: Leg) -> float | None:
        """Return how long a transfer waited before a leg [s]."""
        if place and self._forwarding == "fragments":
            return None
        before = self._legs[place - 1] if place else None
        ready_ns = int(self._start["time_ns"])
        if before is not None:
            leaves_ns = [passage.leave_ns for passage in before.passages if passage.leave_ns is not None]
            ready_ns = max(leaves_ns, default=before.start_ns) if before.end_ns is None else before.end_ns
        return max(leg.start_ns - ready_ns, 0) / 1e9

    def _interval(self, leg: Leg, spell: Spell) -> Interval:
        limit, cause = self._limit(leg, spell)
        sharers = tuple(Sharer(*self._named(other), share) for other, share in spell.others)
        return Interval(
            start_s=spell.start_ns / 1e9,
            end_s=spell.end_ns / 1e9,
            rate_bps=spell.rate_bps,
            alone_bps=spell.alone_bps,
            limit=limit,
            cause=cause,
            shared_with=sharers,
            others=spell.sharers,
            radio=tuple(self._signals(leg, spell.start_ns)),
        )

    def _limit(self, leg: Leg, spell: Spell) -> tuple[str, str]:
        """Return what limited a transfer in a spell, in words and in a word."""
        if spell.constraints:
            names = [self._name(constraint, spell.start_ns) for constraint in spell.constraints]
            name = names[0] + (f" and {len(names) - 1} more alike" if len(names) > 1 else "")
            cause = "alone" if spell.cause == "share" and not spell.others else spell.cause
            return {"rank": f"others come first: {name}", "stopped": f"{name}, which is 0"}.get(cause, name), cause
        if spell.cause == "cap":
            for link in leg.links:
                if math.isclose(self._network.rate_bps(link, spell.start_ns), spell.rate_bps, rel_tol=RELATIVE):
                    return f"rate of {self._network.link_name(link, spell.start_ns)}", "cap"
            return "its own cap", "cap"
        return "unknown", "unknown"

    def _name(self, constraint: int, time_ns: int) -> str:
        return self._network.constraint_name(constraint, self._journal.links_of(constraint), time_ns)

    def _signals(self, leg: Leg, time_ns: int) -> Iterator[Signal]:
        for link in leg.links:
            if self._network.is_radio(link):
                state = self._network.radio_at(link, time_ns)
                sinr_db = None if state is None or math.isnan(state.sinr_db) else state.sinr_db
                name, rate_bps = self._network.link_name(link, time_ns), self._network.rate_bps(link, time_ns)
                yield Signal(name, sinr_db, rate_bps)


def _journal(network: RecordedNetwork, events: Rows) -> Journal:
    """Return the journal of a run.

    Raises:
        NotRecorded: It was not written.
    """
    folder = network.run.folder
    remedy = "run the scenario again with record.sharing true, and this version of Wayfare"
    if not network.run.has_table("sharing"):
        raise NotRecorded(f"{folder}: an older run, without the table sharing that explains transfers; {remedy}")
    rows = read_rows(network.run, "sharing")
    if not len(rows["time_ns"]) and (events["kind"] == EventKind.HOP_END).any():
        raise NotRecorded(f"{folder}: the table sharing, which explains transfers, was not recorded; {remedy}")
    return Journal(rows)


def _forwarding(legs: list[Leg]) -> str | None:
    """Return how a transfer was forwarded, as far as its way tells."""
    if any(len(leg.links) > 1 for leg in legs):
        return "cut-through"
    for leg, following in pairwise(legs):
        if leg.target == following.source and leg.end_ns is not None and following.start_ns < leg.end_ns:
            return "fragments"
    return "whole-packet" if len(legs) > 1 else None


def _merged(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """Yield intervals, neighbours that differ in nothing but their time as one."""
    waiting: Interval | None = None
    for interval in intervals:
        if waiting is not None and _content(waiting) == _content(interval) and waiting.end_s == interval.start_s:
            waiting = replace(waiting, end_s=interval.end_s)
            continue
        if waiting is not None:
            yield waiting
        waiting = interval
    if waiting is not None:
        yield waiting


def _content(interval: Interval) -> tuple[object, ...]:
    """Return what makes an interval differ from another, rates and shares to nine digits."""
    sharers = tuple((sharer.transfer, f"{sharer.share:.8e}") for sharer in interval.shared_with)
    rates = f"{interval.rate_bps:.8e}", f"{interval.alone_bps:.8e}"
    return (*rates, interval.limit, interval.cause, interval.others, sharers, interval.radio)

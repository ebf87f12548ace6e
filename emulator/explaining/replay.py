"""The solver of the rates, asked again what a run's journal says it was asked."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wayfare.emulator.records import Asked
from wayfare.emulator.sharing import Demand, Fluid

from .members import Members
from .rows import Rows

MOST_OTHERS = 12
DIGITS = 9  # of shares, when they are put in order
SATURATED = 1e-8  # a constraint as full as this is full, and shares as near as this are the same


@dataclass(frozen=True)
class Spell:
    """A time in which a flow kept its rate, and those it shared with kept theirs.

    Attributes:
        alone_bps: What it would have got with nobody else.
        cause: ``share`` (a constraint it shares or fills), ``cap`` (it asks for no more), ``rank`` (flows of higher
            rank leave nothing), ``stopped`` (the constraint gives nothing), ``unknown``.
        constraints: What limits it: several where they are full at the same rate.
        others: What other transfers take there, as shares of the capacity, the twelve largest first.
        sharers: How many other transfers there are.
    """

    start_ns: int
    end_ns: int
    rate_bps: float
    alone_bps: float
    cause: str
    constraints: tuple[int, ...]
    others: tuple[tuple[int, float], ...]
    sharers: int

    @property
    def span_s(self) -> float:
        """Return how long it lasted [s]."""
        return (self.end_ns - self.start_ns) / 1e9

    @property
    def bits(self) -> float:
        """Return what passed in it."""
        return self.rate_bps * self.span_s


@dataclass
class Passage:
    """A flow of the transfer in question: its links, from when to when, and its rates.

    Attributes:
        leave_ns: When it had passed or was taken out; None where the record ends before.
        payload_bits: What passed, without what a transport adds.
        lost_s: How long it lost to each other transfer, by number.
    """

    flow: int
    links: tuple[int, ...]
    constraints: tuple[int, ...]
    enter_ns: int
    leave_ns: int | None
    spells: list[Spell] = field(default_factory=list)
    payload_bits: float = 0.0
    lost_s: dict[int, float] = field(default_factory=dict)

    @property
    def bits(self) -> float:
        """Return what passed."""
        return math.fsum(spell.bits for spell in self.spells)


@dataclass(frozen=True)
class _Block:
    """Neighbouring rows of one question: kind, flow, time, and where in the table they stand."""

    asked: int
    flow: int
    time_ns: int
    start: int
    stop: int


class Journal:
    """The journal of a run, by questions, each of one row or several.

    Attributes:
        flows: How many flows there were.
        transfers: The transfer of each flow.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = {"part": np.ones(len(rows["time_ns"])), **rows}
        self._links_of: dict[int, set[int]] = {}
        blocks = list(_blocks(rows))
        self._entered = {block.flow: block for block in blocks if block.asked == Asked.ENTER}
        self._left = {block.flow: block.time_ns for block in blocks if block.asked == Asked.LEAVE}
        self._blocks = [part for block in blocks for part in self._parts(block)]
        self._times = np.array([block.time_ns for block in self._blocks], dtype=np.int64)
        transfers = rows["transfer"]
        self.flows = max(self._entered, default=-1) + 1
        self.transfers = np.full(self.flows, -1, dtype=np.int64)
        for flow, block in self._entered.items():
            self.transfers[flow] = transfers[block.start]

    def _parts(self, block: _Block) -> Iterator[_Block]:
        """Yield the questions of a block: several where a flow changed several times in an instant."""
        entered = self._entered.get(block.flow)
        length = entered.stop - entered.start if block.asked == Asked.CHANGE and entered else block.stop - block.start
        for start in range(block.start, block.stop, length):
            yield _Block(block.asked, block.flow, block.time_ns, start, start + length)

    def passages(self, transfer: int, until_ns: int) -> list[Passage]:
        """Return the flows of a transfer with their rates, in the order in which they began.

        Args:
            transfer: Its number.
            until_ns: When the record ends; flows in progress are followed until then.
        """
        flows = np.flatnonzero(self.transfers == transfer).tolist()
        passages = {flow: self._passage(flow) for flow in flows}
        if passages:
            ends = [until_ns if passage.leave_ns is None else passage.leave_ns for passage in passages.values()]
            _Replay(self, passages).run(min(passage.enter_ns for passage in passages.values()), max(ends))
        return list(passages.values())

    def _passage(self, flow: int) -> Passage:
        block = self._entered[flow]
        links = self.rows["link"][block.start : block.stop].tolist()
        constraints = self.rows["constraint"][block.start : block.stop].tolist()
        on_links = tuple(dict.fromkeys(link for link in links if link >= 0))
        return Passage(flow, on_links, tuple(dict.fromkeys(constraints)), block.time_ns, self._left.get(flow))

    def before(self, time_ns: int) -> Iterator[_Block]:
        """Yield what brings the solver to where it was just before a time: capacities, and flows still in progress."""
        capacities: dict[int, _Block] = {}
        demands: dict[int, _Block] = {}
        for block in self._blocks[: int(np.searchsorted(self._times, time_ns))]:
            if block.asked == Asked.CAPACITY:
                capacities[int(self.rows["constraint"][block.start])] = block
            elif block.asked != Asked.LEAVE and self._left.get(block.flow, time_ns) >= time_ns:
                demands[block.flow] = block
        yield from capacities.values()
        for flow in sorted(demands):
            yield demands[flow]

    def between(self, start_ns: int, end_ns: int) -> Iterator[tuple[int, list[_Block]]]:
        """Yield the instants of a time, both ends included, each with what was asked in it."""
        first, last = np.searchsorted(self._times, (start_ns, end_ns + 1))
        for time_ns, blocks in groupby(self._blocks[first:last], key=lambda block: block.time_ns):
            yield time_ns, list(blocks)

    def demand(self, block: _Block) -> Demand:
        """Return what a flow asked for."""
        rows, part = self.rows, slice(block.start, block.stop)
        uses: dict[int, float] = defaultdict(float)
        parts: dict[int, float] = {}
        columns = [rows[name][part].tolist() for name in ("constraint", "coefficient", "part")]
        for constraint, amount, claimed in zip(*columns, strict=True):
            if constraint >= 0:
                uses[constraint] += amount
                parts.setdefault(constraint, claimed)
        weight, cap_bps, rank = (float(rows[name][block.start]) for name in ("weight", "cap_bps", "rank"))
        claims = tuple(parts.values())
        return Demand(tuple(uses.items()), weight, cap_bps, rank, claims if claims.count(1.0) < len(claims) else ())

    def links_of(self, constraint: int) -> set[int]:
        """Return the directed links that were seen to use a constraint."""
        if constraint not in self._links_of:
            links = self.rows["link"][self.rows["constraint"] == constraint]
            self._links_of[constraint] = {int(link) for link in np.unique(links) if link >= 0}
        return self._links_of[constraint]


def _blocks(rows: Rows) -> Iterator[_Block]:
    """Yield the runs of neighbouring rows that have kind, flow and time in common."""
    asked, flow, time_ns = rows["asked"], rows["flow"], rows["time_ns"]
    if not len(asked):
        return
    differs = (np.diff(asked) != 0) | (np.diff(flow) != 0) | (np.diff(time_ns) != 0) | (asked[1:] == Asked.CAPACITY)
    starts = np.concatenate(([0], np.flatnonzero(differs) + 1))
    stops = np.concatenate((starts[1:], [len(asked)]))
    columns = (column.tolist() for column in (asked[starts], flow[starts], time_ns[starts], starts, stops))
    yield from (_Block(*values) for values in zip(*columns, strict=True))


class _Replay:
    """The solver at work again, and for the flows in question what limits them."""

    def __init__(self, journal: Journal, passages: dict[int, Passage]) -> None:
        self._journal, self._passages = journal, passages
        self._fluid = Fluid()
        self._rates = np.zeros(journal.flows)
        self._capacity: dict[int, float] = {}
        self._members: dict[int, Members] = defaultdict(Members)
        self._open: dict[int, tuple[Spell, Others]] = {}
        self._lost_s: dict[int, NDArray[np.float64]] = {}
        self._touched: set[int] = set()
        self._is_fresh = np.zeros(journal.flows, dtype=bool)

    def run(self, start_ns: int, end_ns: int) -> None:
        """Work out the rates from when the first flow in question begins to when the last one ends."""
        for block in self._journal.before(start_ns):
            self._ask(block, start_ns)
        for time_ns, blocks in self._journal.between(start_ns, end_ns):
            for block in blocks:
                self._ask(block, time_ns)
            self._share(time_ns)
        for flow in list(self._open):
            self._end(flow, end_ns)

    def _ask(self, block: _Block, time_ns: int) -> None:
        flow = block.flow
        if block.asked == Asked.CAPACITY:
            constraint = int(self._journal.rows["constraint"][block.start])
            self._capacity[constraint] = float(self._journal.rows["coefficient"][block.start])
            self._fluid.set_capacity(constraint, self._capacity[constraint])
            self._touched.add(constraint)
        elif block.asked == Asked.LEAVE:
            self._leave(flow, time_ns)
        else:
            demand = self._journal.demand(block)
            if flow in self._fluid:
                self._fluid.change(flow, demand)
            else:
                self._fluid.add(flow, demand, now_s=time_ns / 1e9)
            for (constraint, amount), claim in zip(demand.uses, demand.claims, strict=True):
                self._members[constraint].put(flow, amount, claim, demand.rank)
                self._touched.add(constraint)

    def _leave(self, flow: int, time_ns: int) -> None:
        for constraint, _ in self._fluid.demand(flow).uses:
            self._members[constraint].take_out(flow)
            self._touched.add(constraint)
        self._fluid.remove(flow, time_ns / 1e9)
        if flow in self._passages:
            self._end(flow, time_ns)

    def _share(self, time_ns: int) -> None:
        self._fluid.share(time_ns / 1e9)
        changed = self._fluid.changed()
        fresh = np.fromiter(changed.keys(), np.int64, len(changed))
        self._rates[fresh] = np.fromiter(changed.values(), float, len(changed))
        self._is_fresh[fresh] = True
        for flow in self._passages:
            if flow in self._fluid and self._is_touched(flow):
                self._close(flow, time_ns)
                self._open[flow] = self._spell(flow, time_ns)
        self._is_fresh[fresh] = False
        self._touched.clear()

    def _is_touched(self, flow: int) -> bool:
        """Tell whether a flow, or one that it shares something with, has just come, gone, or got another rate."""
        constraints = [constraint for constraint, _ in self._fluid.demand(flow).uses]
        return (
            flow not in self._open
            or bool(self._is_fresh[flow])
            or any(constraint in self._touched for constraint in constraints)
            or any(self._is_fresh[self._members[constraint].flows].any() for constraint in constraints)
        )

    def _end(self, flow: int, time_ns: int) -> None:
        """End the last spell of a flow."""
        self._close(flow, time_ns)
        lost_s = self._lost_s.pop(flow, np.zeros(0))
        transfers = np.flatnonzero(lost_s)
        self._passages[flow].lost_s = dict(zip(transfers.tolist(), lost_s[transfers].tolist(), strict=True))

    def _close(self, flow: int, time_ns: int) -> None:
        """End the spell that is open, if it lasted; one equal to that before it prolongs that."""
        opened, others = self._open.pop(flow, (None, None))
        if opened is None or others is None or opened.start_ns == time_ns:
            return
        passage, spell = self._passages[flow], replace(opened, end_ns=time_ns)
        if passage.spells and alike(passage.spells[-1], spell):
            passage.spells[-1] = replace(passage.spells[-1], end_ns=time_ns)
        else:
            passage.spells.append(spell)
        taken = float(others.shares.sum())
        if taken > 0 and spell.alone_bps > 0:
            if flow not in self._lost_s:
                self._lost_s[flow] = np.zeros(int(self._journal.transfers.max()) + 1)
            in_all_s = spell.span_s * (1 - spell.rate_bps / spell.alone_bps)
            self._lost_s[flow][others.transfers] += in_all_s * others.shares / taken

    def _spell(self, flow: int, time_ns: int) -> "tuple[Spell, Others]":
        """Return what begins now: the flow's rate, its bottleneck, and who shares that."""
        demand, rate_bps = self._fluid.demand(flow), float(self._rates[flow])
        alone_bps = min([demand.cap_bps, *(self._capacity[c] / amount for c, amount in demand.uses)])
        cause, constraints = self._bottleneck(demand, rate_bps)
        others = self._others(flow, constraints)
        largest = np.lexsort((others.transfers, -np.round(others.shares, DIGITS)))[:MOST_OTHERS]
        named = tuple(zip(others.transfers[largest].tolist(), others.shares[largest].tolist(), strict=True))
        spell = Spell(time_ns, time_ns, rate_bps, alone_bps, cause, constraints, named, len(others.transfers))
        return spell, others

    def _bottleneck(self, demand: Demand, rate_bps: float) -> tuple[str, tuple[int, ...]]:
        """Return the full constraints on which the flow takes most for its weight: the max-min certificate."""
        shares: dict[int, float] = {}
        for (constraint, amount), claim in zip(demand.uses, demand.claims, strict=True):
            members, capacity = self._members[constraint], self._capacity[constraint]
            if capacity == 0:
                return "stopped", (constraint,)
            if float(members.taken(self._rates).sum()) < capacity * (1 - SATURATED):
                continue
            highest = members.highest_level(self._rates, demand.rank)
            if highest == 0:
                return "rank", (constraint,)
            shares[constraint] = amount * rate_bps / claim / highest
        most = max(shares.values(), default=0.0)
        tightest = tuple(constraint for constraint, share in shares.items() if share >= most * (1 - SATURATED))
        shared = any(len(self._members[constraint]) > 1 for constraint in tightest)
        if rate_bps >= demand.cap_bps * (1 - SATURATED) and not shared:
            return "cap", ()
        return ("share", tightest) if tightest else ("unknown", ())

    def _others(self, flow: int, constraints: tuple[int, ...]) -> "Others":
        """Return what other transfers take of constraints; of several the most."""
        transfers, shares = np.empty(0, dtype=np.int64), np.empty(0)
        for constraint in constraints:
            members = self._members[constraint]
            taken = members.taken(self._rates) / (self._capacity[constraint] or 1.0)
            here, place = np.unique(self._journal.transfers[members.flows], return_inverse=True)
            transfers = np.concatenate((transfers, here))
            shares = np.concatenate((shares, np.bincount(place, taken, len(here))))
        if len(constraints) > 1:
            transfers, place = np.unique(transfers, return_inverse=True)
            most = np.zeros(len(transfers))
            np.maximum.at(most, place, shares)
            shares = most
        other = transfers != self._journal.transfers[flow]
        return Others(transfers[other], shares[other])


class Others(NamedTuple):
    """All other transfers on a bottleneck, and the share of each."""

    transfers: NDArray[np.int64]
    shares: NDArray[np.float64]


def alike(one: Spell, other: Spell) -> bool:
    """Tell whether a spell follows upon another without a difference."""
    return one == replace(other, start_ns=one.start_ns, end_ns=one.end_ns) and one.end_ns == other.start_ns

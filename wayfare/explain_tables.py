"""What `wayfare explain` prints: the stories as lines and tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from wayfare.emulator.explaining import DirectionStory, FlowStory, Hop, Interval, LinkStory, NodeStory

from .figures import amount

if TYPE_CHECKING:
    from .defaults import Default

MOST = 10
"""Of intervals, transfers and changes, so many are printed unless all are asked for."""

_bytes, _bps, _j, _s = (amount(unit) for unit in ("B", "bit/s", "J", "s"))

_PARTS = (
    ("alone_s", "sending it with nobody else on the way"),
    ("sharing_s", "lost to others that shared the way"),
    ("overlap_s", "of these, while other fragments moved"),
    ("outages_s", "lost to outages"),
    ("handovers_s", "lost to handovers"),
    ("waiting_s", "waiting at nodes for a way or a turn"),
    ("pauses_s", "pauses of the connection"),
    ("repeated_s", "sending again what was lost"),
    ("dropped_s", "lost with the drop"),
    ("propagation_s", "propagation"),
    ("total_s", "in all"),
)


@singledispatch
def story_lines(story: object, *, everything: bool) -> Iterator[RenderableType]:
    """Yield the parts of a story in the order in which they are printed."""
    raise TypeError(f"no story: {story!r}")


@story_lines.register
def _flow(story: FlowStory, *, everything: bool) -> Iterator[RenderableType]:
    yield from _flow_heading(story)
    yield ""
    if story.account.total_s > 0:
        yield _titled("where the time went", _account_table(story))
    if story.lost_to:
        yield _lost_to(story)
    if story.hops:
        yield ""
        yield _titled("the way, in seconds", _way_table(story))
    for number, hop in enumerate(story.hops, 1):
        yield ""
        yield from _hop_lines(number, hop, everything=everything)
    if len(story.hops):
        yield ""
        yield _accounted(story)


def _flow_heading(story: FlowStory) -> Iterator[str]:
    carries = "" if story.packet is None else f", carries model packet {story.packet}"
    how = f", {story.forwarding}" if story.forwarding else ""
    yield f"transfer {story.number}: {story.source} -> {story.target}, {_bytes(story.size_bytes)}{how}{carries}"
    span = f"from {_at(story.start_s)} to {_at(story.end_s)} s"
    if story.outcome == "delivered":
        yield f"delivered {span}"
    elif story.outcome == "dropped":
        yield f"dropped at {story.dropped_at}: {story.reason}; {span}"
    else:
        yield f"still in flight; {span}"


def _account_table(story: FlowStory) -> Table:
    table = _table("", "", "")
    table.show_header = False
    for column in table.columns[1:]:
        column.justify = "right"
    total_s = story.account.total_s
    for name, label in _PARTS:
        part_s = getattr(story.account, name)
        if name in ("alone_s", "sharing_s", "propagation_s", "total_s") or abs(part_s) >= 1e-9:
            table.add_row(label, f"{part_s:.6f} s", f"{part_s / total_s:.1%}" if total_s else "")
    return table


def _way_table(story: FlowStory) -> Table:
    """Return the hops with the phases of each."""
    headings = ("hop", "from -> to", "waited", "first bit in", "last bit out", "no bits for", "propagation", "arrived")
    table = _table(*headings)
    for column in table.columns[2:]:
        column.justify, column.no_wrap = "right", True
    hops = list(enumerate(story.hops, 1))
    for number, hop in hops if len(hops) <= 3 * MOST else (*hops[:MOST], *hops[-MOST:]):
        times = hop.waited_s, hop.first_bit_in_s, hop.last_bit_out_s, hop.stopped_s, hop.propagation_s, hop.arrived_s
        table.add_row(str(number), " -> ".join(hop.route), *("-" if each is None else _at(each) for each in times))
    return table


def _lost_to(story: FlowStory) -> str:
    """Return the transfers that it lost most time to."""
    named = [f"{lost.transfer} ({lost.source} -> {lost.target}) {_at(lost.time_s)} s" for lost in story.lost_to[:3]]
    more = len(story.lost_to) - len(named)
    return f"lost most to transfer {', '.join(named)}" + (f" and {more} more" if more > 0 else "")


def _accounted(story: FlowStory) -> str:
    of_size = f"{_bytes(story.size_bytes)}"
    if story.outcome != "delivered":
        return f"of {of_size}, {_bytes(story.accounted_bytes)} have reached {story.target}"
    share = f"{story.accounted_bytes / story.size_bytes:.4%}"
    if not story.exact:
        return f"the rates account for {share} of {of_size}: this explanation is NOT exact; please report it"
    rounding = "" if share == "100.0000%" else "; the rest is the record's rounding of times to 1 ns"
    return f"the rates account for {share} of {of_size}{rounding}"


def _hop_lines(number: int, hop: Hop, *, everything: bool) -> Iterator[RenderableType]:
    media = " and ".join(dict.fromkeys(hop.media))
    over = "" if hop.last_bit_out_s is not None else f", not over: {_bytes(hop.carried_bytes)}"
    yield Text(f"hop {number}: {' -> '.join(hop.route)} ({media}){over}", style="bold")
    if hop.interruptions_s:
        times = ", ".join(map(_at, hop.interruptions_s[:5])) + (" ..." if len(hop.interruptions_s) > 5 else "")
        lost = f"; {_bytes(hop.lost_bytes)} lost" if hop.lost_bytes else ""
        yield f"interrupted at {times} s{lost}"
    if everything or len(hop.intervals) <= MOST:
        yield _interval_table(hop.intervals)
        return
    shown = sorted(sorted(hop.intervals, key=_span_s, reverse=True)[:MOST], key=lambda interval: interval.start_s)
    yield _interval_table(shown)
    rest = len(hop.intervals) - len(shown)
    rest_s = sum(map(_span_s, hop.intervals)) - sum(map(_span_s, shown))
    yield f"and {rest} shorter intervals, {rest_s:.6f} s together (--all prints them)"
    yield from _by_limit(hop.intervals)


def _interval_table(intervals: Sequence[Interval]) -> Table:
    signals = any(interval.radio for interval in intervals)
    table = _table("from [s]", "lasts [s]", "rate", *(["signal"] if signals else []), "limited by", "shared with")
    for column in table.columns[:3]:
        column.justify, column.no_wrap = "right", True
    for interval in intervals:
        cells = [_at(interval.start_s), f"{_span_s(interval):.6f}", _bps(interval.rate_bps)]
        if signals:
            cells.append("; ".join(_signal(each.sinr_db, each.rate_bps) for each in interval.radio))
        table.add_row(*cells, interval.limit, _sharers(interval))
    return table


def _signal(sinr_db: float | None, rate_bps: float) -> str:
    ratio = "" if sinr_db is None else f"{sinr_db:.1f} dB, "
    return f"{ratio}{_bps(rate_bps)}"


def _sharers(interval: Interval) -> str:
    """Return the transfers that shared, the largest share first: `1 (a -> b) 33%, 2 (b -> c) 33% + 12 more`."""
    if not interval.others:
        return "nobody"
    named = [
        f"{each.transfer} ({each.source} -> {each.target}) {_share(each.share)}" for each in interval.shared_with[:3]
    ]
    more = interval.others - len(named)
    return ", ".join(named) + (f" + {more} more" if more else "")


def _share(share: float) -> str:
    return f"{share:.0%}" if share >= 0.1 else f"{100 * share:.2g}%"


def _by_limit(intervals: Iterable[Interval]) -> Iterator[str]:
    """Yield what limited a transfer for which part of its time, the most first."""
    spans: dict[str, float] = defaultdict(float)
    for interval in intervals:
        spans[interval.limit] += _span_s(interval)
    whole_s = sum(spans.values())
    for limit, span_s in sorted(spans.items(), key=lambda item: -item[1])[:MOST]:
        yield f"{span_s / whole_s:6.1%} of the time limited by {limit}"


def _span_s(interval: Interval) -> float:
    return interval.end_s - interval.start_s


@story_lines.register
def _link(story: LinkStory, *, everything: bool) -> Iterator[RenderableType]:
    for place, direction in enumerate(story.directions):
        if place:
            yield ""
        yield from _direction_lines(direction, everything=everything)


def _direction_lines(story: DirectionStory, *, everything: bool) -> Iterator[RenderableType]:
    yield f"{story.source} -> {story.target}: {story.link_class}, {story.medium}"
    rows = [
        ("rate", f"{_bps(story.rate_bps)} at the start{_duplex(story)}"),
        ("delay", _s(story.delay_s)),
        ("carried", f"{_bytes(story.carried_bytes)} by {_at(story.until_s)} s"),
        ("utilisation", f"{story.utilisation:.2%} in the mean"),
        ("energy", _energy(story.energy_j)),
        ("outages", _outages(story.outages)),
    ]
    if story.busiest:
        busy = [f"{_at(bin_.start_s)} s {bin_.utilisation:.0%}" for bin_ in story.busiest]
        rows.insert(4, ("busiest bins, from", ", ".join(busy)))
    yield _facts(rows)
    yield from _change_lines(story, everything=everything)
    yield from _crossing_lines(story, everything=everything)


def _duplex(story: DirectionStory) -> str:
    if story.medium == "radio":
        return " with all the airtime"
    return ", shared with the other direction" if story.duplex == "half" else ""


def _change_lines(story: DirectionStory, *, everything: bool) -> Iterator[RenderableType]:
    """Yield what the link had from which time on."""
    changes = story.rate_changes if everything else story.rate_changes[:MOST]
    if changes:
        table = _table("from [s]", "rate", "SINR", "site")
        for change in changes:
            ratio = "" if change.sinr_db is None else f"{change.sinr_db:.1f} dB"
            table.add_row(_at(change.time_s), _bps(change.rate_bps), ratio, change.site or "")
        yield ""
        yield _titled("what a flow alone gets there", table)
        yield from _more(len(story.rate_changes) - len(changes), "changes")
    for delay in story.delay_changes if everything else story.delay_changes[:MOST]:
        yield f"delay {_s(delay.delay_s)} from {_at(delay.time_s)} s"


def _crossing_lines(story: DirectionStory, *, everything: bool) -> Iterator[RenderableType]:
    """Yield the transfers on the link, those that it carried most of first."""
    if not story.crossings:
        yield "no transfer crossed it"
        return
    ranked = sorted(story.crossings, key=lambda each: (-(each.carried_bytes or 0.0), each.first_bit_in_s))
    shown = ranked if everything else ranked[:MOST]
    table = _table("number", "from -> to", "carried", "share", "first bit in [s]", "arrived [s]", "interruptions")
    for each in shown:
        table.add_row(
            str(each.transfer),
            f"{each.source} -> {each.target}",
            "not over" if each.carried_bytes is None else _bytes(each.carried_bytes),
            "" if each.share is None else f"{each.share:.1%}",
            _at(each.first_bit_in_s),
            "-" if each.arrived_s is None else _at(each.arrived_s),
            str(each.interruptions or ""),
        )
    yield ""
    yield _titled("transfers that crossed it, the largest first", table)
    yield from _more(len(ranked) - len(shown), "transfers")


@story_lines.register
def _node(story: NodeStory, *, everything: bool) -> Iterator[RenderableType]:
    place = "" if story.x_m is None or story.y_m is None else f" at ({story.x_m:.1f} m, {story.y_m:.1f} m)"
    yield f"{story.name}: {story.tier}{place}"
    yield _facts(list(_node_facts(story)))
    links = story.links if everything else story.links[:MOST]
    table = _table("to", "class", "medium", "rate out", "rate in", "delay", "carried out", "carried in")
    for link in links:
        rates = _bps(link.rate_out_bps), _bps(link.rate_in_bps)
        carried = _bytes(link.carried_out_bytes), _bytes(link.carried_in_bytes)
        table.add_row(link.neighbour, link.link_class, link.medium, *rates, _s(link.delay_s), *carried)
    yield ""
    yield _titled("links", table)
    yield from _more(len(story.links) - len(links), "links")
    yield from _resizing_lines(story, everything=everything)
    if story.handovers:
        moves = story.handovers if everything else story.handovers[:MOST]
        table = _table("at [s]", "from", "to")
        for move in moves:
            table.add_row(_at(move.time_s), move.old_site, move.new_site)
        yield ""
        yield _titled("handovers", table)
        yield from _more(len(story.handovers) - len(moves), "handovers")
    if story.places:
        places = story.places if everything else story.places[:MOST]
        table = _table("at [s]", "x [m]", "y [m]")
        for where in places:
            table.add_row(_at(where.time_s), f"{where.x_m:.1f}", f"{where.y_m:.1f}")
        yield ""
        yield _titled("where it was; between these it went straight", table)
        yield from _more(len(story.places) - len(places), "places")


def _resizing_lines(story: NodeStory, *, everything: bool) -> Iterator[RenderableType]:
    """Yield the models that it made smaller or larger."""
    if not story.scalings:
        return
    shown = story.scalings if everything else story.scalings[:MOST]
    table = _table("at [s]", "packet", "for", "bytes", "memory", "FLOP a sample", "error", "chosen")
    for each in shown:
        table.add_row(
            _at(each.time_s),
            "" if each.packet is None else str(each.packet),
            each.why,
            f"{each.before_bytes} -> {each.after_bytes}",
            f"{each.memory_before_bytes} -> {each.memory_after_bytes}",
            f"{each.before_flop} -> {each.after_flop}",
            f"{each.error:.4f}",
            ", ".join(
                f"{key} {value:g}" if isinstance(value, float) else f"{key} {value}"
                for key, value in each.chosen.items()
            ),
        )
    yield ""
    yield _titled("models scaled there", table)
    yield from _more(len(story.scalings) - len(shown), "scalings")


def _node_facts(story: NodeStory) -> Iterator[tuple[str, str]]:
    jobs = story.jobs
    if jobs.begun:
        loss = "" if jobs.last_loss is None else f", mean loss of the last {jobs.last_loss:.4f}"
        yield "training jobs", f"{jobs.begun} begun, {jobs.ended} ended, {_s(jobs.busy_s)} of computing{loss}"
    if story.events:
        accuracy = "" if story.last_accuracy is None else f"; last accuracy {story.last_accuracy:.4f}"
        yield "also", ", ".join(f"{name} {count}" for name, count in story.events.items()) + accuracy
    yield "utilisation", f"{story.utilisation:.2%} in the mean until {_at(story.until_s)} s"
    for label, packets in (("sent", story.sent), ("received", story.received), ("passed on", story.passed_on)):
        yield label, f"{packets.count} transfers, {_bytes(packets.total_bytes)}"
    yield "dropped there", ", ".join(f"{count} {reason}" for reason, count in story.dropped.items()) or "none"
    if story.rejected:
        yield "not trained there", ", ".join(f"{count} for want of {what}" for what, count in story.rejected.items())
    yield "failures", _outages(story.failures)
    yield "energy", _energy(story.energy_j)


def _energy(by_cause: dict[str, float]) -> str:
    if list(by_cause) == ["all"]:
        return _j(by_cause["all"])
    parts = ", ".join(f"{cause} {_j(energy_j)}" for cause, energy_j in by_cause.items())
    return f"{_j(sum(by_cause.values()))} ({parts})" if by_cause else "none"


def _outages(outages: Sequence[Any]) -> str:
    spans = [f"{_at(out.start_s)} s to {'the end' if out.end_s is None else f'{_at(out.end_s)} s'}" for out in outages]
    more = f" and {len(spans) - MOST} more" if len(spans) > MOST else ""
    return ", ".join(spans[:MOST]) + more or "none"


def _more(count: int, what: str) -> Iterator[str]:
    if count > 0:
        yield f"and {count} more {what} (--all prints them)"


def _at(time_s: float) -> str:
    return f"{time_s:.6f}"


def _titled(title: str, table: Table) -> Group:
    """Return a table under a title, which may be wider than the table."""
    return Group(Text(title, style="bold"), table)


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold", header_style="dim")
    return table


def _facts(rows: Sequence[tuple[str, str]]) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in rows:
        table.add_row(label, Text(text))
    return table


def defaults_table(defaults: Sequence[Default]) -> RenderableType:
    """Return the defaults with their sources; a run folder does not tell which of them were written."""
    table = _table("key", "value", "source")
    for default in defaults:
        table.add_row(default.key, default.value, Text(default.source))
    return _titled("values at their defaults", table)

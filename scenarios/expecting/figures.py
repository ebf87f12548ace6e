"""Figures: every name that an expectation may use.

A name is that of a key of the run's summary without its unit, or of something that is found in the run's tables: a
value at a time, when a value was reached, or how a figure is spread over nodes, links or transfers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from wayfare.emulator.records import DropReason, RejectReason
from wayfare.scenarios.errors import nearest, shown

from .dimensions import Dimension, dimension_of
from .errors import ExpectationError
from .spreads import SPREADS

Kind = Literal["fraction", "loss", "count", "digest", "s", "bytes", "j"]
Argument = Literal["time", "fraction", "loss", "node"]

SPREAD = "STAT"
_REASONS = tuple(reason.name.lower().replace("_", "-") for reason in DropReason)
_LACKS = tuple(reason.name.lower() for reason in RejectReason)
_SCALINGS = {
    "link": "to fit a link",
    "admission": "to fit a node",
    "precision": "to fewer bits",
    "growth": "to a larger structure",
    "restore": "back",
}
_LINK_CLASSES = ("access-up", "access-down", "backhaul", "core", "d2d")
_CAUSES = ("compute", "radio", "link", "idle")
_OF_LEARNING = ("accuracy.", "loss.", "training.", "digest.weights")


@dataclass(frozen=True)
class Figure:
    """A name of the language.

    Attributes:
        name: As an expectation has it, `STAT` standing for a statistic of `SPREADS`.
        kind: What its value is: a fraction, a loss, a count, a digest, or a kind of quantity.
        about: One sentence.
        argument: What stands in parentheses after it, if anything does.
        tabled: Whether it is found in the tables of a run, and not in its summary.
        spread: Which statistic over nodes, links or transfers is wanted, where it has one.
    """

    name: str
    kind: Kind
    about: str
    argument: Argument | None = None
    tabled: bool = False
    spread: str | None = None

    @property
    def dimension(self) -> Dimension:
        """Return the dimension of its values."""
        return dimension_of(self.kind)

    @property
    def of_learning(self) -> bool:
        """Whether it exists in runs with learning only."""
        return self.name.startswith(_OF_LEARNING)

    @property
    def form(self) -> str:
        """Return how it is written, such as `accuracy.at(TIME)`."""
        return self.name if self.argument is None else f"{self.name}({self.argument.upper()})"


def _of_summary() -> Iterator[Figure]:
    """Yield what the summary holds."""
    final = "The mean over the method's answers at the end"
    nodes = "The mean over the data holders of the model each holds at the end"
    yield Figure("accuracy.final", "fraction", f"{final}, on the test set.")
    yield Figure("accuracy.nodes", "fraction", f"{nodes}, on the test set.")
    yield Figure("accuracy.best", "fraction", "The highest mean over the method's answers at any time.")
    yield Figure("loss.final", "loss", f"{final}, on the test set.")
    yield Figure("loss.nodes", "loss", f"{nodes}, on the test set.")
    yield Figure("loss.best", "loss", "The lowest mean over the method's answers at any time.")
    yield Figure("time.virtual", "s", "How long the run lasted in virtual time.")
    yield Figure("time.wall", "s", "How long it took on the clock; another machine takes another time.")
    yield Figure("bytes.total", "bytes", "Carried by all links; a packet counts on every link it crosses.")
    yield Figure("bytes.retransmitted", "bytes", "Lost and sent again, besides.")
    for name in _LINK_CLASSES:
        yield Figure(f"bytes.by_class.{name}", "bytes", f"Carried by the links of class {name}.")
    yield Figure("energy.total", "j", "Used by all nodes and links.")
    for name in _CAUSES:
        yield Figure(f"energy.by_cause.{name}", "j", f"Of it, caused by {name}.")
    for name, about in (("sent", "Transfers begun"), ("delivered", "Transfers arrived"), ("dropped", "Dropped")):
        yield Figure(f"packets.{name}", "count", f"{about}, end to end, whatever they carry.")
    for name in _REASONS:
        yield Figure(f"drops.{name}", "count", f"Of what was dropped, for the reason {name.replace('-', ' ')}.")
    yield Figure("refused.total", "count", "Packets that arrived and that no program saw.")
    for name in _LACKS:
        yield Figure(f"rejected.{name}", "count", f"Times that a node did not train a model for want of {name}.")
    for name, why in _SCALINGS.items():
        yield Figure(f"scalings.{name}", "count", f"Models that were scaled {why}.")
    yield Figure("merges.void", "count", "Merges that came to nothing, for want of models.")
    yield Figure("handovers", "count", "Changes of site.")
    yield Figure("flows.count", "count", "Transfers begun.")
    yield Figure("flows.last_end", "s", "When the last transfer that was delivered arrived.")
    yield Figure("training.jobs", "count", "Training jobs.")
    yield Figure("training.batches", "count", "Calls in which they were computed together.")
    yield Figure("training.samples", "count", "Samples that were trained on, each as often as it was.")
    yield Figure("training.left_out", "count", "Samples that nobody holds, as they equal one of the test set.")
    yield Figure("digest.events", "digest", "SHA-256 of all events.")
    yield Figure("digest.weights", "digest", "SHA-256 of the weights of all answers.")


def _of_tables() -> Iterator[Figure]:
    """Yield what the tables hold."""
    for name, mean in (("accuracy", "answers"), ("accuracy.nodes", "data holders")):
        about = f"The mean over the {mean}, as last measured by then."
        yield Figure(f"{name}.at", "fraction", about, "time", tabled=True)
        about = f"When the mean over the {mean} first was at least so much."
        yield Figure(f"{name}.time_to", "s", about, "fraction", tabled=True)
    yield Figure("accuracy.bytes_to", "bytes", "Carried by all links until then.", "fraction", tabled=True)
    yield Figure("accuracy.energy_to", "j", "Used by all nodes and links until then.", "fraction", tabled=True)
    yield Figure("loss.at", "loss", "The mean over the answers, as last measured by then.", "time", tabled=True)
    yield Figure("loss.time_to", "s", "When it first was at most so much.", "loss", tabled=True)
    yield Figure("loss.bytes_to", "bytes", "Carried by all links until then.", "loss", tabled=True)
    yield Figure("loss.energy_to", "j", "Used by all nodes and links until then.", "loss", tabled=True)
    yield Figure(
        "bytes.at", "bytes", "Carried by all links in the time bins that were over by then.", "time", tabled=True
    )
    yield Figure("energy.at", "j", "Used by all in the time bins that were over by then.", "time", tabled=True)
    whose: tuple[tuple[str, Kind, str], ...] = (
        ("accuracy", "fraction", "Of the model that a data holder has at the end"),
        ("loss", "loss", "Of the model that a data holder has at the end"),
        ("bytes", "bytes", "Sent over the links that begin at a node"),
        ("energy", "j", "Used by a node and the links that begin at it"),
    )
    for name, kind, about in whose:
        yield Figure(f"{name}.by_node.{SPREAD}", kind, f"{about}, over the nodes.", tabled=True)
        yield Figure(f"{name}.of", kind, f"{about}: that one.", "node", tabled=True)
    yield Figure(f"bytes.by_link.{SPREAD}", "bytes", "Carried by a directed link, over the links.", tabled=True)
    yield Figure(f"energy.by_link.{SPREAD}", "j", "Used by a directed link, over the links.", tabled=True)
    about = "From the beginning of a transfer to its arrival, over those that arrived."
    yield Figure(f"flows.duration.{SPREAD}", "s", about, tabled=True)


FIGURES: Mapping[str, Figure] = {figure.name: figure for figure in (*_of_summary(), *_of_tables())}
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")


def find(name: str) -> tuple[str | None, Figure]:
    """Return whose figure a name is, if it says so before the first dot, and which.

    Raises:
        ExpectationError: It is none; the message has the nearest.
    """
    steps = name.split(".")
    for start in range(len(steps)):
        figure = _named(".".join(steps[start:]))
        if figure is not None:
            return ".".join(steps[:start]) or None, figure
    raise ExpectationError(_unknown(name))


def _unknown(name: str) -> str:
    """Say that a name is none, with the nearest; there are too many to list them all."""
    forms = [form for figure in FIGURES for form in _forms(figure)]
    owner = name.partition(".")[0]
    close = nearest(name, [*forms, *(f"{owner}.{form}" for form in forms if name.count(".") > 1)])
    hint = f"did you mean {close!r}? " if close else ""
    return f"unknown figure {shown(name)}; {hint}'wayfare test --figures' lists all"


def _forms(name: str) -> Iterator[str]:
    if not name.endswith(SPREAD):
        yield name
        return
    for spread in (*SPREADS, "p90"):
        yield name.removesuffix(SPREAD) + spread


def _named(name: str) -> Figure | None:
    if name in FIGURES and not name.endswith(SPREAD):
        return FIGURES[name]
    whole, _, spread = name.rpartition(".")
    percentile = _PERCENTILE.fullmatch(f"{_last(name)}")
    if percentile:
        whole, spread = name[: -len(percentile[0]) - 1], percentile[0]
    figure = FIGURES.get(f"{whole}.{SPREAD}")
    return replace(figure, spread=spread) if figure is not None and (percentile or spread in SPREADS) else None


def _last(name: str) -> str:
    """Return what may be a percentile at the end of a name: `p99`, or `p99.9`."""
    match = re.search(r"p\d+(\.\d+)?$", name)
    return match[0] if match else ""

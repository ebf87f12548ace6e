"""The physics that every run checks of itself."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .sharing import Demand

if TYPE_CHECKING:
    from wayfare.models.model import Model

TOLERANCE = 1e-9


class LawBroken(AssertionError):  # noqa: N818 - it names what happened
    """The emulator broke a law of its own physics: our fault, never the scenario's."""


def capacities_hold(demands: list[Demand], rates: list[float], capacity: dict[int, float], now_s: float) -> None:
    """Check that no constraint carries more than its capacity and no rate is negative.

    Raises:
        LawBroken: One does.
    """
    used: dict[int, float] = {}
    for demand, rate_bps in zip(demands, rates, strict=True):
        if not rate_bps >= 0:
            raise LawBroken(f"at {now_s} s a flow has a rate of {rate_bps} bit/s")
        for constraint, coefficient in demand.uses:
            used[constraint] = used.get(constraint, 0.0) + coefficient * rate_bps
    for constraint, amount in used.items():
        if amount > capacity[constraint] * (1 + TOLERANCE):
            raise LawBroken(f"at {now_s} s constraint {constraint} carries {amount}, capacity {capacity[constraint]}")


def arrival_is_causal(transfer: int, start_s: float, end_s: float, least_s: float) -> None:
    """Check that a transfer took time, and at least its delays and its size at the fastest rate there is for it.

    Raises:
        LawBroken: It arrived earlier.
    """
    lasted_s = end_s - start_s
    if not lasted_s > 0:
        costs_something(f"transfer {transfer}", lasted_s)
    if lasted_s < least_s - TOLERANCE * max(1.0, end_s):
        raise LawBroken(
            f"transfer {transfer} arrived at {end_s} s, {lasted_s} s after it left; it needs at least {least_s} s"
        )


def costs_something(what: str, duration_s: float) -> None:
    """Check that a job or a transfer takes time.

    Raises:
        LawBroken: It takes none.
    """
    if not duration_s > 0:
        raise LawBroken(f"{what} takes {duration_s} s")


def models_are_values(where: str, models: "Iterable[Model]") -> None:
    """Check that nobody has changed a model in place: nodes that were sent the same packet hold the same object.

    Raises:
        LawBroken: Somebody has.
    """
    for model in models:
        if not model.is_unchanged:
            raise LawBroken(
                f"a model that comes to {where} was changed in place after it was made. Nodes share models, so that "
                "changes it for all of them: change a clone of the tensors, and make a new Model of it"
            )


def buffer_holds(node: int, held_bytes: float, capacity_bytes: float) -> None:
    """Check that a node's buffer holds no more than it can.

    Raises:
        LawBroken: It does.
    """
    if held_bytes > capacity_bytes * (1 + TOLERANCE):
        raise LawBroken(f"node {node} holds {held_bytes} bytes for others; its buffer has room for {capacity_bytes}")


def conserved(what: str, sent: float, accounted: float, tolerance: float = 0.0) -> None:
    """Check that what was sent equals what is accounted for, to a tolerance in the same unit.

    Raises:
        LawBroken: It does not.
    """
    if not (math.isfinite(accounted) and abs(sent - accounted) <= tolerance):
        raise LawBroken(f"{what}: {sent} sent, {accounted} accounted for")

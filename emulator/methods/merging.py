"""Merging among equals: which mergers serve nodes that merge their own model with others', again and again."""

from wayfare.models.merging import MERGERS, Merger


def check_own_merger(merger: Merger, method: str) -> None:
    """Refuse mergers that need what nodes that merge for themselves do not have, or that let models grow for ever.

    Raises:
        ValueError: It is one.
    """
    if merger.needs_importance:
        raise ValueError(f"in {method} nobody measures the importance of weights: take another merger, or fedavg")
    if isinstance(merger, MERGERS["stacking"]):
        raise ValueError(f"in {method} stacked adapters would grow with every merge: take product, or the method flora")

"""Which component moves which node."""

from collections.abc import Iterable, Mapping

from .mobility import Mobility


def movers(mobility: Iterable[Mobility], tiers: Mapping[str, str]) -> dict[str, Mobility]:
    """Return the component that moves each node; nodes that none moves are left out.

    Args:
        mobility: The components.
        tiers: The tier of every node of the topology, by name.

    Raises:
        ValueError: A component moves no node or one that does not exist, or two move the same.
    """
    found: dict[str, Mobility] = {}
    for component in mobility:
        for name in component.selected(tiers):
            if name in found:
                raise ValueError(f"moves {name!r} twice; a node has one way to move")
            found[name] = component
    return found

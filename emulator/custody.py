"""What has no way to go, and waits where it is until there is one."""

from collections.abc import Callable

from .transfer import Transfer

GoOn = Callable[[], None]


class Custody:
    """Transfers that nodes keep, each with the pieces that are to go on from there."""

    def __init__(self) -> None:
        self._kept: dict[Transfer, list[tuple[int, GoOn]]] = {}

    def keep(self, transfer: Transfer, node: int, go_on: GoOn) -> None:
        """Keep a piece of a transfer at a node."""
        self._kept.setdefault(transfer, []).append((node, go_on))

    def forget(self, transfer: Transfer) -> None:
        """Keep nothing of a transfer that is over."""
        self._kept.pop(transfer, None)

    def at(self, node: int) -> list[Transfer]:
        """Return the transfers of which a node keeps something."""
        return [transfer for transfer, pieces in self._kept.items() if any(node == where for where, _ in pieces)]

    def release(self) -> list[tuple[Transfer, GoOn]]:
        """Return everything, to look for a way again; what finds none must be kept anew."""
        waiting, self._kept = self._kept, {}
        return [(transfer, go_on) for transfer, pieces in waiting.items() for _, go_on in pieces]

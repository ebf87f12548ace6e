"""What is closed for now, and for how many reasons."""

from collections import Counter


class Closures:
    """Things, by id, that are closed until every reason for it is gone."""

    def __init__(self) -> None:
        self._reasons = Counter[int]()
        self._closed: set[int] = set()

    def __len__(self) -> int:
        """Return how many things are closed."""
        return len(self._closed)

    def __contains__(self, thing: int) -> bool:
        """Tell whether a thing is closed."""
        return thing in self._closed

    def close(self, thing: int) -> bool:
        """Add a reason for a thing to be closed; return whether it was open."""
        self._reasons[thing] += 1
        self._closed.add(thing)
        return self._reasons[thing] == 1

    def open(self, thing: int) -> bool:
        """Take a reason away; return whether it was the last one."""
        self._reasons[thing] -= 1
        if self._reasons[thing] == 0:
            self._closed.remove(thing)
        return self._reasons[thing] == 0

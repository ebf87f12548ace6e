"""What is closed for now, and for how many reasons."""

from collections import Counter


class Closures(set[int]):
    """Things, by id, that are closed until every reason for it is gone."""

    def __init__(self) -> None:
        super().__init__()
        self._reasons = Counter[int]()

    def close(self, thing: int) -> bool:
        """Add a reason for a thing to be closed; return whether it was open."""
        self._reasons[thing] += 1
        self.add(thing)
        return self._reasons[thing] == 1

    def open(self, thing: int) -> bool:
        """Take a reason away; return whether it was the last one."""
        self._reasons[thing] -= 1
        if self._reasons[thing] == 0:
            self.remove(thing)
        return self._reasons[thing] == 0

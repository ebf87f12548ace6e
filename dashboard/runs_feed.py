"""What has changed among the runs since a page last asked, so that following a thousand runs costs a few bytes."""

from collections.abc import Callable
from datetime import datetime
from secrets import token_hex
from threading import Lock
from typing import Any

from .overview import Overview
from .runs_table import run_row

Row = dict[str, Any]


class RunsFeed:
    """Numbers the changes of the table's rows; safe to ask from several threads.

    Args:
        overviews: Gives all runs as they are now.
    """

    def __init__(self, overviews: Callable[[], list[Overview]]) -> None:
        self._overviews = overviews
        self._epoch = token_hex(4)  # pages that outlive a server must not take its numbers for ours
        self._number = 0
        self._rows: dict[str, tuple[Overview, Row, int, int]] = {}
        self._gone: dict[str, int] = {}
        self._lock = Lock()

    def everything(self, now: datetime) -> tuple[str, list[Row]]:
        """Return the version and all rows, the newest run first."""
        with self._lock:
            self._refresh(now)
            return self._version, [row for _, row, _, _ in self._rows.values()]

    def since(self, version: str, now: datetime) -> tuple[str, dict[str, list[Row]] | None]:
        """Return the version, and rows to ``add``, ``update`` and ``remove`` since another; None if it is not ours."""
        with self._lock:
            self._refresh(now)
            epoch, _, text = version.partition(":")
            if epoch != self._epoch or not text.isdecimal():
                return self._version, None
            number = int(text)
            changed = [(row, born) for _, row, born, last in self._rows.values() if last > number]
            return self._version, {
                "add": [row for row, born in changed if born > number],
                "update": [row for row, born in changed if born <= number],
                "remove": [{"href": href} for href, last in self._gone.items() if last > number],
            }

    @property
    def _version(self) -> str:
        return f"{self._epoch}:{self._number}"

    def _refresh(self, now: datetime) -> None:
        rows: dict[str, tuple[Overview, Row, int, int]] = {}
        number = self._number + 1
        for overview in self._overviews():
            before = self._rows.get(overview.name)
            if before is not None and before[0] is overview and overview.status != "running":
                rows[overview.name] = before
                continue
            row = run_row(overview, now)
            if before is not None and before[1] == row:
                rows[overview.name] = (overview, *before[1:])
            else:
                rows[overview.name] = (overview, row, number if before is None else before[2], number)
        gone = [kept[1]["href"] for name, kept in self._rows.items() if name not in rows]
        self._gone |= dict.fromkeys(gone, number)
        for _, row, born, _ in rows.values():
            if born == number:
                self._gone.pop(row["href"], None)
        if gone or any(last == number for *_, last in rows.values()):
            self._number = number
        self._rows = rows

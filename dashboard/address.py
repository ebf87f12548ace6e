"""What addresses say: a page for every run and comparison, and in the query what is chosen on it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote

RUN, COMPARE, LAUNCH = "/run/", "/compare", "/launch"


@dataclass(frozen=True)
class Address:
    """A page's address.

    Attributes:
        path: Without the query.
        asked: The query's last value of each key.
    """

    path: str = "/"
    asked: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, path: object, search: object) -> "Address":
        """Read what a browser says; anything but text counts as nothing."""
        query = search.removeprefix("?") if isinstance(search, str) else ""
        try:
            pairs = parse_qs(query, max_num_fields=100, errors="surrogateescape")
        except ValueError:
            pairs = {}
        return cls(path if isinstance(path, str) and path else "/", {key: values[-1] for key, values in pairs.items()})

    @property
    def run(self) -> str | None:
        """Return the folder name that the address of a run's page carries, or None where it is no run's."""
        return unquote(self.path.removeprefix(RUN), errors="surrogateescape") if self.path.startswith(RUN) else None

    def names(self, key: str) -> list[str]:
        """Return the folder names that a key of the query lists."""
        parts = [unquote(part, errors="surrogateescape") for part in self.asked.get(key, "").split(",")]
        return list(dict.fromkeys(part for part in parts if part))


def run_path(name: str) -> str:
    """Return the address of a run's page; bytes of a folder name that are no UTF-8 survive the way there and back."""
    return f"{RUN}{quote(name, safe='', errors='surrogateescape')}"


def search_path(words: str) -> str:
    """Return the address of the table of runs with those that some words find."""
    return f"/?q={quote(words, safe='', errors='surrogateescape')}"


def compare_path(names: Iterable[str]) -> str:
    """Return the address of a comparison; a comma in a name is told from those between names by being quoted twice."""
    quoted = [quote(quote(name, safe="", errors="surrogateescape"), safe="") for name in names]
    return f"{COMPARE}?runs={','.join(quoted)}"


def launch_path(run: str) -> str:
    """Return the address of the page on which a run's scenario can be changed and run again."""
    return f"{LAUNCH}?run={quote(run, safe='', errors='surrogateescape')}"

"""Choice: how a component says that a scenario chooses another one by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Choice:
    """One of several components: chosen by the name under a key, or by having the key of another form.

    A name alone, without a mapping, stands for that component with its defaults.

    Attributes:
        key: The key that holds the name, such as `generator`.
        registry: The components by name.
        forms: Components that are known by one of their own keys, where `key` is absent.
    """

    key: str
    registry: Mapping[str, type]
    forms: Mapping[str, type] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """Return the keys of which one must be there."""
        return [self.key, *self.forms]

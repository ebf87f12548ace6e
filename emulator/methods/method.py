"""What every learning method has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Gt, Lt

from wayfare.emulator.failures import SendFailed

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.models.structure import Structure

    Program = Generator[simpy.Event, Any, None]


@dataclass(frozen=True)
class Roles:
    """What every node of a run is told about the others when it starts.

    Attributes:
        nodes: All nodes, in id order.
        server: The node that a method with a centre uses: the first cloud, else the first edge, else the first node.
        holders: The nodes that have data, in id order.
        edges: The edge sites but the server, in id order.
    """

    nodes: tuple[str, ...]
    server: str
    holders: tuple[str, ...]
    edges: tuple[str, ...] = ()

    @classmethod
    def on(cls, tiers: Mapping[str, str], holders: Sequence[str]) -> Roles:
        """Return the roles on a network of nodes with these tiers, in id order."""
        server = min(tiers, key=lambda name: ("cloud", "edge", "device").index(tiers[name]))
        edges = tuple(name for name, tier in tiers.items() if tier == "edge" and name != server)
        return cls(tuple(tiers), server, tuple(holders), edges)

    @property
    def clients(self) -> tuple[str, ...]:
        """Return the holders but the server."""
        return tuple(name for name in self.holders if name != self.server)


@dataclass(frozen=True, kw_only=True)
class Method(ABC):
    """How much a training job does, and how; a method adds its own parameters and its node programs."""

    steps: Annotated[int, "Optimiser steps of one training job.", Ge(1)] = 20
    batch_size: Annotated[int, "Samples of a minibatch.", Ge(1)] = 20
    optimiser: Annotated[Literal["sgd", "adam"], "Optimiser; its state starts afresh with each job."] = "sgd"
    learning_rate: Annotated[float, "Step size of the optimiser.", Gt(0)] = 0.1
    momentum: Annotated[float, "Momentum of sgd.", Ge(0), Lt(1)] = 0.0

    def check(self, roles: Roles) -> None:  # noqa: B027 - most methods run on any network
        """Refuse a network on which the method has nothing to do.

        Raises:
            ValueError: It has; the message says what is missing.
        """

    @property
    def needs_public(self) -> bool:
        """Return whether it works by samples that every node knows and none holds as its own."""
        return False

    def check_model(self, structure: Structure) -> None:  # noqa: B027 - most methods train any model
        """Refuse a model that the method is not for.

        Raises:
            ValueError: It is; the message says what it is for.
        """

    def check_merger(  # noqa: B027 - most methods merge in one way
        self, structure: Structure, roles: Roles, degrees: Mapping[str, int]
    ) -> None:
        """Refuse a way of merging that cannot merge what the method merges.

        Args:
            structure: One of the models that there are.
            roles: Who does what on the network.
            degrees: How many neighbours each node has.

        Raises:
            ValueError: It cannot; the message says what would do.
        """

    @abstractmethod
    def program(self, node: Node, roles: Roles) -> Program | None:
        """Return what a node runs, or None for a node that only forwards."""


def when_lost(sending: simpy.Event, action: Callable[[], None]) -> None:
    """Do something when a packet that is being sent is dropped."""
    assert sending.callbacks is not None
    sending.callbacks.append(lambda event: action() if isinstance(event.value, SendFailed) else None)

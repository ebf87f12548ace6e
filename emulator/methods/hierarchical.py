"""Hierarchical federated averaging: devices, edge sites, cloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from wayfare.emulator.packets import LayerUpdate
from wayfare.emulator.routing import NoRoute

from .fedavg import FedAvg
from .method import Roles

if TYPE_CHECKING:
    from wayfare.emulator.node import Node
    from wayfare.models.structure import Structure

    from .method import Program


@dataclass(frozen=True, kw_only=True)
class Hierarchical(FedAvg):
    """HierFAVG (Liu et al., ICC 2020, arXiv 1905.06641, Algorithm 1); `steps` is the paper's kappa_1.

    Every edge site runs rounds of federated averaging with the devices that it reaches through no other site. After
    kappa_2 of these the server averages the sites' models, weighted by the samples of their devices, and gives the
    result back. A client that the server reaches through no site answers to the server itself. Its answer is the
    server's model.
    """

    # The paper compares several at equal kappa_1 kappa_2; 15 and 4 are among them.
    edge_rounds: Annotated[int, "Rounds of a site between two of the server; the paper's kappa_2.", Ge(1)] = 4

    def check(self, roles: Roles) -> None:
        """Refuse a network without sites, or without data below them."""
        if not roles.edges:
            raise ValueError(f"hierarchical needs edge sites beside its server {roles.server!r}")
        if not set(roles.clients) - set(roles.edges):
            raise ValueError("hierarchical needs data below its edge sites: choose other 'data.holders'")

    def check_merger(self, structure: Structure, roles: Roles, degrees: Mapping[str, int]) -> None:
        """Refuse what neither the sites nor the server could merge.

        How many devices a site has is known in a run alone: a site with too few keeps the model it was given.
        """
        if self.merger.needs_importance:
            raise ValueError(
                "sites have no samples to measure the importance of their models on: take a merger without, or fedavg"
            )
        super().check_merger(structure, roles, degrees)
        below = set(roles.clients) - set(roles.edges)
        self.merger.check(structure, max(self.clients_at_once(len(some)) for some in (below, roles.edges)))

    def program(self, node: Node, roles: Roles) -> Program | None:
        """Serve at the server, average at the sites, work at the holders."""
        return self.tend(node, roles) if node.name in roles.edges else super().program(node, roles)

    def below(self, node: Node, roles: Roles) -> Sequence[str]:
        """Return the sites and clients that the server reaches through no other site; a site's own devices."""
        found = set()
        for client in set(roles.clients) - set(roles.edges):
            with suppress(NoRoute):
                way = node.route(client)[1:]
                sites = [name for name in way if name in roles.edges]
                if node.name == roles.server:
                    found.add(sites[-1] if sites else client)
                elif not sites and roles.server not in way:
                    found.add(client)
        return sorted(found, key=roles.nodes.index)

    def tend(self, node: Node, roles: Roles) -> Program:
        """Run a site's rounds whenever the server asks, and answer it."""
        while True:
            order = yield node.receive()
            if node.name_of(order.source) != roles.server:
                continue
            model, samples = order.to_model(), 0
            for _ in range(self.edge_rounds):
                answers = yield from self.ask(node, self.below(node, roles), model, self.timeout_s)
                if self.can_update(node, model, answers):
                    model = self.update(node, model, answers)
                    samples = sum(answer.learned_samples for answer in answers)
            node.store["model"] = model
            if samples:
                learned = (LayerUpdate(node.index, samples),) * len(model.structure.layers)
                node.send(roles.server, replace(node.packet(model, task=order.task), updates=learned))

    @property
    def patience_s(self) -> float:
        """Return how long the server waits for an answer [s]: as long as a site may wait for its own."""
        return self.timeout_s * (self.edge_rounds + 1)

"""Serial hops: how many links in a row a run's answer has behind it, from the record of the run.

A model that walks counts the links its packet has crossed. For every other method each node holds a model with so many
hops behind it, none at the start. What it sends takes that number along and adds one for each link. What arrives waits
until the node uses it: when it merges or trains next, or at once if it passes it on to somebody else, as an edge site
does with its server's order. The node's model then has the most hops of what it had and what it used.

A server or site merges all that waits, a peer what its method says (`PEERS`). Jobs under way at the end count. What
the record does not tell: whether FedBuff's server, when it asks another client than the one that has just answered, has
only gathered that answer. So below `fraction: 1` its number is an upper bound.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from wayfare.emulator.records import EventKind, RunRecord


class Waiting(NamedTuple):
    """What has arrived at a node and was not used yet: when, from whom, hops behind it, and whether it was trained."""

    time_ns: int
    sender: int
    hops: int
    trained: bool


def all_of_them(waiting: Sequence[Waiting]) -> Sequence[Waiting]:
    """Return what a server merges: all that has come."""
    return waiting


def oldest_of_each_sender(waiting: Sequence[Waiting]) -> Sequence[Waiting]:
    """Return what a node of D-PSGD merges: one of each neighbour, as some are a round ahead."""
    return list({one.sender: one for one in reversed(waiting)}.values())


def oldest_trained(waiting: Sequence[Waiting]) -> Sequence[Waiting]:
    """Return what a node of gossip learning merges: one after the other, and nothing that nobody has trained."""
    return [one for one in waiting if one.trained][:1]


PEERS: Mapping[str, Callable[[Sequence[Waiting]], Sequence[Waiting]]] = {
    "d-psgd": oldest_of_each_sender,
    "gossip": oldest_trained,
}


def serial_hops(record: RunRecord) -> int:
    """Return the links in a row behind the answer with the most of them; 0 where nothing is sent."""
    events = record.table("events").select(["time_ns", "kind", "node", "peer", "flow", "packet"]).to_pylist()
    walkers = {event["packet"] for event in events if event["kind"] == EventKind.LAUNCH}
    if walkers:
        return max(hops_walked(events, walkers).values(), default=0)
    behind = hops_behind(events, record.manifest["method"])
    return max((behind[node] for node in answering(record)), default=0)


def hops_walked(events: Iterable[Mapping[str, Any]], walkers: set[int]) -> Counter[int]:
    """Return the links that each of these packets has crossed."""
    return Counter(
        event["packet"] for event in events if event["kind"] == EventKind.HOP_END and event["packet"] in walkers
    )


def hops_behind(events: Iterable[Mapping[str, Any]], method: str) -> Mapping[int, int]:
    """Return the hops behind the model of each node at the end."""
    ledger = _Ledger(PEERS.get(method))
    for event in events:
        step = ledger.steps.get(EventKind(event["kind"]))
        if step is not None:
            step(event)
    return ledger.behind


def answering(record: RunRecord) -> set[int]:
    """Return the nodes whose models are the answers: the server, where its model was looked at, or else the holders."""
    tiers = {node["index"]: node["tier"] for node in record.topology["nodes"]}
    metrics = record.table("metrics").to_pylist()
    observed = {row["node"] for row in metrics if row["name"] == "accuracy" and row["node"] >= 0}
    return {node for node in observed if tiers[node] != "device"} or observed


class _Ledger:
    """Hops behind what nodes hold, brought up to date event by event."""

    def __init__(self, peer_merges: Callable[[Sequence[Waiting]], Sequence[Waiting]] | None) -> None:
        self.behind: defaultdict[int, int] = defaultdict(int)
        self._merges = peer_merges or all_of_them
        self._trained: set[int] = set()
        self._waiting: defaultdict[int, list[Waiting]] = defaultdict(list)
        self._under_way: dict[int, tuple[int, bool]] = {}
        self.steps: dict[EventKind, Callable[[Mapping[str, Any]], None]] = {
            EventKind.FLOW_START: self._start if peer_merges else self._pass_on,
            EventKind.HOP_END: self._hop,
            EventKind.FLOW_END: self._arrive,
            EventKind.MERGE: self._merge,
            EventKind.TRAIN_START: self._note_training if peer_merges else self._train,
        }

    def _use(self, node: int, used: Sequence[Waiting]) -> None:
        for one in used:
            self._waiting[node].remove(one)
            self.behind[node] = max(self.behind[node], one.hops)
            if one.trained:
                self._trained.add(node)

    def _start(self, event: Mapping[str, Any]) -> None:
        node = event["node"]
        self._under_way[event["flow"]] = self.behind[node], node in self._trained

    def _pass_on(self, event: Mapping[str, Any]) -> None:
        node, time_ns, target = event["node"], event["time_ns"], event["peer"]
        self._use(node, [one for one in self._waiting[node] if one.time_ns == time_ns and one.sender != target])
        self._start(event)

    def _hop(self, event: Mapping[str, Any]) -> None:
        hops, trained = self._under_way[event["flow"]]
        self._under_way[event["flow"]] = hops + 1, trained

    def _arrive(self, event: Mapping[str, Any]) -> None:
        hops, trained = self._under_way.pop(event["flow"])
        self._waiting[event["node"]].append(Waiting(event["time_ns"], event["peer"], hops, trained))

    def _merge(self, event: Mapping[str, Any]) -> None:
        self._use(event["node"], list(self._merges(self._waiting[event["node"]])))

    def _note_training(self, event: Mapping[str, Any]) -> None:
        self._trained.add(event["node"])

    def _train(self, event: Mapping[str, Any]) -> None:
        self._use(event["node"], list(self._waiting[event["node"]]))
        self._note_training(event)

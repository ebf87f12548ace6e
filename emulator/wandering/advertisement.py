"""Advertisement: what a node tells its neighbours of itself, in a packet that is all header."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wayfare.emulator.packets import Performance

from .experience import Experience

if TYPE_CHECKING:
    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket

PRIORITY = 7  # network control, as in IEEE 802.1Q
_RELAYED_BYTES = 32_768  # half of what a header's specification may take


@dataclass(frozen=True)
class Advertisement:
    """What is known of a node by what it said itself, or by what others relayed.

    Attributes:
        node: Its name.
        time_s: When it said so [s].
        hops: Over how many links it came; of relayed ones only name, time, hops and data are known.
        data: Its training samples by kind, as headers count them.
        degree: How many neighbours it has.
        compute_flop_per_s, memory_bytes: Its hardware.
        rates_bps: What a flow alone would get on its links, by neighbour [bit/s].
        waiting_bytes: Payloads that wait for its program.
        accuracy: Of its own model on its own validation split; not a number: it has none.
        holds: Ids of the packets that are there.
        experience: What packets have gained there.
    """

    node: str
    time_s: float
    hops: int = 1
    data: tuple[int, ...] = ()
    degree: int | None = None
    compute_flop_per_s: float = math.nan
    memory_bytes: float = math.nan
    rates_bps: Mapping[str, float] = field(default_factory=dict)
    waiting_bytes: int = 0
    accuracy: float = math.nan
    holds: tuple[int, ...] = ()
    experience: Experience = field(default_factory=Experience)


def advertised(node: "Node", degree: int, holds: Iterable[int], relayed: Iterable[Advertisement]) -> "ModelPacket":
    """Return the beacon of a node: its own state, and what it relays of others, the nearest first."""
    experience: Experience = node.store.get("experience", Experience())
    own: ModelPacket | None = node.store.get("packet")
    kept = sorted(relayed, key=lambda heard: (heard.hops, heard.node))
    # Each takes about so many characters as JSON.
    kept = kept[: _RELAYED_BYTES // (64 + 8 * max((len(heard.data) for heard in kept), default=0))]
    says = {
        "time": node.now,
        "degree": degree,
        "compute": node.hardware.compute_flop_per_s,
        "memory": node.hardware.memory_bytes,
        "rates": {str(node.id_of(neighbour)): node.link(neighbour).now_bps for neighbour in node.neighbours},
        "waiting": node.waiting_bytes,
        "holds": sorted(holds),
        "experience": [experience.visits, experience.gain, experience.seconds, experience.joules],
        "relayed": [[node.id_of(heard.node), heard.hops, heard.time_s, list(heard.data)] for heard in kept],
    }
    performance = Performance() if own is None else own.performance
    return node.beacon(says, seen=node.kinds, performance=performance, priority=PRIORITY, hop_limit=1)


def read(packet: "ModelPacket", name_of: Callable[[int], str]) -> list[Advertisement]:
    """Return what a beacon says: of its sender first, then of others.

    Raises:
        ValueError: It says something else, or nothing that makes sense.
    """
    try:
        return list(_read(packet.specification, packet, name_of))
    except (LookupError, TypeError, ArithmeticError, AttributeError) as error:
        raise ValueError(f"a beacon that makes no sense: {error}") from error


def _read(says: Mapping[str, Any], packet: "ModelPacket", name_of: Callable[[int], str]) -> Iterable[Advertisement]:
    visits, gain, seconds, joules = says["experience"]
    yield Advertisement(
        node=name_of(packet.source),
        time_s=float(says["time"]),
        data=packet.seen,
        degree=max(1, int(says["degree"])),
        compute_flop_per_s=float(says["compute"]),
        memory_bytes=float(says["memory"]),
        rates_bps={name_of(int(index)): float(rate_bps) for index, rate_bps in says["rates"].items()},
        waiting_bytes=int(says["waiting"]),
        accuracy=packet.performance.value,
        holds=tuple(int(held) for held in says["holds"]),
        experience=Experience(max(0, int(visits)), float(gain), float(seconds), float(joules)),
    )
    for index, hops, time_s, data in says["relayed"]:
        counts = tuple(max(0, int(count)) for count in data)
        yield Advertisement(name_of(int(index)), float(time_s), max(1, int(hops)) + 1, counts)

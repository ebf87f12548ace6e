"""What a node is made of, by its tier and by its name: its compute, memory and power."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, make_dataclass, replace
from typing import Annotated, Any, get_type_hints

from annotated_types import Ge, Gt, Le

TIERS = ("device", "edge", "cloud")


@dataclass(frozen=True, kw_only=True)
class NodeClass:
    """The hardware of a tier's nodes. A training job lasts its counted FLOPs / (compute x efficiency), times jitter."""

    compute_flop_per_s: Annotated[float, "Peak FP32 rate of one slot.", Gt(0)]
    memory_bytes: Annotated[float, "Memory for packets and models; a larger packet is refused.", Gt(0)]
    power_idle_w: Annotated[float, "Power drawn when nothing computes.", Ge(0)]
    power_busy_w: Annotated[float, "Power drawn when all slots compute.", Ge(0)]
    slots: Annotated[int, "Jobs computed side by side; further ones wait, first in first out.", Ge(1)] = 1
    efficiency: Annotated[
        float,
        "Share of the peak that training reaches; 0.3 is the utilisation Sevilla et al. 2022 (Compute Trends Across "
        "Three Eras, appendix) assume for large models; small models reach less.",
        Gt(0),
        Le(1),
    ] = 0.3
    jitter: Annotated[
        float, "Standard deviation of the logarithm of a job's duration; an assumption.", Ge(0), Le(2)
    ] = 0.05

    buffer_bytes: Annotated[
        float | None, "Room for the packets it forwards for others; by default without limit.", Gt(0)
    ] = None
    battery_j: Annotated[
        float | None, "Energy the node has for all it computes, idles and sends; by default it is on the mains.", Gt(0)
    ] = None

    def __post_init__(self) -> None:
        """Refuse a busy power below the idle power."""
        if self.power_busy_w < self.power_idle_w:
            raise ValueError(f"power_busy {self.power_busy_w} W is below power_idle {self.power_idle_w} W")

    def seconds_for(self, flop: float) -> float:
        """Return how long one slot computes ``flop`` floating-point operations, without jitter [s]."""
        return flop / (self.compute_flop_per_s * self.efficiency)


def _overriding(component: type) -> type:
    """Return a dataclass with the fields of another, all optional."""
    hints = get_type_hints(component, include_extras=True)
    optional: list[Any] = [
        (field.name, Annotated[(hints[field.name].__origin__ | None, *hints[field.name].__metadata__)], None)
        for field in fields(component)
    ]
    doc = "What is different about one node, by its name; all else is as its tier has it."
    namespace = {"__doc__": doc, "__module__": __name__}
    return make_dataclass(f"{component.__name__}Override", optional, namespace=namespace, frozen=True, kw_only=True)


NodeClassOverride = _overriding(NodeClass)


def hardware_of(name: str, tier: str, classes: Mapping[str, Any]) -> NodeClass:
    """Return what a node is made of: as its tier has it, but for what is said of the node itself.

    Args:
        name: The node's. One that is called like a tier has no figures of its own.
        tier: Its tier.
        classes: A `NodeClass` for each tier, and a `NodeClassOverride` for each node that is different.

    Raises:
        ValueError: The two contradict each other.
    """
    usual: NodeClass = classes[tier]
    own = classes.get(name) if name not in TIERS else None
    if own is None:
        return usual
    given = {field.name: getattr(own, field.name) for field in fields(NodeClass)}
    return replace(usual, **{field: value for field, value in given.items() if value is not None})


DEFAULT_NODES = {
    "device": NodeClass(compute_flop_per_s=10e9, memory_bytes=4 * 2**30, power_idle_w=2.7, power_busy_w=6.4),
    "edge": NodeClass(compute_flop_per_s=5.3e12, memory_bytes=64 * 2**30, power_idle_w=15.0, power_busy_w=60.0),
    "cloud": NodeClass(compute_flop_per_s=19.5e12, memory_bytes=80 * 2**30, power_idle_w=50.0, power_busy_w=400.0),
}

_ANY_TIER = {
    "slots": "our choice: one job has the whole node",
    "efficiency": "an assumption of Sevilla et al. 2022, Compute Trends Across Three Eras, appendix, for large models",
    "jitter": "an assumption",
    "buffer_bytes": "our choice: no limit but the memory",
    "battery_j": "our choice: on the mains",
}

DEFAULT_SOURCES = {
    "device": {
        "compute_flop_per_s": "Raspberry Pi 4 B with Linpack, about",
        "memory_bytes": "Raspberry Pi 4 B, the model of 4 GB",
        "power_idle_w": "Raspberry Pi 4 B, measured by pidramble.com",
        "power_busy_w": "Raspberry Pi 4 B under full load, measured by pidramble.com",
        **_ANY_TIER,
    },
    "edge": {
        "compute_flop_per_s": "NVIDIA Jetson AGX Orin, data sheet: 2,048 CUDA cores at 1.3 GHz, FP32",
        "memory_bytes": "NVIDIA Jetson AGX Orin 64 GB, data sheet",
        "power_idle_w": "NVIDIA Jetson AGX Orin, data sheet: the least of its modes",
        "power_busy_w": "NVIDIA Jetson AGX Orin, data sheet: the most of its modes",
        **_ANY_TIER,
    },
    "cloud": {
        "compute_flop_per_s": "NVIDIA A100 80 GB SXM, data sheet, FP32",
        "memory_bytes": "NVIDIA A100 80 GB SXM, data sheet",
        "power_idle_w": "NVIDIA A100 80 GB SXM, an assumption",
        "power_busy_w": "NVIDIA A100 80 GB SXM, data sheet",
        **_ANY_TIER,
    },
}
"""Where the figures of `DEFAULT_NODES` come from, by tier and field of `NodeClass`."""

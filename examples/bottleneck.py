"""How three flows share a bottleneck: the fluid network alone, with neither nodes nor models.

Flow a crosses the wires X and Y, b crosses X only, c crosses Y only. Fairness is local to a wire: each flow has a full
wire on which nobody has more. That is not each wire's capacity over its number of flows, which would waste a part of Y.
"""

from wayfare.emulator import Demand, share

X, Y = 0, 1
CAPACITY_BPS = {X: 10e6, Y: 100e6}
FLOWS = {
    "a": Demand(uses=((X, 1.0), (Y, 1.0))),  # on a wire a bit takes one bit of the capacity
    "b": Demand(uses=((X, 1.0),)),
    "c": Demand(uses=((Y, 1.0),)),
}


def rates_bps(names: list[str]) -> dict[str, float]:
    """Return the fair rates of some flows [bit/s]."""
    return dict(zip(names, share([FLOWS[name] for name in names], CAPACITY_BPS), strict=True))


def end_times_s(sizes_bytes: dict[str, float]) -> dict[str, float]:
    """Return when each flow ends, if all begin at once [s]: rates change only when one of them does."""
    rest_bits = {name: 8 * size for name, size in sizes_bytes.items()}
    now_s, ends_s = 0.0, {}
    while rest_bits:
        rates = rates_bps(list(rest_bits))
        first = min(rest_bits, key=lambda name: rest_bits[name] / rates[name])
        lasts_s = rest_bits[first] / rates[first]
        now_s += lasts_s
        rest_bits = {name: bits - rates[name] * lasts_s for name, bits in rest_bits.items() if name != first}
        ends_s[first] = now_s
    return ends_s


print("rates while all three are there")
for name, rate_bps in rates_bps(["a", "b", "c"]).items():
    print(f"  {name}  {rate_bps / 1e6:6.2f} Mbit/s")

print("1 MB each: when it ends")
for name, end_s in end_times_s({"a": 1e6, "b": 1e6, "c": 1e6}).items():
    print(f"  {name}  {end_s:6.3f} s")

# In a radio cell flows share airtime. A bit takes 1 / (rate of its radio link) of it, so a device with a slow link
# takes the same time as the others and gets fewer bits in it.
AIRTIME = 2
near, far = Demand(uses=((AIRTIME, 1 / 400e6),)), Demand(uses=((AIRTIME, 1 / 20e6),))
print("a near and a far device in one cell")
for name, rate_bps in zip(("near", "far"), share([near, far], {AIRTIME: 1.0}), strict=True):
    print(f"  {name:4}  {rate_bps / 1e6:6.2f} Mbit/s")

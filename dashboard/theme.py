"""The colours of both themes, for figures and style sheet alike.

Accuracy has a cool ramp (ColorBrewer YlGnBu) and load a warm one, so that both can stand in one picture; classes of
link have Okabe and Ito's colours. All three stay apart under the common colour-vision deficiencies, and each has a
second cue: the figure on hovering, the width, the order; tiers, groups and what models do have a dash, a thickness or
a hatching. In the dark theme the ramps are turned round, so that more is further from the background in both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "PingFang SC", "Microsoft YaHei", '
    '"Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif'
)
MONO = 'ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "Liberation Mono", monospace'


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, as hex."""

    page: str
    surface: str
    raised: str
    ink: str
    muted: str
    line: str
    grid: str
    accent: str
    second: str
    packet: str
    unknown: str
    good: str
    warning: str
    bad: str
    accuracy: tuple[str, ...]
    load: tuple[str, ...]
    link_classes: tuple[tuple[str, str], ...]
    tiers: tuple[tuple[str, str], ...]
    doings: tuple[tuple[str, str], ...]
    series: tuple[str, ...]


PALETTES = {
    "light": Palette(
        page="#f4f6f8",
        surface="#ffffff",
        raised="#eef1f5",
        ink="#17212e",
        muted="#5a6878",
        line="#dde3ea",
        grid="#e8ecf1",
        accent="#1f5fbf",
        second="#b4550a",
        packet="#b5127a",
        unknown="#ffffff",
        good="#0b7a55",
        warning="#96610a",
        bad="#b3261e",
        accuracy=("#f6fbc4", "#cdebb4", "#84cebb", "#41b0c4", "#2186bd", "#2459a4", "#122a75"),
        load=("#c3cbd6", "#e8bd7c", "#e79a3c", "#d96c1e", "#a93a08"),
        link_classes=(
            ("access-up", "#0072b2"),
            ("access-down", "#56b4e9"),
            ("backhaul", "#e69f00"),
            ("core", "#009e73"),
            ("d2d", "#cc79a7"),
        ),
        tiers=(("device", "#b4550a"), ("edge", "#0b7a55"), ("cloud", "#8c4f9e")),
        doings=(("transfer", "#0072b2"), ("wait", "#c9d1db"), ("train", "#d55e00"), ("merge", "#17212e")),
        series=("#0072b2", "#d55e00", "#009e73", "#a8559a", "#b58500", "#3a96c9", "#7a5230", "#4a5560"),
    ),
    "dark": Palette(
        page="#0d1218",
        surface="#151c25",
        raised="#1d2631",
        ink="#e7ecf3",
        muted="#98a6b7",
        line="#28323f",
        grid="#222c38",
        accent="#7db2ff",
        second="#ffab5e",
        packet="#ff7ac6",
        unknown="#151c25",
        good="#4fcf9f",
        warning="#f0b454",
        bad="#ff8a80",
        accuracy=("#22386f", "#2459a4", "#2186bd", "#41b0c4", "#84cebb", "#cdebb4", "#f6fbc4"),
        load=("#445163", "#8a5f2c", "#c17a26", "#f0902f", "#ffc078"),
        link_classes=(
            ("access-up", "#3d9bd6"),
            ("access-down", "#8fd0f5"),
            ("backhaul", "#e6a817"),
            ("core", "#2bb58c"),
            ("d2d", "#d992b8"),
        ),
        tiers=(("device", "#ffab5e"), ("edge", "#4fcf9f"), ("cloud", "#d3a4e6")),
        doings=(("transfer", "#4aa8e0"), ("wait", "#3d4a5a"), ("train", "#f08a45"), ("merge", "#e7ecf3")),
        series=("#5db1ea", "#ff8f4d", "#35c99a", "#e39bd2", "#e8c04a", "#a5d8f5", "#c9a078", "#aab6c4"),
    ),
}

HATCHES = {
    "class.access-up": "",
    "class.access-down": "/",
    "class.backhaul": "\\",
    "class.core": "x",
    "class.d2d": ".",
    "tier.device": "-",
    "tier.edge": "|",
    "tier.cloud": "+",
    "nodes": "",
    "links": "/",
}
"""The hatching of what areas and bars are drawn for, as Plotly names it, in the order in which they are stacked."""


def hatch(name: str) -> str:
    """Return the hatching of a class of link or a tier of nodes, the same in every chart; none for another name."""
    return HATCHES.get(name, "")


def stacked(names: Iterable[str]) -> list[str]:
    """Return names in the order in which every chart stacks them; others come last, by name."""
    places = {name: place for place, name in enumerate(HATCHES)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def palette_of(scheme: str) -> Palette:
    """Return the palette of ``light`` or ``dark``; light for anything else a browser may say."""
    return PALETTES.get(scheme, PALETTES["light"])


def ramp(values: NDArray[np.float64], stops: Sequence[str], missing: str) -> list[str]:
    """Return the colour of each value between 0 and 1 on a ramp of evenly spaced stops; ``missing`` where it is NaN."""
    channels = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in stops])
    places = np.clip(np.nan_to_num(values), 0, 1) * (len(stops) - 1)
    mixed = np.column_stack([np.interp(places, np.arange(len(stops)), channel) for channel in channels.T])
    colours = ["#{:02x}{:02x}{:02x}".format(*row) for row in np.rint(mixed).astype(int)]
    return [missing if np.isnan(value) else colour for value, colour in zip(values, colours, strict=True)]


def style_sheet() -> str:
    """Return the CSS variables of both palettes, as the page's head carries them."""
    return "\n".join(
        f':root[data-mantine-color-scheme="{scheme}"] {{ color-scheme: {scheme}; {_variables(palette)} }}'
        for scheme, palette in PALETTES.items()
    )


def _variables(palette: Palette) -> str:
    plain = {field.name: getattr(palette, field.name) for field in fields(palette)}
    ramps = {name: f"linear-gradient(to right, {', '.join(plain.pop(name))})" for name in ("accuracy",)}
    loads = {f"load-{place}": colour for place, colour in enumerate(plain.pop("load"))}
    series = {f"series-{place}": colour for place, colour in enumerate(plain.pop("series"))}
    named = {"class": plain.pop("link_classes"), "tier": plain.pop("tiers"), "doing": plain.pop("doings")}
    classes = {f"{family}-{name}": colour for family, pairs in named.items() for name, colour in pairs}
    values = {**plain, **ramps, **loads, **series, **classes, "font": FONT, "mono": MONO}
    return " ".join(f"--wf-{name}: {value};" for name, value in values.items())

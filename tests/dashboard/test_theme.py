import numpy as np
import pytest

from wayfare.dashboard.theme import PALETTES, Palette, palette_of, ramp, style_sheet


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=list(PALETTES))
def test_text_has_the_contrast_of_wcag_aa(palette: Palette) -> None:
    for ground in (palette.page, palette.surface, palette.raised):
        for text in (palette.ink, palette.muted, palette.bad, palette.warning):
            assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("palette", PALETTES.values(), ids=list(PALETTES))
def test_ramps_go_steadily_away_from_the_background(palette: Palette) -> None:
    for stops in (palette.accuracy, palette.load):
        distances = [contrast(stop, palette.surface) for stop in stops]
        assert distances == sorted(distances)


def test_a_ramp_meets_its_stops_and_marks_what_is_missing() -> None:
    stops = ("#000000", "#804020", "#ffffff")
    assert ramp(np.array([0, 0.5, 1, 2, np.nan]), stops, "none") == ["#000000", "#804020", "#ffffff", "#ffffff", "none"]


def test_an_unknown_scheme_is_light() -> None:
    assert palette_of("sepia") is PALETTES["light"]


def test_the_style_sheet_has_both_schemes() -> None:
    sheet = style_sheet()
    assert all(f'data-mantine-color-scheme="{scheme}"' in sheet for scheme in PALETTES)
    assert "--wf-load-4" in sheet

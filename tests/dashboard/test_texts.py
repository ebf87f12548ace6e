import re
import string
from pathlib import Path

from wayfare.dashboard.charts import CHARTS
from wayfare.dashboard.overview import STATUSES
from wayfare.dashboard.texts import LANGUAGES, TEXTS, words_of

ROOM = Path(__file__).resolve().parents[2] / "dashboard"
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py") if path.name != "texts.py")
CHINESE = re.compile("[\u4e00-\u9fff]")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_is_there_in_both_languages() -> None:
    for key, (english, chinese) in TEXTS.items():
        assert english.strip()
        assert fields(english) == fields(chinese), key
        assert key.startswith("language") or not CHINESE.search(english), key
        assert key.startswith("language") or key == "axis.rate" or CHINESE.search(chinese), key


def test_every_text_that_is_asked_for_exists() -> None:
    asked = set(re.findall(r'words\(\s*"([a-z.-]+)"', SOURCES))
    assert len(asked) > 100
    assert asked <= set(TEXTS)


def test_every_text_is_used() -> None:
    families = (
        "grid.",
        "launch.",
        "class.",
        "tier.",
        "column.",
        "outcome.",
        "choice.",
        "energy.",
        "journeys.",
        "axis.",
    )
    named = {key for key in TEXTS if key.startswith(families)}
    for key in set(TEXTS) - named - set(STATUSES) - {"lost", "damaged"} - set(CHARTS):
        assert f'"{key}"' in SOURCES or key.startswith(("run.", "links.")), key


def test_charts_and_their_choices_have_names() -> None:
    for chart in CHARTS.values():
        assert chart.name in TEXTS
        assert all(f"choice.{name}.{value}" in TEXTS for name, values in chart.choices.items() for value in values)


def test_another_language_is_english() -> None:
    assert [words_of(language).language for language in (*LANGUAGES, None, "de", "zh-CN")] == [
        "en",
        "zh",
        "en",
        "en",
        "en",
    ]


def test_a_name_that_a_run_gives_itself_stands_for_itself() -> None:
    assert words_of("zh").of("tier", "edge") == "边缘"
    assert words_of("zh").of("tier", "{boat}") == "{boat}"

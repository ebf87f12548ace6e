"""The README in Chinese says what the one in English says: what is not prose is the same in both."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def readme(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    return BLOCK.sub("", text)


def headings(text: str) -> list[str]:
    return re.findall(r"^(#+) ", prose(text), re.MULTILINE)


def links(text: str) -> list[str]:
    return sorted(re.findall(r"\]\(([^)]+)\)", prose(text)))


def rows(text: str) -> list[int]:
    return [line.count("|") for line in prose(text).splitlines() if line.startswith("|")]


def decimals(text: str) -> list[str]:
    return sorted(re.findall(r"\d+[.,]\d+(?:\.\d+)?", prose(text)))


@pytest.mark.parametrize(
    "part", [BLOCK.findall, headings, rows, decimals], ids=["code", "headings", "tables", "numbers"]
)
def test_both_readmes_have_the_same(part):
    assert part(readme("README.zh.md")) == part(readme("README.md"))
    assert part(readme("README.md"))


def test_both_readmes_have_the_same_commands_and_keys():
    english, chinese = (sorted(re.findall(r"`[^`\n]+`", prose(readme(name)))) for name in ("README.md", "README.zh.md"))
    assert chinese == english


def test_both_readmes_link_to_each_other_first_and_to_the_same_pages():
    english, chinese = links(readme("README.md")), links(readme("README.zh.md"))
    english.remove("README.zh.md")
    chinese.remove("README.md")
    assert chinese == english
    assert [re.findall(r"\]\(([^)]+)\)", readme(name))[0] for name in ("README.md", "README.zh.md")] == [
        "README.zh.md",
        "README.md",
    ]


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_pages_that_a_readme_links_to_are_there(name):
    assert [
        link for link in links(readme(name)) if "://" not in link and not (ROOT / link.split("#")[0]).exists()
    ] == []

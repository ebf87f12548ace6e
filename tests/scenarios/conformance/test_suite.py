"""The cases as a whole: what they are made of, how they are found, and that they hold."""

import re
from collections import Counter

import pytest

from wayfare.scenarios.conformance import CASES, SOURCES, select

QUICK = [case for case in CASES if case.subject != "queues"]
"""The queues are simulated for seconds; the whole command, which `tests/wayfare` runs, has them too."""


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.name)
def test_the_value_is_within_the_tolerance(case):
    verdict = case.judge()
    assert verdict.passed, verdict


def test_names_are_unique_and_fit_the_table():
    names = Counter(case.name for case in CASES)
    assert max(names.values()) == 1
    assert all(len(case.name) + 2 * case.simulated <= 31 for case in CASES)


def test_a_source_is_listed_or_a_closed_form():
    listed = {case.source for case in CASES} & set(SOURCES)
    assert listed == set(SOURCES)
    for case in CASES:
        assert case.source in SOURCES or re.search(r"\d.*[-+x/].*", case.source), case


def test_subjects_stand_together():
    subjects = [case.subject for case in CASES]
    assert subjects == sorted(subjects, key=list(dict.fromkeys(subjects)).index)


@pytest.mark.parametrize(
    ("pattern", "count"),
    [("fl-3", 4), ("FL-?, *both", 1), ("queues", 7), ("path loss", 21), ("nothing of the kind", 0)],
)
def test_a_pattern_finds_names_and_subjects_in_whatever_case(pattern, count):
    found = select(pattern)
    assert len(found) == count
    assert [case for case in CASES if case in found] == found


def test_without_a_pattern_all_are_chosen():
    assert select(None) == list(CASES)

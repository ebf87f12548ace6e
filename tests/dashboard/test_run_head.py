from datetime import UTC, datetime
from typing import Any

import pytest

from wayfare.dashboard.run_head import run_head
from wayfare.dashboard.run_store import RunStore
from wayfare.dashboard.texts import words_of


@pytest.mark.parametrize(("language", "said"), [("en", "interrupted"), ("zh", "已中断")])
def test_a_run_that_was_interrupted_says_so_in_each_language(walks: Any, language: str, said: str) -> None:
    run = walks.write("walk", status="running", until_s=2.0)
    walks.open_runs[-1].fail("stopped", "interrupted")
    head = run_head(RunStore(walks.parent).open(run.name), datetime.now(UTC), words_of(language))
    assert f"Div(children='{said}', className='wf-error', role='alert')" in str(head)

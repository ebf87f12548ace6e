import json
from typing import Any
from urllib.parse import quote

import pytest

from wayfare.dashboard import create_app
from wayfare.dashboard.map.pack import unpack
from wayfare.dashboard.map.view import map_panel


@pytest.fixture(scope="module")
def walks(new_walks: Any) -> Any:
    walks = new_walks()
    walks.finished = walks.write()
    walks.hostile = walks.write("<img src=x onerror=alert(1)>")
    walks.torn = walks.damage("torn")
    return walks


@pytest.fixture(scope="module")
def client(walks: Any) -> Any:
    return create_app(walks.parent).server.test_client()


def ask(client: Any, run: str, what: str) -> Any:
    return client.get(f"/tiles/{quote(run, safe='')}/{what}")


def test_the_map_gets_all_it_draws(client: Any, walks: Any) -> None:
    name = walks.finished.name
    head, _ = unpack(ask(client, name, "head").data)
    assert len(head["names"]) == 29
    now = ask(client, name, "now").get_json()
    assert (now["status"], now["end"]) == ("finished", 8.0)
    facts, arrays = unpack(ask(client, name, "0").data)
    assert facts["start"] == 0.0
    assert len(arrays["move_start"]) > 0
    assert unpack(ask(client, name, "places?layout=force").data)[1]["x"].shape == (29,)
    assert ask(client, name, "story?kind=node&id=3&at=4").get_json()["events"]
    assert ask(client, name, "story?kind=link&id=1&node=1&peer=0&at=4").get_json()["radio"]
    assert len(unpack(ask(client, name, "journey?packet=2").data)[1]["move_start"]) > 0


def test_what_has_not_changed_is_not_sent_again(client: Any, walks: Any) -> None:
    first = ask(client, walks.finished.name, "0")
    again = client.get(first.request.path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "no-cache" in first.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    ["..%2f..%2fetc/head", "%2e%2e/head", "x%00y/head", "nowhere/0", "head", "a/b/c/0", "%ff/now", "torn/now"],
)
def test_what_is_no_run_is_said_in_one_line_of_text(client: Any, path: str) -> None:
    reply = client.get(f"/tiles/{path}")
    assert reply.status_code == 404
    assert "Traceback" not in reply.text
    assert reply.mimetype == "text/html" or reply.text.count("\n") == 0


@pytest.mark.parametrize(
    "what",
    [
        "999",
        "-1",
        "1e3",
        "secrets",
        "places?layout=../x",
        "story?kind=node&id=99&at=1",
        "story?kind=node&id=x&at=1",
        "story?kind=link&id=0&at=1",
        "story?kind=x",
        "story?kind=node&id=1&at=nan",
        "journey?packet=1e99",
        "journey?flow=-1",
    ],
)
def test_a_question_that_is_none_is_refused_in_words(client: Any, walks: Any, what: str) -> None:
    reply = ask(client, walks.finished.name, what)
    assert (reply.status_code, reply.mimetype) == (404, "text/plain")
    assert "Traceback" not in reply.text


def test_who_asks_early_for_a_run_that_is_none_gets_nothing(client: Any, walks: Any) -> None:
    assert ask(client, "nowhere", "head?early").status_code == 204
    assert unpack(ask(client, walks.finished.name, "head?early").data)[0]["names"]


def test_a_packet_that_never_was_has_an_empty_journey(client: Any, walks: Any) -> None:
    assert len(unpack(ask(client, walks.finished.name, "journey?packet=777").data)[1]["move_start"]) == 0


def test_the_panel_names_its_run_and_nothing_else(walks: Any) -> None:
    panel = map_panel('"><img src=x onerror=alert(1)>').to_plotly_json()["props"]
    assert panel["data-wm-source"] == "/tiles/%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E/"
    assert not panel.get("children")


def test_a_run_that_is_repaired_is_read_again(client: Any, walks: Any) -> None:
    folder = walks.write("later", status="running", until_s=2.0)
    try:
        manifest = (folder / "run.json").read_text(encoding="utf-8")
        (folder / "run.json").write_text("{", encoding="utf-8")
        assert ask(client, folder.name, "now").status_code == 404
        (folder / "run.json").write_text(manifest, encoding="utf-8")
        assert ask(client, folder.name, "now").get_json()["end"] >= 2.0
    finally:
        walks.open_runs[-1].fail("stopped", "the test is over")
    assert json.loads(ask(client, folder.name, "now").data)["status"] == "stopped"

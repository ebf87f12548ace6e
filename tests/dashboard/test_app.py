import re
import socket
from pathlib import Path
from typing import Any

import pytest

from wayfare.dashboard import create_app, serve
from wayfare.dashboard.shell import aria, message_page
from wayfare.dashboard.texts import words_of

ROOM = Path(__file__).resolve().parents[2] / "dashboard"


@pytest.fixture
def client(walks: Any) -> Any:
    return create_app(walks.parent).server.test_client()


def ask_for_page(client: Any, path: str, search: str = "", lang: str = "en") -> Any:
    body = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [{"id": "address", "property": "data", "value": {"path": path, "search": search, "lang": lang}}],
        "changedPropIds": ["address.data"],
    }
    return client.post("/_dash-update-component", json=body)


def test_the_page_and_all_it_loads_come_from_this_server(client: Any) -> None:
    page = client.get("/").get_data(as_text=True)
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert sources
    assert all(source.startswith("/") and not source.startswith("//") for source in sources)
    for source in sources:
        with client.get(source) as reply:
            assert reply.status_code == 200


def test_the_browser_is_told_to_talk_to_nobody_else(client: Any) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]


def test_our_own_files_name_no_other_host() -> None:
    for path in (*ROOM.rglob("*.py"), *ROOM.glob("assets/*")):
        addresses = re.findall(r"https?://[^\s'\"]+", path.read_text(encoding="utf-8"))
        assert [one for one in addresses if "www.w3.org/2000/svg" not in one and "{" not in one] == [], path


@pytest.mark.parametrize("path", ["/run/..", "/run/%2e%2e%2fsecret", "/run//etc/passwd", "/run/", "/run/%00"])
def test_a_run_outside_the_folder_is_not_shown(client: Any, walks: Any, path: str) -> None:
    (walks.parent.parent / "secret").mkdir(exist_ok=True)
    reply = ask_for_page(client, path)
    assert reply.status_code == 200
    assert "This run cannot be shown" in reply.get_data(as_text=True)


def test_a_page_that_is_none_says_so(client: Any) -> None:
    assert "There is no such page" in ask_for_page(client, "/nowhere").get_data(as_text=True)


def test_an_empty_folder_says_how_to_start(client: Any, walks: Any) -> None:
    reply = str(ask_for_page(client, "/").get_json())
    assert "No runs here yet" in reply
    assert f"--out {walks.parent}" in reply
    assert "这里还没有运行" in str(ask_for_page(client, "/", lang="zh").get_json())


def test_messages_are_text() -> None:
    page = message_page(words_of("en"), "Title", "<b>bold</b>")
    assert page.children[1].children[1].children == "<b>bold</b>"
    assert aria("label", "x") == {"aria-label": "x"}


@pytest.mark.parametrize(
    "manifest",
    ["", "{", "[]", '{"format": 0, "status": "finished"}', '{"format": 1, "status": "finished"}', "\0" * 40],
    ids=["empty", "torn", "no-object", "older", "alone", "zeros"],
)
def test_a_folder_that_is_no_run_of_ours_gives_a_message(client: Any, walks: Any, manifest: str) -> None:
    walks.damage("strange", manifest)
    for path, search in (("/run/strange", ""), ("/compare", "?runs=strange"), ("/", "")):
        reply = ask_for_page(client, path, search)
        assert reply.status_code == 200
        assert "Traceback" not in reply.get_data(as_text=True)
    assert "This run cannot be shown" in ask_for_page(client, "/run/strange").get_data(as_text=True)
    assert "Left out: strange" in ask_for_page(client, "/compare", "?runs=strange").get_data(as_text=True)


def test_without_leave_there_is_nothing_that_starts_a_run(client: Any) -> None:
    for what in ("check", "run", "stop"):
        assert client.post(f"/launch/{what}", json={"scenario": "name: x"}).status_code in (404, 405)
    assert "--allow-runs" in ask_for_page(client, "/launch").get_data(as_text=True)


def test_runs_are_not_allowed_where_other_computers_reach_the_page(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"0\.0\.0\.0 is reached by other computers"):
        serve(tmp_path, host="0.0.0.0", port=0, allow_runs=True)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1 port {port}: another program has it"):
            serve(tmp_path, port=port)


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_is_none_is_named(tmp_path: Path, port: int) -> None:
    with pytest.raises(OSError, match=f"port {port}: a port is between 0 and 65535"):
        serve(tmp_path, port=port)


def test_a_host_that_is_not_ours_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"cannot listen on 192\.0\.2\.1 port 0"):
        serve(tmp_path, host="192.0.2.1", port=0)

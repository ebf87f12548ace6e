from pathlib import Path
from typing import Any

import pytest

from wayfare.dashboard import create_app
from wayfare.dashboard.guard import known_host, same_origin


@pytest.fixture
def client(tmp_path: Path) -> Any:
    return create_app(tmp_path, allow_runs=True).server.test_client()


@pytest.mark.parametrize("asked", ["127.0.0.1:8050", "localhost", "[::1]:80", "10.0.0.7:8050", "lab.example:8050"])
def test_addresses_and_the_name_it_is_served_by_are_known(asked: str) -> None:
    assert known_host(asked, "lab.example")


@pytest.mark.parametrize(
    "asked", ["evil.example", "127.0.0.1.evil.example:8050", "localhost.evil.example", "", "[", "a b"]
)
def test_other_names_are_not(asked: str) -> None:
    assert not known_host(asked, "127.0.0.1")


@pytest.mark.parametrize(
    ("origin", "same"),
    [
        (None, True),
        ("http://127.0.0.1:8050", True),
        ("http://127.0.0.1:9999", False),
        ("https://evil.example", False),
        ("null", False),
    ],
)
def test_only_pages_of_the_server_itself_may_change_anything(origin: str | None, same: bool) -> None:
    assert same_origin(origin, "127.0.0.1:8050") is same


def test_a_name_that_leads_here_by_a_trick_gets_nothing(client: Any) -> None:
    for path in ("/", "/_dash-layout", "/launch/state", "/tiles/x/head"):
        assert client.get(path, headers={"Host": "evil.example"}).status_code == 403


def test_other_sites_start_nothing(client: Any) -> None:
    content = {"scenario": "name: x"}
    assert client.post("/launch/run", json=content, headers={"Origin": "https://evil.example"}).status_code == 403
    form = client.post("/launch/run", data=content, headers={"Origin": "http://localhost"})
    assert form.status_code == 400


def test_the_page_may_not_be_framed(client: Any) -> None:
    assert "frame-ancestors 'none'" in client.get("/").headers["Content-Security-Policy"]

"""The addresses from which the map reads a run.

They are ``/tiles/<run>/`` and ``head``, ``now``, the number of a tile, ``places``, ``story`` or ``journey``. They read
folders inside the store's folder only; whatever is wrong with one is said in one line of text.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from flask import Flask, Response, request

from wayfare.dashboard.quantity_text import text
from wayfare.dashboard.run_store import DAMAGE, RunStore
from wayfare.emulator.records import RecordError, RunRecord

from .story import journey, link_story, node_story
from .tiles import Tiles

RUNS_KEPT = 8
# A running run is looked at again after this many times what looking took: under 2 % of a processor.
PACE = 60
LONGEST_WAIT_S = 1.0
PREFIX = "/tiles/"


class TileStore:
    """The tiles of the runs that were looked at last; safe to ask from several threads."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._lock = Lock()
        self._runs: OrderedDict[Path, tuple[Lock, list[Any]]] = OrderedDict()

    def ask(self, name: str, question: Callable[[Tiles], bytes], look: str) -> bytes:
        """Return what a run's tiles answer.

        Args:
            name: Of the run.
            question: What to ask them.
            look: Whether to look first at what is recorded: ``again``, if nobody has (``once``), or ``never``.

        Raises:
            RecordError: There is no such run, or it is damaged.
        """
        folder = self._store.locate(name)
        with self._lock:
            lock, kept = self._runs.setdefault(folder, (Lock(), []))
            self._runs.move_to_end(folder)
            while len(self._runs) > RUNS_KEPT:
                self._runs.popitem(last=False)
        with lock:
            try:
                return question(self._tiles(folder, kept, look))
            except RecordError:
                kept.clear()
                raise
            except DAMAGE as error:
                kept.clear()
                raise RecordError(f"{folder}: damaged ({type(error).__name__}: {text(str(error))})") from error

    def _tiles(self, folder: Path, kept: list[Any], look: str) -> Tiles:
        """Return the tiles of a run, made anew where its topology is another, and brought up to date now and then."""
        born = _state(folder / "topology.json")
        if kept and kept[1] != born:
            kept.clear()
        if not kept:
            kept[:] = [Tiles(RunRecord(folder)), born, 0.0, None]
        tiles: Tiles = kept[0]
        state = _state(folder / "run.json")
        is_due = look == "again" and state != kept[3] and monotonic() >= kept[2]
        if is_due or (kept[3] is None and look != "never"):
            began = monotonic()
            tiles.refresh()
            kept[2] = monotonic() + min(PACE * (monotonic() - began), LONGEST_WAIT_S)
            kept[3] = state
        return tiles


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_ino, state.st_mtime_ns, state.st_size


def register_tile_routes(server: Flask, store: RunStore) -> None:
    """Add the map's addresses to the dashboard's server."""
    tiles = TileStore(store)

    def answer(rest: str) -> Response:
        # A folder's name may be no UTF-8; WSGI hands the bytes of the path over as Latin-1.
        path = request.environ["PATH_INFO"].encode("latin-1", "replace").decode("utf-8", "surrogateescape")
        name, _, what = path.split(PREFIX, 1)[1].rpartition("/")
        try:
            return _answered(tiles, name, what)
        except RecordError as error:
            if "early" in request.args:  # asked before anybody knew whether there is such a run
                return Response(status=204)
            return Response(text(str(error), 2000) or "", 404, mimetype="text/plain")

    server.add_url_rule(f"{PREFIX}<path:rest>", "wayfare_tiles", answer)


def _answered(tiles: TileStore, name: str, what: str) -> Response:
    if what.isascii() and what.isdigit() and len(what) < 10:
        return _packed(tiles.ask(name, lambda run: run.tile(int(what)), "once"))
    questions: dict[str, Callable[[Tiles], bytes]] = {
        "head": lambda run: run.head(),
        "now": lambda run: json.dumps(run.now(), allow_nan=False).encode(),
        "places": lambda run: run.places(request.args.get("layout", "")),
        "story": _story,
        "journey": _journey,
    }
    if what not in questions:
        raise RecordError(
            f"there is no {text(what, 40)!r} of a run; there are {', '.join(questions)} and numbers of tiles"
        )
    look = {"now": "again", "head": "never", "places": "never"}.get(what, "once")
    content = tiles.ask(name, questions[what], look)
    return _packed(content, "application/json" if what in ("now", "story") else "application/octet-stream")


def _packed(content: bytes, mimetype: str = "application/octet-stream") -> Response:
    response = Response(content, mimetype=mimetype)
    response.set_etag(hashlib.blake2b(content, digest_size=12).hexdigest())
    response.headers["Cache-Control"] = "private, no-cache"  # kept, and asked for again with its tag
    response.make_conditional(request)
    return response


def _story(run: Tiles) -> bytes:
    kind, before_s, nodes = request.args.get("kind"), _asked("at", run.end_s), len(run.network.names)
    if not 0 <= before_s < 1e9:
        raise RecordError(f"the time {before_s} is not within the run")
    if kind == "node":
        node = _id("id", nodes)
        story = node_story(run.index, node, before_s)
    elif kind == "link":
        link = _id("id", len(run.network.source))
        story = link_story(run.index, link, (_id("node", nodes), _id("peer", nodes)), before_s)
    else:
        raise RecordError(f"there is no story of a {text(kind, 40)!r}; there are those of a node and of a link")
    return json.dumps(story, allow_nan=False).encode()


def _journey(run: Tiles) -> bytes:
    column = "flow" if "flow" in request.args else "packet"
    return journey(run.index, column, _id(column, 2**31))


def _asked(name: str, usual: float) -> float:
    try:
        return float(request.args.get(name, usual))
    except ValueError:
        raise RecordError(f"{name}={text(request.args[name], 40)}: is no number") from None


def _id(name: str, count: int) -> int:
    number = _asked(name, -1.0)
    if not (0 <= number < count and number == int(number)):
        raise RecordError(f"{name}={text(request.args.get(name, ''), 40)}: there is none of that number")
    return int(number)

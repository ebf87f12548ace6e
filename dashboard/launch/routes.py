"""The addresses with which the page checks, starts, watches and stops runs; there only where that is allowed."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, request, send_file

from wayfare.dashboard.address import run_path, search_path
from wayfare.dashboard.quantity_text import text
from wayfare.dashboard.run_store import RunStore
from wayfare.emulator.records import RecordError

from .launcher import Complaint, Launch, Launcher, LaunchRefused

SUFFIX = ".scenario.yaml"


def shipped_scenarios() -> dict[str, Path]:
    """Return the scenario files that come with Wayfare, by name."""
    spec = find_spec("wayfare.scenarios")
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    return {file.name.removesuffix(SUFFIX): file for file in sorted(folder.glob(f"*{SUFFIX}"))}


def register_launch_routes(server: Flask, store: RunStore, launcher: Launcher) -> None:
    """Add the addresses below ``/launch/`` to the dashboard's server."""

    def source() -> str:
        asked = request.get_json(silent=True)  # only a page of ours can send that kind of content
        value = asked.get("scenario") if isinstance(asked, dict) else None
        return value if isinstance(value, str) else abort(400, "send JSON with the text of a scenario")

    def check() -> Response:
        try:
            return jsonify({"said": _said(launcher.check(source()))})
        except LaunchRefused as refusal:
            return jsonify({"said": _said([Complaint(str(refusal))])})

    def run() -> Response:
        try:
            return jsonify(_told(launcher.start(source())))
        except (LaunchRefused, OSError) as refusal:
            return jsonify({"said": _said([Complaint(str(refusal))])})

    def stop() -> Response:
        asked = request.get_json(silent=True)
        name = asked.get("run") if isinstance(asked, dict) else None
        try:
            launcher.stop(str(name))
        except LaunchRefused as refusal:
            return jsonify({"said": _said([Complaint(str(refusal))])})
        return jsonify({"said": []})

    def state() -> Response:
        return jsonify([_told(launch) for launch in launcher.launches()])

    def scenario() -> Response:
        name, run_name = request.args.get("name"), request.args.get("run")
        try:
            if run_name is not None:
                return Response(store.scenario_text(run_name), mimetype="text/plain")
        except RecordError as error:
            return Response(text(str(error), 1000) or "", 404, mimetype="text/plain")
        file = shipped_scenarios().get(name or "")
        return Response(file.read_text(encoding="utf-8"), mimetype="text/plain") if file else abort(404)

    def schema() -> Response:
        spec = find_spec("wayfare.scenarios")
        return send_file(Path(str(spec and spec.origin)).with_name("scenario.schema.json"), mimetype="application/json")

    for name, answer, method in (
        ("check", check, "POST"),
        ("run", run, "POST"),
        ("stop", stop, "POST"),
        ("state", state, "GET"),
        ("scenario", scenario, "GET"),
        ("schema", schema, "GET"),
    ):
        server.add_url_rule(f"/launch/{name}", f"launch_{name}", answer, methods=[method])


def _said(complaints: list[Complaint] | tuple[Complaint, ...]) -> list[dict[str, Any]]:
    return [{"message": one.message, "line": one.line} for one in complaints]


def _told(launch: Launch) -> dict[str, Any]:
    where = search_path(launch.scenario) if launch.sweep else run_path(launch.run or "")
    href = where if launch.run else None
    name = text(launch.scenario)
    return {
        "id": launch.id,
        "scenario": name,
        "run": launch.run,
        "href": href,
        "state": launch.state,
        "said": _said(launch.complaints),
    }

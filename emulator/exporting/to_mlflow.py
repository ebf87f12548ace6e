"""A run in MLflow, through the MLflow that the user has installed."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import yaml

from wayfare.emulator.records import RecordError, RunRecord

from .errors import MissingTool
from .scalars import scalars

_MOST_CHARACTERS = 500
_MOST_PARAMETERS, _MOST_METRICS = 100, 1000  # that MLflow takes at once
_STATUSES = {"finished": "FINISHED", "failed": "FAILED", "stopped": "KILLED", "running": "RUNNING"}


def log_run(run: RunRecord, place: str) -> None:
    """Log a run to a tracking URI, or where MLflow does by itself if that is empty.

    The experiment is called after the scenario, the run after the run folder. Parameters are the resolved scenario,
    with keys as `--set` has them; metrics are the figures of the summary, and the series over virtual milliseconds.

    Raises:
        MissingTool: MLflow is not installed.
        RecordError: It refuses; the message is its own.
    """
    try:
        import mlflow  # type: ignore[import-not-found, unused-ignore]
        from mlflow.exceptions import MlflowException  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise MissingTool(f"MLflow is not installed here ({error}); pip install mlflow") from None
    try:
        _log(mlflow.MlflowClient(tracking_uri=place or None), run)
    except MlflowException as error:
        raise RecordError(f"MLflow: {error}") from error


def _log(client: Any, run: RunRecord) -> None:
    from mlflow.entities import Metric, Param, RunTag  # type: ignore[import-not-found, unused-ignore]

    manifest = run.manifest
    known = client.get_experiment_by_name(manifest["name"])
    experiment = known.experiment_id if known else client.create_experiment(manifest["name"])
    began_ms = _milliseconds(manifest["started"]) or 0
    logged = client.create_run(experiment, start_time=began_ms, run_name=run.folder.resolve().name).info.run_id
    tags = [RunTag(f"wayfare.{key}", str(manifest.get(key))) for key in ("method", "seed", "scenario_hash")]
    client.log_batch(logged, tags=tags)
    scenario = yaml.safe_load(run.scenario_text)
    parameters = [Param(key, str(value)[:_MOST_CHARACTERS]) for key, value in _flat("", scenario)]
    for start in range(0, len(parameters), _MOST_PARAMETERS):
        client.log_batch(logged, params=parameters[start : start + _MOST_PARAMETERS])
    metrics = [Metric(name, value, began_ms + step, step) for name, value, step in _metrics(run)]
    for start in range(0, len(metrics), _MOST_METRICS):
        client.log_batch(logged, metrics=metrics[start : start + _MOST_METRICS])
    for file in ("scenario.yaml", "summary.json", "topology.json"):
        if (run.folder / file).is_file():
            client.log_artifact(logged, str(run.folder / file))
    client.set_terminated(logged, _STATUSES[manifest["status"]], _milliseconds(manifest.get("ended")))


def _milliseconds(moment: str | None) -> int | None:
    """Return a time of the manifest in milliseconds since 1970."""
    return None if moment is None else round(datetime.fromisoformat(moment).timestamp() * 1000)


def _metrics(run: RunRecord) -> Iterator[tuple[str, float, int]]:
    """Yield name, value and virtual milliseconds: the summary's figures at its end, then every series."""
    summary = run.summary or {}
    end_ms = round(summary.get("time", {}).get("virtual_s", 0.0) * 1000)
    for name, value in _flat("", summary):
        if isinstance(value, float | int) and not isinstance(value, bool):
            yield f"final.{name}", value, end_ms
    for series in scalars(run):
        for time_ns, value in zip(series.time_ns.tolist(), series.value.tolist(), strict=True):
            yield series.name, value, time_ns // 1_000_000


def _flat(prefix: str, values: Any) -> Iterator[tuple[str, Any]]:
    """Yield nested values by their path, as `--set` has it."""
    if isinstance(values, Mapping) and values:
        for key, value in values.items():
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), value)
    elif isinstance(values, list) and any(isinstance(value, Mapping) for value in values):
        for place, value in enumerate(values):
            yield from _flat(f"{prefix}.{place}", value)
    else:
        yield prefix, values

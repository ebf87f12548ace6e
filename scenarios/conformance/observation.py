"""What the record of a real run says: small scenarios, run through the real world in a folder that does not stay."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from wayfare.emulator.network import bits
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import run

if TYPE_CHECKING:
    from wayfare.emulator.records import RunWriter


@dataclass(frozen=True)
class Observation:
    """What is left of a run: its summary and the exported tables, as rows.

    Attributes:
        flows: One row a transfer, in the order in which they began; times to the nanosecond.
        links: One row a directed link and time bin.
        metrics: What nodes recorded.
        events: One row an event.
    """

    summary: dict[str, Any]
    flows: list[dict[str, Any]]
    links: list[dict[str, Any]]
    metrics: list[dict[str, Any]]
    events: list[dict[str, Any]]

    def end_s(self, transfer: int) -> float:
        """Return when a transfer ended [s]; negative numbers count from the one that ended last."""
        if transfer < 0:
            return float(sorted(flow["end_s"] for flow in self.flows)[transfer])
        return float(self.flows[transfer]["end_s"])

    def rate_bps(self, transfer: int) -> float:
        """Return the mean rate of a transfer over its life [bit/s]."""
        flow = self.flows[transfer]
        return bits(flow["size_bytes"]) / float(flow["end_s"] - flow["start_s"])

    def energy_j(self, source: str, target: str) -> float:
        """Return the energy of one direction of a link in all bins in which it carried something [J]."""
        return math.fsum(row["energy_j"] for row in self.links if (row["src"], row["dst"]) == (source, target))

    def losses(self, node: str) -> list[float]:
        """Return the mean training loss of each job of a node, in order."""
        return [row["value"] for row in self.metrics if row["name"] == "loss" and row["node"] == node]


def observe(text: str) -> Observation:
    """Run a scenario given as YAML, as `wayfare run` would, remembering no training results."""
    from wayfare.emulator.records import RunRecord
    from wayfare.emulator.records.exports import event_table, flow_table, link_table, metric_table

    with TemporaryDirectory(prefix="wayfare-conform-") as folder:
        file = Path(folder, "case.scenario.yaml")
        file.write_text(text, encoding="utf-8")
        outcome = run(load(file), Path(folder), cache=False)
        record = RunRecord(outcome.folder)
        tables = [table(record).to_pylist() for table in (flow_table, link_table, metric_table, event_table)]
    return Observation(outcome.summary, *tables)


@contextmanager
def scratch_writer() -> "Iterator[RunWriter]":
    """Give a part of the emulator, tried without a world, a record that nobody reads."""
    from wayfare.emulator.records import RunWriter

    with TemporaryDirectory(prefix="wayfare-conform-") as folder:
        writer = RunWriter.create(Path(folder), "scratch", {"name": "scratch"})
        try:
            yield writer
        finally:
            writer.fail("stopped", "only a part of the emulator was tried")

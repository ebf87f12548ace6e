"""A learning method of one's own: this file is a plug-in, and a scenario that names it can choose its method.

Run as a script it compares itself with `alone`, which sends nothing.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from annotated_types import Gt

import wayfare
from wayfare.emulator.failures import SendFailed
from wayfare.emulator.methods import Method


@dataclass(frozen=True, kw_only=True)
class Meet(Method):
    """Every holder trains, sends its model to a random holder, and takes the mean with the model that comes."""

    # A field is a key of `learning`; its suffix is the unit, so this one is read from `patience: 20 ms`.
    patience_s: Annotated[float, "How long a holder waits for a model before it trains on.", Gt(0)] = 0.02

    def program(self, node, roles):
        """Return what a node runs: a generator, or None."""
        return self.live(node, [name for name in roles.holders if name != node.name]) if node.samples else None

    def live(self, node, others):
        """Train, tell, listen; whatever takes virtual time is yielded."""
        model = node.initial_model()
        while True:
            model = yield node.train(model)
            node.store["model"] = model  # what this node holds, for the metrics
            node.answer(model)  # what the method is judged by
            with suppress(SendFailed):  # out of reach: nobody heard it
                yield node.send(others[int(node.rng.integers(len(others)))], node.packet(model))
            met = yield node.receive(timeout=self.patience_s)
            if met is not None:
                model = node.merge([model, met.to_model()], [1.0, 1.0])


METHODS = {"meet": Meet}

SCENARIO = f"""
name: meeting
plugins: ["{Path(__file__).resolve()}"]
topology: {{generator: three-tier, clouds: 1, edges: 1, devices: 6, cell_radius: 60 m}}
nodes: {{device: {{compute: 1 GFLOP/s}}}}
data: {{dataset: digits, partition: {{kind: classes, classes: 4}}}}
model: {{family: mlp, hidden: [16]}}
learning: {{method: meet, steps: 10, batch_size: 20, learning_rate: 0.2}}
stop: 1 s
"""

if __name__ == "__main__":
    Path("meeting.scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    for method in ("alone", "meet"):
        run = wayfare.run("meeting.scenario.yaml", {"learning.method": method})
        accuracy, sent_bytes = run.value("accuracy.final"), run.value("bytes.total")
        print(f"{method:6} accuracy {accuracy:.3f}, {sent_bytes / 1e6:.2f} MB on links")

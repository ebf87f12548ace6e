"""Compare two methods over seeds: runs in parallel, intervals and paired differences.

`wayfare sweep` and `wayfare compare` do this without a script; from Python the numbers are at hand.
"""

from pathlib import Path

import wayfare
from wayfare.scenarios.statistics import paired_difference, t_interval

SCENARIO = """
name: compared
seed: 1
replications: 3
matrix:
  mfd: {learning.packets: 3}
  fedavg: {}
topology: {generator: three-tier, clouds: 1, edges: 2, devices: 8}
cells: {site_antenna_gain: 8 dB}
nodes: {device: {compute: 1 GFLOP/s}}
data: {dataset: digits, partition: {kind: dirichlet, alpha: 0.5}}
model: {family: mlp, hidden: [16]}
learning: {steps: 10, batch_size: 20, learning_rate: 0.2}
stop: 1 s
"""
FIGURES = ["accuracy.final", "bytes.total"]


def main() -> None:
    """Run two methods with three seeds each; runs of one seed share network, data and first weights."""
    Path("compared.scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    runs = wayfare.run_sweep("compared.scenario.yaml", workers=2)
    rows = sorted(runs.table(FIGURES).to_pylist(), key=lambda row: row["seed"])
    print(f"{len(runs)} runs")
    for figure, unit, scale in (("accuracy.final", "", 1.0), ("bytes.total", " MB", 1e-6)):
        values = {
            method: [scale * row[figure] for row in rows if row["method"] == method] for method in ("fedavg", "mfd")
        }
        for method, sample in values.items():
            interval = t_interval(sample)
            print(f"{figure:14} {method:6} {interval.mean:.3f} ± {interval.high - interval.mean:.3f}{unit}")
        # Seed by seed: what the seeds have in common falls out of the difference.
        gap = paired_difference(values["fedavg"], values["mfd"])
        print(f"{figure:14} mfd less fedavg: {gap.mean:+.3f} in [{gap.low:+.3f}, {gap.high:+.3f}]{unit}")


if __name__ == "__main__":  # the sweep starts processes, which import this file
    main()

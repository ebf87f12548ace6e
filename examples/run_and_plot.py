"""Run a scenario from Python, read its figures and tables, and plot its accuracy.

A scenario is a file; a script changes single keys of it, as `--set` does on the command line.
"""

from pathlib import Path

import wayfare

SCENARIO = """
name: plotted
seed: 1
topology: {generator: three-tier, clouds: 1, edges: 1, devices: 6, cell_radius: 60 m}
cells: {model: umi, carrier: 7 GHz, site_antenna_gain: 8 dB}
nodes: {device: {compute: 1 GFLOP/s}}
data: {dataset: digits, partition: {kind: dirichlet, alpha: 0.5}}
model: {family: mlp, hidden: [16]}
learning: {method: mfd, packets: 1, steps: 10, batch_size: 20, learning_rate: 0.2}
stop: 1 s
expect:
  - accuracy.final >= 0.8
  - packets.dropped == 0
"""

Path("plotted.scenario.yaml").write_text(SCENARIO, encoding="utf-8")
run = wayfare.run("plotted.scenario.yaml", {"learning.packets": 2})

# Figures have the names and units of a scenario's `expect` lines: all in SI.
for figure in ("accuracy.final", "accuracy.time_to(0.7)", "bytes.total", "packets.dropped"):
    print(f"{figure:22} {run.value(figure):.4g}")
print("expectations hold" if run.passed else "an expectation does not hold")

# Tables are Arrow tables; run.frame(...) gives the same to pandas.
flows = run.table("flows").to_pylist()
first = flows[0]
print(f"{len(flows)} transfers; the first: {first['route']}, {first['size_bytes']} bytes")

# The figures of the dashboard are Plotly figures: show, restyle or save them.
run.figure("accuracy").update_layout(title="Two models, six devices").write_html("accuracy.html")
print("accuracy.html" if Path("accuracy.html").stat().st_size else "nothing drawn")

"""Whatever stands at a key, reading it gives a scenario, or problems of one line each."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load

KEYS = [
    *(
        "name",
        "seed",
        "stop",
        "expect",
        "expect.0",
        "cells",
        "cells.carrier",
        "cells.airtime",
        "links.core.duplex",
        "nodes",
    ),
    *(
        "topology",
        "topology.generator",
        "topology.devices",
        "topology.file",
        "topology.nodes",
        "topology.links.0.between",
    ),
    *(
        "data",
        "data.dataset",
        "data.partition.kind",
        "data.test_fraction",
        "model.hidden",
        "learning",
        "learning.steps",
    ),
    *(
        "traffic.transfers",
        "traffic.transfers.0",
        "traffic.transfers.0.size",
        "traffic.forwarding",
        "record.bin",
        "odd",
    ),
]
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["5 s", "a", "mfd"])
)
VALUES = st.recursive(
    SCALARS, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=4), inside), max_leaves=5
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(["network", "learning"]), key=st.sampled_from(KEYS), value=VALUES)
def test_any_value_anywhere_is_a_scenario_or_a_scenario_error_of_whole_lines(tmp_path, texts, kind, key, value):
    file = tmp_path / "x.scenario.yaml"
    file.write_text(texts[kind])
    try:
        load(file, [f"{key}={json.dumps(value, ensure_ascii=False)}"])
    except ScenarioError as error:
        lines = str(error).splitlines()
        assert len(lines) == len(error.problems)  # noqa: PT017 - some values are right

"""Every mistake that a user can make in a file gives its file, line, key and what would have been right."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load

NETWORK = """\
name: two-nodes
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}}
  links:
    - {between: [a, b], rate: 100 Mbit/s, delay: 5 ms}
traffic:
  forwarding: cut-through
  transfers:
    - {from: a, to: b, size: 10 MB, start: 0 s}
expect:
  - flows.last_end <= 0.9 s
"""

LEARNING = """\
name: walk
topology:
  generator: three-tier
  devices: 24
nodes:
  device: {compute: 10 GFLOP/s}
data: {dataset: digits, partition: {kind: dirichlet, alpha: 0.3}}
model: {family: mlp, hidden: [32]}
learning: {method: mfd, packets: 6}
cells: {duplex: tdd, shadowing: true}
stop: 10 s
"""

TIME = "write a number and a unit of time (s, ns, us, ms, min, h), for example '5 ms'"
BIT_RATE = "write a number and a unit of bit rate (bit/s, kbit/s, Mbit/s, Gbit/s, Tbit/s), for example '100 Mbit/s'"


def changed(text, old, new):
    assert text.count(old) == 1
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # Unknown keys and names.
        ("name: two", "nam: two", "1: nam: unknown key 'nam'; did you mean 'name'? allowed: name, topology, seed, "),
        ("start:", "begin:", "9: traffic.transfers.0.begin: unknown key 'begin'; allowed: from, to, size, start"),
        (
            "delay:",
            "latency:",
            "5: topology.links.0.latency: unknown key 'latency'; allowed: between, rate, delay, duplex, sharing, loss, "
            "medium",
        ),
        ("tier: edge}, b", "tier: egde}, b", "3: topology.nodes.a.tier: unknown name 'egde'; did you mean 'edge'?"),
        ("cut-through", "cutthrough", "7: traffic.forwarding: unknown name 'cutthrough'; did you mean 'cut-through'?"),
        ("cut-through", "true", "7: traffic.forwarding: unknown name true; allowed: whole-packet, fragments, cut"),
        (
            "flows.last_end",
            "flows.lastend",
            "11: expect.0: unknown figure 'flows.lastend'; did you mean 'flows.last_end'?",
        ),
        # Units.
        ("100 Mbit/s", "100", f"5: topology.links.0.rate: 100 has no unit; {BIT_RATE}"),
        ("100 Mbit/s", "'100'", f"5: topology.links.0.rate: '100' has no unit; {BIT_RATE}"),
        ("100 Mbit/s", "100 Mbps", f"5: topology.links.0.rate: unknown unit 'Mbps'; did you mean 'Mbit/s'? {BIT_RATE}"),
        ("5 ms", "5 m", f"5: topology.links.0.delay: 'm' is a unit of distance, not of time; {TIME}"),
        ("5 ms", "soon", f"5: topology.links.0.delay: 'soon' is not a time; {TIME}"),
        ("5 ms", ".nan", f"5: topology.links.0.delay: nan is not a finite number; {TIME}"),
        ("5 ms", ".inf", f"5: topology.links.0.delay: inf is not a finite number; {TIME}"),
        ("5 ms", "inf s", f"5: topology.links.0.delay: 'inf s' is not a time; {TIME}"),
        ("5 ms", "[5 ms]", f"5: topology.links.0.delay: a list is not a time; {TIME}"),
        ("0.9 s", "0.9", f"11: expect.0: flows.last_end: 0.9 has no unit; {TIME}"),
        # Ranges.
        (
            "100 Mbit/s",
            "-1 Mbit/s",
            "5: topology.links.0.rate: '-1 Mbit/s' is out of range; it must be more than 0 bit/s",
        ),
        ("100 Mbit/s", "0 bit/s", "5: topology.links.0.rate: '0 bit/s' is out of range; it must be more than 0 bit/s"),
        ("5 ms", "-5 ms", "5: topology.links.0.delay: '-5 ms' is out of range; it must be at least 0 s"),
        ("10 MB", "1.5 B", "9: traffic.transfers.0.size: '1.5 B' is no whole number of B"),
        (
            "start: 0 s",
            "start: 99999999 h",
            "9: traffic.transfers.0.start: '99999999 h' is out of range; it must be at most ",
        ),
        # Types.
        ("two-nodes", "5", "1: name: is 5; it must be text: put it in quotes, '5'"),
        ("two-nodes", "", "1: name: is nothing; it must be text"),
        (
            "two-nodes",
            "two nodes",
            "1: name: 'two nodes' is not allowed: name of the scenario, which its runs carry: up to",
        ),
        ("two-nodes", "[a]", "1: name: is a list; it must be text"),
        ("[a, b]", "a", "5: topology.links.0.between: is 'a'; it must be a list, for example [a, b]"),
        ("[a, b]", "[a]", "5: topology.links.0.between: has 1 item; it must have 2"),
        ("[a, b]", "[a, b, a]", "5: topology.links.0.between: has 3 items; it must have 2"),
        ("[a, b]", "[a, 1]", "5: topology.links.0.between.1: is 1; it must be text: put it in quotes, '1'"),
        (
            "{from: a, to: b, size: 10 MB, start: 0 s}",
            "a to b",
            "9: traffic.transfers.0: is 'a to b'; it must be a mapping",
        ),
        (
            "{a: {tier: edge}, b: {tier: edge}}",
            "[a, b]",
            "3: topology.nodes: is a list; it must be a mapping of keys to",
        ),
        ("{a: {tier: edge}, b: {tier: edge}}", "{}", "3: topology.nodes: has 0 items; it must have at least 1"),
        (
            "a: {tier: edge}",
            "a: {tier: edge, position: [1 m]}",
            "3: topology.nodes.a.position: has 1 item; it must have 2",
        ),
        ("  - flows", "  flows: flows", "10: expect: is a mapping; it must be a list, for example [a, b]"),
        # Missing.
        ("name: two-nodes\n", "", "1: name: is missing: name of the scenario"),
        (", size: 10 MB", "", "9: traffic.transfers.0.size: is missing: how much"),
        ("a: {tier: edge}", "a: {}", "3: topology.nodes.a.tier: is missing: what kind of node it is"),
        ("    - {from: a, to: b, size: 10 MB, start: 0 s}", "    []", "1: there is nothing to run: give 'learning', "),
        # Nodes and links.
        ("to: b", "to: bb", "9: traffic.transfers.0.to: unknown node 'bb'; did you mean 'b'? allowed: a, b"),
        ("from: a", "from: c", "9: traffic.transfers.0.from: unknown node 'c'; allowed: a, b"),
        ("to: b", "to: a", "9: traffic.transfers.0.to: 'a' also sends it; a transfer needs two different nodes"),
        ("[a, b]", "[a, c]", "5: topology.links.0.between.1: unknown node 'c'; allowed: a, b"),
        ("[a, b]", "[a, a]", "5: topology.links.0: links 'a' to itself; a link joins two different nodes"),
        (
            "    - {between: [a, b], rate: 100 Mbit/s, delay: 5 ms}\n",
            "    - {between: [a, b]}\n    - {between: [b, a]}\n",
            "6: topology.links.1: 'b' and 'a' are already linked by topology.links.0; keep one of them",
        ),
        (
            "\n    - {between: [a, b], rate: 100 Mbit/s, delay: 5 ms}",
            " []",
            "2: topology: the graph is in 2 parts without a link between them: 'a' cannot reach 'b'",
        ),
        (
            "delay: 5 ms",
            "medium: radio",
            "5: topology.links.0: a radio link has no rate of its own; section 'cells' decides",
        ),
        (
            "rate: 100 Mbit/s, delay: 5 ms",
            "medium: radio",
            "5: topology.links.0: link 'a' - 'b': a radio link joins a device",
        ),
        # Routing.
        (
            "traffic:",
            "routing: {rate_weight: 2}\ntraffic:",
            "6: routing: rate_weight is only for metric 'mix', and the metric is 'hops'",
        ),
        # Expectations.
        ("<=", "=<", "11: expect.0: unknown comparison '=<'; did you mean '<='? allowed: <=, >=, ==, !=, <, >"),
        (
            "<=",
            "is about",
            "11: expect.0: 'flows.last_end is about 0.9 s' is not of the form KEY OPERATOR VALUE, for example",
        ),
        ("flows.last_end <= 0.9 s", "5", "11: expect.0: 5 is not of the form KEY OPERATOR VALUE"),
        (
            "flows.last_end <= 0.9 s",
            "energy.total <= 5 s",
            "11: expect.0: energy.total: 's' is a unit of time, not of energy",
        ),
        (
            "flows.last_end <= 0.9 s",
            "flows.count == 1.5",
            "11: expect.0: flows.count is a count: '1.5' is not a whole number",
        ),
        (
            "flows.last_end <= 0.9 s",
            "accuracy.final >= 0.9",
            "11: expect.0: nothing learns here, so there is no accuracy.final; add 'learning' or leave it out",
        ),
    ],
)
def test_a_mistake_in_a_network_experiment_is_named(problems, old, new, message):
    found = problems(changed(NETWORK, old, new))
    assert any(line.startswith(f"x.scenario.yaml:{message}") for line in found), found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "three-tier",
            "three-tire",
            "3: topology.generator: unknown generator 'three-tire'; did you mean 'three-tier'? allowed:",
        ),
        (
            "generator: three-tier",
            "seed: 4",
            "2: topology: has no 'generator', 'file' or 'nodes'; generator may be three-tier, ",
        ),
        ("generator: three-tier", "file: x.json", "4: topology.devices: unknown key 'devices'; allowed: file"),
        ("devices: 24", "file: x.json", "4: topology.file: unknown key 'file'"),
        ("devices: 24", "devices: -3", "4: topology.devices: -3 is out of range; it must be at least 0"),
        ("devices: 24", "devices: 2.5", "4: topology.devices: is 2.5; it must be a whole number"),
        ("devices: 24", "devices: 24 nodes", "4: topology.devices: is '24 nodes'; it must be a whole number"),
        ("devices: 24", "devices: true", "4: topology.devices: is true; it must be a whole number"),
        (
            "devices: 24",
            "min_distance: 900 m",
            "2: topology: min_distance is 900 m and cell_radius 120 m; the smallest",
        ),
        ("10 GFLOP/s", "10 GFLOPS", "6: nodes.device.compute: unknown unit 'GFLOPS'; did you mean 'GFLOP/s'?"),
        ("compute: 10 GFLOP/s", "power_busy: 1 W", "6: nodes.device: power_busy 1.0 W is below power_idle 2.7 W"),
        (
            "dataset: digits",
            "dataset: digts",
            "7: data.dataset: unknown name 'digts'; did you mean 'digits'? allowed: digits",
        ),
        (
            "kind: dirichlet",
            "kind: dirichelet",
            "7: data.partition.kind: unknown kind 'dirichelet'; did you mean 'dirichlet'?",
        ),
        ("alpha: 0.3", "alpha: 0", "7: data.partition.alpha: 0 is out of range; it must be more than 0"),
        ("alpha: 0.3}", "alpha: .nan}", "7: data.partition.alpha: is nan; it must be a finite number"),
        ("alpha: 0.3", "alpha: 30 %", "7: data.partition.alpha: is '30 %'; it must be a number without a unit"),
        ("{kind: dirichlet, alpha: 0.3}", "5", "7: data.partition: is 5; it must be a mapping with 'kind'"),
        (
            "{kind: dirichlet, alpha: 0.3}}",
            "iid, holders: cloude}",
            "7: data.holders: unknown name 'cloude'; did you mean",
        ),
        ("hidden: [32]", "hidden: [0]", "8: model.hidden.0: 0 is out of range; it must be more than 0"),
        ("hidden: [32]", "hidden: 32", "8: model.hidden: is 32; it must be a list, for example [a, b]"),
        ("family: mlp, ", "", "8: model: has no 'family'; family may be linear, mlp"),
        ("method: mfd", "method: mdf", "9: learning.method: unknown method 'mdf'; did you mean 'mfd'? allowed: "),
        ("method: mfd", "method: [mfd]", "9: learning.method: unknown method a list; allowed: "),
        (
            "packets: 6",
            "packages: 6",
            "9: learning.packages: unknown key 'packages'; did you mean 'packets'? allowed: method, ",
        ),
        (
            "packets: 6",
            "learning_rate: 1e-3x",
            "9: learning.learning_rate: is '1e-3x'; it must be a number without a unit",
        ),
        ("packets: 6", "bits: 7", "9: learning.bits: unknown value 7; allowed: 4, 8, 16, 32"),
        ("shadowing: true", "shadowing: no", "10: cells.shadowing: is 'no'; it must be true or false"),
        ("shadowing: true", "carrier: 7", "10: cells.carrier: 7 has no unit; write a number and a unit of frequency"),
        ("{duplex: tdd, shadowing: true}", "", "10: cells: is nothing; it must be a mapping of keys to values"),
        ("stop: 10 s\n", "", "1: stop: is missing; learning goes on until then, for example 'stop: 10 s'"),
        (
            "model: {family: mlp, hidden: [32]}\n",
            "",
            "1: model: is missing; 'data' and 'learning' need it: the three come",
        ),
        (
            "model: {family: mlp, hidden: [32]}\nlearning: {method: mfd, packets: 6}\n",
            "",
            "1: learning: is missing; 'data' needs it: the three come",
        ),
        (
            "stop: 10 s",
            "stop: 10 s\nrecord: {bin: 1 us}",
            "12: record.bin: cuts the run into more than 1000000 bins; take at",
        ),
        ("stop: 10 s", "stop: 10 s\nseed: -1", "12: seed: -1 is out of range; it must be at least 0"),
        (
            "stop: 10 s",
            "stop: 10 s\ntraffic: {transfers: [{from: cloud, to: edge1, size: 1 B, start: 10 s}]}",
            "12: traffic.transfers.0.start: 10 s is too late: the run stops at 10 s",
        ),
        (
            "stop: 10 s",
            "stop: 10 s\nexpect: [accuracy.final >= 93]",
            "12: expect.0: accuracy.final is a fraction: '93' is not",
        ),
        (
            "stop: 10 s",
            "stop: 10 s\nexpect: [digest.events >= 1]",
            "12: expect.0: digest.events is a digest: it can be",
        ),
    ],
)
def test_a_mistake_in_a_learning_experiment_is_named(problems, old, new, message):
    found = problems(changed(LEARNING, old, new))
    assert any(line.startswith(f"x.scenario.yaml:{message}") for line in found), found


def test_repeated_keys_are_all_named_with_the_line_of_the_first(problems):
    text = changed(NETWORK, "name: two-nodes\n", "name: two-nodes\nname: other\n").replace("to: b", "to: b, to: a")
    assert problems(text) == [
        "x.scenario.yaml:2: name: duplicate key; it already stands on line 1",
        "x.scenario.yaml:10: traffic.transfers.0.to: duplicate key; it already stands on line 10",
    ]


def test_all_problems_are_reported_in_the_order_of_the_file(problems):
    text = (
        LEARNING.replace("24", "-3").replace("alpha: 0.3", "alpah: 0.3").replace("[32]", "[0, x]").replace("mfd", "mdf")
    )
    keys = [
        "4: topology.devices",
        "7: data.partition.alpah",
        "8: model.hidden.0",
        "8: model.hidden.1",
        "9: learning.method",
    ]
    found = problems(text, "stop=5")
    assert [line.split(": ")[0] + ": " + line.split(": ")[1] for line in found] == [
        *(f"x.scenario.yaml:{key}" for key in keys),
        "--set stop=5: stop",
    ]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("learning.methd=mfd", "learning.methd: unknown key 'methd'; did you mean 'method'? allowed: method, "),
        (
            "links.acess.rate=1 Gbit/s",
            "links.acess: unknown key 'acess'; did you mean 'access'? allowed: access, backhaul",
        ),
        ("stop=10", "stop: 10 has no unit; write a number and a unit of time"),
        ("learning=5", "learning: is 5; it must be a mapping with 'method'"),
        ("model.hidden.0=many", "model.hidden.0: is 'many'; it must be a whole number"),
        ("topology={file: nowhere.json}", "topology.file: "),
    ],
)
def test_a_mistake_on_the_command_line_is_named_by_its_option(problems, setting, message):
    (found,) = problems(LEARNING, setting)
    assert found.startswith(f"--set {setting}: {message}")


def test_a_seed_out_of_range_is_named_by_its_option(problems):
    assert problems(LEARNING, seed=-1) == ["--seed -1: seed: -1 is out of range; it must be at least 0"]


def test_no_message_speaks_of_the_machinery(problems):
    found = problems(LEARNING.replace("24", "x").replace("[32]", "x").replace("0.3", "x").replace("10 s", "x"))
    text = "\n".join(found)
    assert len(found) == 4
    assert not any(
        word in text for word in ("Input should", "pydantic", "type=", "errors.pydantic.dev", "validation error")
    )


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
@given(text=st.sampled_from([NETWORK, LEARNING]), key=st.sampled_from(KEYS), value=VALUES)
def test_any_value_anywhere_is_a_scenario_or_a_scenario_error_of_whole_lines(tmp_path, text, key, value):
    file = tmp_path / "x.scenario.yaml"
    file.write_text(text)
    try:
        load(file, [f"{key}={json.dumps(value, ensure_ascii=False)}"])
    except ScenarioError as error:
        lines = str(error).splitlines()
        assert len(lines) == len(error.problems)  # noqa: PT017 - some values are right

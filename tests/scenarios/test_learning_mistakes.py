"""Mistakes in the file of a learning experiment, and on the command line, and how several are reported together."""

import pytest


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
def test_a_mistake_in_a_learning_experiment_is_named(problems, texts, changed, old, new, message):
    found = problems(changed(texts["learning"], old, new))
    assert any(line.startswith(f"x.scenario.yaml:{message}") for line in found), found


def test_all_problems_are_reported_in_the_order_of_the_file(problems, texts):
    text = (
        texts["learning"]
        .replace("24", "-3")
        .replace("alpha: 0.3", "alpah: 0.3")
        .replace("[32]", "[0, x]")
        .replace("mfd", "mdf")
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
def test_a_mistake_on_the_command_line_is_named_by_its_option(problems, texts, setting, message):
    (found,) = problems(texts["learning"], setting)
    assert found.startswith(f"--set {setting}: {message}")


def test_a_seed_out_of_range_is_named_by_its_option(problems, texts):
    assert problems(texts["learning"], seed=-1) == ["--seed -1: seed: -1 is out of range; it must be at least 0"]


def test_no_message_speaks_of_the_machinery(problems, texts):
    found = problems(texts["learning"].replace("24", "x").replace("[32]", "x").replace("0.3", "x").replace("10 s", "x"))
    text = "\n".join(found)
    assert len(found) == 4
    assert not any(
        word in text for word in ("Input should", "pydantic", "type=", "errors.pydantic.dev", "validation error")
    )

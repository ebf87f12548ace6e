import json
import subprocess
import sys

import jsonschema
import pytest

from wayfare.scenarios import document
from wayfare.scenarios.loading import load, resolved
from wayfare.scenarios.schema import SCHEMA_FILE, json_schema, json_schema_text, write_json_schema

CATALOGUE = sorted(SCHEMA_FILE.parent.glob("*.scenario.yaml"))
MINIMAL = {"name": "x", "stop": "1 s", "topology": {"generator": "ring", "nodes": 3}}


@pytest.fixture(scope="module")
def validator():
    return jsonschema.Draft202012Validator(json_schema())


def test_the_committed_schema_is_current():
    assert SCHEMA_FILE.read_text(encoding="utf-8") == json_schema_text(), "write it anew with `wayfare schema`"


def test_the_schema_is_one_of_draft_2020_12():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "Wayfare scenario"


@pytest.mark.parametrize("file", CATALOGUE, ids=lambda file: file.name)
def test_every_scenario_of_the_catalogue_fits_the_schema_as_written_and_as_resolved(validator, file):
    validator.validate(document.read(file).data)
    validator.validate(resolved(load(file)))


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"topology": "three-tier"}, True),
        ({"topology": {"file": "net.graphml"}}, True),
        ({"topology": {"nodes": {"a": {"tier": "edge", "position": ["0 m", "1 km"]}}, "links": []}}, True),
        ({"stop": "1.5e3 ms"}, True),
        ({"expect": ["flows.last_end <= 0.9 s", "bytes.by_class.access-up < 1 MB"]}, True),
        ({"learning": {"method": "mfd"}}, True),
        ({"stop": 1}, False),
        ({"stop": "1 Hz"}, False),
        ({"stop": "1"}, False),
        ({"seed": -1}, False),
        ({"colour": "red"}, False),
        ({"topology": {"generator": "ring"}}, False),
        ({"topology": {"generator": "rnig", "nodes": 3}}, False),
        ({"topology": {"nodes": {"a": {"tier": "edges"}}}}, False),
        ({"expect": ["flows.last <= 0.9 s"]}, False),
        ({"expect": ["flows.last_end =< 0.9 s"]}, False),
        ({"learning": {"method": "mfd", "steps": "many"}}, False),
        ({"nodes": {"device3": {"compute": "1 GFLOP/s"}}}, True),
        ({"nodes": {"device3": {"colour": "red"}}}, False),
        ({"name": "two words"}, False),
    ],
)
def test_the_schema_tells_right_from_wrong_as_loading_does(validator, change, fits):
    assert validator.is_valid(MINIMAL | change) is fits


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("extends: base.scenario.yaml\ntopology: {devices: 5}\ncells: null", True),
        ("topology: {devices: 5}\nname: x", False),
        ("extends: base.scenario.yaml\ntopology: {devicse: 5}", False),
        (
            "{name: x, topology: three-tier, learning: {steps: 5}, matrix: {mfd: {learning: {packets: 3}}, alone: {}}}",
            True,
        ),
        ("{name: x, topology: three-tier, matrix: {mfd: {learning.packets: 3}}}", True),
        ("{name: x, topology: three-tier, matrix: {mfd: {learning: {packts: 3}}}}", False),
        ("{name: x, topology: three-tier, matrix: [mfd, alone], replications: 5}", True),
        ("{name: x, topology: three-tier, replications: 0}", False),
        ("{name: x, topology: three-tier, sweep: {grid: {stop: [1 s, 2 s]}}}", True),
        ("{name: x, topology: three-tier, sweep: {gird: {stop: [1 s, 2 s]}}}", False),
        ("{name: x, topology: three-tier, smoke: {topology: {devices: 2}}}", True),
    ],
)
def test_the_schema_knows_parts_of_scenarios(validator, text, fits):
    assert validator.is_valid(document.parse(text, "x").data) is fits


def test_defaults_carry_units_and_everything_is_described():
    schema = json_schema()
    assert schema["$defs"]["Cell"]["properties"]["carrier"]["default"] == "7 GHz"
    assert schema["$defs"]["DeviceNodeClass"]["properties"]["memory"]["default"] == "4 GiB"
    for section in schema["properties"].values():
        assert section["description"]
    for name, part in schema["$defs"].items():
        for key, value in part["properties"].items():
            assert value.get("description") or name.endswith("Table"), f"{name}.{key}"


def test_the_schema_is_written_as_json(tmp_path):
    write_json_schema(tmp_path / "s.json")
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8")) == json_schema()


def test_loading_a_scenario_imports_no_simulator_no_torch_and_no_dash(tmp_path):
    file = tmp_path / "x.scenario.yaml"
    file.write_text(
        "name: x\nstop: 1 s\ntopology: three-tier\nmodel: mlp\nlearning: mfd\ndata: {dataset: digits, partition: iid}\n"
    )
    code = (
        f"import sys; from wayfare.scenarios import load, json_schema; load({str(file)!r}); json_schema();"
        "print(*{'torch', 'simpy', 'dash', 'sklearn', 'pyarrow', 'pytest'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    ("section", "value"),
    [("stop", "-1 s"), ("stop", "1"), ("record", {"bin": "-5 ms"}), ("links", {"core": {"rate": "-100 Mbit/s"}})],
)
def test_the_schema_refuses_quantities_that_are_negative_or_bare(section, value):
    scenario = {"name": "x", "topology": {"generator": "ring", "nodes": 3}, "stop": "1 s"}
    validator = jsonschema.Draft202012Validator(json_schema())
    validator.validate(scenario)
    assert not validator.is_valid({**scenario, section: value})
    validator.validate({**scenario, "cells": {"site_power": "-3 dBm"}})  # a level may be negative

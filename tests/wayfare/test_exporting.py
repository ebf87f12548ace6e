"""`wayfare export` in the formats of other tools."""

import json

import networkx as nx
import pytest

import wayfare
from wayfare.emulator.exporting import EXPORTS
from wayfare.emulator.records import EXPORTS as TABLES
from wayfare.emulator.records import RecordError
from wayfare.exporting import Format, Table, command
from wayfare.models.model import weights_digest
from wayfare.models.weights_file import read_answers
from wayfare.output_file import Unwritten

NETWORK = """\
name: pair
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}}
  links: [{between: [a, b], rate: 100 Mbit/s, delay: 5 ms}]
traffic: {transfers: [{from: a, to: b, size: 10 MB, start: 0 s}]}
"""
FORMATS = {"csv": "flows.csv", "parquet": "flows.parquet", "tensorboard": "*/*tfevents*", "safetensors": "packet0.*"}


def test_the_command_knows_every_format_and_table():
    assert [form.value for form in Format] == list(EXPORTS)
    assert [table.value for table in Table] == list(TABLES)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    place = tmp_path_factory.mktemp("export")
    (place / "pair.scenario.yaml").write_text(NETWORK)
    return wayfare.run(place / "pair.scenario.yaml", out=place).folder


@pytest.mark.slow
def test_a_learning_run_goes_to_every_format(wayfare, tiny):
    folder = wayfare("run", tiny).folder
    for form, pattern in FORMATS.items():
        said = wayfare("export", folder, "--to", form, "-o", f"out/{form}")
        assert (said.code, said.out) == (0, "")
        assert list((wayfare.folder / "out" / form).glob(pattern)), form
    printed = wayfare("export", folder, "--to", "trace").out
    assert {event["ph"] for event in json.loads(printed)["traceEvents"]} == {"M", "X", "i", "C"}
    wayfare("export", folder, "--to", "graphml", "-o", "run.graphml")
    graph = nx.read_graphml(wayfare.folder / "run.graphml")
    summary = json.loads((folder / "summary.json").read_text())
    assert sum(amount for *_, amount in graph.edges(data="bytes")) == pytest.approx(summary["bytes"]["total"], rel=1e-6)
    assert weights_digest(read_answers(folder / "weights.safetensors")) == summary["digest"]["weights"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"to": "tensorboard"}, "--to tensorboard writes several files: give a folder with -o FOLDER"),
        ({"to": "csv"}, "give a folder with -o FOLDER, or --table NAME for one table"),
        ({"to": "trace", "table": "flows"}, "--table flows: trace is of the whole run; leave out --table"),
        ({"to": "csv", "output": __file__}, "is a file; give a folder"),
        ({"to": "graphml", "output": "."}, "wayfare export: .: cannot be written (Is a directory)"),
        ({"to": "safetensors", "output": "w"}, "has no weights.safetensors; nothing learned"),
    ],
)
def test_what_does_not_fit_is_a_mistake_with_what_to_do(pair, options, words):
    given = {"to": Format(options["to"]), "table": Table(options["table"]) if "table" in options else None}
    with pytest.raises((RecordError, Unwritten)) as caught:
        command(pair, **given, output=options.get("output"))
    assert words in str(caught.value)

"""`wayfare topology` as a user meets it."""

import json

import pytest

from wayfare.scenarios import components
from wayfare.scenarios.networks import TopologyFile
from wayfare.topologies import TopologyError

ZOO = """graph [
  node [ id 0 label "Berlin" Longitude 13.4 Latitude 52.5 ]
  node [ id 1 label "Paris" Longitude 2.35 Latitude 48.9 ]
  node [ id 2 label "Rome" ]
  edge [ source 0 target 1 LinkSpeedRaw 1000000000 ]
  edge [ source 0 target 1 ]
  edge [ source 2 target 2 ]
]
"""

SCENARIO = """\
name: cells
seed: 3
topology: {generator: hexagonal-cells, sites: 7, devices_per_cell: 2}
stop: 1 s
"""


def test_show_prints_what_a_network_is(wayfare):
    said = wayfare("topology", "show", "abilene")
    assert said.code == 0, said.err
    for words in ("11 (11 edge)", "14 (14 backhaul)", "2 to 3, mean 2.55", "5 hops", "9.953 Gbit/s", "Topology Zoo"):
        assert words in said.out
    assert "converted 14: great-circle distance to the delay of fibre: 'New York' - 'Chicago'" in said.out


def test_show_prints_the_network_that_a_scenario_builds(wayfare):
    wayfare.write("cells.scenario.yaml", SCENARIO)
    said = wayfare("topology", "show", "cells.scenario.yaml")
    assert said.code == 0, said.err
    assert "22 (1 cloud, 7 edge, 14 device)" in said.out
    assert "21 (7 backhaul, 14 radio)" in said.out
    assert said.out == wayfare("topology", "show", "cells.scenario.yaml").out


def test_check_prints_every_problem_and_exits_with_two(wayfare):
    wayfare.write("zoo.gml", ZOO)
    said = wayfare("topology", "check", "zoo.gml")
    assert said.code == 2
    assert said.out == ""
    assert said.err.splitlines() == [
        "there are parallel links between '0' and '1'; keep one of them (or import with parallel: merge or first)",
        "node '0': it has no tier; it must be device, edge or cloud",
        "node '1': it has no tier; it must be device, edge or cloud",
        "node '2': it has no tier; it must be device, edge or cloud",
        "link '2' - '2': it joins the node to itself",
        "the graph is in 2 parts without a link between them: '0' cannot reach '2'",
        "what can be repaired, and how: wayfare topology check --help",
    ]


def test_check_is_content_with_what_the_repairs_make(wayfare):
    wayfare.write("zoo.gml", ZOO)
    said = wayfare("topology", "check", "zoo.gml", "--repair", "--import", "names=label")
    assert said.code == 0, said.err
    assert said.out.startswith("zoo.gml: no problems, 2 nodes and 1 links\n")
    assert "repaired 1: nodes outside the largest part, left out: 'Rome'" in said.out


def test_convert_writes_the_file_and_reports_the_repairs(wayfare):
    wayfare.write("zoo.gml", ZOO)
    said = wayfare("topology", "convert", "zoo.gml", "zoo.json", "--repair", "--import", "default_rate=1 Gbit/s")
    assert said.code == 0, said.err
    assert "repaired 1: parallel links merged, their rates added: '0' - '1'" in said.out
    (link,) = json.loads((wayfare.folder / "zoo.json").read_text())["edges"]
    assert link["rate_bps"] == 1e9
    assert wayfare("topology", "check", "zoo.json").code == 0


def test_convert_from_json_to_graphml_and_back_changes_nothing(wayfare):
    wayfare("topology", "convert", "sanren", "a.json")
    wayfare("topology", "convert", "a.json", "b.graphml")
    wayfare("topology", "convert", "b.graphml", "c.json")
    assert (wayfare.folder / "a.json").read_text() == (wayfare.folder / "c.json").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "nowhere.json"), "nowhere.json: cannot be read: No such file or directory"),
        (("show", "abilen"), "no such file; unknown network 'abilen'; did you mean 'abilene'? allowed: abilene, "),
        (("check", "abilene", "--import", "tier=egde"), "--import: tier: unknown name 'egde'; did you mean 'edge'?"),
        (("check", "abilene", "--import", "teir=edge"), "--import: teir: unknown key 'teir'; did you mean 'tier'?"),
        (("check", "abilene", "--import", "default_rate=5"), "--import: default_rate: '5' has no unit"),
        (("check", "abilene", "--import", "tier"), "--import tier: it must be KEY=VALUE, for example tier=edge"),
        (("convert", "abilene", "a.gml"), "a.gml: the name ends in '.gml'; a topology is written as .json"),
        (
            ("convert", "abilene", "no/a.json"),
            "wayfare topology convert: no/a.json: cannot be written (No such file or directory)",
        ),
        (("show", "cells.scenario.yaml", "--repair"), "a scenario says it under topology.import"),
        (("check", "no.scenario.yaml"), "no.scenario.yaml"),
    ],
)
def test_a_mistake_ends_in_one_message_and_exit_code_two(arguments, words, wayfare):
    wayfare.write("cells.scenario.yaml", SCENARIO)
    said = wayfare("topology", *arguments)
    assert said.code == 2
    assert words in said.err
    assert len(said.err.splitlines()) == 1
    assert "Traceback" not in said.err


def test_help_explains_the_three_commands(wayfare):
    said = wayfare("topology", "--help")
    assert said.code == 0
    assert all(command in said.out for command in ("show", "check", "convert"))


def test_a_scenario_says_how_its_file_is_imported(tmp_path):
    (tmp_path / "zoo.gml").write_text(ZOO)
    plain = {"file": str(tmp_path / "zoo.gml")}
    repairs = {"tier": "cloud", "names": "label", "parallel": "first", "loops": "drop", "disconnected": "largest"}
    with pytest.raises(TopologyError, match="there are parallel links"):
        components.read(TopologyFile, plain, {}).build(None)
    topology = components.read(TopologyFile, plain | {"import": repairs}, {})
    assert dict(topology.build(None).nodes(data="tier")) == {"Berlin": "cloud", "Paris": "cloud"}
    assert components.read(TopologyFile, components.write(topology), {}) == topology

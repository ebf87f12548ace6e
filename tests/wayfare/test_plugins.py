"""Components of a user's own, from a file beside the scenario and from an installed package."""

import json
import os
import sys
from pathlib import Path

import pytest

from wayfare.scenarios import ScenarioError, load, run
from wayfare.scenarios.catalogue import entries
from wayfare.scenarios.kinds import KINDS
from wayfare.scenarios.loading import resolved
from wayfare.scenarios.plugins import gather

MINE = '''\
"""What I brought: a method, a family with its structure, a dataset, a partition and a topology."""

from dataclasses import dataclass
from typing import Annotated

import networkx as nx
import numpy as np
from annotated_types import Gt

from wayfare.emulator.methods import Method
from wayfare.models import Dataset, MLPStructure
from wayfare.models.merging import Merger


@dataclass(frozen=True, kw_only=True)
class Once(Method):
    """Every holder trains once, after a nap.

    Its answers are their models.
    """

    nap_s: Annotated[float, "How long it sleeps before.", Gt(0)] = 0.1

    def program(self, node, roles):
        return self.live(node) if node.samples else None

    def live(self, node):
        yield node.wait(self.nap_s)
        model = yield node.train(node.initial_model())
        model = node.packet(model).to_model()  # which needs the structure by its name
        node.answer(model)


@dataclass(frozen=True)
class TanhStructure(MLPStructure):
    family = "tanh"


@dataclass(frozen=True)
class Tanh:
    """A hidden layer of tanh."""

    width: Annotated[int, "Its width.", Gt(0)] = 4

    def structure(self, shape, classes, task="classification"):
        return TanhStructure((*shape, self.width, classes), "tanh", task)


@dataclass(frozen=True)
class Signs:
    """Numbers by their sign."""

    samples: Annotated[int, "How many.", Gt(0)] = 80

    def load(self, stream):
        drawn = stream("numbers").normal(size=(self.samples, 1)).astype(np.float32)
        return Dataset(drawn, (drawn[:, 0] > 0).astype(np.int64), 2, 1.0, "signs", "made")


@dataclass(frozen=True)
class InOrder:
    """The first samples to the first node, and so on."""

    def split(self, labels, nodes, stream, groups=None):
        return dict(zip(nodes, np.array_split(np.arange(len(labels)), len(nodes)), strict=True))


@dataclass(frozen=True)
class Pair:
    """Two devices and a wire."""

    def build(self, stream):
        graph = nx.Graph()
        graph.add_nodes_from(["a", "b"], tier="device")
        graph.add_edge("a", "b", medium="wire", rate_bps=1e6, delay_s=0.001)
        return graph


@dataclass(frozen=True)
class First(Merger):
    """The first model, whatever the others are."""

    def merge(self, contributions):
        return contributions[0].model


METHODS = {"once": Once}
MERGERS = {"first": First}
MODELS = {"tanh": Tanh}
STRUCTURES = {"tanh": TanhStructure}
DATASETS = {"signs": Signs}
PARTITIONS = {"in-order": InOrder}
TOPOLOGIES = {"pair": Pair}
'''
SCENARIO = """\
name: mine
plugins: [mine.py]
topology: pair
nodes: {device: {compute: 1 MFLOP/s}}
data: {dataset: {kind: signs, samples: 60}, partition: in-order}
model: {family: tanh, width: 3}
learning: {method: once, nap: 200 ms, steps: 50, learning_rate: 0.5}
stop: 1 s
expect:
  - accuracy.final >= 0.8
  - training.jobs == 2
"""


@pytest.fixture
def mine(wayfare):
    wayfare.write("mine.py", MINE)
    return wayfare.write("mine.scenario.yaml", SCENARIO)


@pytest.fixture
def package(wayfare):
    """An installed package, as far as Python can tell: a module, and a folder that describes it, on the path."""
    site = wayfare.folder / "site"
    about = site / "outside-2.1.dist-info"
    about.mkdir(parents=True)
    (site / "outside.py").write_text(MINE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: outside\nVersion: 2.1\n")
    points = {"methods": "once = outside:Once", "models": "tanh = outside:Tanh", "datasets": "signs = outside:Signs"}
    points |= {"structures": "tanh = outside:TanhStructure", "partitions": "in-order = outside:InOrder"}
    points |= {"topologies": "pair = outside:Pair", "mergers": "first = outside:First"}
    (about / "entry_points.txt").write_text("".join(f"[wayfare.{kind}]\n{line}\n" for kind, line in points.items()))
    path = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")]))
    return {"PYTHONPATH": path}


def test_a_scenario_runs_with_what_a_file_beside_it_brings(wayfare, mine):
    said = wayfare("test", mine)
    assert (said.code, said.err) == (0, ""), said
    assert said.out.count("passed") == 2


@pytest.mark.slow
def test_what_is_written_down_runs_again_from_anywhere(wayfare, mine):
    first = wayfare("run", mine)
    manifest = json.loads((first.folder / "run.json").read_text())
    assert manifest["plugins"]["methods.once"] == str(mine.parent / "mine.py")
    assert manifest["method"] == "once"
    again = wayfare("run", first.folder / "scenario.yaml", "--out", "again")
    assert again.code == 0, again.err
    assert again.summary["digest"] == first.summary["digest"]


@pytest.mark.slow
def test_the_content_of_a_plug_in_counts_in_the_scenarios_hash(wayfare, mine):
    def hashed():
        return json.loads((wayfare("run", mine).folder / "run.json").read_text())["scenario_hash"]

    before = hashed()
    assert hashed() == before
    wayfare.write("mine.py", MINE + "# a remark\n")
    assert hashed() != before


@pytest.mark.slow
def test_pytest_runs_scenarios_with_plug_ins_side_by_side(wayfare, mine):
    """Another scenario calls something else by the same name."""
    other = wayfare.folder / "other"
    other.mkdir()
    (other / "mine.py").write_text(MINE.replace("normal(size", "uniform(1, 2, size"))
    (other / "mine.scenario.yaml").write_text(SCENARIO.replace(">= 0.8", ">= 1"))
    said = wayfare.python("-m", "pytest", "-q", "-p", "no:cacheprovider", mine, other / "mine.scenario.yaml")
    assert (said.code, "4 passed" in said.out) == (0, True), said.out


@pytest.mark.slow
def test_an_installed_package_brings_components_without_being_named(wayfare, mine, package):
    file = wayfare.write("outside.scenario.yaml", SCENARIO.replace("plugins: [mine.py]\n", ""))
    said = wayfare("test", file, env=package)
    assert said.code == 0, said.err
    listed = wayfare("list", "methods", env=package)
    assert "Every holder trains once, after a nap." in listed.out
    assert "outside 2.1" in listed.out
    assert '"once"' in wayfare("schema", env=package).out
    assert '"once"' not in wayfare("schema").out


@pytest.fixture
def broken(package):
    """The package, of which an entry point leads nowhere."""
    points = Path(package["PYTHONPATH"].split(os.pathsep)[0], "outside-2.1.dist-info", "entry_points.txt")
    points.write_text(points.read_text().replace("once = outside:Once", "once = outside:Never"))
    return package


def test_each_kind_says_which_package_a_component_comes_from(package, monkeypatch):
    monkeypatch.syspath_prepend(package["PYTHONPATH"].split(os.pathsep)[0])
    plugins = gather([])
    with plugins.registered():
        for kind in ("methods", "models", "structures", "datasets", "partitions", "topologies", "mergers"):
            foreign = [entry.source for entry in entries(kind, plugins) if entry.source]
            assert foreign == ["outside 2.1"], kind
    monkeypatch.delitem(sys.modules, "outside")


def test_an_installed_plug_in_that_is_broken_is_left_out_of_the_list_and_named(wayfare, broken):
    said = wayfare("list", "topologies", env=broken)
    assert (said.code, "Two devices and a wire." in said.out) == (0, True), said
    message = "wayfare: left out: outside 2.1: entry point wayfare.methods: once = outside:Never cannot be imported: "
    assert said.err.startswith(f"{message}AttributeError: module 'outside' has no attribute 'Never'")
    assert said.err.count("\n") == 1


@pytest.mark.slow
def test_a_broken_plug_in_is_a_mistake_of_scenarios_that_need_it_alone(wayfare, network, broken):
    assert wayfare("run", network, "--quiet", env=broken).code == 0
    said = wayfare("run", wayfare.write("x.scenario.yaml", SCENARIO.replace("plugins: [mine.py]\n", "")), env=broken)
    first, second = said.err.splitlines()
    assert said.code == 2
    assert "unknown method 'once'" in first
    assert second.startswith("outside 2.1: entry point wayfare.methods: once = outside:Never cannot be imported")


def test_two_plug_ins_of_one_name_are_a_mistake(wayfare, mine, package):
    said = wayfare("run", mine, env=package)
    assert said.code == 2
    message = "outside 2.1 has 'pair' among the topologies already; choose another name"
    assert said.err == f"{mine.parent / 'mine.py'}: {message}\n"


@pytest.mark.slow
def test_a_plug_in_that_breaks_down_in_a_run_is_blamed_and_not_wayfare(wayfare, mine):
    wayfare.write("mine.py", MINE.replace("        node.answer(model)", "        node.reply(model)"))
    said = wayfare("run", mine)
    assert said.code == 2
    last = said.err.splitlines()[-1]
    assert f"mine.py:{line_of('node.answer(model)')}: AttributeError: " in last
    assert "This is a fault in a plug-in, not in Wayfare. What was recorded is in runs" in last


def line_of(text):
    """Return the line of the plug-in that holds a text, from one."""
    return next(number for number, line in enumerate(MINE.splitlines(), 1) if text in line)


def mistake(mine, old, new):
    """Return what is said of a plug-in in which something else stands."""
    assert old in MINE
    file = mine.parent / "mine.py"
    file.write_text(MINE.replace(old, new))
    with pytest.raises(ScenarioError) as error:
        run(load(mine), mine.parent / "runs", cache=False)
    assert not (mine.parent / "runs").exists()
    return str(error.value).removeprefix(f"{mine.parent}/")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"once": Once', '"fedavg": Once', "mine.py: Wayfare has 'fedavg' among the methods already; choose another"),
        ("import networkx as nx", "import netwrokx as nx", "mine.py:LINE: cannot be imported: ModuleNotFoundError: No"),
        ("class Pair:", "class Pair", "mine.py:LINE: cannot be imported: SyntaxError: expected ':'"),
        ("class Pair:", "class Pair(Twin):", "mine.py:LINE: cannot be imported: NameError: name 'Twin' is not defined"),
        ("def load(", "def read(", "mine.py: DATASETS: 'signs' has no method load"),
        ("class Once(Method):", "class Once:", "mine.py: METHODS: 'once' must extend Method"),
        ('"pair": Pair', '"pair": Pair()', "mine.py: TOPOLOGIES: 'pair' is Pair(); it must be a frozen dataclass"),
        ("samples: Annotated[int,", "samples: Annotated[set,", "mine.py: DATASETS: 'signs' has fields that a scenario"),
        ('METHODS = {"once": Once}', "METHODS = [Once]", "mine.py: METHODS is list, not a dict"),
        (MINE, "import math\n", "mine.py: is no plug-in: it has none of TOPOLOGIES, "),
        (MINE, "CELLS = {'x': 1}\n", "mine.py: CELLS: 'x' is of no kind that plug-ins add to"),
    ],
)
def test_what_is_wrong_with_a_plug_in_is_said_with_its_file_and_line(mine, old, new, message):
    line = str(line_of(old)) if "LINE" in message else ""
    assert mistake(mine, old, new).startswith(message.replace("LINE", line))


@pytest.mark.parametrize(
    ("old", "new"),
    [("drawn = stream", "drawn = self.stream"), ("graph.add_edge", "graph.add_bridge")],
)
def test_a_plug_in_that_breaks_down_before_a_run_is_blamed_without_a_run_folder(mine, old, new):
    assert mistake(mine, old, new).startswith(f"mine.py:{line_of(old)}: AttributeError: ")


def test_a_family_without_a_structure_for_packets_is_a_mistake(mine):
    said = mistake(mine, 'STRUCTURES = {"tanh": TanhStructure}', "")
    assert "model: packets cannot name the structure 'tanh'" in said


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("[nothing.py]", "mine.scenario.yaml:2: plugins.0: 'nothing.py': there is no such file"),
        ("mine.py", "mine.scenario.yaml:2: plugins: is 'mine.py'; it must be a list"),
        ("[3]", "mine.scenario.yaml:2: plugins.0: is 3; it must be text"),
    ],
)
def test_a_plug_in_that_is_not_there_is_named_at_its_line(mine, named, message):
    mine.write_text(SCENARIO.replace("[mine.py]", named))
    with pytest.raises(ScenarioError) as error:
        load(mine)
    assert message in str(error.value)


def test_plug_ins_are_in_the_registries_only_while_something_is_done_with_them(mine):
    scenario = load(mine)
    assert "once" not in KINDS["methods"].registry
    with scenario.extensions.registered(), scenario.extensions.registered():
        assert KINDS["methods"].registry["once"] is type(scenario.learning)
    assert "once" not in KINDS["methods"].registry
    (other := mine.parent / "other.scenario.yaml").write_text(SCENARIO.replace("plugins: [mine.py]\n", ""))
    with pytest.raises(ScenarioError, match="unknown method 'once'"):
        load(other)
    assert resolved(scenario)["learning"]["nap"] == "200 ms"
    assert load(mine) == scenario

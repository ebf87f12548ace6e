"""`wayfare list`: what there is to choose."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from wayfare import listing
from wayfare.scenarios.catalogue import entries
from wayfare.scenarios.components import Choice
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.kinds import KINDS
from wayfare.scenarios.plugins import Plugins
from wayfare.scenarios.schema import Scenario


def choices(hint):
    """Yield every choice among components that a type's annotations hold."""
    for argument in get_args(hint):
        if isinstance(argument, Choice):
            yield argument
        yield from choices(argument)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint) and not hasattr(hint, "parse"):
        hints = get_type_hints(hint, include_extras=True)
        for field in dataclasses.fields(hint):
            if field.metadata.get("written", True):
                yield from choices(hints[field.name])


def test_alone_it_lists_the_kinds(wayfare):
    said = wayfare("list")
    assert said.code == 0, said.err
    for kind, about in KINDS.items():
        assert any(line.split()[0] == kind and about.key in line for line in said.out.splitlines())


def test_a_kind_lists_its_names_with_a_sentence_each(wayfare):
    said = wayfare("list", "models")
    assert said.code == 0, said.err
    assert "A multi-layer perceptron with a softmax" in said.out
    assert "from" not in said.out.splitlines()[0]


def test_a_name_shows_its_parameters_with_type_unit_default_and_meaning(wayfare):
    said = json.loads(wayfare("list", "drifts", "rotation", "--json").out)
    (component,) = said["components"]
    parameters = {parameter.pop("key"): parameter for parameter in component["parameters"]}
    assert parameters["every"] == {
        "type": "time",
        "unit": "s",
        "required": True,
        "default": None,
        "about": "Time that a node has one part.",
    }
    assert (parameters["parts"]["type"], parameters["parts"]["default"]) == ("whole number >= 2", None)
    assert (parameters["test"]["type"], parameters["test"]["default"]) == ("fixed | follows", "fixed")
    text = wayfare("list", "drifts", "rotation").out
    assert all(word in text for word in ("every", "required", "Time that a node has one part.", "fixed | follows"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_component_and_parameter_is_described(kind):
    for entry in entries(kind, Plugins()):
        assert entry.about.endswith("."), (kind, entry.name)
        assert all(parameter.about.endswith((".", "'.")) for parameter in entry.parameters), (kind, entry.name)


def test_every_choice_of_a_scenario_is_a_kind():
    components = [component for kind in KINDS.values() if kind.settable for component in kind.registry.values()]
    registries = {id(choice.registry) for component in (Scenario, *components) for choice in choices(component)}
    assert registries
    assert registries <= {id(kind.registry) for kind in KINDS.values()}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["modles"], "wayfare list: unknown kind 'modles'; did you mean 'models'?"),
        (["models", "mpl"], "wayfare list models: unknown name 'mpl'; did you mean 'mlp'?"),
        (["models", "--plugin", "no.py"], "no.py: cannot be read as a plug-in: No such file or directory"),
    ],
)
def test_what_is_not_there_is_a_mistake_with_the_nearest_name(wayfare, arguments, message):
    said = wayfare("list", *arguments)
    assert said.code == 2
    assert said.err.startswith(message)


def test_listing_everything_imports_nothing_heavy():
    code = (
        "import sys\nfrom wayfare.scenarios.catalogue import entries\nfrom wayfare.scenarios.kinds import KINDS\n"
        "from wayfare.scenarios.plugins import gather\nplugins = gather([])\n"
        "for kind in KINDS:\n    list(entries(kind, plugins))\n"
        "print(*{'torch', 'transformers', 'peft', 'simpy', 'dash', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


def test_the_scenarios_that_come_with_wayfare_are_listed_with_their_files(capsys):
    listing.command("scenarios", as_json=True)
    listed = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert [Path(each["file"]).name for each in listed.values()] == [f"{name}.scenario.yaml" for name in listed]
    assert listed["first-alone"]["about"] == "As first-walk, but every device trains by itself, nobody shares."
    assert all(each["about"][0].isupper() and len(each["about"]) > 20 for each in listed.values())
    listing.command("scenarios")
    assert "for example: wayfare run" in capsys.readouterr().out
    listing.command("scenarios", "rural")
    assert capsys.readouterr().out.splitlines()[-1] == listed["rural"]["file"]
    with pytest.raises(ScenarioError, match="unknown scenario 'rurla'; did you mean 'rural'"):
        listing.command("scenarios", "rurla")

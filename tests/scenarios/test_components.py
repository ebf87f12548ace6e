from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, Gt, Interval, Len
from pydantic import ValidationError

from wayfare.scenarios import components
from wayfare.scenarios.components import Choice, Table


@dataclass(frozen=True)
class Sail:
    """A sail.

    More about sails.
    """

    area: Annotated[float, "How large.", Gt(0)] = 4.0
    position_m: Annotated[tuple[float, float] | None, "Where."] = None


@dataclass(frozen=True)
class Motor:
    """A motor."""

    power_w: Annotated[float, "How strong.", Interval(gt=0, le=1e6)]


@dataclass(frozen=True)
class Flag:
    """A flag known by its colour."""

    colour: Annotated[str, "Its colour."]


DRIVES = {"sail": Sail, "motor": Motor}
CREWS = {"day": Motor(5.0), "night": Motor(10.0)}


@dataclass(frozen=True)
class Boat:
    """A boat."""

    drive: Annotated[Any, "What moves it.", Choice("kind", DRIVES, {"colour": Flag})]
    from_: Annotated[str, "The port it comes from."] = "home"
    cargo_bytes: Annotated[int, "What it carries.", Ge(0)] = 2**20
    stops_s: Annotated[tuple[Annotated[float, Ge(0)], ...], "When it stops.", Len(0, 3)] = ()
    bits: Annotated[Literal[16, 32], "Width."] = 32
    crews: Annotated[Mapping[str, Motor], "Crews.", Table(CREWS)] = field(default_factory=lambda: dict(CREWS))
    friends: Annotated[Mapping[str, Sail], "Boats around."] = field(default_factory=dict)
    spare: Annotated[Any | None, "A second drive.", Choice("kind", DRIVES)] = None
    log: int = field(default=0, metadata={"written": False})


def read(**data: Any) -> Boat:
    return components.read(Boat, data, {})


def test_a_component_is_read_from_plain_data_with_units():
    boat = read(
        drive={"kind": "motor", "power": "5 kW"},
        cargo="4 GiB",
        stops=["1 min", "5 ms"],
        friends={"sister": {"area": 2, "position": ["1 km", "-5 m"]}},
        **{"from": "harbour"},
    )
    assert boat == Boat(Motor(5000.0), "harbour", 4 * 2**30, (60.0, 0.005), friends={"sister": Sail(2, (1000.0, -5.0))})
    assert isinstance(boat.cargo_bytes, int)


def test_what_is_left_out_has_its_default():
    assert read(drive="sail") == Boat(Sail())


def test_a_table_gives_each_key_its_own_defaults():
    assert read(drive="sail", crews={"night": {"power": "1 W"}}).crews == {"day": Motor(5.0), "night": Motor(1.0)}


def test_a_choice_is_by_name_by_name_alone_or_by_a_key_of_its_own():
    assert read(drive={"kind": "sail"}).drive == read(drive="sail").drive == Sail()
    assert read(drive={"colour": "red"}).drive == Flag("red")
    assert read(drive="sail", spare="sail").spare == Sail()


@pytest.mark.parametrize(
    "boat",
    [
        Boat(Sail()),
        Boat(Motor(1 / 3), "x", 7, (0.1, 1e-9), 16, {"day": Motor(1.0), "night": Motor(2.0)}, {"a": Sail()}, Sail(1.5)),
        Boat(Flag("blue"), friends={"a": Sail(3.0, (0.1, -2e5))}),
    ],
)
def test_what_is_written_reads_as_the_same_component(boat):
    assert read(**components.write(boat)) == boat


def test_every_default_is_written_and_absent_options_are_not():
    assert components.write(Boat(Sail())) == {
        "drive": {"kind": "sail", "area": 4.0},
        "from": "home",
        "cargo": "1 MiB",
        "stops": [],
        "bits": 32,
        "crews": {"day": {"power": "5 W"}, "night": {"power": "10 W"}},
        "friends": {},
    }


@pytest.mark.parametrize(
    ("data", "location"),
    [
        ({}, ("drive",)),
        ({"drive": {"kind": "oar"}}, ("drive", "kind")),
        ({"drive": {"kind": "motor", "power": "2 MW"}}, ("drive", "power")),
        ({"drive": {"colour": "red", "area": 3}}, ("drive", "area")),
        ({"drive": "sail", "source": "home"}, ("source",)),
        ({"drive": "sail", "log": 1}, ("log",)),
        ({"drive": "sail", "bits": True}, ("bits",)),
        ({"drive": "sail", "bits": 16.0}, ("bits",)),
        ({"drive": "sail", "cargo": "-1 B"}, ("cargo",)),
        ({"drive": "sail", "stops": ["-1 s"]}, ("stops", 0)),
        ({"drive": "sail", "stops": ["1 s"] * 4}, ("stops",)),
        ({"drive": "sail", "crews": {"noon": {}}}, ("crews", "noon")),
        ({"drive": "sail", "friends": {"a": {"area": True}}}, ("friends", "a", "area")),
        ({"drive": "sail", "friends": {"a": {"area": "2"}}}, ("friends", "a", "area")),
    ],
)
def test_a_wrong_value_is_found_where_it_stands(data, location):
    with pytest.raises(ValidationError) as caught:
        read(**data)
    assert [error["loc"] for error in caught.value.errors()] == [location]


def test_the_json_schema_shows_units_defaults_and_descriptions():
    schema = components.json_schema(Boat)
    cargo = schema["properties"]["cargo"]
    assert (cargo["default"], cargo["type"], cargo["description"]) == ("1 MiB", "string", "What it carries.")
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["drive"]
    assert schema["$defs"]["Flag"]["description"] == "A flag known by its colour."
    assert schema["$defs"]["NightMotor"]["properties"]["power"]["default"] == "10 W"
    assert schema["$defs"]["Motor"]["properties"]["kind"]["const"] == "motor"


def test_a_field_of_a_type_that_no_file_can_hold_is_the_authors_mistake():
    @dataclass(frozen=True)
    class Odd:
        thing: Annotated[complex, "Odd."]

    with pytest.raises(TypeError, match="a component cannot have a field of type <class 'complex'>"):
        components.model_of(Odd)

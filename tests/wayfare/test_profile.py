"""What the wall-clock time of a run went into."""

import re

import pytest

from wayfare.profile import IMPORTING, REST, Profile, kind_of, rooms


@pytest.mark.parametrize(
    ("room", "file", "kind"),
    [
        ("models", "trainer.py", "training"),
        ("models", "evaluation.py", "evaluation"),
        ("emulator", "sharing/fluid.py", "network"),
        ("emulator", "records/stream.py", "recording"),
        ("emulator", "clock.py", None),
    ],
)
def test_code_is_known_by_the_file_it_is_in(room, file, kind):
    places = rooms()
    assert kind_of(f"{places[room]}/{file}", places) == kind
    assert kind_of(f"/elsewhere/torch/{room}/{file}", places) is None
    assert kind_of("<frozen importlib._bootstrap>", places) == IMPORTING


def test_work_counts_for_the_innermost_function_that_is_known():
    from wayfare.emulator.sharing import Demand, Fluid

    with Profile() as profile:
        fluid = Fluid(compile_after=float("inf"))
        fluid.set_capacity(0, 1e9)
        for number in range(3000):
            fluid.add(number, Demand(((0, 1.0),)))
            if number % 10 == 0:
                fluid.share()
    shares = profile.shares()
    assert max(shares, key=shares.get) == "network"
    assert sum(shares.values()) == pytest.approx(1.0)
    assert profile.wall_s > 0


def test_a_profiled_run_says_where_its_time_went_and_has_the_same_digest(wayfare, network):
    plain, profiled = wayfare("run", network, "--quiet"), wayfare("run", network, "--profile", "--quiet")
    assert profiled.code == 0, profiled.err
    assert plain.summary["digest"] == profiled.summary["digest"]
    shares = [float(share) for share in re.findall(r"([\d.]+)%", profiled.out)]
    assert sum(shares) == pytest.approx(100, abs=1)
    assert IMPORTING in profiled.out or REST in profiled.out

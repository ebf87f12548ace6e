"""`wayfare link-budget`, from the outside."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from wayfare.cli import app
from wayfare.emulator.radio import PATH_LOSS
from wayfare.scenarios.errors import ScenarioError

FIGURES = {"path_loss_db", "noise_dbm", "snr_db", "spectral_efficiency", "rate_bps"}


def ask(**options):
    """Run the command; `site_height="30 m"` is `--site-height "30 m"`, True a flag, a tuple the option repeatedly."""
    arguments = ["link-budget"]
    for name, value in ({"model": "umi", "carrier": "5 GHz", "distance": "100 m"} | options).items():
        option = f"--{name.strip('_').replace('_', '-')}"
        for each in value if isinstance(value, tuple) else (value,):
            arguments += [option] if each is True else [option, each]
    return CliRunner().invoke(app, arguments)


def figures(**options):
    said = ask(**options, json=True)
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


def mistake(**options):
    """Return the one message that the options deserve; `main` prints it and exits with 2."""
    said = ask(**options)
    assert isinstance(said.exception, ScenarioError), said.output
    assert not said.stdout
    (problem,) = said.exception.problems
    return str(problem)


def test_the_link_budget_at_100_m_and_3_5_ghz_matches_known_values():
    options = {"bandwidth": "100 MHz", "power": "33 dBm", "noise_figure": "9 dB"}
    for said in (figures(carrier="3.5 GHz", **options), figures(carrier="3.5 GHz")):
        assert set(said) > FIGURES
        assert said["path_loss_db"] == pytest.approx(85.3142, abs=5e-5)
        assert said["noise_dbm"] == pytest.approx(-84.975, abs=5e-4)
        assert said["snr_db"] == pytest.approx(32.6610, abs=5e-5)
        assert said["spectral_efficiency"] == pytest.approx(5.980336, abs=5e-7)
        assert said["rate_bps"] == pytest.approx(598.034e6, abs=500)


# Published values, with the standard's heights; the last is the example of MathWorks' nrPathLoss.
@pytest.mark.parametrize(
    ("options", "loss_db"),
    [
        ({"model": "uma"}, 86.2362),
        ({"model": "uma", "distance": "1 km", "nlos": True}, 144.7641),
        ({"model": "umi"}, 88.4122),
        ({"model": "umi", "distance": "1 km"}, 119.3114),
        ({"model": "rma"}, 87.2965),
        (
            {
                "model": "rma",
                "carrier": "3.5 GHz",
                "distance": "1414.213562 m",
                "site_height": "30 m",
                "set": ("building_height=7 m", "street_width=25 m"),
            },
            110.1615,
        ),
    ],
)
def test_path_loss_matches_known_values(options, loss_db):
    assert figures(**options)["path_loss_db"] == pytest.approx(loss_db, abs=5e-5)


@pytest.mark.parametrize("model", sorted(PATH_LOSS))
def test_heights_are_those_of_the_model(model):
    said = figures(model=model)
    assert (said["site_height_m"], said["device_height_m"]) == PATH_LOSS[model]().heights_m(None, None)


def test_uplink_and_downlink_have_their_own_powers_and_noise_figures():
    down, up = figures(), figures(direction="up")
    assert (down["power_dbm"], down["noise_figure_db"]) == (33.0, 9.0)
    assert (up["power_dbm"], up["noise_figure_db"]) == (23.0, 5.0)
    stronger = figures(direction="up", power="26 dBm", noise_figure="2 dB", gain="8 dB")
    assert stronger["snr_db"] - up["snr_db"] == pytest.approx(3.0 + 3.0 + 8.0)
    assert stronger["path_loss_db"] == up["path_loss_db"]


def test_other_keys_of_a_cell_can_be_set():
    assert figures(rate_model="mcs")["rate_bps"] == pytest.approx(6 * 948 / 1024 * 1e8)
    mcs = figures(rate_model="mcs", power="50 dBm", set=("mcs_table=256qam",))
    assert mcs["rate_bps"] == pytest.approx(8 * 948 / 1024 * 1e8)
    steep = figures(model="ci", nlos=True, set=("exponent_nlos=4",))
    assert steep["path_loss_db"] > figures(model="ci", nlos=True)["path_loss_db"] + 16


def test_close_in_free_space_reaches_beyond_100_ghz():
    said = figures(model="ci", carrier="140 GHz")
    # Free space over the 100.36 m between the antennas, and a tenth of 0.92319 dB/km.
    assert said["path_loss_db"] == pytest.approx(115.4016 + 0.0926, abs=1e-4)


def test_the_table_has_every_figure_with_its_source_in_aligned_columns():
    said = ask(carrier="3.5 GHz")
    assert said.exit_code == 0
    lines = said.stdout.splitlines()
    for figure, value, source in (
        ("path loss", "85.3142 dB", "3GPP TR 38.901 v16.1, Table 7.4.1-1, UMi street canyon, with line of sight"),
        ("noise", "-84.9752 dBm", "k T B at 290 K, and the noise figure"),
        ("SNR", "32.6610 dB", "power + antenna gains - path loss - noise; no shadow fading"),
        ("spectral efficiency", "5.980336 bit/s/Hz", "alpha log2(1 + SNR), 3GPP TR 38.803 clause 5.2.7"),
        ("rate", "598.034 Mbit/s", "spectral efficiency x bandwidth, with all the airtime"),
    ):
        (line,) = (line for line in lines if line.startswith(f"{figure}  "))
        assert line.split(value)[0].strip() == figure
        assert line.split(value)[1].strip() == source
    sources = [
        line.index(source) for line, source in zip(lines, ("given", "given", "default", "default"), strict=False)
    ]
    assert len(set(sources)) == 1


def test_a_default_says_where_it_comes_from_and_a_given_value_that_it_was_given():
    lines = {line.split("  ")[0]: line for line in ask(power="30 dBm").stdout.splitlines()}
    assert lines["power"].endswith("30 dBm  given")
    assert lines["noise figure"].endswith("default: 3GPP TR 38.901 v16.1, Table 7.8-1")


def test_a_distance_beyond_the_models_warrant_is_said():
    assert "beyond its warrant of 5000 m" in ask(distance="6 km").stdout
    assert "warrant" not in ask(distance="5 km").stdout


@pytest.mark.parametrize(
    ("model", "distance", "nearest_m", "heights"),
    [
        ("umi", "3 m", 10.0, {}),
        ("rma", "0 m", 10.0, {}),
        ("inh", "0 m", 0.6, {"site_height": "2.3 m", "device_height": "1.5 m"}),  # 1 m between the antennas
    ],
)
def test_nearer_than_the_model_begins_it_says_which_distance_it_took(model, distance, nearest_m, heights):
    near, there = (figures(model=model, distance=d, **heights) for d in (distance, f"{nearest_m} m"))
    assert near["evaluated_distance_m"] == pytest.approx(nearest_m, rel=1e-12)
    assert near["path_loss_db"] == pytest.approx(there["path_loss_db"], abs=1e-9)
    note = f"with line of sight; that of {nearest_m:g} m, where the model begins"
    assert note in ask(model=model, distance=distance, **heights).stdout


def test_farther_than_the_model_begins_the_distance_is_the_one_given():
    assert figures(distance="10 m")["evaluated_distance_m"] == 10.0
    assert "begins" not in ask(distance="10 m").stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "umx"}, "--model: unknown name 'umx'; did you mean 'umi'? allowed: uma, umi, inh, rma, ci"),
        ({"carrier": "5"}, "--carrier: '5' has no unit; write a number and a unit of frequency"),
        ({"carrier": "140 GHz"}, "carrier is 140 GHz; the UMi model holds from 0.5 to 100 GHz; model 'ci' does there"),
        ({"carrier": "0 GHz"}, "--carrier: '0 GHz' is out of range; it must be at least 500 MHz"),
        ({"distance": "100 s"}, "--distance: 's' is a unit of time, not of distance"),
        ({"distance": "-1 m"}, "--distance: '-1 m' is out of range; it must be at least 0 m"),
        ({"direction": "left"}, "--direction: unknown direction 'left'; allowed: down, up"),
        ({"bandwidth": "0 Hz"}, "--bandwidth: '0 Hz' is out of range; it must be more than 0 Hz"),
        ({"power": "3 W"}, "--power: 'W' is a unit of power, not of power level"),
        ({"noise_figure": "-1 dB"}, "--noise-figure: '-1 dB' is out of range; it must be at least 0 dB"),
        ({"device_height": "1 m"}, "device height is 1 m; the UMi model takes 1.5 to 22.5 m"),
        ({"rate_model": "best"}, "--rate-model: unknown name 'best'"),
        ({"set": ("offfice=open",)}, "--set offfice=open: unknown key 'offfice'; did you mean 'office'?"),
        ({"set": ("office=open",)}, "office is only for model 'inh', and the cell's model is 'umi'"),
        ({"set": ("office",)}, "--set office: not of the form KEY=VALUE"),
    ],
)
def test_a_mistake_is_one_clear_message(options, message):
    assert message in mistake(**options)


def test_a_mistake_ends_with_exit_code_2_and_nothing_on_standard_output(wayfare):
    for arguments in (["--distance", "100"], [], ["--distance", "1 m", "--carrier", "x"]):
        said = wayfare("link-budget", "--model", "umi", "--carrier", "5 GHz", *arguments)
        assert said.code == 2
        assert said.out == ""
        assert said.err


def test_the_command_imports_neither_torch_nor_simpy(wayfare):
    program = wayfare.write(
        "check.py",
        "import sys\nsys.argv = 'wayfare link-budget --model umi --carrier 5GHz --distance 100m'.split()\n"
        "from wayfare.cli import main\ntry:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "assert not {'torch', 'simpy', 'dash', 'pyarrow'} & set(sys.modules), sys.modules\n",
    )
    subprocess.run([sys.executable, program], check=True, capture_output=True)

"""What is installed is what is in the folders, and it works from an empty place."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("dashboard", "emulator", "models", "scenarios", "topologies")


def test_every_package_folder_is_listed():
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    found = {"wayfare"} | {
        ".".join(("wayfare", *path.parent.relative_to(ROOT).parts))
        for room in ROOMS
        for path in (ROOT / room).rglob("__init__.py")
    }
    assert listed == found


def test_the_links_in_the_front_room_point_at_the_rooms():
    for room in ROOMS:
        link = ROOT / "wayfare" / room
        assert link.is_symlink()
        assert str(link.readlink()) == f"../{room}"


def test_imports_point_one_way():
    done = subprocess.run([Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize("command", [(), ("run",), ("dashboard",), ("list",)])
def test_help_is_quick_because_nothing_heavy_is_imported(command):
    program = (
        f"import sys\nsys.argv = ['wayfare', *{command!r}, '--help']\nfrom wayfare.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'transformers', 'peft', 'tokenizers', 'huggingface_hub', 'dash', 'pyarrow', 'simpy'}\n"
        "heavy = (heavy | {'plotly', 'numpy', 'numba', 'networkx', 'ray'}) & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


@pytest.mark.slow
def test_the_wheel_works_from_an_empty_folder(tmp_path):
    """Build a wheel, unpack it, and run a scenario with nothing but that on the path besides the dependencies."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    wheels, site = tmp_path / "wheels", tmp_path / "site"
    subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "-w", wheels, ROOT], check=True, capture_output=True)
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--target", site, wheel], check=True, capture_output=True)
    empty = tmp_path / "empty"
    empty.mkdir()
    scenario = site / "wayfare" / "scenarios" / "first-walk.scenario.yaml"
    program = (
        f"import sys; sys.path.insert(0, {str(site)!r}); sys.argv = ['wayfare', 'run', {str(scenario)!r}, '--quiet', "
        "'--set', 'stop=100 ms', '--no-cache']\nimport wayfare\n"
        f"assert wayfare.__file__.startswith({str(site)!r}), wayfare.__file__\nfrom wayfare.cli import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=empty, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert (empty / done.stdout.decode().strip() / "summary.json").is_file()
    for needed in (
        "scenarios/scenario.schema.json",
        "scenarios/first-walk.golden.json",
        "scenarios/first-walk.golden.parquet",
        "py.typed",
        "models/__init__.pyi",
    ):
        assert (site / "wayfare" / needed).is_file()
    assert list((site / "wayfare" / "dashboard" / "assets").glob("*.css"))

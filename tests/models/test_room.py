"""The room as others see it: its table of contents, and what importing it costs."""

import subprocess
import sys

import wayfare.models
from wayfare.models.fingerprint import machine_fingerprint

NO_TORCH = """
import sys
from wayfare.models import DATASETS, DRIFTS, FAMILIES, PARTITIONS, STRUCTURES, Dataset, Digits, Stream, named_streams
for name, family in FAMILIES.items():
    if name == "transformer":
        assert family().structure((64,), 256, "language").training_flop_per_sample
    elif name != "lora":  # which must load its base to know its shape
        assert family().structure((8, 8), 10).training_flop_per_sample
dataset = Digits().load()
for partition in PARTITIONS.values():
    partition().split(dataset.labels, ["a", "b", "c", "d", "e"], named_streams(1), dataset.labels)
assert not {"torch", "sklearn", "safetensors"} & set(sys.modules), "a scenario would wait for them"
"""


def test_everything_in_the_table_of_contents_is_there():
    for name in wayfare.models.__all__:
        assert getattr(wayfare.models, name) is not None
        assert name in (wayfare.models.__doc__ or "")
    assert dir(wayfare.models) == wayfare.models.__all__


def test_a_name_never_means_a_module():
    assert not [name for name in wayfare.models.__all__ if isinstance(getattr(wayfare.models, name), type(sys))]


def test_choosing_components_imports_neither_torch_nor_sklearn():
    subprocess.run([sys.executable, "-c", NO_TORCH], check=True)


def test_the_fingerprint_names_versions_and_processor():
    found = machine_fingerprint()
    assert found == machine_fingerprint()
    assert found.keys() == {"torch", "numpy", "processor", "capability", "mkl", "device"}
    assert all(isinstance(value, str) and value for value in found.values())

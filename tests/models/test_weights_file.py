import pytest

from wayfare.models.mlp import MLP
from wayfare.models.model import same_weights
from wayfare.models.packing import PackingError, unpack
from wayfare.models.weights_file import pack_answers, read_answers, split_answers


@pytest.fixture
def answers():
    structure = MLP(hidden=(3,)).structure((4,), 2, "classification")
    return {name: structure.initial(seed) for seed, name in enumerate(("node1", "packet0"))}


def test_answers_come_back_with_their_structure_and_every_bit(answers, tmp_path):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(pack_answers(answers))
    found = read_answers(path)
    assert sorted(found) == ["node1", "packet0"]
    for name, model in answers.items():
        assert same_weights(found[name], model)
        alone = unpack(split_answers(read_answers(path))[name])
        assert alone.keys() == model.weights.keys()
        assert all(bool((alone[key] == tensor).all()) for key, tensor in model.weights.items())


@pytest.mark.parametrize("content", [b"", b"{}", bytes(64)])
def test_what_is_no_such_file_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(PackingError, match="cannot be read as the answers of a run"):
        read_answers(path)

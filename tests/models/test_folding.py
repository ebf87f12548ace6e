import pytest
import torch

from wayfare.models import LoRA, MLPStructure
from wayfare.models.folding import fold
from wayfare.models.model import Model, same_weights
from wayfare.models.streams import generator


def adapters(task, rank=2, seed=1):
    """Return adapters that say something."""
    structure = LoRA(rank=rank).structure((12,), 256 if task == "language" else 3, task)
    drawn = {name: generator(seed, name).normal(0, 0.3, shape) for name, shape in structure.shapes.items()}
    return Model(structure, {name: torch.from_numpy(values).float() for name, values in drawn.items()})


def said(model, texts):
    return model.structure.forward(model.weights, model.structure.prepare(texts, 1.0))


@pytest.mark.parametrize("task", ["classification", "language"])
def test_a_base_says_what_the_adapters_in_it_said(task):
    texts = torch.from_numpy(generator(5, "texts").integers(0, 256, (3, 12)).astype("uint8"))
    model = adapters(task)
    silent = model.structure.initial(2)
    folded = fold(silent, model)
    assert folded.structure.base != model.structure.base
    assert not torch.allclose(said(silent, texts), said(model, texts), atol=1e-3)
    torch.testing.assert_close(said(folded, texts), said(model, texts), rtol=1e-4, atol=1e-4)


def test_equal_adapters_make_one_base_and_ranks_may_differ():
    wide, silent = adapters("language", rank=3), adapters("language").structure.initial(2)
    first, second = fold(silent, wide), fold(silent, wide)
    assert first.structure == second.structure
    assert first.structure.rank == 2
    assert same_weights(first, second)


def test_what_was_trained_on_another_base_or_has_no_adapters_is_refused():
    model = adapters("language")
    silent = model.structure.initial(2)
    with pytest.raises(ValueError, match="only into the base"):
        fold(fold(silent, model), model)
    with pytest.raises(ValueError, match="has no rank"):
        fold(silent, MLPStructure((6, 4, 3)).initial(1))

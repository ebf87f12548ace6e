import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import (
    CNNStructure,
    Knowledge,
    MLPStructure,
    PackingError,
    Shard,
    TrainingJob,
    TrainingPlan,
    TransformerStructure,
    consensus,
    evaluate,
    knowledge_of,
    pack,
    pack_knowledge,
    predict,
    train,
    unpack_knowledge,
)

STRUCTURE = MLPStructure((64, 8, 10))
PLAN = TrainingPlan(300, 32, learning_rate=0.5)


@pytest.fixture(scope="module")
def public(make_fitting):
    return make_fitting(STRUCTURE, 30, 1)


@pytest.mark.parametrize("bits", [16, 32])
def test_knowledge_is_what_a_model_says_and_unpacks_to_itself(public, bits):
    model = STRUCTURE.initial(1)
    knowledge = knowledge_of(model, public, bits)
    torch.testing.assert_close(knowledge.said, predict(model, public), rtol=2**-10, atol=1e-6)
    data = pack_knowledge(knowledge)
    back = unpack_knowledge(data)
    assert torch.equal(back.said, knowledge.said)
    assert (back.samples, back.bits) == (public.digest, bits)
    assert pack_knowledge(back) == data


def test_its_size_is_that_of_its_numbers_and_a_small_header(public):
    for bits in (16, 32):
        size = knowledge_of(STRUCTURE.initial(1), public, bits).size_bytes
        assert 30 * 10 * bits // 8 < size < 30 * 10 * bits // 8 + 200


def test_a_language_models_knowledge_is_larger_than_the_model(make_fitting):
    structure = TransformerStructure(16, 1, 1, 8)
    model = structure.initial(1)
    knowledge = knowledge_of(model, make_fitting(structure, 4, 1), 16)
    assert knowledge.said.shape == (4, 16, 256)
    assert knowledge.size_bytes > 4 * 16 * 256 * 2 > model.size_bytes


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=4))
@settings(max_examples=15)
def test_a_consensus_is_the_weighted_mean(public, weights):
    given_ = [knowledge_of(STRUCTURE.initial(seed), public) for seed in range(len(weights))]
    expected = np.average([one.said.double().numpy() for one in given_], axis=0, weights=weights)
    np.testing.assert_allclose(consensus(given_, weights).said, expected, rtol=1e-5, atol=1e-6)


def test_who_agree_need_no_consensus(public):
    one = knowledge_of(STRUCTURE.initial(1), public, 16)
    agreed = consensus([one] * 3)
    assert torch.equal(agreed.said, one.said)
    assert pack_knowledge(agreed) == pack_knowledge(one)


def test_models_of_different_families_learn_from_their_consensus(public):
    """FedMD, Li and Wang 2019, arXiv 1910.03581: communicate, aggregate, distribute, digest."""
    models = [STRUCTURE.initial(1), CNNStructure((8, 8), 10, (4,), 3).initial(2)]
    agreed = consensus([knowledge_of(model, public, 16) for model in models])
    for model in models:
        job = TrainingJob(model, public, TrainingPlan(40, 30, learning_rate=0.5), 1, teacher=agreed.teacher())
        learned = train([job])[0].model
        before, after = ((predict(each, public) - agreed.said).square().mean() for each in (model, learned))
        assert after < before / 2


def test_a_model_learns_from_what_another_says_where_all_labels_are_wrong(digits):
    features, labels = torch.from_numpy(digits.features[:600]), torch.from_numpy(digits.labels[:600])
    whole = Shard(features, labels, digits.scale)
    wise = train([TrainingJob(STRUCTURE.initial(1), whole, PLAN, 1)])[0].model
    blank = Shard(whole.features, torch.zeros_like(whole.labels), whole.scale)
    taught = knowledge_of(wise, blank).teacher()
    pupil = train([TrainingJob(STRUCTURE.initial(2), blank, PLAN, 1, teacher=taught)])[0].model
    assert evaluate(pupil, whole).accuracy > 0.9 * evaluate(wise, whole).accuracy > 0.7


def test_knowledge_of_different_samples_makes_no_consensus(public, make_fitting):
    mine = knowledge_of(STRUCTURE.initial(1), public)
    others = knowledge_of(STRUCTURE.initial(1), make_fitting(STRUCTURE, 30, 2))
    for wrong in ([], [mine, others]):
        with pytest.raises(ValueError, match="same samples"):
            consensus(wrong)
    with pytest.raises(ValueError, match="a weight for each"):
        consensus([mine, mine], [1])
    with pytest.raises(ValueError, match="not all zero"):
        consensus([mine, mine], [0, 0])


def test_numbers_that_16_bits_would_change_do_not_pack(public):
    full = knowledge_of(STRUCTURE.initial(1), public)
    with pytest.raises(PackingError, match="cannot carry"):
        pack_knowledge(Knowledge(full.said, full.samples, 16))
    with pytest.raises(ValueError, match="16 or 32"):
        Knowledge(full.said, full.samples, 8)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        pack({}),
        pack({"said": torch.zeros(2, 3)}),
        pack({"said": torch.zeros(2, 3), "samples": torch.zeros(31, dtype=torch.uint8)}),
        pack({"said": torch.zeros(6), "samples": torch.zeros(32, dtype=torch.uint8)}),
        pack({"said": torch.zeros(2, 3, dtype=torch.int8), "samples": torch.zeros(32, dtype=torch.uint8)}),
    ],
    ids=["nothing", "no tensors", "no digest", "short digest", "flat", "integers"],
)
def test_bytes_of_something_else_are_no_knowledge(data):
    with pytest.raises(PackingError):
        unpack_knowledge(data)
    with pytest.raises(PackingError, match="at most"):
        unpack_knowledge(bytes(100), limit_bytes=99)

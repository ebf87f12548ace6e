import math

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from wayfare.models import Shard, TrainingJob, TrainingPlan, Transformer, TransformerStructure, evaluate, train
from wayfare.models.minibatches import draw_minibatches

SMALL = Transformer(layers=2, heads=2, width=16)


def structure_of(family, length=12):
    return family.structure((length,), 256, "language")


class Reference(nn.Module):
    """The network from torch's own transformer layers."""

    def __init__(self, model):
        super().__init__()
        structure, weights = model.structure, model.weights
        width = structure.width
        self.token, self.position = nn.Embedding(256, width), nn.Parameter(weights["embedding.position.weight"].clone())
        self.token.weight.data = weights["embedding.token.weight"].clone()
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, structure.heads, 4 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
            )
            for _ in range(structure.blocks)
        )
        for number, block in enumerate(self.blocks, 1):
            attention = block.self_attn
            linears = {"mixing": attention.out_proj, "widening": block.linear1, "narrowing": block.linear2}
            for name, linear in linears.items():
                linear.weight.data = weights[f"block{number}.{name}.weight"].clone()
                linear.bias.data = weights[f"block{number}.{name}.bias"].clone()
            attention.in_proj_weight.data = weights[f"block{number}.attention.weight"].clone()
            attention.in_proj_bias.data = weights[f"block{number}.attention.bias"].clone()
            for name, norm in (("attention", block.norm1), ("widening", block.norm2)):
                norm.weight.data = weights[f"block{number}.{name}.norm.weight"].clone()
                norm.bias.data = weights[f"block{number}.{name}.norm.bias"].clone()
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 256, bias=False)
        if structure.tied:
            self.head.weight = self.token.weight
        else:
            self.head.weight.data = weights["head.weight"].clone()

    def forward(self, inputs):
        seen = self.token(inputs) + self.position
        mask = nn.Transformer.generate_square_subsequent_mask(inputs.shape[1])
        for block in self.blocks:
            seen = block(seen, src_mask=mask, is_causal=True)
        return self.head(self.norm(seen))


@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
def test_it_says_what_torchs_own_layers_say(tied, make_fitting):
    structure = structure_of(Transformer(layers=2, heads=2, width=16, tied=tied))
    model, shard = structure.initial(1), make_fitting(structure, 5, 1)
    inputs = structure.prepare(shard.features, shard.scale)
    said = structure.forward(model.weights, inputs)
    torch.testing.assert_close(said, Reference(model)(inputs), rtol=1e-5, atol=1e-6)


def test_it_trains_like_torchs_own_layers(make_jobs):
    job = make_jobs(structure_of(SMALL), TrainingPlan(8, 5, "sgd", 0.1, 0.9), 3)[2]
    network, shard, losses = Reference(job.model), job.shard, []
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    drawn = draw_minibatches(len(shard), 8, 5, 5, job.seed)
    for indices, weights in zip(drawn.indices, drawn.weights, strict=True):
        chosen = torch.from_numpy(indices[weights > 0])
        said = network(shard.features[chosen].long())
        loss = nn.functional.cross_entropy(said.flatten(0, 1), shard.labels[chosen].flatten(), ignore_index=-100)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    result = train([job])[0]
    expected = dict(network.named_parameters())
    for name, place in {
        "embedding.token.weight": "token.weight",
        "embedding.position.weight": "position",
        "block1.attention.weight": "blocks.0.self_attn.in_proj_weight",
        "block2.narrowing.bias": "blocks.1.linear2.bias",
    }.items():
        torch.testing.assert_close(result.model.weights[name], expected[place].data, rtol=1e-4, atol=1e-5)
    assert result.loss == pytest.approx(math.fsum(losses) / 8, rel=1e-5)


def test_what_comes_later_changes_nothing_before(make_fitting):
    structure = structure_of(SMALL)
    model, inputs = structure.initial(1), make_fitting(structure, 1, 1).features.long()
    said = structure.forward(model.weights, inputs)
    for place in range(12):
        other = inputs.clone()
        other[0, place] += 1
        changed = (structure.forward(model.weights, other) != said).any(2)[0]
        assert changed.tolist() == [at >= place for at in range(12)]


def test_its_work_is_that_of_torchs_counter_with_biases_and_activations():
    structure = structure_of(SMALL)
    with FlopCounterMode(display=False) as counter:
        structure.forward(structure.initial(1).weights, torch.zeros(1, 12, dtype=torch.int64))
    assert structure.forward_flop_per_sample == counter.get_total_flops() + 2 * 12 * (9 + 4) * 16


def test_the_largest_has_the_size_of_gpt_2():
    # GPT-2 has 124,439,808 parameters (Hugging Face's `gpt2`), with 50,257 tokens and a context of 1,024.
    structure = structure_of(Transformer(size="large"), 1024)
    assert structure.parameters == 124_439_808 - (50_257 - 256) * 768


def test_it_learns_a_text_that_repeats():
    text = torch.tensor(list(b"models follow the data. " * 40), dtype=torch.uint8)
    windows = text[: len(text) // 25 * 25].view(-1, 25)
    shard = Shard(windows[:, :-1].contiguous(), windows[:, 1:].long(), 1.0, "language")
    model = structure_of(Transformer(size="tiny"), 24).initial(1)
    assert evaluate(model, shard).loss == pytest.approx(math.log(256), rel=0.02)
    result = train([TrainingJob(model, shard, TrainingPlan(100, 16, "adam", 0.003), 1)])[0]
    assert evaluate(result.model, shard).accuracy > 0.9


def test_bytes_that_do_not_count_move_nothing(make_fitting):
    structure = structure_of(SMALL)
    shard = make_fitting(structure, 6, 1)
    nothing = Shard(shard.features, torch.full_like(shard.labels, -100), 1.0, "language")
    model = structure.initial(1)
    result = train([TrainingJob(model, nothing, TrainingPlan(2, 3), 1)])[0]
    assert result.loss == 0
    assert all(torch.equal(tensor, model.weights[name]) for name, tensor in result.model.weights.items())
    assert evaluate(model, nothing).accuracy == 0


def test_what_it_cannot_be_is_refused():
    with pytest.raises(ValueError, match="no model for 'classification'"):
        Transformer().structure((8,), 10, "classification")
    with pytest.raises(ValueError, match="sequences of bytes"):
        Transformer().structure((8, 8), 256, "language")
    with pytest.raises(ValueError, match="width of 10 does not divide into 4 heads"):
        Transformer(width=10, heads=4)
    with pytest.raises(ValueError, match="blocks and heads"):
        TransformerStructure(8, 10**12, 1, 8)

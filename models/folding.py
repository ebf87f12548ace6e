"""Folding: adapters become part of the frozen base that they were trained on, and new ones begin on the result."""

import copy
import hashlib
import json
from dataclasses import replace

import torch

from .backbone import Backbone, loaded
from .model import Model, hash_model
from .scaling.rank import adapters, factors
from .trainer import run_on_one_thread

_PREFIX = "base_model.model."  # of a layer's name in peft's files
_ADAPTER = (".lora_A.weight", ".lora_B.weight")


def fold(silent: Model, given: Model) -> Model:
    """Return adapters that begin on the base of the given ones with their product in it, and the head of these.

    Both bases, and any in between, stay loaded. Each is the same for equal arguments, and named by what it is made of.

    Args:
        silent: What begins again: adapters, of any rank, whose product is zero.
        given: Adapters on the same base, of any rank.

    Raises:
        ValueError: One of them has no adapters, or they are on different bases.
    """
    structure = adapters(silent)
    if adapters(given).base != structure.base:
        raise ValueError("adapters can be folded only into the base that they were trained on")
    base = _folded(given)
    head = {name: tensor for name, tensor in given.weights.items() if not name.endswith(_ADAPTER)}
    return Model(replace(structure, base=base), {**silent.weights, **head})


def _folded(given: Model) -> str:
    """Load the base with the adapters' product in it, and return its digest."""
    structure = adapters(given)
    digest = hashlib.sha256(json.dumps(["folded", structure.base]).encode())
    hash_model(digest, given)
    name = digest.hexdigest()
    if name in loaded():
        return name
    run_on_one_thread()
    old = loaded()[structure.base]
    shared = {id(tensor): tensor for tensor in (*old.network.parameters(), *old.network.buffers())}
    network = copy.deepcopy(old.network, shared)
    for layer, (b, a) in factors(given).items():
        module = network.get_submodule(layer.removeprefix(_PREFIX))
        change = b @ a * (structure.alpha / structure.rank)
        # transformers' Conv1D holds (in, out), where a linear layer has (out, in).
        change = change if isinstance(module, torch.nn.Linear) else change.T
        weight = (module.weight.double() + change).float().contiguous()
        module.weight = torch.nn.Parameter(weight, requires_grad=False)
    loaded()[name] = Backbone(network, old.task, old.tokeniser, name, old.positions, old.width)
    return name

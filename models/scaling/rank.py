"""Rank: low-rank adapters with fewer or more ranks, by the product that their two factors stand for."""

from collections.abc import Mapping
from dataclasses import replace

import torch

from wayfare.models.adapter import LoRAStructure
from wayfare.models.model import Model
from wayfare.models.streams import generator
from wayfare.models.trainer import run_on_one_thread

_A, _B = ".lora_A.weight", ".lora_B.weight"


def scale_rank(model: Model, rank: int, seed: int = 0) -> Model:
    """Return a model of adapters of another rank.

    Fewer ranks: of the product (alpha / rank) B A, with alpha kept, the best approximation of that rank (Eckart and
    Young 1936). More: the same product; the further rows of A are drawn from the seed and the columns of B zero, as
    adapters begin. The same: the model itself.

    Raises:
        ValueError: the model has no adapters or has diverged, or there is no such rank.
    """
    structure = adapters(model)
    if rank == structure.rank:
        return model
    resized, weights = replace(structure, rank=rank), dict(model.weights)
    for layer, (b, a) in factors(model).items():
        if rank < structure.rank:
            b, a = truncated(b, a, rank)
            b = b * (rank / structure.rank)
        else:
            drawn = resized.draw(layer + _A, generator(seed, "rank", layer))
            a = torch.cat([a, torch.from_numpy(drawn[structure.rank :])])
            b = torch.cat([b * (rank / structure.rank), b.new_zeros(len(b), rank - structure.rank)], 1)
        weights[layer + _A], weights[layer + _B] = a.float().contiguous(), b.float().contiguous()
    return Model(resized, weights)


def adapters(model: Model) -> LoRAStructure:
    """Return the structure of a model of adapters.

    Raises:
        ValueError: it is another's.
    """
    if not isinstance(model.structure, LoRAStructure):
        raise ValueError(f"a model of family {model.structure.family} has no rank: only adapters (lora) do")
    return model.structure


def factors(model: Model) -> Mapping[str, tuple[torch.Tensor, torch.Tensor]]:
    """Return the factors B (out, rank) and A (rank, in) of each adapted layer, float64, by the layer's name."""
    named = {name: tensor.to(torch.float64) for name, tensor in model.weights.items()}
    layers = [name.removesuffix(_A) for name in named if name.endswith(_A)]
    return {layer: (named[layer + _B], named[layer + _A]) for layer in layers}


def truncated(b: torch.Tensor, a: torch.Tensor, rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the factors of the best approximation of a rank to b a, without forming it: QR of both, SVD of the core.

    The first gets the singular values. The second has rows of length 1, so that where the product is zero, as when
    adapters begin, they still learn; the largest number of each is positive, so that no library chooses the signs.

    Raises:
        ValueError: a factor has something in it that is no finite number.
    """
    if not (b.isfinite().all() and a.isfinite().all()):
        raise ValueError("adapters with values that are not finite have no product to approximate")
    run_on_one_thread()
    left, upper = torch.linalg.qr(b)
    right, lower = torch.linalg.qr(a.T)
    u, singular, v = torch.linalg.svd(upper @ lower.T, full_matrices=False)
    first, second = left @ u[:, :rank] * singular[:rank], v[:rank] @ right.T
    largest = second.abs().argmax(1, keepdim=True)
    sign = torch.where(second.gather(1, largest) < 0, -1.0, 1.0).to(second.dtype)
    missing = rank - len(second)  # the product has no such rank
    first = torch.nn.functional.pad(first * sign.T, (0, missing))
    return first, torch.nn.functional.pad(second * sign, (0, 0, 0, missing))


def product_energy(model: Model) -> float:
    """Return the sum of the squares of all products (alpha / rank) B A, without forming them, and of the head."""
    run_on_one_thread()
    structure, total = adapters(model), 0.0
    for b, a in factors(model).values():
        total += float(((b.T @ b) * (a @ a.T)).sum()) * (structure.alpha / structure.rank) ** 2
    head = model.weights.get("head.weight")
    return total + (float(head.to(torch.float64).square().sum()) if head is not None else 0.0)

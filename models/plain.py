"""The plain loop: one job at a time, by automatic differentiation of the structure's forward pass, for every family."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from .arrangement import padded
from .device import CPU
from .flat_weights import FlatWeights
from .job import TrainingJob, TrainingResult
from .minibatches import draw_minibatches
from .model import Model
from .objective import mean_loss
from .optimisers import optimiser
from .terms import Terms


def train_alone(job: TrainingJob, device: torch.device = CPU) -> TrainingResult:
    """Compute one job on a device. Its bits depend on the job alone, for nothing else is computed with it."""
    structure, plan = job.model.structure, job.plan
    trained = [name for name in structure.shapes if structure.layer_of(name) not in plan.frozen]
    parameters, views = _flat([job.model.weights[name] for name in trained], device)
    gradients, gradient_views = _flat([torch.zeros_like(view) for view in views], device)
    weights = {name: weight.to(device) for name, weight in job.model.weights.items()}
    weights |= {name: view.requires_grad_() for name, view in zip(trained, views, strict=True)}
    step = _terms(job, trained, device).before(optimiser(plan, parameters, gradients), parameters, gradients)
    drawn = draw_minibatches(len(job.shard), plan.steps, plan.batch_size, plan.batch_size, job.seed)
    reported = []
    for indices, shares in zip(drawn.indices, drawn.weights, strict=True):
        loss, target = _losses(job, weights, torch.from_numpy(indices[shares > 0]), device)
        for view, gradient in zip(gradient_views, torch.autograd.grad(target, views), strict=True):
            view.copy_(gradient)
        step()
        reported.append(loss)
    kept = {name: weights[name].detach().to(CPU) for name in structure.shapes}
    model = Model(structure, FlatWeights.of(structure.arrangement, kept))
    return TrainingResult(model, float(np.mean([float(loss) for loss in reported])), job.samples)


def _losses(
    job: TrainingJob, weights: Mapping[str, torch.Tensor], chosen: torch.Tensor, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the mean loss of a minibatch, and what is to become small: the same but for a teacher's part."""
    structure, shard, teacher = job.model.structure, job.shard, job.teacher
    labels = shard.labels[chosen].to(device)
    said = structure.forward(weights, structure.prepare(shard.features[chosen], shard.scale).to(device))
    loss = mean_loss(structure.task, said, labels)
    if teacher is None:
        return loss.detach(), loss
    apart = teacher.divergence(structure.task, chosen, said, labels)
    return loss.detach(), (1 - teacher.weight) * loss + teacher.weight * apart


def _terms(job: TrainingJob, trained: Sequence[str], device: torch.device) -> Terms:
    anchor = correction = None
    if job.plan.proximal:
        pulled_to = (job.anchor or job.model).weights
        anchor, _ = _flat([pulled_to[name] for name in trained], device)
    if job.correction is not None:
        correction, _ = _flat([job.correction[name] for name in trained], device)
    return Terms(job.plan.proximal, anchor, correction)


def _flat(tensors: Sequence[torch.Tensor], device: torch.device) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Return copies of tensors in one flat tensor, and their views, each on a 64-byte boundary."""
    ends = np.cumsum([padded(tensor.numel()) for tensor in tensors]).tolist()
    flat = torch.zeros(padded(ends[-1], 64), device=device)
    views = []
    for end, tensor in zip(ends, tensors, strict=True):
        start = end - padded(tensor.numel())
        views.append(flat[start : start + tensor.numel()].view(tensor.shape).detach())
        views[-1].copy_(tensor)
    return flat, views

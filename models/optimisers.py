"""Optimisers: SGD and Adam on one flat tensor of parameters, in place."""

from collections.abc import Callable

import torch

from .job import TrainingPlan

_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8

Step = Callable[[], None]


def optimiser(plan: TrainingPlan, parameters: torch.Tensor, gradients: torch.Tensor) -> Step:
    """Return the function that takes one step: it reads the gradients and changes the parameters."""
    if plan.optimiser == "adam":
        return adam(plan.learning_rate, parameters, gradients)
    return sgd(plan.learning_rate, plan.momentum, parameters, gradients)


def sgd(learning_rate: float, momentum: float, parameters: torch.Tensor, gradients: torch.Tensor) -> Step:
    """Return the steps of stochastic gradient descent: v = momentum v + g, w -= learning_rate v, v at first zero."""
    if not momentum:
        return lambda: _descend(parameters, gradients, learning_rate)
    velocity = torch.zeros_like(parameters)

    def step() -> None:
        velocity.mul_(momentum).add_(gradients)
        _descend(parameters, velocity, learning_rate)

    return step


def adam(learning_rate: float, parameters: torch.Tensor, gradients: torch.Tensor) -> Step:
    """Return the steps of Adam (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1), moments at first zero."""
    first, second, change = (torch.zeros_like(parameters) for _ in range(3))
    taken = 0

    def step() -> None:
        nonlocal taken
        taken += 1
        first.mul_(_BETA1).add_(gradients, alpha=1 - _BETA1)
        second.mul_(_BETA2).addcmul_(gradients, gradients, value=1 - _BETA2)
        torch.div(second, 1 - _BETA2**taken, out=change).sqrt_().add_(_EPSILON)
        parameters.addcdiv_(first, change, value=-learning_rate / (1 - _BETA1**taken))

    return step


def _descend(parameters: torch.Tensor, direction: torch.Tensor, learning_rate: float) -> None:
    parameters.add_(direction, alpha=-learning_rate)

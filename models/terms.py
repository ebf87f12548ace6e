"""Terms: what a method adds to the gradients of the loss, on flat tensors, before the optimiser's step."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from .optimisers import Step


@dataclass(frozen=True, eq=False)
class Terms:
    """What is added, laid out as the parameters are.

    Attributes:
        proximal: weight of the pull towards the anchor, FedProx's mu (Li et al. 2020, arXiv 1812.06127): the gradient
            of mu / 2 |w - anchor|^2 is added.
        anchor: what is pulled towards.
        correction: is added, as SCAFFOLD's c - c_i (Karimireddy et al. 2020, arXiv 1910.06378).
        frozen: parts of the gradients that become zero, so that neither optimiser moves what they belong to.
    """

    proximal: float
    anchor: torch.Tensor | None
    correction: torch.Tensor | None
    frozen: Sequence[torch.Tensor] = ()

    def before(self, step: Step, parameters: torch.Tensor, gradients: torch.Tensor) -> Step:
        """Return the function that changes the gradients and then takes the step."""
        if self.anchor is None and self.correction is None and not self.frozen:
            return step
        difference = torch.empty_like(parameters)

        def changed() -> None:
            if self.anchor is not None:
                torch.sub(parameters, self.anchor, out=difference)
                gradients.add_(difference, alpha=self.proximal)
            if self.correction is not None:
                gradients.add_(self.correction)
            for part in self.frozen:
                part.zero_()
            step()

        return changed

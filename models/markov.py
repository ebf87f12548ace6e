"""Text made by Markov chains, one for each domain: the least loss that any language model can reach is known."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray

from .dataset import Dataset
from .streams import Stream

_FIRST = ord("a")
_SMOOTHING = 0.05  # share of the uniform distribution in every row, so that each chain reaches each of its states


@dataclass(frozen=True)
class MarkovText:
    """Text made by one random Markov chain for each domain, with a known entropy rate: no loss can be below it.

    The next letter depends on the `order` letters before it; its distribution is Dirichlet(concentration), drawn for
    each context and domain. Windows start in the chain's stationary distribution pi, so a model that knows the domain
    comes to the entropy rate -sum_s pi(s) sum_c P(c|s) ln P(c|s) (Cover and Thomas, Elements of Information Theory,
    4.2) at every byte but the first of order 2, of whose context it sees a half: there it comes to the entropy of a
    pair less that of a letter. A model that has to tell the domains apart comes near it.
    """

    domains: Annotated[int, "Chains, each a natural group of the data.", Ge(1), Le(256)] = 4
    windows: Annotated[int, "Samples of each domain.", Ge(1)] = 400
    length: Annotated[int, "Bytes that a model sees at once.", Ge(2), Le(65536)] = 32
    letters: Annotated[int, "Size of the alphabet, from 'a' on.", Ge(2), Le(26)] = 16
    order: Annotated[Literal[1, 2], "Letters that the next one depends on; 2 is far harder to learn."] = 1
    concentration: Annotated[float, "Towards 0 a context has one next letter, towards infinity all alike.", Gt(0)] = 0.1

    def load(self, stream: Stream) -> Dataset:
        """Return the windows, domain by domain; each domain has streams of its own."""
        pieces, rates = [], []
        for domain in range(self.domains):
            chain = self.chain(stream(f"chain of domain {domain + 1}"))
            occupied = stationary(chain)
            rates.append(self._least_loss(chain, occupied))
            pieces.append(self._pieces(chain, occupied, stream(f"text of domain {domain + 1}")))
        text = np.concatenate(pieces) + _FIRST
        return Dataset(
            np.ascontiguousarray(text[:, :-1]).astype(np.uint8),
            np.ascontiguousarray(text[:, 1:]),
            classes=256,
            scale=1.0,
            name="markov-text",
            source=f"made: {self.domains} Markov chains of order {self.order}",
            task="language",
            groups=np.repeat(np.arange(self.domains), self.windows),
            group_names=tuple(f"domain {number}" for number in range(1, self.domains + 1)),
            optimum=float(np.mean(rates)),
        )

    def chain(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return a random chain: (contexts, letters), the distribution of the next letter after each context."""
        drawn = rng.dirichlet(np.full(self.letters, self.concentration), self.letters**self.order)
        return (1 - _SMOOTHING) * drawn + _SMOOTHING / self.letters

    def _least_loss(self, chain: NDArray[np.float64], occupied: NDArray[np.float64]) -> float:
        """Return the mean over a window's bytes of the least loss on each [nat]."""
        rate = entropy_rate(chain, occupied)
        if self.order == 1:
            return rate
        letter = occupied.reshape(self.letters, self.letters).sum(axis=1)
        first = float(letter @ np.log(letter) - occupied @ np.log(occupied))
        return (first + (self.length - 1) * rate) / self.length

    def _pieces(
        self, chain: NDArray[np.float64], occupied: NDArray[np.float64], rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Return letters from 0 on (windows, length + 1)."""
        steps = chain.cumsum(axis=1)[:, :-1]
        context = np.searchsorted(occupied.cumsum()[:-1], rng.random(self.windows), side="right")
        letters = [context // self.letters ** (self.order - 1 - place) % self.letters for place in range(self.order)]
        for draws in rng.random((self.length + 1 - self.order, self.windows)):
            letters.append((steps[context] <= draws[:, None]).sum(axis=1))
            context = (context * self.letters + letters[-1]) % len(chain)
        return np.stack(letters, axis=1)


def stationary(chain: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how often each context stands in a long text of the chain: pi = pi P, sum pi = 1."""
    contexts, letters = chain.shape
    moves = np.zeros((contexts, contexts))
    following = (np.arange(contexts)[:, None] * letters + np.arange(letters)) % contexts
    moves[np.arange(contexts)[:, None], following] = chain
    # One equation of pi (P - 1) = 0 follows from the others; the sum takes its place.
    equations = moves.T - np.eye(contexts)
    equations[-1] = 1
    return np.linalg.solve(equations, np.eye(contexts)[-1])


def entropy_rate(chain: NDArray[np.float64], occupied: NDArray[np.float64]) -> float:
    """Return the mean entropy of the next letter [nat]."""
    return float(-(occupied @ (chain * np.log(chain)).sum(axis=1)))

"""The work of `benchmarks/training.py` in pfl-research: python pfl_research.py WORK.npz ROUNDS EPOCHS."""

import json
import sys

import numpy as np
import torch
from pfl.aggregate.simulate import SimulatedBackend
from pfl.algorithm.base import NNAlgorithmParams
from pfl.algorithm.federated_averaging import FederatedAveraging
from pfl.data.dataset import Dataset
from pfl.data.federated_dataset import FederatedDataset
from pfl.data.sampling import get_user_sampler
from pfl.hyperparam import NNEvalHyperParams, NNTrainHyperParams
from pfl.metrics import Weighted
from pfl.model.pytorch import PyTorchModel

rounds, epochs = int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(1)


class Network(torch.nn.Sequential):
    """The MLP with the loss and metrics that pfl asks for."""

    def __init__(self) -> None:
        super().__init__(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))

    def loss(self, features: torch.Tensor, labels: torch.Tensor, eval: bool = False) -> torch.Tensor:
        """Return the mean cross-entropy."""
        self.train(not eval)
        return torch.nn.functional.cross_entropy(self(features), labels)

    @torch.no_grad()
    def metrics(self, features: torch.Tensor, labels: torch.Tensor) -> dict[str, Weighted]:
        """Return the accuracy."""
        right = (self(features).argmax(1) == labels).sum().item()
        return {"accuracy": Weighted(right, len(labels))}


with np.load(sys.argv[1]) as arrays:
    held = {
        int(name.removeprefix("features")): [
            torch.from_numpy(arrays[name]),
            torch.from_numpy(arrays[name.replace("features", "labels")]),
        ]
        for name in arrays.files
        if name.startswith("features")
    }
test = Dataset(raw_data=held.pop(-1))
sampler = get_user_sampler("minimize_reuse", sorted(held))
shards = FederatedDataset(lambda user: Dataset(raw_data=held[user], user_id=str(user)), sampler)
torch.manual_seed(1)
network = Network()
trained = FederatedAveraging().run(
    algorithm_params=NNAlgorithmParams(rounds, rounds, len(held), None),
    backend=SimulatedBackend(shards, shards),
    model=PyTorchModel(network, torch.optim.SGD, torch.optim.SGD(network.parameters(), lr=1.0)),
    model_train_params=NNTrainHyperParams(local_batch_size=32, local_num_epochs=epochs, local_learning_rate=0.1),
    model_eval_params=NNEvalHyperParams(None),
    send_metrics_to_platform=False,
)
print(json.dumps({"accuracy": trained.evaluate(test).to_simple_dict()["Accuracy"]}))

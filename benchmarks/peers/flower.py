"""The work of `benchmarks/training.py` in Flower's simulation engine: python flower.py WORK.npz ROUNDS EPOCHS."""

import functools
import json
import os
import sys
from pathlib import Path

import numpy as np

os.environ |= {"FLWR_TELEMETRY_ENABLED": "0", "RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}

import torch
from flwr.app import ArrayRecord, ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg
from flwr.simulation import run_simulation

work, rounds, epochs = (
    os.environ.get("WORK", ""),
    int(os.environ.get("ROUNDS", "0")),
    int(os.environ.get("EPOCHS", "0")),
)
client, server = ClientApp(), ServerApp()


def network() -> torch.nn.Module:
    """Return the MLP."""
    return torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))


@functools.cache
def data(number: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return features and labels of a client; its process reads them once."""
    with np.load(work) as arrays:
        return torch.from_numpy(arrays[f"features{number}"]), torch.from_numpy(arrays[f"labels{number}"])


@client.train()
def train(message: Message, context: Context) -> Message:
    """Train for the local epochs."""
    torch.set_num_threads(1)
    features, labels = data(int(context.node_config["partition-id"]))
    model = network()
    model.load_state_dict(message.content["arrays"].to_torch_state_dict())
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(epochs):
        for chosen in torch.randperm(len(labels)).split(32):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(model(features[chosen]), labels[chosen]).backward()
            optimiser.step()
    metrics = MetricRecord({"num-examples": len(labels)})
    return Message(RecordDict({"arrays": ArrayRecord(model.state_dict()), "metrics": metrics}), reply_to=message)


@server.main()
def serve(grid: Grid, context: Context) -> None:
    """Run the rounds of federated averaging, and say how good the model is in the end."""
    torch.manual_seed(1)
    strategy = FedAvg(fraction_evaluate=0.0)
    result = strategy.start(grid, ArrayRecord(network().state_dict()), rounds, train_config=ConfigRecord({}))
    model, (features, labels) = network(), data(-1)
    model.load_state_dict(result.arrays.to_torch_state_dict())
    print(json.dumps({"accuracy": (model(features).argmax(1) == labels).double().mean().item()}), flush=True)


if __name__ == "__main__":
    # The processes of the clients find this module, and what it is to do, by its name and by the environment.
    os.environ |= {"WORK": str(Path(sys.argv[1]).resolve()), "ROUNDS": sys.argv[2], "EPOCHS": sys.argv[3]}
    import flower

    with np.load(flower.work) as arrays:
        clients = sum(name.startswith("features") for name in arrays.files) - 1
    resources = {"init_args": {"log_to_driver": False}, "client_resources": {"num_cpus": 1}}
    run_simulation(flower.server, flower.client, clients, backend_config=resources)

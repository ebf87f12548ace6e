"""The models room: what learns, what it learns from, and the bytes it travels as.

Components (free of torch until they build something):
    MLP, FAMILIES                       model families a scenario can choose
    Digits, DATASETS                    datasets
    Iid, Dirichlet, ClassesPerNode, PARTITIONS   ways of spreading a dataset over nodes
Things:
    Structure, MLPStructure, STRUCTURES one model's exact shape, and what training it costs
    Model                               a structure with weights
    Dataset, Shard, Split               all the data, one node's share of it, and who got which
    TrainingPlan, TrainingJob, TrainingResult   what to train, on what, and what came of it
    Evaluation                          how well a model does on a shard
    ResultMemory, TrainingService       results remembered, and jobs gathered into batches
Verbs:
    pack, unpack, pack_model, unpack_model, scale_bits, merge, train, evaluate, split_data
    same_weights, weights_digest, structure_from, hashed_seed, job_seed, named_streams, machine_fingerprint
"""

import importlib

_HOME = {
    "ClassesPerNode": "partition",
    "DATASETS": "datasets",
    "Dataset": "dataset",
    "Digits": "digits",
    "Dirichlet": "partition",
    "Evaluation": "evaluation",
    "FAMILIES": "families",
    "Iid": "partition",
    "MLP": "mlp",
    "MLPStructure": "mlp",
    "Model": "model",
    "PARTITIONS": "partition",
    "PackingError": "packing",
    "ResultMemory": "memory",
    "STRUCTURES": "families",
    "Shard": "shard",
    "Split": "split",
    "Stream": "streams",
    "Structure": "structure",
    "Ticket": "service",
    "TrainingJob": "job",
    "TrainingPlan": "job",
    "TrainingResult": "job",
    "TrainingService": "service",
    "evaluate": "evaluation",
    "machine_fingerprint": "fingerprint",
    "hashed_seed": "streams",
    "job_seed": "job",
    "merge": "merging",
    "pack": "packing",
    "pack_model": "packing",
    "same_weights": "model",
    "scale_bits": "scaling",
    "split_data": "split",
    "named_streams": "streams",
    "structure_from": "families",
    "train": "trainer",
    "unpack": "packing",
    "unpack_model": "packing",
    "weights_digest": "model",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__

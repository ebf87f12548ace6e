"""The models room: what learns, what it learns from, and the bytes it travels as.

Components (free of torch until they build something):
    MLP, FAMILIES                                   model families that a scenario can choose
    Digits, DATASETS                                datasets
    Iid, Dirichlet, ClassesPerNode, PARTITIONS      ways of spreading a dataset over nodes
Things:
    Structure, MLPStructure, STRUCTURES             one model's exact shape, and what training it costs
    Model                                           a structure with weights
    Dataset, Shard, Split                           all the data, one node's share of it, and who got which
    TrainingPlan, TrainingJob, TrainingResult       what to train, on what, and what came of it
    Evaluation                                      how well a model does on a shard
    ResultMemory                                    results on disk
    TrainingService, Ticket                         jobs gathered into batches, and the claim on one
Verbs:
    train, evaluate, merge, scale_bits, split_data
    pack, unpack, pack_model, unpack_model          tensors and models as bytes, or a PackingError
    same_weights, weights_digest, structure_from, machine_fingerprint
    hashed_seed, job_seed, named_streams            randomness by name (a Stream)
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

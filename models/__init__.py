"""The models room: what learns, what it learns from, and the bytes it travels as.

Components (free of torch until they build something):
    Linear, MLP, CNN, Transformer, LoRA, FAMILIES   model families that a scenario can choose (a Family)
    Digits, Mnist, Text, TableFile, Telemetry       datasets, read; or a DatasetError
    Blobs, MarkovText, Quadratics                   datasets, made, whose best possible result is known
    DATASETS, DatasetSource                         all of them, and what they have in common
    Iid, Dirichlet, ClassesPerNode, Quantity, ByGroup, PARTITIONS, Partition    ways of spreading a dataset over nodes
    Steady, Rotation, Switch, Mixture, LabelRotation, DRIFTS, Drift             ways in which data changes with time
    Scale, Choices                                  how a model changes size, and which scales may be chosen
    MERGERS, Merger                                 ways of making one model out of several (merging/)
Things:
    Structure, STRUCTURES                           one model's exact shape, and what training it costs:
    LinearStructure, MLPStructure, CNNStructure, TransformerStructure, LoRAStructure
    Model                                           a structure with weights
    Dataset, Shard, Split, Course                   all the data, one node's share of it, who got which, and when
    TrainingPlan, TrainingJob, TrainingResult       what to train, on what, and what came of it
    Teacher                                         what another model said of a shard, to be learned too
    Evaluation                                      how well a model does on a shard
    Knowledge                                       what a model says of samples, to be sent instead of the model
    ScaleReport, Footprint                          what a scaled model saves and loses; what a model takes
    Contribution                                    a model to be merged, its weight, age and importance
    ResultMemory                                    results on disk
    TrainingService, Ticket                         jobs gathered into batches, and the claim on one
Verbs:
    train, evaluate, evaluate_all, predict, merge, split_data, plan_course
    combine, zeros, norm                            algebra of models
    scale_model, scale_to, scale_bits, footprint    a model at a scale, or at the one that fits; what it takes
    part, put_back                                  a sub-model out of its parent, and back
    knowledge_of, consensus                         what a model says of a shard, and what several do together
    pack, unpack, pack_model, unpack_model          tensors and models as bytes, or a PackingError
    pack_knowledge, unpack_knowledge                the same for knowledge
    same_weights, weights_digest, structure_from, machine_fingerprint
    hashed_seed, job_seed, named_streams            randomness by name (a Stream)
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

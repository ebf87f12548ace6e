from .dataset import Dataset as Dataset
from .datasets import DATASETS as DATASETS
from .digits import Digits as Digits
from .evaluation import Evaluation as Evaluation, evaluate as evaluate
from .families import FAMILIES as FAMILIES, STRUCTURES as STRUCTURES, structure_from as structure_from
from .fingerprint import machine_fingerprint as machine_fingerprint
from .job import (
    TrainingJob as TrainingJob,
    TrainingPlan as TrainingPlan,
    TrainingResult as TrainingResult,
    job_seed as job_seed,
)
from .memory import ResultMemory as ResultMemory
from .merging import merge as merge
from .mlp import MLP as MLP, MLPStructure as MLPStructure
from .model import Model as Model, same_weights as same_weights, weights_digest as weights_digest
from .packing import (
    PackingError as PackingError,
    pack as pack,
    pack_model as pack_model,
    unpack as unpack,
    unpack_model as unpack_model,
)
from .partition import ClassesPerNode as ClassesPerNode, Dirichlet as Dirichlet, Iid as Iid, PARTITIONS as PARTITIONS
from .scaling import scale_bits as scale_bits
from .service import Ticket as Ticket, TrainingService as TrainingService
from .shard import Shard as Shard
from .split import Split as Split, split_data as split_data
from .streams import Stream as Stream, hashed_seed as hashed_seed, named_streams as named_streams
from .structure import Structure as Structure
from .trainer import train as train

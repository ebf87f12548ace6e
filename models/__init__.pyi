from .algebra import combine as combine, norm as norm, zeros as zeros
from .blobs import Blobs as Blobs
from .course import Course as Course, plan_course as plan_course
from .adapter import LoRA as LoRA, LoRAStructure as LoRAStructure
from .cnn import CNN as CNN, CNNStructure as CNNStructure
from .dataset import Dataset as Dataset, DatasetError as DatasetError, DatasetSource as DatasetSource
from .datasets import DATASETS as DATASETS
from .digits import Digits as Digits
from .drift import (
    DRIFTS as DRIFTS,
    Drift as Drift,
    LabelRotation as LabelRotation,
    Mixture as Mixture,
    Rotation as Rotation,
    Steady as Steady,
    Switch as Switch,
)
from .evaluation import (
    Evaluation as Evaluation,
    evaluate as evaluate,
    evaluate_all as evaluate_all,
    predict as predict,
)
from .families import FAMILIES as FAMILIES, STRUCTURES as STRUCTURES, structure_from as structure_from
from .fingerprint import machine_fingerprint as machine_fingerprint
from .job import (
    TrainingJob as TrainingJob,
    TrainingPlan as TrainingPlan,
    TrainingResult as TrainingResult,
    job_seed as job_seed,
)
from .knowledge import (
    Knowledge as Knowledge,
    consensus as consensus,
    knowledge_of as knowledge_of,
    pack_knowledge as pack_knowledge,
    unpack_knowledge as unpack_knowledge,
)
from .linear import Linear as Linear, LinearStructure as LinearStructure
from .memory import ResultMemory as ResultMemory
from .merging import MERGERS as MERGERS, Contribution as Contribution, Merger as Merger, merge as merge
from .mlp import MLP as MLP, MLPStructure as MLPStructure
from .model import Model as Model, same_weights as same_weights, weights_digest as weights_digest
from .packing import (
    PackingError as PackingError,
    pack as pack,
    pack_model as pack_model,
    unpack as unpack,
    unpack_model as unpack_model,
)
from .markov import MarkovText as MarkovText
from .mnist import Mnist as Mnist
from .partition import (
    ByGroup as ByGroup,
    ClassesPerNode as ClassesPerNode,
    Dirichlet as Dirichlet,
    Iid as Iid,
    PARTITIONS as PARTITIONS,
    Partition as Partition,
    Quantity as Quantity,
)
from .quadratics import Quadratics as Quadratics
from .scaling import (
    Choices as Choices,
    Footprint as Footprint,
    Scale as Scale,
    ScaleReport as ScaleReport,
    footprint as footprint,
    part as part,
    put_back as put_back,
    scale_bits as scale_bits,
    scale_model as scale_model,
    scale_to as scale_to,
)
from .service import Ticket as Ticket, TrainingService as TrainingService
from .shard import Shard as Shard
from .split import Split as Split, split_data as split_data
from .streams import Stream as Stream, hashed_seed as hashed_seed, named_streams as named_streams
from .structure import Family as Family, Structure as Structure
from .teacher import Teacher as Teacher
from .table import TableFile as TableFile
from .telemetry import Telemetry as Telemetry
from .text import Text as Text
from .trainer import train as train
from .transformer import Transformer as Transformer, TransformerStructure as TransformerStructure

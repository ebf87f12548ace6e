"""The datasets a scenario can choose."""

from .blobs import Blobs
from .dataset import DatasetSource
from .digits import Digits
from .markov import MarkovText
from .mnist import Mnist
from .quadratics import Quadratics
from .table import TableFile
from .telemetry import Telemetry
from .text import Text

DATASETS: dict[str, type[DatasetSource]] = {
    "digits": Digits,
    "mnist": Mnist,
    "text": Text,
    "table": TableFile,
    "telemetry": Telemetry,
    "blobs": Blobs,
    "markov-text": MarkovText,
    "quadratics": Quadratics,
}

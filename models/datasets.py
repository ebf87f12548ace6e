"""The datasets a scenario can choose."""

from .digits import Digits

DATASETS: dict[str, type[Digits]] = {"digits": Digits}

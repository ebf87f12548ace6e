"""A number or an array of numbers: every function of this folder takes either and returns the same kind."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Values = TypeVar("Values", float, NDArray[np.float64])

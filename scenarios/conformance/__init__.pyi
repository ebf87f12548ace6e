from .case import Case as Case, Verdict as Verdict
from .certificate import violation as violation
from .observation import Observation as Observation, observe as observe
from .sources import SOURCES as SOURCES
from .suite import CASES as CASES, select as select

from .errors import RecordError as RecordError
from .exports import EXPORTS as EXPORTS, directed_links as directed_links
from .reader import RunRecord as RunRecord, find_runs as find_runs
from .tables import (
    BINS as BINS,
    Asked as Asked,
    EVENTS as EVENTS,
    METRICS as METRICS,
    DropReason as DropReason,
    EventKind as EventKind,
)
from .writer import RunWriter as RunWriter

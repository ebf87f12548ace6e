from .compaction import Compaction as Compaction, compact as compact
from .errors import RecordError as RecordError, RunDiffers as RunDiffers
from .exports import EXPORTS as EXPORTS, directed_links as directed_links
from .parts import table_files as table_files
from .reader import LOST_AFTER_S as LOST_AFTER_S, RunRecord as RunRecord, find_runs as find_runs
from .conventions import (
    Asked as Asked,
    DropReason as DropReason,
    EventKind as EventKind,
    RejectReason as RejectReason,
)
from .tables import BINS as BINS, EVENTS as EVENTS, METRICS as METRICS
from .verifier import RunVerifier as RunVerifier
from .wording import row_text as row_text
from .writer import RunWriter as RunWriter

"""The record of a run: a folder, appended to while it runs, readable at every moment by another process.

EventKind    what an event was
RunWriter    writes a run folder
RunRecord    reads one, running, finished or cut off
RecordError  a folder that is no run, or is damaged
find_runs    the run folders inside a folder
EXPORTS      the tables `wayfare export` writes, made from a RunRecord
"""

from .exports import EXPORTS, directed_links
from .reader import RecordError, RunRecord, find_runs
from .tables import BINS, EVENTS, METRICS, DropReason, EventKind
from .writer import RunWriter

__all__ = [
    "BINS",
    "EVENTS",
    "EXPORTS",
    "METRICS",
    "DropReason",
    "EventKind",
    "RecordError",
    "RunRecord",
    "RunWriter",
    "directed_links",
    "find_runs",
]

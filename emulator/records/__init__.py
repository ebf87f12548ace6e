"""The record of a run: a folder, appended to while it runs, readable at every moment by another process.

EventKind    what an event was; DropReason why a packet was dropped
RunWriter    writes a run folder; RunVerifier compares a run that is played again with its record
RunRecord    reads one, running, finished or cut off
compact      makes Parquet files of the tables of a run that has ended, and says what it did: a Compaction
table_files  the files of a table, whatever they are at the moment
RecordError  a folder that is no run, or is damaged
RunDiffers   a run that was played again recorded something else
row_text     what a row of a table says, in words
find_runs    the run folders inside a folder
EXPORTS      the tables `wayfare export` writes, made from a RunRecord
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

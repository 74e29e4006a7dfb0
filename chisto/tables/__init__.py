"""Tables of comments (CSV, TSV, JSON Lines, Parquet; also packed): read, cleaned, copied with scores."""

from chisto.tables.cleaning import Cleaning, DropReport, LabelledChunk, clean_labelled, write_labelled
from chisto.tables.columns import LABEL_COLUMN, ROW_COLUMN, TEXT_COLUMN, parse_label
from chisto.tables.scores import ScoredCopy, copy_with_scores, neutralized
from chisto.tables.source import Limits
from chisto.tables.table import Chunk, Head, Table, open_table, peek

__all__ = [
    "LABEL_COLUMN",
    "ROW_COLUMN",
    "TEXT_COLUMN",
    "Chunk",
    "Cleaning",
    "DropReport",
    "Head",
    "LabelledChunk",
    "Limits",
    "ScoredCopy",
    "Table",
    "clean_labelled",
    "copy_with_scores",
    "neutralized",
    "open_table",
    "parse_label",
    "peek",
    "write_labelled",
]

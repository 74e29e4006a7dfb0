"""From an uploaded file to a data set. Runs apart from the gateway, which must stay light and quick.

``python -m models_store.ingest`` reads one JSON object, the fields of Upload, and answers with one: the id of
the data set, or the error.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from models_store import apart
from models_store.datasets import Dataset, NewDataset
from models_store.locks import Workspace
from models_store.registry import Registry, open_registry

Report = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file on disk and how to read it. ``is_labelled``: None takes labels where there are some.

    ``replaces``: the data set of that name, if there is one, gets the new rows.
    """

    path: str
    name: str
    filename: str | None = None
    text_column: str | None = None
    label_column: str | None = None
    is_labelled: bool | None = None
    replaces: bool = False


def ingest(registry: Registry, upload: Upload, report: Report | None = None) -> Dataset:
    """Clean a table, keep it as Parquet, enter its row. Raises chisto.tables.errors, DatasetNameTaken."""
    from chisto.tables import Table, open_table

    if not upload.replaces:
        registry.datasets.check_name(upload.name)
    opened = open_table(Path(upload.path), text_column=upload.text_column, label_column=upload.label_column)
    with opened as table, Workspace.create(registry.store.work) as workspace:
        target = workspace.path / "dataset.parquet"
        has_labels = table.label_index is not None
        labelled = has_labels if upload.is_labelled is None else upload.is_labelled
        write: Callable[[Table, Path, Report | None], Written] = _write_labelled if labelled else _write_texts
        written = write(table, target, report)
        about = {
            "format": table.format,
            "encoding": table.encoding,
            "text_column": table.text_column,
            "label_column": table.columns[table.label_index]
            if labelled and table.label_index is not None
            else None,
            "columns": table.columns,
        }
        dataset = NewDataset(
            name=upload.name,
            filename=upload.filename,
            file=f"{uuid4()}.parquet",
            sha256=written.sha256,
            size_bytes=target.stat().st_size,
            rows=written.rows,
            toxic=written.toxic,
            report=written.report | about,
        )
        with registry.store.locked():
            path = registry.store.datasets / dataset.file
            registry.store.place(target, path)
            try:
                return registry.datasets.put(dataset) if upload.replaces else registry.datasets.add(dataset)
            except BaseException:
                path.unlink(missing_ok=True)
                raise


@dataclass(frozen=True, slots=True)
class Written:
    rows: int
    toxic: int | None
    sha256: str
    report: dict[str, Any]


def _write_labelled(table: Any, target: Path, report: Report | None) -> Written:
    from chisto.tables import clean_labelled, write_labelled

    cleaning = clean_labelled(table, report)
    sha256 = write_labelled(cleaning, target)
    drops = cleaning.report
    return Written(drops.kept, drops.kept_toxic, sha256, drops.to_json())


def _write_texts(table: Any, target: Path, report: Report | None) -> Written:
    """Texts without labels: only missing and empty ones are left out, for every row may be asked about."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from chisto.tables import ROW_COLUMN, TEXT_COLUMN
    from chisto.tables.errors import NoUsableRows

    schema = pa.schema([(ROW_COLUMN, pa.int64()), (TEXT_COLUMN, pa.string())])
    counts = {"rows": 0, "kept": 0, "missing": 0, "empty": 0, "malformed": 0}
    digest = hashlib.sha256()

    def kept(chunk: Any) -> Iterator[tuple[int, str]]:
        for position, text in enumerate(chunk.texts):
            counts["rows"] += 1
            if position in chunk.malformed or text is None:
                counts["malformed" if position in chunk.malformed else "missing"] += 1
            elif not text.strip():
                counts["empty"] += 1
            else:
                counts["kept"] += 1
                data = text.encode()
                digest.update(b"%d " % len(data) + data)
                yield chunk.first_row + position, text

    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for chunk in table.chunks():
            if rows := list(kept(chunk)):
                writer.write_table(
                    pa.table([list(column) for column in zip(*rows, strict=True)], schema=schema)
                )
            if report is not None:
                report(table.fraction)
    if not counts["kept"]:
        missing = {"kept_toxic": 0, "non_binary": 0, "duplicates": 0, "contradictions": 0}
        raise NoUsableRows(**counts, **missing, contradictory_texts=0, examples={})
    return Written(counts["kept"], None, digest.hexdigest(), counts)


def ingest_apart(registry: Registry, upload: Upload) -> Dataset:
    """``ingest`` in a process of its own; blocks until it is done and raises what it raised."""
    return registry.datasets.get(apart.ask(registry, "models_store.ingest", asdict(upload))["dataset"])


def _handle(request: dict[str, Any]) -> dict[str, Any]:
    return {"dataset": ingest(open_registry(), Upload(**request)).id}


if __name__ == "__main__":
    apart.answer(_handle)

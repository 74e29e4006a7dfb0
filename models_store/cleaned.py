"""A labelled table cleaned in a process of its own, without becoming a data set."""

from pathlib import Path
from typing import Any

from models_store import apart
from models_store.registry import Registry


def clean_apart(
    registry: Registry, source: Path, target: Path, *, text_column: str | None, label_column: str | None
) -> None:
    """Write the kept rows as Parquet. Raises chisto.tables.errors."""
    request = {"text_column": text_column, "label_column": label_column}
    apart.ask(registry, __name__, {**request, "source": str(source), "target": str(target)})


def _handle(request: dict[str, Any]) -> dict[str, Any]:
    from chisto.tables import clean_labelled, open_table, write_labelled

    columns = {"text_column": request["text_column"], "label_column": request["label_column"]}
    with open_table(Path(request["source"]), **columns) as table:
        cleaning = clean_labelled(table)
        write_labelled(cleaning, Path(request["target"]))
        return {"rows": cleaning.report.kept}


if __name__ == "__main__":
    apart.answer(_handle)

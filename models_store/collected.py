"""Data sets made of feedback: every text that was kept with a label."""

import json
from collections.abc import Iterator

from chisto.errors import Unprocessable
from models_store.datasets import Dataset
from models_store.feedback import Judgement
from models_store.ingest import Upload, ingest_apart
from models_store.locks import Workspace, exclusive
from models_store.registry import Registry

_PAGE = 2000


class NothingCollected(Unprocessable):
    code = "nothing_collected"
    texts = {
        "en": (
            "No feedback holds both a text and a label.",
            "Texts are kept only where the sender asks for it.",
        ),
        "ru": (
            "Нет отзывов, в которых есть и текст, и метка.",
            "Текст хранится, только если об этом просит отправитель.",
        ),
    }


def judgements(registry: Registry, source: str | None = None) -> Iterator[Judgement]:
    """All feedback, oldest first."""
    offset = 0
    while page := registry.feedback.page(source=source, offset=offset, limit=_PAGE):
        yield from page
        offset += len(page)


def collect(registry: Registry, name: str, *, source: str | None = None, replaces: bool = False) -> Dataset:
    """Make a data set of the feedback of a source, or of all. ``replaces``: or renew the one of that name.

    Texts that carry both labels are left out, as in any data set. Raises NothingCollected, DatasetNameTaken.
    """
    if not replaces:
        registry.datasets.check_name(name)
    registry.store.work.mkdir(parents=True, exist_ok=True)
    # Two at once could end with the older of their views.
    with exclusive(registry.store.home / "collect.lock"), Workspace.create(registry.store.work) as workspace:
        path, count = workspace.path / "feedback.jsonl", 0
        with path.open("w", encoding="utf-8") as file:
            for judgement in judgements(registry, source):
                if judgement.text is not None and judgement.label is not None:
                    count += 1
                    row = {"comment_text": judgement.text, "toxic": int(judgement.label)}
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
        if not count:
            raise NothingCollected
        upload = Upload(
            path=str(path),
            name=name,
            text_column="comment_text",
            label_column="toxic",
            is_labelled=True,
            replaces=replaces,
        )
        return ingest_apart(registry, upload)

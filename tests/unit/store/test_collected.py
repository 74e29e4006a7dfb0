"""Feedback, and the data sets that grow from it, on both databases."""

import pytest

from chisto.errors import DatasetNameTaken
from models_store.collected import NothingCollected, collect, judgements
from models_store.feedback import Judgement, hash_text
from models_store.registry import Registry


def judgement(
    text: str, label: bool | None, *, source: str = "api", keep: bool = True, id: str | None = None
) -> Judgement:
    fields = {} if id is None else {"id": id}
    return Judgement(
        text_sha256=hash_text(text),
        text=text if keep else None,
        label=label,
        score=0.5,
        source=source,
        **fields,
    )


def test_a_judgement_with_the_id_of_an_earlier_one_takes_its_place(registry: Registry) -> None:
    registry.feedback.add([judgement("ты дурак", True, id="1"), judgement("ты друг", True, id="2")])
    registry.feedback.add([judgement("ты друг", False, id="2")])
    assert {each.id: each.label for each in registry.feedback.page()} == {"1": True, "2": False}
    registry.feedback.remove(["1", "unknown"])
    assert [each.id for each in registry.feedback.page()] == ["2"]


def test_feedback_is_read_to_its_end_by_source(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models_store.collected._PAGE", 3)
    registry.feedback.add([judgement(f"строка {number}", True) for number in range(8)])
    registry.feedback.add([judgement("другая", True, source="perspective")])
    assert sorted(each.text or "" for each in judgements(registry, "api")) == [
        f"строка {n}" for n in range(8)
    ]
    assert len(list(judgements(registry))) == 9
    assert (registry.feedback.count(), registry.feedback.count("perspective")) == (9, 1)


def test_only_judgements_with_text_and_label_are_collected(registry: Registry) -> None:
    registry.feedback.add(
        [
            judgement("ты дурак", True),
            judgement("спасибо", False),
            judgement("тайна", True, keep=False),
            judgement("неизвестно что", None),
            judgement("чужое", True, source="perspective"),
        ]
    )
    made = collect(registry, "collected", source="api")
    assert (made.rows, made.toxic) == (2, 1)
    with pytest.raises(DatasetNameTaken):
        collect(registry, "collected")
    with pytest.raises(NothingCollected):
        collect(registry, "empty", source="nobody")


def test_a_renewed_data_set_keeps_its_id_and_gets_the_new_rows(registry: Registry) -> None:
    registry.feedback.add([judgement("ты дурак", True), judgement("спасибо", False)])
    first = collect(registry, "growing", replaces=True)
    registry.feedback.add([judgement("ты дрянь", True)])
    second = collect(registry, "growing", replaces=True)
    assert (second.id, second.rows, second.toxic) == (first.id, 3, 2)
    assert second.sha256 != first.sha256
    assert registry.datasets.path(second).is_file()
    assert [dataset.id for dataset in registry.datasets.all()] == [first.id]

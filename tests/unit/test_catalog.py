"""What a gateway answers with, while models come, change and go."""

import os
import socket
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from models_store.catalog import View, compose, standing
from models_store.models import Model
from models_store.workers import Worker

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
HERE = f"sklearn_runner/{socket.gethostname()}"


def model(name: str, version: int = 1, **changes: Any) -> Model:
    made = Model(
        id=f"{name}-{version}",
        name=name,
        version=version,
        family="linear_svc",
        origin="trained",
        tag=f"{name}:{version}-x",
        size_bytes=1,
        trained_threshold=0.5,
        is_current=True,
        is_wanted=True,
        own_threshold=None,
        bands=None,
        created_at=WHEN,
        aliases=(),
    )
    return replace(made, **changes)


def worker(*held: Model, number: int = 0, failed: tuple[Model, ...] = ()) -> Worker:
    states: dict[str, Any] = {each.id: {"state": "loaded", "memory_bytes": 7} for each in held}
    states |= {each.id: {"state": "failed", "error": "broken"} for each in failed}
    return Worker(f"sklearn_runner/elsewhere/{number}", "sklearn_runner", 1, states, WHEN)


def view(models: list[Model], workers: list[Worker], before: View | None = None) -> View:
    return compose(1, models, workers, before or View(), "cnn")


def test_a_model_is_loaded_only_when_every_process_holds_it() -> None:
    mine = model("mine")
    assert standing(mine, [worker(mine, number=1), worker(mine, number=2)]).presence == "loaded"
    assert standing(mine, [worker(mine, number=1), worker(number=2)]).presence == "loading"
    assert standing(mine, []).presence == "loading"
    assert standing(replace(mine, is_wanted=False), [worker(mine)]).presence == "unloaded"


def test_one_process_that_cannot_load_it_is_enough_for_failure() -> None:
    mine = model("mine")
    stands = standing(mine, [worker(mine, number=1), worker(number=2, failed=(mine,))])
    assert (stands.presence, stands.error) == ("failed", "broken")


def test_a_name_stays_on_its_earlier_version_until_the_new_one_is_everywhere() -> None:
    old, new = model("mine", 1), model("mine", 2)
    before = view([old], [worker(old)])
    retired = replace(old, is_current=False, is_wanted=False)
    during = view([new, retired], [worker(old, number=1), worker(new, number=2)], before)
    assert during.by_name["mine"].version == "1"
    assert not during.is_settled
    after = view([new, retired], [worker(new, number=1), worker(new, number=2)], during)
    assert after.by_name["mine"].version == "2"
    assert after.is_settled


def test_the_promoted_model_answers_for_all_who_name_none() -> None:
    cnn, mine = model("cnn"), model("mine", aliases=("default",))
    assert view([cnn, mine], [worker(cnn, mine)]).default.name == "mine"  # type: ignore[union-attr]
    nobody = [replace(cnn), replace(mine, aliases=())]
    assert view(nobody, [worker(cnn, mine)]).default.name == "cnn"  # type: ignore[union-attr]


def test_a_model_that_is_on_its_way_can_be_asked_for_and_one_that_was_removed_cannot() -> None:
    mine = model("mine")
    assert view([mine], [worker()]).by_name["mine"].version == "1"
    gone = view([], [worker(mine)], view([mine], [worker(mine)]))
    assert "mine" not in gone.by_name


def test_a_threshold_saved_by_hand_holds_even_while_a_new_version_loads() -> None:
    old, new = model("mine", 1), model("mine", 2)
    before = view([old], [worker(old)])
    changed = replace(old, is_current=False, own_threshold=0.9)
    assert view([new, changed], [worker(old)], before).by_name["mine"].threshold == 0.9


def test_a_process_of_this_machine_that_is_dead_is_not_waited_for() -> None:
    from models_store.catalog import runs

    alive = replace_id(worker(), f"{HERE}/{os.getpid()}")
    dead = replace_id(worker(), f"{HERE}/999999999")
    trainer = replace_id(worker(), "any-name-at-all")
    assert [runs(each) for each in (alive, dead, trainer)] == [True, False, True]


def replace_id(each: Worker, worker_id: str) -> Worker:
    return replace(each, id=worker_id)

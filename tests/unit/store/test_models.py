import threading

import pytest
from unit.store.builders import new_job, new_model

from chisto.errors import (
    ModelAlreadyLoaded,
    ModelInUse,
    ModelNotLoaded,
    ModelNotTrained,
    ModelShipped,
    NameTaken,
    TooManyLoaded,
    UnknownModel,
)
from models_store.registry import Registry


def test_a_trained_model_is_not_loaded_until_it_is_asked_for(registry: Registry) -> None:
    added = registry.models.add(new_model("mine"))
    assert not added.is_wanted and added.is_current
    assert registry.models.snapshot().models == ()
    assert registry.models.load("mine").is_wanted
    assert [model.name for model in registry.models.snapshot().models] == ["mine"]


def test_every_change_of_what_is_served_raises_the_generation(registry: Registry) -> None:
    registry.models.add(new_model("mine"))
    registry.models.add(new_model("other"))
    seen = [registry.models.generation()]
    for change in (
        lambda: registry.models.load("mine"),
        lambda: registry.models.promote("mine"),
        lambda: registry.models.decide("mine", threshold=0.7, bands=None),
        lambda: registry.models.load("other"),
        lambda: registry.models.unload("other"),
        lambda: registry.models.remove("other"),
    ):
        change()
        seen.append(registry.models.generation())
    assert seen == sorted(set(seen))


def test_a_refused_change_leaves_the_generation_as_it_was(registry: Registry) -> None:
    registry.models.add(new_model("mine"))
    before = registry.models.generation()
    with pytest.raises(ModelNotLoaded):
        registry.models.unload("mine")
    with pytest.raises(UnknownModel):
        registry.models.load("mine", version=7)
    assert registry.models.generation() == before


def test_unknown_untrained_loaded_and_unloaded_models_each_have_their_error(registry: Registry) -> None:
    registry.jobs.submit(new_job("young", kind="fit", reserved_name="young"))
    registry.models.add(new_model("mine"))
    with pytest.raises(UnknownModel):
        registry.models.load("nobody")
    with pytest.raises(ModelNotTrained):
        registry.models.load("young")
    with pytest.raises(ModelNotLoaded):
        registry.models.unload("mine")
    registry.models.load("mine")
    with pytest.raises(ModelAlreadyLoaded):
        registry.models.load("mine")


def test_shipped_models_are_neither_removed_nor_unloaded(registry: Registry) -> None:
    registry.models.add(new_model("cnn", origin="shipped", is_wanted=True))
    for refused in (
        lambda: registry.models.unload("cnn"),
        lambda: registry.models.remove("cnn"),
        lambda: registry.models.remove("cnn", 1),
    ):
        with pytest.raises(ModelShipped):
            refused()
    registry.models.add(new_model("mine"))
    assert [model.name for model in registry.models.remove_all()] == ["mine"]
    assert [model.name for model in registry.models.all()] == ["cnn"]


def test_a_promoted_model_stays_until_another_is_promoted(registry: Registry) -> None:
    registry.models.add(new_model("first"))
    registry.models.add(new_model("second"))
    registry.models.promote("first")
    for refused in (
        lambda: registry.models.unload("first"),
        lambda: registry.models.remove("first"),
        registry.models.remove_all,
    ):
        with pytest.raises(ModelInUse):
            refused()
    registry.models.promote("second")
    default = registry.models.aliased()
    assert default is not None and default.name == "second" and default.is_wanted
    registry.models.remove("first")


def test_the_limit_of_loaded_models_counts_only_those_of_ones_own(registry: Registry) -> None:
    registry.models.add(new_model("cnn", origin="shipped", is_wanted=True))
    for name in ("a", "b", "c"):
        registry.models.add(new_model(name))
    registry.models.load("a", limit=2)
    registry.models.load("b", limit=2)
    with pytest.raises(TooManyLoaded):
        registry.models.load("c", limit=2)
    assert not registry.models.get("c").is_wanted


def test_a_new_version_does_not_push_out_the_one_that_is_loaded(registry: Registry) -> None:
    registry.models.add(new_model("mine", 1))
    registry.models.load("mine")
    registry.models.add(new_model("mine", 2), is_new_version=True)
    assert registry.models.get("mine").version == 1
    loaded = registry.models.load("mine")
    assert loaded.version == 2 and loaded.is_current
    assert [model.version for model in registry.models.snapshot().models] == [2]
    assert registry.models.load("mine", version=1).version == 1


def test_loading_a_version_keeps_the_one_that_an_alias_points_at(registry: Registry) -> None:
    registry.models.add(new_model("mine", 1))
    registry.models.promote("mine")
    registry.models.add(new_model("mine", 2), is_new_version=True)
    registry.models.load("mine", version=2)
    assert {model.version for model in registry.models.snapshot().models} == {1, 2}
    default = registry.models.snapshot().aliased()
    assert default is not None and default.version == 1


def test_a_name_is_taken_while_its_first_model_is_trained_and_afterwards(registry: Registry) -> None:
    registry.jobs.submit(new_job("mine", kind="fit", reserved_name="mine"))
    with pytest.raises(NameTaken):
        registry.models.check_name("mine")
    registry.models.add(new_model("other"))
    with pytest.raises(NameTaken):
        registry.models.add(new_model("other", 2))
    with pytest.raises(NameTaken):
        registry.jobs.submit(new_job("other", kind="fit", reserved_name="other"))


def test_version_numbers_are_never_given_out_twice(registry: Registry) -> None:
    given: list[int] = []

    def allocate() -> None:
        given.extend(registry.models.allocate_version("mine") for _ in range(5))

    threads = [threading.Thread(target=allocate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(1, 21))


def test_removing_the_current_version_hands_the_name_to_the_newest_that_is_left(registry: Registry) -> None:
    for version in (1, 2, 3):
        registry.models.add(new_model("mine", version), is_new_version=version > 1)
    registry.models.load("mine", version=3)
    registry.models.remove("mine", 3)
    assert registry.models.get("mine").version == 2


def test_a_saved_threshold_holds_until_it_is_taken_back(registry: Registry) -> None:
    registry.models.add(new_model("mine"))
    assert (
        registry.models.decide("mine", threshold=0.9, bands={"review": 0.5, "remove": 0.9}).threshold == 0.9
    )
    back = registry.models.decide("mine", threshold=None, bands=None)
    assert back.threshold == 0.4 and back.bands is None


def test_concurrent_promotions_leave_one_default_model(registry: Registry) -> None:
    names = [f"m{number}" for number in range(4)]
    for name in names:
        registry.models.add(new_model(name))
    before = registry.models.generation()

    def promote(name: str) -> None:
        for _ in range(5):
            registry.models.promote(name)

    threads = [threading.Thread(target=promote, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert registry.models.generation() == before + 20
    default = registry.models.aliased()
    assert default is not None and default.is_wanted

"""A runner's models: they follow the registry, a limit of memory holds, and scoring never waits for loading."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tiny_models import KIND, RUDE, build_linear

from chisto.settings import Settings
from models_store import loaded as module
from models_store.catalog import Catalog, living, standing
from models_store.loaded import LoadedModels
from models_store.models import Model
from models_store.registry import Registry, open_registry
from models_store.saving import import_artifact


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    monkeypatch.setattr(module, "GRACE_S", 0.5)
    opened = open_registry(Settings(home=tmp_path / "home"))
    yield opened
    opened.database.close()


@pytest.fixture
def add(registry: Registry, tmp_path: Path) -> Callable[..., Model]:
    def add(name: str, offset: float = 0.0, *, new_version: bool = False) -> Model:
        folder = tmp_path / f"{name}-{offset}"
        build_linear(folder, name=name, offset=offset)
        return import_artifact(registry, folder, name=name, is_new_version=new_version)

    return add


def settings_of(registry: Registry, **changes: int) -> Settings:
    return Settings(home=registry.store.home, **changes)  # type: ignore[arg-type]


def until(is_true: Callable[[], object], within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not is_true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def score(models: LoadedModels, model: Model, text: str = RUDE[0]) -> float | None:
    return models.score([(model.tag, text)])[0]


def test_what_is_wanted_at_the_start_is_loaded_before_the_runner_is_ready(
    registry: Registry, add: Callable[..., Model]
) -> None:
    wanted, other = add("wanted"), add("other")
    registry.models.load("wanted")
    models = LoadedModels("sklearn_runner", settings_of(registry))
    assert models.is_ready
    assert score(models, wanted) is not None
    assert score(models, other) is None


def test_models_come_and_go_with_the_registry_and_a_batch_may_mix_them(
    registry: Registry, add: Callable[..., Model]
) -> None:
    calm, angry = add("calm"), add("angry", 30.0)
    models = LoadedModels("sklearn_runner", settings_of(registry))
    registry.models.load("calm")
    registry.models.load("angry")
    until(lambda: score(models, calm) is not None and score(models, angry) is not None)
    items = [(calm.tag, KIND[0]), (angry.tag, KIND[0]), ("nobody:1", KIND[0]), (calm.tag, RUDE[0])]
    first, second, none, fourth = models.score(items)
    assert none is None
    assert first is not None and second is not None and fourth is not None
    assert first < 0.5 < fourth
    assert second > 0.99
    until(lambda: standing(registry.models.get("angry"), living(registry)).presence == "loaded")
    registry.models.unload("angry")
    assert score(models, angry) is not None  # for those that are on their way
    until(lambda: score(models, angry) is None)
    assert score(models, calm) is not None


def test_over_the_limit_of_memory_the_least_recently_used_gives_way_and_comes_back_on_demand(
    registry: Registry, add: Callable[..., Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["first", "second", "third"]
    made = {name: add(name) for name in names}
    monkeypatch.setattr(module, "_resident_bytes", lambda: 0)  # so that a model takes what its files take
    limit = int(2.5 * made["first"].size_bytes)
    models = LoadedModels("sklearn_runner", settings_of(registry, max_loaded_bytes=limit))

    def held() -> set[str]:
        return {tag.partition(":")[0] for tag in models._models}

    registry.models.load("first")
    registry.models.load("second")
    until(lambda: held() == {"first", "second"})
    score(models, made["first"])
    registry.models.load("third")
    until(lambda: held() == {"first", "third"})  # the second was used longest ago
    third = registry.models.get("third")
    until(lambda: standing(third, living(registry)).presence == "loaded")
    assert standing(registry.models.get("second"), living(registry)).presence == "loaded"
    assert score(models, made["second"]) is None
    until(lambda: score(models, made["second"]) is not None)
    assert len(held()) == 2


def test_a_model_that_cannot_be_loaded_is_reported_and_the_others_serve_on(
    registry: Registry, add: Callable[..., Model]
) -> None:
    good, bad = add("good"), add("bad")
    models = LoadedModels("sklearn_runner", settings_of(registry))
    (registry.store.fetch(bad.tag) / "pipeline.skops").write_bytes(b"damaged")
    registry.models.load("bad")
    registry.models.load("good")
    until(lambda: score(models, good) is not None)
    until(lambda: standing(registry.models.get("bad"), living(registry)).presence == "failed")
    assert "checksum" in (standing(registry.models.get("bad"), living(registry)).error or "")


def test_a_new_version_takes_over_without_a_moment_in_which_nobody_answers(
    registry: Registry, add: Callable[..., Model]
) -> None:
    old = add("model")
    registry.models.load("model")
    settings = settings_of(registry)
    models = LoadedModels("sklearn_runner", settings)
    catalog = Catalog(settings)
    assert catalog.resolve("model").tag == old.tag
    new = add("model", 30.0, new_version=True)
    registry.models.load("model", new.version)
    seen = []

    def took_over() -> bool:
        served = catalog.resolve("model")
        answer = models.score([(served.tag, KIND[0])])[0]
        assert answer is not None, f"nobody holds {served.tag}"
        seen.append(served.version)
        return served.tag == new.tag

    until(took_over)
    assert seen[0] == str(old.version)
    assert models.score([(new.tag, KIND[0])])[0] > 0.99  # type: ignore[operator]
    until(lambda: score(models, old) is None)
    took_over()

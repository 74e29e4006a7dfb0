import json
import shutil
import zipfile

import numpy as np
import pytest

from chisto.demo import generate
from chisto.errors import ArtifactCorrupt
from chisto.families import parse_recipe
from chisto.scorers import load_scorer
from training import linear
from training.dataset import Labelled, split


def demo(rows: int = 400) -> tuple[Labelled, Labelled]:
    made = generate(rows, 1)
    return split(Labelled([t for t, _ in made], np.array([y for _, y in made])), 0.25, 0)


@pytest.fixture(scope="module")
def sets() -> tuple[Labelled, Labelled]:
    return demo()


VECTORIZERS = [
    ("tf_idf", {}),
    ("tf_idf", {"analyzer": "word", "ngram_range": (1, 2), "lemmatize": True, "min_df": 2}),
    ("bag_of_words", {"analyzer": "char", "ngram_range": (1, 3), "max_features": 2000}),
    ("tf_idf", {"analyzer": "both", "ngram_range": (1, 2), "char_ngram_range": (1, 4), "sublinear_tf": True}),
    ("hashed", {"analyzer": "both", "n_features": 16384}),
]
FAMILIES = ["logistic_regression", "linear_svc", "multinomial_naive_bayes"]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("kind", "options"), VECTORIZERS)
def test_what_is_saved_scores_as_what_was_fitted_and_its_words_add_up_to_the_score(
    sets, tmp_path, family, kind, options
):
    train_set, val_set = sets
    outcome = linear.fit(train_set, val_set, parse_recipe(family, kind, {}, options), tmp_path / "model")
    scorer = load_scorer(family, tmp_path / "model")
    logits = scorer.logits(val_set.texts)
    assert np.allclose(logits, outcome.logits, atol=1e-6)
    assert np.mean((scorer.score(val_set.texts) >= scorer.decision.threshold) == val_set.labels) > 0.7
    calibration = scorer.decision.calibration
    base = calibration.apply_linear(scorer._intercept)
    for text in ["Ты с*ка и и д и о т, понял?", *val_set.texts[:10]]:
        explanation = scorer.explain([text])[0]
        total = base + sum(span.contribution for span in explanation.spans)
        assert total == pytest.approx(calibration.apply_linear(scorer.logits([text])[0]), abs=1e-4)
        assert all(span.text == text[span.start : span.stop] for span in explanation.spans)


def test_progress_tells_the_stages_in_order(sets, tmp_path):
    seen: list[str] = []
    recipe = parse_recipe("logistic_regression")
    linear.fit(*sets, recipe, tmp_path / "m", progress=lambda stage, done, metrics: seen.append(stage))
    assert list(dict.fromkeys(seen)) == ["read", "vectorize", "fit", "calibrate"]


def test_cross_validation_judges_texts_that_were_not_seen(sets):
    train_set, _ = sets
    logits = linear.cross_validate(train_set, parse_recipe("linear_svc"), folds=4)
    assert np.isfinite(logits).all()
    assert np.mean((logits > 0) == train_set.labels) > 0.75
    shuffled = Labelled(train_set.texts, np.random.default_rng(0).permutation(train_set.labels))
    blind = linear.cross_validate(shuffled, parse_recipe("linear_svc"), folds=4)
    assert np.mean((blind > 0) == shuffled.labels) < 0.65, "labels leak"


def test_one_class_is_refused(sets, tmp_path):
    train_set, val_set = sets
    lonely = Labelled(train_set.texts, np.zeros(len(train_set), int))
    with pytest.raises(ValueError):
        linear.fit(lonely, val_set, parse_recipe("linear_svc"), tmp_path / "m")


@pytest.fixture
def artifact(sets, tmp_path):
    linear.fit(*sets, parse_recipe("logistic_regression"), tmp_path / "model")
    return tmp_path / "model"


def rewrite(artifact, change) -> None:
    """Change the schema inside the archive."""
    source, target = artifact / "pipeline.skops", artifact / "new"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(json.loads(content)) if name == "schema.json" else content)
    shutil.move(target, source)


@pytest.mark.parametrize(
    ("module", "name", "loader"),
    [
        ("sklearn.ensemble._forest", "RandomForestClassifier", "ObjectNode"),
        ("sklearn.preprocessing._function_transformer", "FunctionTransformer", "ObjectNode"),
        ("os", "system", "FunctionNode"),
        ("builtins", "eval", "TypeNode"),
        ("operator", "methodcaller", "OperatorFuncNode"),
        ("builtins", "str", "MethodNode"),
    ],
)
def test_an_archive_with_anything_unlisted_is_refused(artifact, module, name, loader):
    def change(schema: dict) -> str:
        schema["content"]["content"]["steps"]["content"].append(
            {"__class__": name, "__module__": module, "__loader__": loader, "content": {}, "__id__": 1}
        )
        return json.dumps(schema)

    rewrite(artifact, change)
    with pytest.raises(ArtifactCorrupt):
        load_scorer("logistic_regression", artifact)


def test_an_archive_that_unpacks_to_too_much_is_refused(artifact):
    with (
        zipfile.ZipFile(artifact / "pipeline.skops", "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("bomb.npy", "w", force_zip64=True) as member,
    ):
        for _ in range(520):
            member.write(bytes(1024 * 1024))
    with pytest.raises(ArtifactCorrupt, match="too large"):
        load_scorer("logistic_regression", artifact)


def test_broken_files_are_refused(artifact):
    (artifact / "pipeline.skops").write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(ArtifactCorrupt):
        load_scorer("logistic_regression", artifact)


def test_a_model_of_another_family_is_refused(artifact):
    with pytest.raises(ArtifactCorrupt):
        load_scorer("linear_svc", artifact)

"""A real CNN, trained in seconds on comments of our own, then exported, quantized and served."""

import dataclasses
import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest

import models_store
from chisto.demo import generate
from chisto.evaluation.obfuscate import obfuscate
from chisto.scorers import Scorer, load_scorer
from chisto.scorers.cnn import CnnScorer
from chisto.text import words
from training.cnn import Course, Lesson, Outcome, train
from training.dataset import Labelled, split
from training.network import Schedule, Shape

DEFAULT = Path(models_store.__file__).parent / "defaults" / "cnn"
SMALL = Course(
    shape=Shape(buckets=2048, dimension=16, filters=16, widths=(1, 2, 3)),
    schedule=Schedule(epochs=4, batch=32, rate=1e-2, dropout=0.2),
    vectors=False,
)


def demo(rows: int = 700) -> tuple[Labelled, Labelled]:
    made = generate(rows, 2)
    return split(Labelled([t for t, _ in made], np.array([y for _, y in made])), 0.3, 0)


@pytest.fixture(scope="module")
def sets() -> tuple[Labelled, Labelled]:
    return demo()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cnn")


@pytest.fixture(scope="module")
def outcome(sets, folder) -> Outcome:
    return train(*sets, folder, seed=3, course=SMALL)


@pytest.fixture(scope="module")
def scorer(outcome, folder) -> Scorer:
    return load_scorer("cnn", folder)


def test_it_learns_and_int8_judges_as_fp32_does(outcome, sets):
    _, val_set = sets
    scores = outcome.scorer.score(val_set.texts)
    assert np.mean((scores >= outcome.scorer.decision.threshold) == val_set.labels) > 0.8
    assert np.corrcoef(outcome.fp32, outcome.int8)[0, 1] > 0.995
    assert outcome.history[-1]["loss"] < outcome.history[0]["loss"]


def test_the_same_seed_gives_the_same_model_to_rounding_and_another_seed_another(outcome, sets, tmp_path):
    again = train(*sets, tmp_path / "again", seed=3, course=SMALL)
    other = train(*sets, tmp_path / "other", seed=4, course=SMALL)
    same, different = (np.abs(found.int8 - outcome.int8).mean() for found in (again, other))
    assert same < 0.05, "the order of floating-point sums may differ, the model may not"
    assert different > 5 * same


def test_a_score_does_not_depend_on_the_batch(scorer, sets):
    texts = [*sets[1].texts, "", "   ", "да", "слово " * 3000, "🙂" * 50, "\ud800"]
    together = scorer.score(texts)
    alone = np.array([scorer.score([text])[0] for text in texts])
    backwards = scorer.score(texts[::-1])[::-1]
    assert np.abs(together - alone).max() < 1e-6
    assert np.abs(together - backwards).max() < 1e-6


def test_no_texts_give_no_scores(scorer):
    assert scorer.score([]).shape == (0,) and scorer.explain([]) == []


def test_a_fresh_process_gives_the_same_scores(scorer, folder):
    text = "Ты дурак, спасибо за статью"
    code = (
        "import sys; from pathlib import Path; from chisto.scorers import load_scorer; "
        "print(repr(float(load_scorer('cnn', Path(sys.argv[1])).score([sys.argv[2]])[0]))); "
        "print(sorted({'torch', 'sklearn', 'pandas', 'scipy'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(folder), text], capture_output=True, text=True, check=True
    )
    score, heavy = run.stdout.splitlines()
    assert float(score) == pytest.approx(float(scorer.score([text])[0]), abs=1e-9)
    assert heavy == "[]", "serving the CNN imported what only training needs"


def test_explanations_name_words_of_the_original_text_in_order(scorer):
    text = "Ну ты и д у р а к, Вася 🙂 — иди ДOМОЙ!"
    explanation = scorer.explain([text])[0]
    assert explanation.score == pytest.approx(float(scorer.score([text])[0]), abs=1e-6)
    assert [(span.start, span.stop) for span in explanation.spans] == [(w.start, w.stop) for w in words(text)]
    assert all(span.text == text[span.start : span.stop] for span in explanation.spans)
    assert any(restored.restored == "дурак" for restored in explanation.restored)


def test_a_contribution_is_what_the_logit_loses_without_the_word(scorer):
    text = "спасибо за совет идиот"
    calibration = scorer.decision.calibration
    spans = scorer.explain([text])[0].spans
    rows = scorer._vectors.look_up([text.split()])[0]
    for i, span in enumerate(spans):
        hidden = rows.copy()
        hidden[i] = 0
        lost = scorer._run([rows])[0] - scorer._run([hidden])[0]
        assert span.contribution == pytest.approx(calibration.slope * float(lost), abs=1e-5)
    assert max(spans, key=lambda span: span.contribution).text == "идиот"


def test_the_shipped_model_explains_a_long_text_with_a_bounded_number_of_occlusions(monkeypatch):
    scorer = load_scorer("cnn", DEFAULT)
    text = "хорошая погода и добрый совет " * 120 + "идиот " + "спасибо за всё " * 100
    runs: list[int] = []
    original = CnnScorer._run
    monkeypatch.setattr(CnnScorer, "_run", lambda self, rows: runs.append(len(rows)) or original(self, rows))
    spans = scorer.explain([text])[0].spans
    assert sum(runs) < 250
    assert spans == sorted(spans, key=lambda span: span.start)
    strongest = max(spans, key=lambda span: span.contribution)
    assert "идиот" in strongest.text


def test_the_files_hold_no_code_and_int8_tables(outcome, folder):
    assert {path.name for path in folder.iterdir()} == {
        "config.json",
        "decision.json",
        "network.onnx",
        "ngrams.npz",
    }
    with np.load(folder / "ngrams.npz", allow_pickle=False) as arrays:
        assert arrays["dense"].dtype == np.int8 and arrays["wide"].dtype == np.int8


def test_convolutions_run_in_int8(outcome, folder):
    import onnx

    graph = onnx.load(str(folder / "network.onnx")).graph
    dtypes = {tensor.name: tensor.data_type for tensor in graph.initializer}
    kernels = [name for name in dtypes if name.endswith("weight_quantized") and name.startswith("c")]
    assert len(kernels) == 3 and {dtypes[name] for name in kernels} == {onnx.TensorProto.INT8}


def test_lessons_teach_beside_the_labels(sets, tmp_path):
    train_set, val_set = sets
    course = dataclasses.replace(
        SMALL,
        lessons=[
            Lesson("harmless", ["бармаглот"] * 60, np.zeros(60), 1.0, 1.0),
            Lesson("rude", ["вот зараза, опять дождь"] * 30, np.ones(30), 0.5),
        ],
    )
    taught = train(train_set, val_set, tmp_path / "taught", seed=3, course=course).scorer
    plain = train(train_set, val_set, tmp_path / "plain", seed=3, course=SMALL).scorer
    assert taught.logits(["бармаглот"])[0] < plain.logits(["бармаглот"])[0]
    assert taught.logits(["опять дождь, зараза"])[0] > plain.logits(["опять дождь, зараза"])[0]


def test_one_class_is_refused(sets, tmp_path):
    lonely = Labelled(sets[0].texts, np.zeros(len(sets[0]), int))
    with pytest.raises(ValueError, match="each class"):
        train(lonely, sets[1], tmp_path / "m", course=SMALL)


def test_hidden_characters_do_not_change_the_words_it_reads(scorer):
    plain = "какой же ты дурак"
    hidden = obfuscate(plain, "zero_width", Random(0), 1.0)
    assert hidden != plain
    assert scorer.score([hidden])[0] == pytest.approx(float(scorer.score([plain])[0]), abs=1e-6)

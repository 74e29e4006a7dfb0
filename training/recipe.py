"""From the public data sets to the shipped models: ``python -m training.recipe --data FOLDER``.

Each model is built in a folder of its own and put in its place when it is whole; a run that was interrupted goes on with the
models that are not there yet (``--anew`` builds all). The seeds beside the first are trained to tell luck from quality.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from chisto.evaluation.metrics import Metrics, measure
from chisto.evaluation.report import evaluate, score_all
from chisto.families import parse_recipe
from chisto.scorers import Scorer, load_scorer
from models_store.artifacts import seal
from training import cnn, lessons, linear
from training.cards import Card
from training.dataset import Collection, Labelled, load_collection
from training.deciding import decide
from training.regression import run_gate

VERSION = "1.0.0"
DEFAULTS = Path(__file__).resolve().parent.parent / "models_store" / "defaults"
SEEDS = (0, 1, 2)
SPLIT = (
    'Public stratified 80/10/10 split of "Russian Language Toxic Comments": trained on train.csv, tuned and calibrated on '
    "val.csv; the test split was never read. Comments of val.csv were dropped from everything that is trained on."
)
_BOTH: Mapping[str, Any] = {
    "analyzer": "both",
    "ngram_range": (1, 2),
    "char_analyzer": "char_wb",
    "char_ngram_range": (1, 6),
    "n_features": 262144,
}
#: The CNNs, and what each learns beside the labelled comments.
COURSES: Mapping[str, Callable[[Collection, Scorer, int], cnn.Course]] = {
    "cnn": lessons.plan_course,
    "cnn_everyday": lessons.plan_everyday_course,
}
CLASSICAL: Mapping[str, Mapping[str, Any]] = {
    "logistic_regression": {"C": 10.0, "solver": "liblinear"},
    "linear_svc": {"C": 0.2},
    "multinomial_naive_bayes": {"alpha": 0.02},
}


def build_all(
    data: Path, out: Path, work: Path, *, seeds: tuple[int, ...] = SEEDS, anew: bool = False
) -> None:
    """Build the models that ``out`` lacks; ``work`` keeps what is unfinished and the other seeds."""
    collection = load_collection(data)
    wanted: list[tuple[str, Callable[[Path], None]]] = [
        *(
            (name, lambda folder, name=name: build_cnn(name, collection, folder, work, seeds))
            for name in COURSES
        ),
        *((name, lambda folder, name=name: build_classical(name, collection, folder)) for name in CLASSICAL),
    ]
    for name, build in wanted:
        target = out / name
        if (target / "manifest.json").exists() and not anew:
            _say(f"{name}: there already")
            continue
        folder = work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        build(folder)
        seal(folder, name=name, family=family_of(name), version=VERSION)
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(folder, target)
        _say(f"{name}: done")


def build_classical(name: str, collection: Collection, folder: Path) -> None:
    """Train a classical model on the labelled comments and, lightly, on the lessons."""
    made = lessons.phrases.generate(lessons.PHRASES, 1)
    everyday = lessons.choose_harmless(collection, made, 0)[: lessons.EVERYDAY]
    train_set = Labelled(
        [*collection.train.texts, *(text for text, _ in made), *everyday],
        np.concatenate(
            [collection.train.labels, [int(toxic) for _, toxic in made], np.zeros(len(everyday), int)]
        ),
    )
    weights = np.concatenate(
        [
            np.ones(len(collection.train)),
            np.full(len(made), CLASSICAL_WEIGHT),
            np.full(len(everyday), CLASSICAL_WEIGHT / 4),
        ]
    )
    recipe = parse_recipe(name, "hashed", CLASSICAL[name], _BOTH)
    outcome = linear.fit(
        train_set, collection.val, recipe, folder, weights=weights, weigh_hashed=True, progress=_watch(name)
    )
    sizes = {"labelled": len(collection.train), "phrases": len(made), "everyday": len(everyday)}
    write_card(name, folder, collection, outcome.scorer, sizes, seed=0)


CLASSICAL_WEIGHT = 0.05  # of a phrase, where a labelled comment weighs 1


def family_of(name: str) -> str:
    """The family of a shipped model."""
    return "cnn" if name in COURSES else name


def build_cnn(name: str, collection: Collection, folder: Path, work: Path, seeds: tuple[int, ...]) -> None:
    """Train the teacher and every seed of the student; ship the best on validation, and tell in its card how all did."""
    course = COURSES[name](collection, build_teacher(collection, work), 0)
    course = replace(course, cache=work / "vectors")
    spread = [build_seed(name, collection, course, work, seed) for seed in seeds]
    best = max(spread, key=lambda figures: figures["compared"]["int8"]["macro_f1"])
    shutil.copytree(work / f"{name}-seed-{best['seed']}", folder, dirs_exist_ok=True)
    sizes = {"labelled": len(collection.train)}
    sizes |= {lesson.name: len(lesson.texts) for lesson in course.lessons if lesson.weight or lesson.wide}
    write_card(
        name,
        folder,
        collection,
        load_scorer("cnn", folder),
        sizes,
        seed=best["seed"],
        compared={name: Metrics(**metrics) for name, metrics in best["compared"].items()},
        extra={"seeds": spread},
    )


def build_seed(
    name: str, collection: Collection, course: cnn.Course, work: Path, seed: int
) -> dict[str, Any]:
    """One seed's model in ``work`` and what it reached; found there if it was made before."""
    target, found = work / f"{name}-seed-{seed}", work / f"{name}-seed-{seed}.json"
    if not found.exists():
        shutil.rmtree(target, ignore_errors=True)
        watch = _watch(f"{name}, seed {seed}")
        outcome = cnn.train(
            collection.train, collection.val, target, seed=seed, course=course, progress=watch
        )
        labels, served = collection.val.labels, outcome.scorer.decision
        whole = decide(outcome.fp32, labels)
        compared = {
            "fp32": asdict(measure(labels, whole.calibrate(outcome.fp32), whole.threshold)),
            "int8": asdict(measure(labels, served.calibrate(outcome.int8), served.threshold)),
        }
        beside = measure_beside(collection, outcome.scorer)
        figures = {"seed": seed, "compared": compared, "beside": beside, "history": outcome.history}
        found.write_text(json.dumps(figures), encoding="utf-8")
    figures = json.loads(found.read_text(encoding="utf-8"))
    return dict(figures)


def build_teacher(collection: Collection, work: Path) -> Scorer:
    """A CNN of the labelled comments alone; made once, then found in ``work``."""
    target = work / "teacher"
    if not (target / "decision.json").exists():
        unfinished = work / "teacher-unfinished"
        course = cnn.Course(cache=work / "vectors")
        cnn.train(
            collection.train, collection.val, unfinished, seed=7, course=course, progress=_watch("teacher")
        )
        shutil.rmtree(target, ignore_errors=True)
        unfinished.rename(target)
    return load_scorer("cnn", target)


def measure_beside(collection: Collection, scorer: Scorer) -> dict[str, float]:
    """What labelled comments do not show: rude against polite on held-out pairs, false alarms on held-out everyday lines."""
    rude = score_all(scorer, collection.held_pairs.toxic)
    polite = score_all(scorer, collection.held_pairs.polite)
    everyday = score_all(scorer, collection.held_everyday)
    return {
        "held_polite_below": float((polite < rude).mean()),
        "held_everyday_flagged": float((everyday >= scorer.decision.threshold).mean()),
    }


def write_card(
    name: str,
    folder: Path,
    collection: Collection,
    scorer: Scorer,
    sizes: Mapping[str, int],
    *,
    seed: int,
    compared: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Measure the served model and write its card."""
    card = Card(
        name=name,
        family=family_of(name),
        version=VERSION,
        seed=seed,
        data=collection.sources,
        split=SPLIT,
        sizes=sizes,
        decision=scorer.decision,
        bytes={path.name: path.stat().st_size for path in sorted(folder.iterdir())},
        report=evaluate(scorer, collection.val.texts, collection.val.labels),
        compared=compared or {},
        gate=run_gate(scorer),
        extra={"beside": measure_beside(collection, scorer), **(extra or {})},
    )
    card.write(folder)
    summary = asdict(card.gate) if card.gate else {}
    _say(
        f"{name}: macro F1 {card.report.metrics['macro_f1'].value:.4f}, regression {summary.get('passed', 0):.1%}"
    )


def _watch(name: str) -> cnn.Progress:
    """Progress as lines: a stage's beginning and end, every epoch, and a sign of life each 15 seconds."""
    started, spoken = time.monotonic(), [0.0]

    def report(stage: str, fraction: float, metrics: dict[str, Any]) -> None:
        now = time.monotonic()
        if fraction in (0.0, 1.0) or "val_macro_f1" in metrics or now - spoken[0] > 15:
            spoken[0] = now
            shown = " ".join(f"{key}={value:.4g}" for key, value in metrics.items())
            _say(f"{name}: {now - started:4.0f} s  {stage} {fraction:4.0%}  {shown}")

    return report


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def reseal(folder: Path, data: Path) -> None:
    """Measure a built model again and write its card and manifest anew, without training."""
    collection = load_collection(data)
    old = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    scorer = load_scorer(old["family"], folder)
    kept = {key: old[key] for key in ("seeds",) if key in old}
    compared = {key: Metrics(**value) for key, value in old.get("compared", {}).items()}
    (folder / "manifest.json").unlink(missing_ok=True)
    write_card(
        old["name"], folder, collection, scorer, old["sizes"], seed=old["seed"], compared=compared, extra=kept
    )
    seal(folder, name=old["name"], family=old["family"], version=VERSION)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with blackmoon, paradetox and unlabelled"
    )
    parser.add_argument("--out", type=Path, default=DEFAULTS, help="where the models go")
    parser.add_argument("--work", type=Path, default=Path("artifacts"), help="where unfinished work is kept")
    parser.add_argument("--anew", action="store_true", help="build models that are there already, too")
    chosen = parser.parse_args()
    build_all(chosen.data, chosen.out, chosen.work, anew=chosen.anew)


if __name__ == "__main__":
    main()

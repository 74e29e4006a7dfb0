"""What the shipped models learn beside the labelled comments, and how much each counts.

The labelled comments are of two forums where short remarks are toxic more often than not. A model of them alone takes everyday
Russian for toxic, so the lessons hold it back. They are bounds rather than labels: a text that already lies on its side of the
threshold teaches nothing, so as little as possible is taken from what the labelled comments teach.

Two courses weigh them: that of ``cnn`` keeps to the forums; that of ``cnn_everyday`` gives some of their macro F1 for language at
large.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from chisto.decision import Calibration
from chisto.scorers import Scorer
from chisto.text import insults
from training import phrases
from training.cnn import Course, Lesson
from training.dataset import Collection
from training.encoding import Lexicon
from training.wide import WideFeatures, fit_wide

PHRASES, EVERYDAY, WORDS, PAIRS = 6000, 5000, 2500, 6000
STEP = 0.7  # logits
EVERYDAY_STEP, EVERYDAY_WEIGHT = 1.5, 0.3  # of the pairs in the course for language at large
SENTENCE_WEIGHT, SENTENCE_BOUND = 1.0, 1.5
INNOCENT = "innocent words that hold rude strings"  # a family of phrases, here each word as a comment
SENTENCES = Path(__file__).with_name("sentences.tsv")
WIDE_BUCKETS = 1 << 18
LEAST_ALARMING = 0.7  # share of the everyday lines


def plan_course(
    collection: Collection, teacher: Scorer, seed: int, *, step: float = STEP, weight: float = 0.1
) -> Course:
    """The lessons of the default CNN; ``teacher`` learnt the labelled comments alone.

    Comments of like sites, and their polite rewordings, keep the labels that the teacher gives them, a ``step`` (logits) up for
    the rude and down for the polite, with this ``weight``: they hold the student to what the labelled comments taught while the other lessons pull.
    """
    rng = np.random.default_rng(seed)
    made = phrases.generate(PHRASES, seed + 1)
    toxic = np.array([float(is_toxic) for _, is_toxic in made])
    words = common_words(WORDS, seed)
    innocent = phrases.list_choices(INNOCENT)
    chosen = rng.permutation(len(collection.pairs.toxic))[:PAIRS]
    rude, polite = ([texts[i] for i in chosen] for texts in (collection.pairs.toxic, collection.pairs.polite))
    calibration = teacher.decision.calibration
    judged = [calibration.apply_linear(teacher.logits(texts)) for texts in (rude, polite)]
    return Course(
        lessons=[
            Lesson("phrases", [text for text, _ in made], toxic, 0.05, 0.8, wide=0.05),
            Lesson("words", words, np.zeros(len(words)), 0.05, 0.5, wide=0.05),
            Lesson("innocent", innocent, np.zeros(len(innocent)), 0.5, 0.8, wide=0.5),
            Lesson("rude", rude, Calibration(1.0, step).apply(judged[0]), weight),
            Lesson("polite", polite, Calibration(1.0, -step).apply(judged[1]), weight),
        ],
    )


def plan_everyday_course(collection: Collection, teacher: Scorer, seed: int) -> Course:
    """The lessons of the CNN for language at large: those of the shipped CNN, free sentences, and everyday lines.

    The wide part learns them too: a network alone cannot take back what the wide part says of a word.
    """
    course = plan_course(collection, teacher, seed, step=EVERYDAY_STEP, weight=EVERYDAY_WEIGHT)
    texts, toxic = read_sentences()
    harmless = choose_harmless(collection, phrases.generate(PHRASES, seed + 1), seed)[:EVERYDAY]
    added = [
        Lesson(
            "sentences",
            texts,
            np.array(toxic, np.float64),
            SENTENCE_WEIGHT,
            SENTENCE_BOUND,
            wide=SENTENCE_WEIGHT,
        ),
        Lesson("everyday", harmless, np.zeros(len(harmless)), 0.6, 0.8, wide=0.4),
    ]
    return replace(course, lessons=[*course.lessons, *added])


def read_sentences() -> tuple[list[str], list[bool]]:
    """The free sentences written for training (sentences.tsv), and whether each is toxic."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row["comment"] for row in rows], [row["toxic"] == "1" for row in rows]


def choose_harmless(collection: Collection, made: Sequence[tuple[str, bool]], seed: int) -> list[str]:
    """The everyday lines that are harmless to two judges, in random order.

    One judges wording (rude comments against their polite rewordings and other everyday lines; no line is judged by a model
    that has seen it) and must find nothing; the other learnt the labelled comments alone and takes most everyday lines for
    toxic, so only those are left out that alarm it most: the insults and threats among them.
    """
    rng = np.random.default_rng(seed)
    lines = [collection.everyday[i] for i in rng.permutation(len(collection.everyday))[: 3 * EVERYDAY]]
    pairs = collection.pairs
    known = [*pairs.toxic, *pairs.polite, *(text for text, _ in made)]
    wording = np.array([1] * len(pairs.toxic) + [0] * len(pairs.polite) + [int(toxic) for _, toxic in made])
    lexicon = Lexicon()
    read = [lexicon.read(texts) for texts in (collection.train.texts, known, lines)]
    labelled, taught, lined = map(WideFeatures(lexicon, WIDE_BUCKETS), read)
    attitude = fit_wide(labelled, collection.train.labels, np.ones(len(collection.train))).logits(lined)
    rude = np.zeros(len(lines))
    numbers = np.arange(len(lines))
    for part in range(2):
        seen, held = numbers[part::2], numbers[1 - part :: 2]
        labels = np.concatenate([wording, np.zeros(len(seen), np.int64)])
        rude[held] = fit_wide(sp.vstack([taught, lined[seen]]).tocsr(), labels, np.ones(len(labels))).logits(
            lined[held]
        )
    kept = np.flatnonzero((rude < -0.5) & (attitude < np.quantile(attitude, LEAST_ALARMING)))
    return [lines[i] for i in rng.permutation(kept)]


def common_words(count: int, seed: int) -> list[str]:
    """Words of the news, each alone a harmless comment: insults and their relatives are left out."""
    from importlib.resources import files

    from navec import Navec

    navec = Navec.load(str(files("natasha") / "data" / "emb" / "navec_news_v1_1B_250K_300d_100q.tar"))
    slots, _ = phrases.load_templates()
    rude = ("ins", "insf", "insi", "insa", "insp", "slurs", "slursg", "swear", "adj", "adjf", "vermin")
    stems = tuple(
        {word[: max(4, len(word) - 2)] for name in rude for value in slots[name] for word in value.split()}
    )
    insulting = set(insults.forms())
    fit = [
        word
        for word in navec.vocab.words[:60_000]
        if re.fullmatch("[а-я]{4,}", word) and word not in insulting and not word.startswith(stems)
    ]
    rng = np.random.default_rng(seed)
    return [fit[i] for i in rng.permutation(len(fit))[:count]]

"""What the shipped models learn beside the labelled comments, and how much each counts.

The labelled comments are of two forums where short remarks are toxic more often than not. A model of them alone takes everyday
Russian for toxic, so the lessons hold it back. They are bounds rather than labels: a text that already lies on its side of the
threshold teaches nothing, so as little as possible is taken from what the labelled comments teach.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from chisto.text import insults
from training import phrases
from training.cnn import Course, Lesson
from training.dataset import Collection
from training.encoding import Lexicon
from training.wide import WideFeatures, fit_wide

PHRASES, EVERYDAY, WORDS = 8000, 7000, 4000
WIDE_BUCKETS = 1 << 18


def plan_course(collection: Collection, seed: int) -> Course:
    """The lessons of the shipped CNN."""
    made = phrases.generate(PHRASES, seed + 1)
    everyday = choose_harmless(collection, made, seed)[:EVERYDAY]
    words = common_words(WORDS, seed)
    return Course(
        lessons=[
            Lesson(
                "phrases", [text for text, _ in made], np.array([float(toxic) for _, toxic in made]), 0.2, 1.0
            ),
            Lesson("everyday", everyday, np.zeros(len(everyday)), 0.1, 0.6),
            Lesson("words", words, np.zeros(len(words)), 0.05, 0.6),
            Lesson("rude", collection.pairs.toxic, np.ones(len(collection.pairs.toxic)), 0.0, 1.0),
            Lesson("polite", collection.pairs.polite, np.zeros(len(collection.pairs.polite)), 0.0, 0.0),
        ],
        ranked=("rude", "polite"),
    )


def choose_harmless(collection: Collection, made: Sequence[tuple[str, bool]], seed: int) -> list[str]:
    """The everyday lines that a judge of wording finds harmless, in random order.

    The judge is a linear model of rude comments against their polite rewordings and the other everyday lines; no line is
    judged by a model that has seen it.
    """
    rng = np.random.default_rng(seed)
    lines = [collection.everyday[i] for i in rng.permutation(len(collection.everyday))[: 2 * EVERYDAY]]
    known = [*collection.pairs.toxic, *collection.pairs.polite, *(text for text, _ in made)]
    labels = np.concatenate(
        [
            np.ones(len(collection.pairs.toxic)),
            np.zeros(len(collection.pairs.polite)),
            [toxic for _, toxic in made],
        ]
    ).astype(np.int64)
    lexicon = Lexicon()
    documents = lexicon.read([*known, *lines])
    features = WideFeatures(lexicon, WIDE_BUCKETS)(documents)
    numbers = len(known) + np.arange(len(lines))
    kept: list[str] = []
    for part in range(2):
        seen, held = numbers[part::2], numbers[1 - part :: 2]
        rows = np.concatenate([np.arange(len(known)), seen])
        judge = fit_wide(
            features[rows], np.concatenate([labels, np.zeros(len(seen), np.int64)]), np.ones(len(rows))
        )
        kept += [lines[i - len(known)] for i in held[judge.logits(features[held]) < -0.5]]
    return [kept[i] for i in rng.permutation(len(kept))]


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

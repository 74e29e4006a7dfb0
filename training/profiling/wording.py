"""Which words and sequences of words are frequent, and which tell the classes apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chisto.schemas_profile import ClassName, CloudWord, LogOdds, LogOddsWord, Ngram, TopNgrams
from training.profiling.reading import Corpus

TOP = 30
CLOUD = 100
FEWEST = 2
_CANDIDATES = 400  # words looked up for a cloud, most frequent first
_PRIOR_TOKENS = 1000.0
_FUNCTION_WORDS = frozenset({"ADP", "CCONJ", "PART", "PRON", "INTJ"})


@dataclass(frozen=True)
class _Level:
    """All n-grams of one size: where each begins, and which of the different ones it is."""

    places: NDArray[np.int32]
    numbers: NDArray[np.int32]
    counts: NDArray[np.int64]  # of the different ones


def top_ngrams(corpus: Corpus, classes: Mapping[ClassName, NDArray[np.bool_]]) -> dict[ClassName, TopNgrams]:
    """The most frequent words, pairs and triples of each class; ``classes`` are masks (documents,).

    Only what stands at least twice: one that stands once is a piece of a comment rather than a count.
    """
    owners = corpus.owners.astype(np.int32)
    tokens = corpus.tokens
    levels = [_Level(np.arange(len(tokens), dtype=np.int32), tokens, np.bincount(tokens))]
    found: dict[ClassName, list[list[Ngram]]] = {name: [] for name in classes}
    for size in (1, 2, 3):
        for name, documents in classes.items():
            found[name].append(_top(corpus, levels[-1], documents[owners], size))
        levels.append(_longer(corpus, levels.pop(), owners, size))
    return {
        name: TopNgrams(unigrams=lists[0], bigrams=lists[1], trigrams=lists[2])
        for name, lists in found.items()
    }


def _longer(corpus: Corpus, level: _Level, owners: NDArray[np.int32], size: int) -> _Level:
    """N-grams of one more word: both shorter ones inside have to be frequent for a longer one to be."""
    at = np.full(len(corpus.tokens) + 1, -1, np.int32)
    frequent = level.counts[level.numbers] >= FEWEST
    at[level.places[frequent]] = level.numbers[frequent]
    starts = level.places[frequent]
    starts = starts[at[starts + 1] >= 0]
    starts = starts[owners[starts] == owners[starts + size]]
    keys = at[starts].astype(np.int64) * len(corpus.vocabulary) + corpus.tokens[starts + size]
    _, numbers, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return _Level(starts, numbers.astype(np.int32), counts)


def _top(corpus: Corpus, level: _Level, chosen: NDArray[np.bool_], size: int) -> list[Ngram]:
    """``chosen``: (tokens,) whether a token belongs to the class."""
    inside = chosen[level.places]
    numbers = level.numbers[inside]
    counts = np.bincount(numbers, minlength=len(level.counts))
    order = np.argsort(-counts, kind="stable")[:TOP]
    found = []
    for number in order[counts[order] >= FEWEST]:
        start = int(level.places[inside][np.argmax(numbers == number)])
        words = [corpus.vocabulary[token] for token in corpus.tokens[start : start + size]]
        found.append(Ngram(text=" ".join(words), count=int(counts[number])))
    return found


def count_words(corpus: Corpus, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(vocabulary,): how often each word stands in the chosen documents."""
    inside = chosen[corpus.owners] if len(corpus.tokens) else np.zeros(0, bool)
    return np.bincount(corpus.tokens[inside], minlength=len(corpus.vocabulary))


def log_odds(corpus: Corpus) -> LogOdds:
    """The words most of each class, by log-odds with an informative Dirichlet prior (Monroe et al., 2008)."""
    toxic, clean = (count_words(corpus, corpus.labels == label).astype(float) for label in (1, 0))
    both = toxic + clean
    prior = _PRIOR_TOKENS * both / max(both.sum(), 1)
    known = both > 0
    a, b, p = toxic[known] + prior[known], clean[known] + prior[known], prior.sum()
    ratio = np.log(a / (toxic.sum() + p - a)) - np.log(b / (clean.sum() + p - b))
    z = ratio / np.sqrt(1 / a + 1 / b)
    numbers = np.flatnonzero(known)

    def described(order: NDArray[np.int64]) -> list[LogOddsWord]:
        return [
            LogOddsWord(
                text=corpus.vocabulary[numbers[i]],
                log_odds=float(ratio[i]),
                z=float(z[i]),
                toxic=int(toxic[numbers[i]]),
                non_toxic=int(clean[numbers[i]]),
            )
            for i in order
        ]

    order = np.argsort(z, kind="stable")
    return LogOdds(
        toxic=described(order[::-1][:TOP][z[order[::-1][:TOP]] > 0]),
        non_toxic=described(order[:TOP][z[order[:TOP]] < 0]),
    )


def cloud(corpus: Corpus, chosen: NDArray[np.bool_]) -> list[CloudWord]:
    """The most frequent words that say something: no prepositions, conjunctions, particles, pronouns."""
    counts = count_words(corpus, chosen)
    order = np.argsort(-counts, kind="stable")[:_CANDIDATES]
    found = [(corpus.vocabulary[i], int(counts[i])) for i in order if counts[i]]
    kept = [(word, total) for word, total in found if len(word) > 1 and not _is_function_word(word)][:CLOUD]
    return [CloudWord(text=word, count=total, weight=total / kept[0][1]) for word, total in kept]


def _is_function_word(word: str) -> bool:
    forms = _dictionary()(word)
    return bool(forms) and forms[0].pos in _FUNCTION_WORDS


@cache
def _dictionary() -> Any:
    from natasha import MorphVocab

    return MorphVocab()

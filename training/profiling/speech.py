"""Parts of speech by natasha's tagger, which reads whole sentences and so is run on a sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from chisto.schemas_profile import ClassName, PartsOfSpeech
from training.profiling.reading import Workers

SAMPLE = 2000  # comments of each class
_LONGEST = 60  # tokens of a comment that are tagged
_BATCH = 100


def parts_of_speech(
    samples: Mapping[ClassName, list[str]], workers: Workers, report: Callable[[float], None]
) -> PartsOfSpeech:
    """Shares of Universal Dependencies tags in each class; ``report`` hears the fraction that is done."""
    batches = [
        (name, texts[start : start + _BATCH])
        for name, texts in samples.items()
        for start in range(0, len(texts), _BATCH)
    ]
    counts: dict[ClassName, Counter[str]] = {name: Counter() for name in samples}
    tagged = workers.map(tag, ((texts,) for _, texts in batches))
    for done, ((name, _), found) in enumerate(zip(batches, tagged, strict=True), 1):
        counts[name].update(found)
        report(done / len(batches))
    totals = {name: sum(found.values()) for name, found in counts.items()}
    parts = [part for part, _ in sum(counts.values(), Counter()).most_common()]
    return PartsOfSpeech(
        comments={name: len(texts) for name, texts in samples.items()},
        tokens=totals,
        parts=parts,
        shares={
            name: [found[part] / max(totals[name], 1) for part in parts] for name, found in counts.items()
        },
    )


def tag(texts: list[str]) -> Counter[str]:
    """How often each part of speech stands in the texts; punctuation does not count."""
    from razdel import tokenize

    sentences = [[token.text for token in tokenize(text)][:_LONGEST] for text in texts]
    sentences = sorted((sentence for sentence in sentences if sentence), key=len)  # little padding
    found: Counter[str] = Counter()
    for markup in _tagger().map(sentences):
        found.update(token.pos for token in markup.tokens if token.pos not in ("PUNCT", "SYM"))
    return found


@cache
def _tagger() -> Any:
    from natasha import NewsEmbedding, NewsMorphTagger

    return NewsMorphTagger(NewsEmbedding())

"""Profiles of data sets: how long, how worded, how labelled their comments are. Aggregates only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chisto.schemas_profile import ClassName, ProfileResult, profile_key
from training.jobs import Context
from training.jobs import Report as KeptReport
from training.profiling.distributions import distribution
from training.profiling.reading import MEASURES, Corpus, Tally, Workers, count, read_chunks, workers
from training.profiling.speech import SAMPLE, parts_of_speech
from training.profiling.suspects import label_errors
from training.profiling.twins import near_duplicates
from training.profiling.wording import cloud, log_odds, top_ngrams

Report = Callable[[str, float], None]

#: n-grams, label errors and near-duplicates of more rows are taken from a random sample of so many
MOST_ANALYSED = 300_000
_SEED = 13
_NAMES: Mapping[int, ClassName] = {-1: "all", 0: "non_toxic", 1: "toxic"}


def profile(context: Context) -> None:
    """The job. What it finds is kept by the hash of the data and the version of the profile."""
    dataset = context.dataset()
    key = profile_key(dataset.sha256)
    found = context.registry.reports.get("profile", key)
    if found is None:
        result = describe(context.dataset_path(), context.report)
        found = result.model_dump(mode="json")
    summary = {"rows": found["rows"], "unique": found["unique"], "classes": found["classes"]}
    context.publish(summary=summary, reports=[KeptReport("profile", key, found)])


def describe(path: Path, report: Report, *, most_analysed: int = MOST_ANALYSED) -> ProfileResult:
    """Profile a stored data set. ``report`` hears the stage and the fraction of the whole that is done.

    Memory: the words of ``most_analysed`` rows as numbers, and nine bytes for each other row.
    """
    import pyarrow.parquet as pq

    rows = pq.ParquetFile(path).metadata.num_rows
    analysed = _sample(np.ones(rows, bool), most_analysed)
    with workers(rows) as pool:
        tally = _count(path, rows, analysed, pool, lambda f: report("counting", 0.5 * f))
        labels = {_NAMES[int(label)]: tally.labels == label for label in np.unique(tally.labels)}
        samples = _texts(path, {name: _sample(of_class, SAMPLE) for name, of_class in labels.items()})
        speech = parts_of_speech(samples, pool, lambda f: report("parts of speech", 0.5 + 0.2 * f))
    report("n-grams", 0.7)
    corpus = tally.corpus(analysed)
    chosen = {name: corpus.labels == label for label, name in _NAMES.items() if name in labels}
    result = ProfileResult(
        rows=rows,
        unique=tally.unique,
        classes={name: int(of_class.sum()) for name, of_class in labels.items()},
        analysed_rows=len(corpus.rows),
        measures={name: distribution(_measured(tally, name)) for name in MEASURES},
        speech=speech,
        ngrams=top_ngrams(corpus, chosen),
        clouds={name: cloud(corpus, documents) for name, documents in chosen.items()},
    )
    return _with_comparison(result, corpus, report) if set(labels) == {"toxic", "non_toxic"} else result


def _with_comparison(result: ProfileResult, corpus: Corpus, report: Report) -> ProfileResult:
    """What only two classes have."""
    return result.model_copy(
        update={
            "log_odds": log_odds(corpus),
            "label_errors": label_errors(corpus, lambda f: report("label errors", 0.75 + 0.15 * f)),
            "near_duplicates": near_duplicates(corpus, lambda f: report("near-duplicates", 0.9 + 0.1 * f)),
        }
    )


def _count(
    path: Path,
    rows: int,
    analysed: NDArray[np.bool_],
    pool: Workers,
    report: Callable[[float], None],
) -> Tally:
    tally = Tally(rows)
    pending: list[NDArray[np.int8]] = []

    def arguments() -> Iterator[tuple[list[str], list[bool]]]:
        start = 0
        for texts, labels in read_chunks(path):
            pending.append(labels)
            yield texts, analysed[start : start + len(texts)].tolist()
            start += len(texts)

    done = 0
    for counted in pool.map(count, arguments()):
        labels = pending.pop(0)
        tally.add(labels, counted)
        done += len(labels)
        report(done / rows)
    return tally


def _sample(rows: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """At most ``size`` of the rows, drawn at random, the same ones each time."""
    numbers = np.flatnonzero(rows)
    if len(numbers) <= size:
        return rows
    drawn = np.zeros(len(rows), bool)
    drawn[np.random.default_rng(_SEED).choice(numbers, size, replace=False)] = True
    return drawn


def _texts(path: Path, chosen: Mapping[ClassName, NDArray[np.bool_]]) -> dict[ClassName, list[str]]:
    found: dict[ClassName, list[str]] = {name: [] for name in chosen}
    start = 0
    for texts, _ in read_chunks(path):
        for name, rows in chosen.items():
            found[name] += [texts[i] for i in np.flatnonzero(rows[start : start + len(texts)])]
        start += len(texts)
    return found


def _measured(tally: Tally, name: str) -> dict[ClassName, Any]:
    return {_NAMES[int(label)]: tally.measured(name, int(label)) for label in np.unique(tally.labels)}

"""Labelled comments from files, and the collection of data sets that the shipped models learn from."""

from __future__ import annotations

import csv
import hashlib
import lzma
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TEXT_COLUMNS = ("comment_text", "comment", "text")
LABEL_COLUMNS = ("toxic", "labels", "label", "is_toxic")
_NOT_WORDS = re.compile(r"\W+")


@dataclass(frozen=True)
class Labelled:
    """Comments with labels 0 or 1."""

    texts: list[str]
    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        if len(self.texts) != len(self.labels):
            raise ValueError("there are not as many labels as texts")

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, chosen: Sequence[int] | NDArray[np.int64]) -> Labelled:
        return Labelled([self.texts[i] for i in chosen], self.labels[np.asarray(chosen, np.int64)])


@dataclass(frozen=True)
class Pairs:
    """Toxic comments, each with a polite rewording."""

    toxic: list[str]
    polite: list[str]


@dataclass(frozen=True)
class Collection:
    """All that the shipped models are trained and tuned on, and where it came from."""

    train: Labelled
    val: Labelled
    pairs: Pairs
    held_pairs: Pairs  # never trained on: measures whether a polite rewording scores lower
    everyday: list[str]
    held_everyday: list[str]  # never trained on: measures false alarms
    sources: dict[str, str]  # file → sha256


def read_labelled(path: Path, text: str | None = None, label: str | None = None) -> Labelled:
    """Read a CSV or TSV of comments with labels 0 or 1; the columns are found by their usual names.

    Raises ValueError where a column is missing or a label is neither 0 nor 1. Blank comments are left out.
    """
    csv.field_size_limit(2**31 - 1)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ",")
        names = reader.fieldnames or []
        text = text or next((name for name in TEXT_COLUMNS if name in names), None)
        label = label or next((name for name in LABEL_COLUMNS if name in names), None)
        if text not in names or label not in names:
            raise ValueError(
                f"{path.name} needs a column of texts {TEXT_COLUMNS} and one of labels {LABEL_COLUMNS}"
            )
        rows = [(row[text] or "", _read_label(row[label], path)) for row in reader]
    kept = [(comment, value) for comment, value in rows if comment.strip()]
    return Labelled([comment for comment, _ in kept], np.array([value for _, value in kept], np.int64))


def _read_label(value: str | None, path: Path) -> int:
    try:
        number = float(value or "")
    except ValueError:
        number = -1.0
    if number not in (0.0, 1.0):
        raise ValueError(f"{path.name} has a label that is neither 0 nor 1: {str(value)[:20]!r}")
    return int(number)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def key_of(text: str) -> str:
    """What two copies of a comment share: its letters and digits."""
    return _NOT_WORDS.sub(" ", text.lower()).strip()


def drop_copies(data: Labelled, unwanted: set[str]) -> Labelled:
    """Without repeated comments, without those of ``unwanted`` keys; of contradictory copies none stays."""
    labels: dict[str, set[int]] = {}
    for text, label in zip(data.texts, data.labels, strict=True):
        labels.setdefault(key_of(text), set()).add(int(label))
    seen = set(unwanted) | {key for key, found in labels.items() if len(found) > 1}
    chosen = []
    for i, text in enumerate(data.texts):
        key = key_of(text)
        if key not in seen:
            seen.add(key)
            chosen.append(i)
    return data.take(chosen)


def split(data: Labelled, share: float, seed: int) -> tuple[Labelled, Labelled]:
    """A stratified split: (the rest, ``share`` of each class)."""
    rng = np.random.default_rng(seed)
    held: list[int] = []
    for label in (0, 1):
        members = rng.permutation(np.flatnonzero(data.labels == label))
        held += members[: round(share * len(members))].tolist()
    mask = np.zeros(len(data), bool)
    mask[held] = True
    return data.take(np.flatnonzero(~mask)), data.take(np.flatnonzero(mask))


def read_lines(path: Path) -> list[str]:
    with lzma.open(path, "rt", encoding="utf-8") as file:
        return [line.strip() for line in file if line.strip()]


def read_pairs(path: Path) -> Pairs:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return Pairs([row["toxic_comment"] for row in rows], [row["neutral_comment"] for row in rows])


def load_collection(folder: Path, seed: int = 0, lines: int = 60_000, held_toxic: int = 700) -> Collection:
    """The public data sets of ``folder``; what also stands in the validation split is dropped from the rest."""
    paths = {
        "train": folder / "blackmoon" / "train.csv",
        "val": folder / "blackmoon" / "val.csv",
        "pairs": folder / "paradetox" / "train.tsv",
        "dialogue": folder / "unlabelled" / "dialogue_lines.txt.xz",
        "second_person": folder / "unlabelled" / "second_person.txt.xz",
    }
    rng = np.random.default_rng(seed)
    val = read_labelled(paths["val"])
    known = {key_of(text) for text in val.texts}
    pairs = read_pairs(paths["pairs"])
    clean = [
        i
        for i, (t, p) in enumerate(zip(pairs.toxic, pairs.polite, strict=True))
        if not {key_of(t), key_of(p)} & known
    ]
    distinct = sorted({pairs.toxic[i] for i in clean})
    held = {distinct[i] for i in rng.permutation(len(distinct))[:held_toxic]}
    train = drop_copies(read_labelled(paths["train"]), known | {key_of(text) for text in held})
    spoken, addressed = read_lines(paths["dialogue"]), read_lines(paths["second_person"])
    spoken = [spoken[i] for i in rng.permutation(len(spoken))[: lines * 4 // 5]]
    addressed = [addressed[i] for i in rng.permutation(len(addressed))[: lines // 5]]
    apart = len(spoken) // 10, len(addressed) // 10
    return Collection(
        train=train,
        val=val,
        pairs=_choose(pairs, [i for i in clean if pairs.toxic[i] not in held]),
        held_pairs=_choose(pairs, [i for i in clean if pairs.toxic[i] in held]),
        everyday=spoken[apart[0] :] + addressed[apart[1] :],
        held_everyday=spoken[: apart[0]] + addressed[: apart[1]],
        sources={path.relative_to(folder).as_posix(): digest(path) for path in paths.values()},
    )


def _choose(pairs: Pairs, chosen: list[int]) -> Pairs:
    return Pairs([pairs.toxic[i] for i in chosen], [pairs.polite[i] for i in chosen])

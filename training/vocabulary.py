"""The vocabulary of ordinary words that normalization consults, learnt from corpora of comments.

`python -m training.vocabulary DATA` counts the words of the training texts and writes
`chisto/text/vocabulary.txt.gz`: one word a line, the most frequent first, with its count. Only words that are well
attested are kept: seen twice and known to natasha's news vectors, or seen several times.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import lzma
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import natasha
from navec import Navec

import chisto.text

WORD = re.compile(r"(?<![\w*@#$-])[а-яё]+(?:-[а-яё]+)*(?![\w*@#$-])")
LATIN = re.compile(r"(?<![\w*@#$-])[a-z]{2,}(?![\w*@#$-])")
DOUBLED = re.compile(r"(.)\1+")
TARGET = Path(chisto.text.__file__).with_name("vocabulary.txt.gz")


def read_texts(data: Path) -> Iterator[str]:
    """The texts that may teach: the training split, the paired comments and the unlabelled lines."""
    csv.field_size_limit(2**31)
    with (data / "blackmoon/train.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["comment"]
    with (data / "paradetox/train.tsv").open(encoding="utf-8") as file:
        yield from file
    for path in sorted((data / "unlabelled").glob("*.txt.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as file:
            yield from file


def count_words(texts: Iterator[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        lowered = text.lower()
        counts.update(word.replace("ё", "е") for word in WORD.findall(lowered))
        counts.update(LATIN.findall(lowered))
    return counts


def is_attested(word: str, counts: Counter[str], known: dict[str, int]) -> bool:
    """Keep a word that is no typing error: misspellings with a doubled letter are what normalization must repair."""
    count = counts[word]
    if len(word) == 1:
        return word in "аеиоувксэяжб"
    if len(word) <= 3:
        return count >= 20 or (len(word) == 3 and count >= 2 and known.get(word, 0) >= 300)
    if known.get(word, 0) >= 300:
        return True
    if counts[DOUBLED.sub(r"\1", word)] > count and DOUBLED.search(word):
        return False
    return count >= 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with the corpora")
    parser.add_argument("--out", type=Path, default=TARGET)
    arguments = parser.parse_args()
    news = Navec.load(str(next((Path(natasha.__file__).parent / "data/emb").glob("navec_news*.tar"))))
    known = {
        word.replace("ё", "е"): int(n) for word, n in zip(news.vocab.words, news.vocab.counts, strict=True)
    }
    counts = count_words(read_texts(arguments.data))
    kept = sorted(
        (word for word in counts if is_attested(word, counts, known)), key=lambda word: (-counts[word], word)
    )
    with gzip.GzipFile(arguments.out, "wb", mtime=0) as file:
        file.write("".join(f"{word} {counts[word]}\n" for word in kept).encode())


if __name__ == "__main__":
    main()

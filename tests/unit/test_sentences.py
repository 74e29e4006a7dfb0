"""The free sentences keep their form, their balance, and their distance from the regression set and the lessons."""

import csv
import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from training.lessons import read_sentences
from training.phrases import generate

ROOT = Path(__file__).parents[2]
REGRESSION = ROOT / "tests" / "regression"
SOURCE = REGRESSION / "sentences.tsv"
LEAST = 3_000
INVISIBLE_FAMILY = "invisible and joined characters"
Row = tuple[str, bool, str]


def is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf"


def fold(text: str) -> str:
    """Words only, without case, ё and invisible characters; a text without words stays as it is."""
    visible = "".join(character for character in text if not is_invisible(character))
    return " ".join(re.findall(r"\w+", visible.lower().replace("ё", "е"))) or visible.strip()


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Family, toxic, text."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return [
            (row["family"], row["toxic"] == "1", row["comment"])
            for row in csv.DictReader(file, delimiter="\t")
        ]


def test_a_comment_is_plain_text_without_slots_and_stray_spaces(rows):
    assert [text for _, _, text in rows if re.search(r"[{}|\t]|  ", text) or text != text.strip()] == []


def test_every_family_has_both_sides(rows):
    sides = Counter((family, toxic) for family, toxic, _ in rows)
    assert [family for family, _, _ in rows if min(sides[family, True], sides[family, False]) < 8] == []


def test_there_are_enough_comments_and_neither_side_outweighs_the_other(rows):
    assert len(rows) >= LEAST
    assert 0.4 <= sum(toxic for _, toxic, _ in rows) / len(rows) <= 0.6


def test_no_comment_comes_twice(rows):
    seen = Counter(fold(text) for _, _, text in rows)
    assert [text for text, times in seen.items() if times > 1] == []


def test_comments_run_from_one_word_to_a_paragraph(rows):
    for side in (True, False):
        lengths = Counter(min(len(text.split()), 20) for _, toxic, text in rows if toxic is side)
        assert min(lengths[1], lengths[20]) >= 10
        assert set(range(1, 16)) <= set(lengths)


def test_invisible_characters_stand_only_where_the_heading_announces_them(rows):
    emoji_joiner = "\u200d"
    holders = {family for family, _, text in rows if any(map(is_invisible, text.replace(emoji_joiner, "")))}
    assert holders == {INVISIBLE_FAMILY}


def test_no_comment_is_one_of_the_regression_set_or_of_the_lessons(rows):
    known = {
        fold(value)
        for path in sorted(REGRESSION.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        for field, value in json.loads(line).items()
        if field in ("text", "toxic", "polite") and isinstance(value, str)
    }
    known |= {fold(text) for text, _ in generate(20_000, 1)}
    assert sum(fold(text) in known for _, _, text in rows) == 0


def runs_of_five(text: str) -> set[str]:
    words = fold(text).split()
    return {" ".join(words[start : start + 5]) for start in range(len(words) - 4)}


def test_no_sentence_for_training_repeats_what_measures(rows):
    """Neither a whole comment nor five words in a row: what measures must be new to every model."""
    measuring = [text for _, _, text in rows]
    for path in sorted(REGRESSION.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            measuring += [
                value
                for field, value in json.loads(line).items()
                if field in ("text", "toxic", "polite") and isinstance(value, str)
            ]
    whole = set(map(fold, measuring))
    runs = set().union(*map(runs_of_five, measuring))
    texts, toxic = read_sentences()
    assert [text for text in texts if fold(text) in whole or runs_of_five(text) & runs] == []
    assert len(set(map(fold, texts))) == len(texts) > 9_000
    assert 0.3 < sum(toxic) / len(toxic) < 0.5

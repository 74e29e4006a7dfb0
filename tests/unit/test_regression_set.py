"""The regression set keeps its form, so that the pass rates measured on it mean what its README says."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "regression"
COMMENT_FIELDS = {"id", "family", "pair", "text", "toxic", "note"}
SETS = {
    "comments.jsonl": COMMENT_FIELDS,
    "touchy_neutral.jsonl": {"id", "topic", "text"},
    "polite_pairs.jsonl": {"id", "toxic", "polite"},
}
TOPICS = {"drugs", "crime", "religion", "politics", "war", "medicine", "nationality", "sex_education"}
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def read_rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def fold(text: str) -> str:
    return " ".join(text.lower().split())


@pytest.fixture(scope="module")
def comments() -> list[dict]:
    return read_rows("comments.jsonl")


@pytest.fixture(scope="module")
def readme_families() -> dict[str, tuple[int, int]]:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    return {
        family: (int(toxic), int(neutral))
        for family, toxic, neutral in re.findall(r"^\| `(\w+)` \|.*\| (\d+) \| (\d+) \|$", readme, re.M)
    }


@pytest.mark.parametrize(("name", "fields"), SETS.items())
def test_every_row_has_exactly_the_fields_that_the_readme_names(name, fields):
    assert all(set(row) == fields for row in read_rows(name))


@pytest.mark.parametrize("name", SETS)
def test_ids_are_unique_and_no_text_is_empty(name):
    rows = read_rows(name)
    assert max(Counter(row["id"] for row in rows).values()) == 1
    assert all(value.strip() for row in rows for value in row.values() if isinstance(value, str))


@pytest.mark.parametrize("name", SETS)
def test_invisible_characters_are_written_as_escapes_that_a_reviewer_can_see(name):
    assert not INVISIBLE.search((FOLDER / name).read_text(encoding="utf-8"))


def test_no_text_appears_twice_in_any_of_the_sets(comments):
    texts = [row["text"] for row in comments + read_rows("touchy_neutral.jsonl")]
    texts += [row[side] for row in read_rows("polite_pairs.jsonl") for side in ("toxic", "polite")]
    repeated = [text for text, count in Counter(map(fold, texts)).items() if count > 1]
    assert repeated == []


def test_comments_are_many_short_and_balanced(comments):
    assert len(comments) >= 420
    assert all(type(row["toxic"]) is bool for row in comments)
    assert 0.4 <= sum(row["toxic"] for row in comments) / len(comments) <= 0.6
    assert max(len(row["text"].split()) for row in comments) <= 30


def test_every_pair_has_both_labels_and_stays_in_one_family(comments):
    pairs = defaultdict(list)
    for row in comments:
        if row["pair"] is not None:
            pairs[row["pair"]].append(row)
    assert len(pairs) >= 100
    for members in pairs.values():
        assert {row["toxic"] for row in members} == {True, False}
        assert len({row["family"] for row in members}) == 1


def test_families_and_their_counts_are_the_ones_in_the_readme(comments, readme_families):
    counted = Counter((row["family"], row["toxic"]) for row in comments)
    families = {family for family, _ in counted}
    assert {f: (counted[f, True], counted[f, False]) for f in families} == readme_families


def test_every_family_has_both_labels(readme_families):
    assert all(toxic and neutral for toxic, neutral in readme_families.values())


def test_touchy_sentences_cover_every_topic():
    topics = Counter(row["topic"] for row in read_rows("touchy_neutral.jsonl"))
    assert set(topics) == TOPICS
    assert sum(topics.values()) >= 150
    assert min(topics.values()) >= 15


def test_polite_pairs_are_enough_and_differ():
    rows = read_rows("polite_pairs.jsonl")
    assert len(rows) >= 120
    assert all(fold(row["toxic"]) != fold(row["polite"]) for row in rows)

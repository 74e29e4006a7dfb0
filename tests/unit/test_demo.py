"""The demo data set is of a size and kind that the workbench has something to show on."""

import json
import re
import time
from collections import defaultdict
from pathlib import Path
from random import Random

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline

from chisto.demo import generate
from chisto.demo.generator import MAX_ROWS, RULES
from chisto.demo.neutral import LOOKALIKES, REPLIES
from chisto.demo.neutral import TOPICS as NEUTRAL_TOPICS
from chisto.demo.nouns import NOUNS
from chisto.demo.phrase import Draft
from chisto.demo.toxic import ATTACKS, COVERT
from chisto.demo.toxic import TOPICS as TOXIC_TOPICS

REGRESSION = Path(__file__).parents[1] / "regression"
PHRASES = [*LOOKALIKES, *REPLIES, *ATTACKS, *COVERT]
PHRASES += [
    phrase
    for topics in (NEUTRAL_TOPICS, TOXIC_TOPICS, RULES)
    for block in topics.values()
    for phrase in block
]


def fold(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower().replace("ё", "е")))


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, int]]:
    return generate()


def test_more_than_a_thousand_comments_differ_in_their_words(rows):
    assert len(rows) == 1200
    assert len({fold(text) for text, _ in rows}) >= 1100


def test_a_seed_gives_the_same_rows_and_another_seed_gives_others(rows):
    assert generate(seed=0) == rows
    assert len({text for text, _ in rows} & {text for text, _ in generate(seed=1)}) < 300


@pytest.mark.parametrize("seed", range(5))
def test_about_a_third_is_toxic(seed):
    labels = [label for _, label in generate(seed=seed)]
    assert set(labels) == {0, 1}
    assert 0.32 <= sum(labels) / len(labels) <= 0.38


def test_some_comments_contradict_each_other_so_that_the_profile_has_what_to_find(rows):
    labels = defaultdict(set)
    for text, label in rows:
        labels[text].add(label)
    assert 5 <= sum(len(found) == 2 for found in labels.values()) <= 20


def test_comments_vary_in_length_and_manner(rows):
    texts = [text for text, _ in rows]
    lengths = sorted(map(len, texts))
    assert lengths[60] <= 35 and lengths[-60] >= 130
    for manner in (r"[🙂👍🔥❤🤡🤦😡👎😂🤮]", r"\n", r"!!!", r"\?", r"^[^а-яё]+$", r"\w\*\w", r"ё"):
        assert sum(bool(re.search(manner, text)) for text in texts) >= 3, manner


def test_no_sign_of_the_grammar_is_left_in_a_comment():
    assert not [text for text, _ in generate(3000, seed=2) if re.search(r"[\[\]{}|]|\s\s|^\s|\s$", text)]


def test_every_phrase_has_a_form_for_every_noun_it_may_meet():
    drafts = [Draft(Random(seed), RULES).expand(phrase) for phrase in PHRASES for seed in range(60)]
    assert all(text and not re.search(r"[\[\]{}|]", text) for text in drafts)


@pytest.mark.parametrize("name", NOUNS)
def test_nouns_of_a_class_have_the_same_cases(name):
    assert len({tuple(noun.forms) for noun in NOUNS[name]}) == 1


def test_the_demo_teaches_nothing_of_the_regression_sets():
    kept = set()
    for path in REGRESSION.glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            kept |= {fold(value) for value in json.loads(line).values() if isinstance(value, str)}
    assert not kept & {fold(text) for seed in range(5) for text, _ in generate(seed=seed)}


def test_a_classifier_learns_more_from_the_demo_than_its_comments_by_heart(rows):
    seen = {fold(text) for text, _ in rows}
    fresh = [(text, label) for text, label in generate(1500, seed=9) if fold(text) not in seen]
    model = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, max_iter=1000))
    model.fit(*zip(*rows, strict=True))
    texts, labels = zip(*fresh, strict=True)
    assert len(fresh) > 1000
    assert f1_score(labels, model.predict(texts), average="macro") >= 0.85


def test_twelve_hundred_comments_take_less_than_a_second():
    begin = time.perf_counter()
    generate(1200, seed=3)
    assert time.perf_counter() - begin < 1


@pytest.mark.parametrize("count", [1, 10, 60])
def test_any_number_of_rows_can_be_asked_for(count):
    assert len(generate(count)) == count


@pytest.mark.parametrize("count", [0, -1, MAX_ROWS + 1])
def test_a_number_of_rows_out_of_bounds_is_refused(count):
    with pytest.raises(ValueError, match="rows must be"):
        generate(count)

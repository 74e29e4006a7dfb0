"""Profiles: what they count is what can be counted by hand."""

import json
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chisto.demo import generate
from chisto.schemas_profile import ProfileResult, profile_key
from training.profile import describe
from training.profiling import reading
from training.profiling.reading import MEASURES, count_sentences, measure

ROWS = [
    ("Какой хороший день! Спасибо за статью.", 0),
    ("Спасибо за статью, очень интересно 😀", 0),
    ("Хороший день, хороший человек", 0),
    ("Ну ты и дурак!!! Какой же ты дурак", 1),
    ("ты дурак и ничего не понимаешь", 1),
]


@pytest.fixture
def stored(tmp_path: Path):
    def store(rows, labelled=True) -> Path:
        columns = {"row": list(range(1, len(rows) + 1)), "comment_text": [text for text, _ in rows]}
        if labelled:
            columns["toxic"] = pa.array([label for _, label in rows], pa.int8())
        pq.write_table(pa.table(columns), tmp_path / "data.parquet")
        return tmp_path / "data.parquet"

    return store


def profile(path: Path, **options) -> ProfileResult:
    return describe(path, lambda stage, fraction: None, **options)


def by_name(text: str) -> dict[str, int]:
    return dict(zip(MEASURES, measure(text), strict=True))


def test_a_comment_is_measured_as_a_person_would():
    assert by_name("Привет, МИР! Как дела? 👍🏽 ❤️👨‍👩‍👧 🇷🇺") == {
        "characters": len("Привет, МИР! Как дела? 👍🏽 ❤️👨‍👩‍👧 🇷🇺"),
        "words": 4, "sentences": 2, "punctuation": 3, "upper_case": 5, "emoji": 4,
    }  # fmt: skip
    assert by_name("кое-кто don't 25")["words"] == 3
    assert by_name("") == dict.fromkeys(MEASURES, 0)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [("Да", 1), ("Да. Нет.", 2), ("Ну... да", 1), ("и т. д. в г. Москве", 1), ("  ", 0), ("!!!", 1)],
)
def test_sentences_are_counted_by_their_ends(text, sentences):
    assert count_sentences(text) == sentences


def test_classes_are_counted_and_measured_apart(stored):
    result = profile(stored([*ROWS, ("Хороший  день,  хороший человек", 0)]))
    assert (result.rows, result.unique, result.classes) == (6, 5, {"non_toxic": 4, "toxic": 2})
    words = result.measures["words"].classes
    assert words["toxic"].min == 6 and words["toxic"].max == 8 and words["toxic"].mean == 7
    assert words["non_toxic"].median == 4.5
    emoji = result.measures["emoji"]
    assert emoji.edges[0] == 0 and emoji.classes["non_toxic"].counts[:2] == [3, 1]


def test_histograms_count_every_comment_once_and_agree_with_numpy(stored):
    chance = random.Random(3)
    rows = [("а" * int(chance.lognormvariate(4, 1)) + f" {n}", n % 2) for n in range(800)]
    distribution = profile(stored(rows)).measures["characters"]
    assert distribution.edges == sorted(set(distribution.edges)) and len(distribution.edges) <= 43
    for label, name in enumerate(("non_toxic", "toxic")):
        lengths = [len(text) for text, each in rows if each == label]
        found = distribution.classes[name]
        assert sum(found.counts) == len(lengths)
        assert found.counts == np.histogram(lengths, distribution.edges)[0].tolist()
        assert found.mean == pytest.approx(np.mean(lengths)) and found.median == np.median(lengths)


def test_ngrams_count_within_comments_and_classes(stored):
    ngrams = profile(stored(ROWS)).ngrams
    assert [(n.text, n.count) for n in ngrams["toxic"].unigrams[:2]] == [("ты", 3), ("дурак", 3)]
    assert ("ты дурак", 2) in [(n.text, n.count) for n in ngrams["toxic"].bigrams]
    assert [(n.text, n.count) for n in ngrams["non_toxic"].trigrams] == [("спасибо за статью", 2)]
    assert all(n.count > 1 for lists in ngrams.values() for n in lists.bigrams)


def test_ngrams_are_the_same_as_counted_one_by_one(stored):
    from collections import Counter

    from chisto.text import words

    rows = generate(300, 4)
    ngrams = profile(stored(rows)).ngrams
    for label, name in enumerate(("non_toxic", "toxic")):
        for size, found in enumerate((ngrams[name].unigrams, ngrams[name].bigrams, ngrams[name].trigrams), 1):
            counts: Counter[str] = Counter()
            for text, each in rows:
                if each == label:
                    tokens = [w.text for w in words(text) if any(map(str.isalpha, w.text))]
                    counts.update(" ".join(tokens[i : i + size]) for i in range(len(tokens) - size + 1))
            assert all(counts[n.text] == n.count for n in found)
            assert [n.count for n in found] == [c for _, c in counts.most_common(30) if c > 1]


def test_log_odds_find_the_words_of_each_class_and_clouds_leave_out_particles(stored):
    result = profile(stored(generate(400, 1)))
    toxic = {word.text for word in result.log_odds.toxic}
    assert toxic & {"ты", "идиот", "дурак", "тебя", "тупой", "тупая"}
    assert all(w.z > 0 and w.log_odds > 0 and w.toxic for w in result.log_odds.toxic)
    assert all(w.z < 0 for w in result.log_odds.non_toxic)
    assert not toxic & {word.text for word in result.log_odds.non_toxic}
    for words in result.clouds.values():
        assert words[0].weight == 1 and not {"и", "в", "не", "на"} & {word.text for word in words}


def test_wrong_labels_and_near_duplicates_are_found_by_row(stored):
    clean = [(text, label) for text, label in dict(generate(1200, 7)).items()][:900]
    wrong = random.Random(2).sample(range(900), 20)
    rows = [(text, 1 - label if n in wrong else label) for n, (text, label) in enumerate(clean)]
    twin = clean[wrong[0]]
    rows.append((twin[0] + " !", 1 - rows[wrong[0]][1]))
    result = profile(stored(rows))
    suspects = [each.row for each in result.label_errors.rows]
    assert len(set(suspects[:20]) & set(wrong)) >= 6
    assert all(rows[each.row][1] == each.label for each in result.label_errors.rows)
    pairs = {(p.toxic_row, p.non_toxic_row) for p in result.near_duplicates.pairs}
    assert {900, wrong[0]} in [set(pair) for pair in pairs]
    assert all(rows[t][1] == 1 and rows[c][1] == 0 for t, c in pairs)


def test_near_duplicates_agree_with_comparing_all_pairs(stored):
    from chisto.text import words

    rows = generate(400, 9)
    bags = [{w.text for w in words(text) if any(map(str.isalpha, w.text))} for text, _ in rows]
    expected = {
        (t, c)
        for t, a in enumerate(bags)
        for c, b in enumerate(bags)
        if rows[t][1] > rows[c][1] and min(len(a), len(b)) >= 3 and len(a & b) >= 0.75 * len(a | b)
    }
    found = profile(stored(rows)).near_duplicates
    assert found.is_complete and expected
    assert {(p.toxic_row, p.non_toxic_row) for p in found.pairs} == expected


def test_parts_of_speech_say_how_large_the_sample_was(stored):
    speech = profile(stored(ROWS)).speech
    assert speech.comments == {"non_toxic": 3, "toxic": 2} and speech.tokens["toxic"] == 14
    shares = dict(zip(speech.parts, speech.shares["toxic"], strict=True))
    assert sum(shares.values()) == pytest.approx(1) and shares["PRON"] >= 3 / 14


def test_no_comment_is_in_a_profile(stored):
    rows = generate(300, 2)
    body = profile(stored(rows)).model_dump_json()
    assert not any(json.dumps(text, ensure_ascii=False)[1:-1] in body for text, _ in rows if len(text) > 20)


def test_data_without_labels_has_one_class_and_no_comparison(stored):
    result = profile(stored(ROWS, labelled=False))
    assert result.classes == {"all": 5} and result.log_odds is None and result.label_errors is None
    assert set(result.ngrams) == {"all"}


def test_one_class_and_texts_without_words_are_profiled(stored):
    assert profile(stored([("...", 1), ("!!!", 1)])).ngrams["toxic"].unigrams == []
    result = profile(stored([("...", 1), ("😀", 0)]))
    assert result.label_errors is None and result.near_duplicates.found == 0


def test_large_data_is_sampled_and_says_so(stored):
    rows = generate(600, 3)
    result = profile(stored(rows), most_analysed=200)
    assert (result.rows, result.analysed_rows) == (600, 200)
    assert result.near_duplicates.rows_checked <= 200
    assert sum(result.measures["words"].classes["toxic"].counts) == result.classes["toxic"]


def test_several_processes_find_what_one_finds(stored, monkeypatch):
    path = stored(generate(900, 5))
    monkeypatch.setattr(reading, "cores", lambda: 2)
    monkeypatch.setattr(reading, "_FEW_ROWS", 100)
    monkeypatch.setattr(reading, "CHUNK_ROWS", 300)
    several = profile(path)
    monkeypatch.setattr(reading, "cores", lambda: 1)
    assert profile(path) == several


def test_progress_rises_to_its_end_through_every_stage(stored):
    heard: list[tuple[str, float]] = []
    describe(stored(generate(300, 6)), lambda stage, fraction: heard.append((stage, fraction)))
    fractions = [fraction for _, fraction in heard]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    stages = list(dict.fromkeys(stage for stage, _ in heard))
    assert stages == ["counting", "parts of speech", "n-grams", "label errors", "near-duplicates"]


def test_a_new_version_of_profiles_has_a_key_of_its_own():
    assert profile_key("abc").startswith("abc-")

from collections import Counter

import numpy as np

from chisto.features.ngrams import LONGEST_WORD, cut, hash_words
from chisto.features.vectors import ABSENT, Tables, WordVectors


def tables(seed: int = 0, smallest: int = 2) -> Tables:
    rng = np.random.default_rng(seed)
    return Tables(
        dense=rng.integers(-127, 128, (509, 8)).astype(np.int8),
        dense_scale=rng.random(8).astype(np.float32) / 100,
        smallest=smallest,
        wide=rng.integers(-127, 128, 4093).astype(np.int8),
        wide_scale=0.01,
    )


def test_a_word_has_each_of_its_marked_ngrams_once_more_and_itself():
    hashes = hash_words(["рубль"])
    sizes = Counter(hashes.sizes.tolist())
    assert sizes == {1: 7, 2: 6, 3: 5, 4: 4, 5: 3, 6: 2, 31: 1}


def test_the_hashes_of_a_word_do_not_depend_on_its_neighbours():
    words = ["а", "спасибо", "🙂", "", "рубль", "!!!", "спасибо"]
    together = hash_words(words)
    for i, word in enumerate(words):
        alone = hash_words([word])
        part = together.values[together.offsets[i] : together.offsets[i + 1]]
        assert part.tolist() == alone.values.tolist(), word


def test_different_ngrams_get_different_hashes():
    words = [a + b + c for a in "абвгдежз" for b in "иклмнопр" for c in "стуфхцчш"]
    whole = hash_words(words)
    found = whole.values[whole.sizes == 31]
    assert len(set(found.tolist())) == len(words)
    assert len(set((whole.rows(64) % 64).tolist())) == 64


def test_the_mark_tells_the_beginning_of_a_word_from_its_middle():
    ends = [set(hash_words([word]).values.tolist()) for word in ("куб", "кубик", "скуб")]
    assert len(ends[0] & ends[1]) > len(ends[0] & ends[2] & ends[1])


def test_an_endless_word_costs_no_more_than_a_long_one():
    assert len(hash_words(["а" * 100_000]).values) == len(hash_words(["а" * (LONGEST_WORD + 1)]).values)


def test_any_text_can_be_hashed_lone_surrogates_too():
    assert len(hash_words(["\ud800а", "\x00", "é🙂"]).values) > 0


def test_a_long_text_keeps_its_beginning_and_its_end():
    words = list(range(100))
    assert cut(words, 100) == words
    assert cut(words, 8) == [0, 1, 2, 3, 4, 5, 98, 99]


def test_a_vector_is_the_mean_of_the_rows_of_its_ngrams():
    table = tables()
    vectors, wide, counts = table.embed(["кот", "дом"])
    for i, word in enumerate(["кот", "дом"]):
        hashes = hash_words([word])
        rows = hashes.rows(509)[hashes.sizes >= 2]
        mean = table.dense[rows].astype(float).mean(axis=0) * table.dense_scale
        assert np.allclose(vectors[i], mean, atol=1e-6)
        assert np.isclose(wide[i], table.wide[hashes.rows(4093)].astype(int).sum() * 0.01)
        assert counts[i] == len(hashes.values)


def test_a_full_cache_forgets_and_gives_the_same_vectors():
    small, large = WordVectors(tables(), capacity=4), WordVectors(tables())
    for text in (["раз", "два"], ["три", "раз"], ["четыре", "пять", "шесть", "семь", "восемь"], ["раз"]):
        first = small.gather(small.look_up([text])[0][None, :])
        second = large.gather(large.look_up([text])[0][None, :])
        assert np.array_equal(first.vectors, second.vectors)
        assert np.array_equal(first.wide, second.wide)


def test_memory_is_bounded_by_the_capacity():
    vectors = WordVectors(tables(), capacity=100)
    for start in range(0, 5000, 50):
        vectors.look_up([[f"слово{start + i}" for i in range(50)]])
    assert len(vectors._rows) <= 100 and len(vectors._vectors) < 4096


def test_an_absent_word_adds_nothing():
    vectors = WordVectors(tables())
    row = vectors.look_up([["кот"]])[0]
    short, padded = vectors.gather(row[None, :]), vectors.gather(np.array([[row[0], ABSENT, ABSENT]]))
    assert not padded.vectors[0, 1:].any()
    assert short.wide == padded.wide

"""Features of words: hashed character n-grams, the same in training and in serving."""

from chisto.features.ngrams import Hashes, hash_words

__all__ = ["Hashes", "hash_words"]

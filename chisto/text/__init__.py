"""From raw comments to words: normalization with offsets kept, and tokenization."""

from chisto.text.lexicon import warm_up
from chisto.text.normalization import RULES, Normalized, Restored, normalize
from chisto.text.pipeline import Word, word_texts, words
from chisto.text.rule import Rule
from chisto.text.tokenization import Token, tokenize

__all__ = [
    "RULES",
    "Normalized",
    "Restored",
    "Rule",
    "Token",
    "Word",
    "normalize",
    "tokenize",
    "warm_up",
    "word_texts",
    "words",
]

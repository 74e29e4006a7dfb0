"""A detector of Russian obscene words: whole words by root and word formation, after normalization."""

from chisto.profanity.detector import Span, find, is_obscene, root_of, score

__all__ = ["Span", "find", "is_obscene", "root_of", "score"]

"""Models, each behind the same protocol."""

from chisto.scorers.base import FAMILIES, Contribution, Explanation, Scorer, load_scorer

__all__ = ["FAMILIES", "Contribution", "Explanation", "Scorer", "load_scorer"]

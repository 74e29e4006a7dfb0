"""The regression set as a gate: what share of its comments a model judges right, and which it does not."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chisto.evaluation.report import score_all
from chisto.scorers import Scorer

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "regression"


@dataclass(frozen=True)
class Gate:
    """What a model makes of the set, at its own threshold."""

    passed: float  # share of the comments that are judged right
    by_family: dict[str, float]
    failures: list[str]  # ids
    neutral_flagged: float  # share of neutral sentences on touchy subjects that are called toxic
    polite_below: float  # share of rude comments that score above their polite rewording


def run_gate(scorer: Scorer, folder: Path = FOLDER) -> Gate:
    """Score the whole set."""
    threshold = scorer.decision.threshold
    comments = _read(folder / "comments.jsonl")
    called = score_all(scorer, [row["text"] for row in comments]) >= threshold
    right = [bool(is_called) == row["toxic"] for is_called, row in zip(called, comments, strict=True)]
    total = Counter(row["family"] for row in comments)
    good = Counter(row["family"] for row, is_right in zip(comments, right, strict=True) if is_right)
    neutral = _read(folder / "touchy_neutral.jsonl")
    pairs = _read(folder / "polite_pairs.jsonl")
    rude = score_all(scorer, [row["toxic"] for row in pairs])
    polite = score_all(scorer, [row["polite"] for row in pairs])
    return Gate(
        passed=sum(right) / len(right),
        by_family={family: good[family] / count for family, count in total.items()},
        failures=[row["id"] for row, is_right in zip(comments, right, strict=True) if not is_right],
        neutral_flagged=float((score_all(scorer, [row["text"] for row in neutral]) >= threshold).mean()),
        polite_below=float((polite < rude).mean()),
    )


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]

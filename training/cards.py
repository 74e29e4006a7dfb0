"""Model cards: card.json for programs, card.md to read. Numbers only: no comment ever gets into a card."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chisto.decision import Decision
from chisto.evaluation.metrics import Metrics
from chisto.evaluation.report import Report
from training.regression import Gate

_LIBRARIES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "skops",
    "onnx",
    "onnxruntime",
    "torch",
    "natasha",
    "razdel",
    "navec",
)
INTENDED = (
    "Ranks and flags toxic comments in Russian (insults, threats, humiliation, hate) for a human moderator, or for an automatic "
    "rule whose mistakes can be appealed. Not made to judge people, to read other languages, or to decide alone where a mistake "
    "does harm."
)
LIMITS = (
    "A small model that knows words and short phrases, not the world. It misses irony, threats without a threatening word and "
    "insults that need knowledge; it takes some quotations, self-mockery and coarse but friendly talk for toxic. Its labels come "
    "from two Russian forums; elsewhere the base rate and the manners differ, so set the threshold on comments of your own."
)


@dataclass(frozen=True)
class Card:
    """All that is known of a model."""

    name: str
    family: str
    version: str
    seed: int
    data: Mapping[str, str]  # file → sha256
    split: str
    sizes: Mapping[str, int]  # how many texts each source gave
    decision: Decision
    bytes: Mapping[str, int]  # file → size
    report: Report  # of the served model on validation
    compared: Mapping[str, Metrics] = field(default_factory=dict)  # such as fp32 beside int8
    gate: Gate | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def write(self, directory: Path) -> None:
        """card.json and card.md."""
        content = self.to_dict()
        (directory / "card.json").write_text(
            json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8"
        )
        (directory / "card.md").write_text(self.to_text(), encoding="utf-8")

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "family": self.family,
            "version": self.version,
            "seed": self.seed,
            "data": dict(self.data),
            "split": self.split,
            "sizes": dict(self.sizes),
            "decision": asdict(self.decision),
            "bytes": dict(self.bytes),
            "validation": self.report.to_dict(),
            "compared": {name: asdict(metrics) for name, metrics in self.compared.items()},
            "regression": asdict(self.gate) if self.gate else None,
            "versions": {"python": platform.python_version(), **_versions(_LIBRARIES)},
            "intended_use": INTENDED,
            "limits": LIMITS,
            **self.extra,
        }

    def to_text(self) -> str:
        size = sum(self.bytes.values())
        lines = [
            f"# {self.name} {self.version}",
            "",
            f"Family {self.family}, seed {self.seed}, {size / 1e6:.2f} MB. Threshold {self.decision.threshold:.3f}.",
            "",
            "## Intended use",
            "",
            INTENDED,
            "",
            "## Limits",
            "",
            LIMITS,
            "",
            "## Data",
            "",
            self.split,
            "",
            *(f"- {name}: {count} texts" for name, count in self.sizes.items()),
            *(f"- `{name}` sha256 `{value}`" for name, value in self.data.items()),
            "",
            "## Validation",
            "",
            "The threshold and the calibration were set on the same comments, so these figures flatter a little.",
            "",
            self.report.to_text(),
        ]
        if self.compared:
            names = list(self.compared)
            lines += [
                "## Side by side",
                "",
                "| metric | " + " | ".join(names) + " |",
                "|---" * (len(names) + 1) + "|",
            ]
            for metric in asdict(next(iter(self.compared.values()))):
                values = " | ".join(f"{getattr(self.compared[name], metric):.4f}" for name in names)
                lines.append(f"| {metric} | {values} |")
            lines.append("")
        if self.gate:
            lines += _gate_lines(self.gate)
        lines += [
            "## Versions",
            "",
            *(f"- {name} {version}" for name, version in _versions(_LIBRARIES).items()),
            "",
        ]
        return "\n".join(lines)


def _gate_lines(gate: Gate) -> list[str]:
    return [
        "## Regression set",
        "",
        f"- judged right: {gate.passed:.1%}",
        f"- neutral sentences on touchy subjects flagged: {gate.neutral_flagged:.1%}",
        f"- rude comments above their polite rewording: {gate.polite_below:.1%}",
        "",
        "| family | right |",
        "|---|---|",
        *(f"| {family} | {share:.1%} |" for family, share in gate.by_family.items()),
        "",
        f"Judged wrong ({len(gate.failures)}): " + ", ".join(gate.failures),
        "",
    ]


def _versions(names: Sequence[str]) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found

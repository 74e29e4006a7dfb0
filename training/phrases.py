"""Sentences written for this project as templates (phrases.txt): kinds of comments that the data sets lack.

Quoted and denied insults, scolding oneself, neutral talk of groups, crime and medicine, innocent words with rude strings inside,
threats and insults without a rude word, each with its opposite. They teach beside the data sets, never in evaluation.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).with_name("phrases.txt")
_CHOICE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Template:
    family: str
    toxic: bool
    text: str


@cache
def load_templates() -> tuple[dict[str, list[str]], list[Template]]:
    """The slots by name, and the templates in order."""
    slots: dict[str, list[str]] = {}
    templates: list[Template] = []
    family = ""
    for line in SOURCE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            family = line[3:]
        elif line.startswith(("+ ", "- ")):
            templates.append(Template(family, line[0] == "+", line[2:]))
        elif " = " in line and not line.startswith("#"):
            name, values = line.split(" = ", 1)
            slots[name] = values.split("|")
    slots = {
        name: [value.strip() if value.strip() else "" for value in values] for name, values in slots.items()
    }
    return slots, templates


def fill(text: str, rng: random.Random) -> str:
    """One sentence of a template: inner choices first, slots by name."""
    slots, _ = load_templates()
    while match := _CHOICE.search(text):
        inner = match[1]
        choice = rng.choice(slots[inner] if inner in slots else inner.split("|"))
        if choice in slots:  # a choice between slots
            choice = rng.choice(slots[choice])
        text = text[: match.start()] + choice + text[match.end() :]
    return re.sub(r"\s+", " ", re.sub(r"\s+([,.!?])", r"\1", text)).strip()


def generate(count: int, seed: int) -> list[tuple[str, bool]]:
    """``count`` distinct sentences with their labels, as many harmless as toxic; a template with more choices comes oftener."""
    _, templates = load_templates()
    rng = random.Random(seed)
    by_label = {
        label: [template for template in templates if template.toxic is label] for label in (False, True)
    }
    weights = {
        label: [(template.text.count("|") + 4) ** 0.5 for template in found]
        for label, found in by_label.items()
    }
    found: dict[str, bool] = {}
    attempts = 0
    while len(found) < count and attempts < count * 20:
        attempts += 1
        label = attempts % 2 == 0
        sentence = _dress(fill(rng.choices(by_label[label], weights[label])[0].text, rng), rng)
        found.setdefault(sentence, label)
    return list(found.items())


def list_choices(family: str) -> list[str]:
    """Every choice of one or two words in the harmless templates of a family, each as a comment of its own."""
    _, templates = load_templates()
    found: dict[str, None] = {}
    for template in templates:
        if template.family == family and not template.toxic:
            for group in _CHOICE.findall(template.text):
                choices = [choice.strip() for choice in group.split("|")]
                found.update((choice, None) for choice in choices if choice and len(choice.split()) <= 2)
    slots, _ = load_templates()
    return [choice for choice in found if choice not in slots]


def _dress(sentence: str, rng: random.Random) -> str:
    """The looks of comments: mostly lower case or a capital, now and then all capitals, a line break, two sentences."""
    roll = rng.random()
    if roll < 0.45:
        sentence = sentence[:1].upper() + sentence[1:]
    elif roll < 0.52:
        sentence = sentence.upper()
    elif roll < 0.56:
        sentence = re.sub(r"([,.!?]) ", "\\1\n", sentence)
    return sentence

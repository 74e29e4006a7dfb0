"""Which of Russian, Ukrainian and English a short text is written in."""

from __future__ import annotations

import re

from chisto.language import frequent
from chisto.text import normalize
from chisto.text.lexicon import russian

WORD = re.compile(r"[^\W\d_]+(?:['’`][^\W\d_]+)*")
CYRILLIC = re.compile(r"[\u0400-\u052f]")
LATIN = re.compile(r"[a-z]", re.IGNORECASE)

# Letters that stand in one language alone, and those of Belarusian, Serbian, Kazakh and other neighbours.
UKRAINIAN_LETTERS = re.compile(r"[їєґ]|[бпвмфрзкн]['’`][яю]")
RUSSIAN_LETTERS = re.compile(r"[ыэъё]")
OTHER_LETTERS = re.compile(r"[ўђјљњћџѓќѕәғқңөұүһӣӯҳҷ]|ъ(?![еёюя])")
OTHER_LATIN_LETTERS = re.compile(r"[à-öø-ÿāăąćčďđēęěğıłńňőœřśşšťůűźżžß]")

UKRAINIAN = frozenset(frequent.UKRAINIAN.split())
RUSSIAN = frozenset(frequent.RUSSIAN.split())
ENGLISH = frozenset(frequent.ENGLISH.split())
OTHER_LATIN = frozenset(frequent.OTHER_LATIN.split())
NEIGHBOURS = frozenset(frequent.NEIGHBOURS.split())

UKRAINIAN_ENDING = re.compile(
    r"(?:[аиуюоя]ння[мх]?|[аиу]ти|[аиу]тися|[аоию][тл]ись|ться|ський|ської|ська|ої|[ую]вав|[иа]вся)$"
)
RUSSIAN_ENDING = re.compile(r"(?:ть|ый|ые|ую|ешь|ишь|ние|ния|ское|ский|ской|ая|ое|ой|ался|ился|ел|ил)$")
ENGLISH_SHAPE = re.compile(
    r"(?:ing|tions?|ness|ments?|ed|ly|ght|ous|ful|[ai]ble|ck|sh|th|ee|oo|wn|ries|less|ers?|[^aeiou]y|[^i]al|[cns]e|te|ce|[dlr]s)$"
    r"|^(?:th|wh|kn|wr|sh|qu)|ea|oo|ee|ou|ow|igh"
)
OTHER_SHAPE = re.compile(r"[aiou]$|cz|sz|rz|hn|aa|kk|uu|tz|sch|eau|eux|lle$|ie$|que$|ij|cs|gy")

# How much each sign weighs, in words.
LETTER_WEIGHT, WORD_WEIGHT, KNOWN_WEIGHT, SHAPE_WEIGHT = 4.0, 1.5, 0.8, 0.5


def detect(text: str) -> str:
    """`ru`, `uk` or `en`; `und` for other languages and where too little is written to tell."""
    found = [match[0].replace("’", "'").replace("`", "'") for match in WORD.finditer(normalize(text).text)]
    cyrillic = [word for word in found if CYRILLIC.match(word)]
    latin = [word for word in found if LATIN.match(word) or OTHER_LATIN_LETTERS.match(word)]
    if 2 * (len(cyrillic) + len(latin)) < len(found) or not found:
        return "und"
    if sum(map(len, latin)) > 2 * sum(map(len, cyrillic)):
        return _surest(_weigh_latin(latin))
    return _surest(_weigh_cyrillic(cyrillic, text.lower()))


def _weigh_cyrillic(found: list[str], written: str) -> dict[str, float]:
    has_russian = bool(RUSSIAN_LETTERS.search(written))
    has_i = any("і" in word for word in found)
    scores = {
        "ru": LETTER_WEIGHT * has_russian,
        "uk": LETTER_WEIGHT * (bool(UKRAINIAN_LETTERS.search(written)) or (has_i and not has_russian)),
        "und": 2 * LETTER_WEIGHT * bool(OTHER_LETTERS.search(written)),
    }
    if has_i and has_russian:
        scores["und"] += LETTER_WEIGHT + 1  # Belarusian, unless the words are known
    for word in found:
        if word in UKRAINIAN or word in RUSSIAN:
            scores["uk"] += WORD_WEIGHT * (word not in RUSSIAN)
            scores["ru"] += WORD_WEIGHT * (word not in UKRAINIAN)
            continue
        scores["uk"] += SHAPE_WEIGHT * bool(UKRAINIAN_ENDING.search(word))
        scores["ru"] += SHAPE_WEIGHT * bool(RUSSIAN_ENDING.search(word)) + KNOWN_WEIGHT * (
            word in russian() and len(word) > 2
        )
        scores["und"] += WORD_WEIGHT * (word in NEIGHBOURS)
    return scores


def _weigh_latin(found: list[str]) -> dict[str, float]:
    scores = {"en": 0.0, "und": 0.0}
    for word in found:
        if OTHER_LATIN_LETTERS.search(word):
            scores["und"] += LETTER_WEIGHT
        elif word in ENGLISH or word in OTHER_LATIN:
            scores["en"] += WORD_WEIGHT * (word in ENGLISH)
            scores["und"] += WORD_WEIGHT * (word in OTHER_LATIN)
        elif OTHER_SHAPE.search(word):
            scores["und"] += SHAPE_WEIGHT
        elif ENGLISH_SHAPE.search(word):
            scores["en"] += SHAPE_WEIGHT
    return scores


def _surest(scores: dict[str, float]) -> str:
    first, second = sorted(scores, key=lambda name: -scores[name])[:2]
    return first if scores[first] > scores[second] else "und"

"""What a hostile user does to a comment so that a filter misses it: seeded generators, one for each kind.

They know nothing of the normalizer: the signs and habits are those of people who want other people to go on reading
the word. Use them to measure how much of a classifier's quality survives, and to augment training data.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

WORD = re.compile(r"[а-яёА-ЯЁ]{3,}")
DEFAULT_RATE = 0.35
VOWELS = "аеёиоуыэюя"

# Signs that readers take for the letter; the first ones are on every keyboard, the others come from copied "fonts".
KEYBOARD_TWINS = {
    "а": "a", "в": "B", "е": "e", "ё": "ë", "к": "k", "м": "m", "н": "H", "о": "o", "р": "p", "с": "c", "т": "t", "у": "y",
    "х": "x", "и": "u", "п": "n", "г": "r", "ь": "b", "з": "3", "б": "6", "і": "i",
}  # fmt: skip
COPIED_TWINS = {
    "а": "αáàäɑ", "в": "ʙβ", "е": "éèêєε", "и": "іíïι", "к": "κķ", "м": "ᴍм", "н": "ʜη", "о": "οóöøօ", "п": "пπ",
    "р": "ρṕ", "с": "ϲçć", "т": "τţ", "у": "γýÿ", "х": "χẋ", "г": "ɼг", "л": "λ", "ф": "φ", "д": "δ", "ш": "ω", "я": "ᴙ",
}  # fmt: skip
LEET = {
    "а": "4@", "б": "6", "в": "8", "е": "3", "з": "3", "и": "1!", "о": "0", "с": "5$", "т": "7", "ч": "4", "л": "1", "х": "x",
    "у": "y", "ь": "b", "г": "r", "к": "k", "н": "h",
}  # fmt: skip
MASK_SIGNS, MASK_ODDS = "*@#._-", (60, 10, 10, 8, 6, 6)
SEPARATORS, SEPARATOR_ODDS = (" ", ".", "-", "_", "*"), (50, 20, 16, 9, 5)
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u200e\u2063"
STRUCK = "\u0336\u0335\u0337"
ROWS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")


def _like(letter: str, sign: str) -> str:
    return sign.upper() if letter.isupper() and len(sign.upper()) == 1 else sign


def _some(word: str, rng: Random, able: str, share: float) -> set[int]:
    """Positions of letters out of `able`, each with the probability `share`, at least one if there is any."""
    places = [index for index, letter in enumerate(word) if letter.lower() in able]
    chosen = {place for place in places if rng.random() < share}
    return chosen or ({rng.choice(places)} if places else set())


def look_alike(word: str, rng: Random) -> str:
    """Foreign letters that look the same: one or two of them, or all that there are."""
    table = COPIED_TWINS if rng.random() < 0.15 else KEYBOARD_TWINS
    shy = "авекмнорстух" if table is KEYBOARD_TWINS and rng.random() < 0.7 else "".join(table)
    chosen = _some(word, rng, shy, rng.choice((0.2, 0.5, 1.0)))
    return "".join(
        _like(letter, rng.choice(table[letter.lower()])) if index in chosen else letter
        for index, letter in enumerate(word)
    )


def mask(word: str, rng: Random) -> str:
    """Signs over inner letters: mostly over one vowel, at times over two letters, seldom over all but the ends."""
    sign = rng.choices(MASK_SIGNS, MASK_ODDS)[0]
    inner = list(range(1, len(word) - 1))
    vowels = [place for place in inner if word[place].lower() in VOWELS] or inner
    roll = rng.random()
    if roll < 0.65:
        hidden = {rng.choice(vowels)}
    elif roll < 0.93 or len(word) > 6:
        hidden = {rng.choice(vowels), rng.choice(inner)}
    else:
        hidden = set(inner)
    return "".join(sign if place in hidden else letter for place, letter in enumerate(word))


def space_out(word: str, rng: Random) -> str:
    """A sign or a space between all letters."""
    return rng.choices(SEPARATORS, SEPARATOR_ODDS)[0].join(word)


def repeat(word: str, rng: Random) -> str:
    """One or two letters, mostly vowels, held for two to six times."""
    able = (
        VOWELS if rng.random() < 0.75 and any(letter.lower() in VOWELS for letter in word) else word.lower()
    )
    places = [place for place, letter in enumerate(word) if letter.lower() in able]
    held = set(rng.sample(places, min(len(places), rng.choice((1, 1, 2)))))
    return "".join(
        letter * rng.randint(2, 6) if place in held else letter for place, letter in enumerate(word)
    )


def leet(word: str, rng: Random) -> str:
    """Digits and signs for letters."""
    chosen = _some(word, rng, "абвезиостчл", rng.choice((0.3, 0.6, 1.0)))
    chosen |= {place for place in _some(word, rng, "хуьгкн", 0.0) if rng.random() < 0.2}
    return "".join(
        rng.choice(LEET[letter.lower()]) if place in chosen else letter for place, letter in enumerate(word)
    )


def hide(word: str, rng: Random) -> str:
    """Characters without width between the letters, or a stroke through each of them."""
    if rng.random() < 0.1:
        stroke = rng.choice(STRUCK)
        return "".join(letter + stroke for letter in word)
    places = set(rng.sample(range(1, len(word)), rng.randint(1, min(3, len(word) - 1))))
    sign = rng.choice(UNSEEN)
    return "".join(sign + letter if place in places else letter for place, letter in enumerate(word))


def mistype(word: str, rng: Random) -> str:
    """One slip of a finger: two letters swapped, one dropped, doubled, or its neighbour on the keyboard."""
    place = rng.randrange(len(word) - 1)
    slip = rng.choice(("swap", "drop", "double", "neighbour"))
    if slip == "swap":
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if slip == "drop":
        place = rng.randrange(1, len(word))
        return word[:place] + word[place + 1 :]
    if slip == "double":
        return word[:place] + word[place] * 2 + word[place + 1 :]
    letter = word[place].lower()
    row = next((row for row in ROWS if letter in row), letter)
    at = row.index(letter)
    near = rng.choice([row[index] for index in (at - 1, at + 1) if 0 <= index < len(row)] or [letter])
    return word[:place] + (near.upper() if word[place].isupper() else near) + word[place + 1 :]


def recase(word: str, rng: Random) -> str:
    """Capitals all over, at random or by turns."""
    style = rng.choice(("upper", "random", "turns"))
    if style == "upper":
        return word.upper()
    if style == "turns":
        return "".join(letter.upper() if place % 2 else letter.lower() for place, letter in enumerate(word))
    return "".join(letter.upper() if rng.random() < 0.5 else letter.lower() for letter in word)


DISGUISES: dict[str, Callable[[str, Random], str]] = {
    "look_alikes": look_alike,
    "masked": mask,
    "spaced": space_out,
    "repeated": repeat,
    "leetspeak": leet,
    "zero_width": hide,
    "typos": mistype,
    "case": recase,
}
KINDS = (*DISGUISES, "mixed")


def disguise(word: str, kind: str, rng: Random) -> str:
    """One word in the given way; "mixed" takes any way, and now and then a second one on top."""
    if kind != "mixed":
        return DISGUISES[kind](word, rng)
    kinds = rng.sample(list(DISGUISES), 2 if rng.random() < 0.25 else 1)
    for chosen in sorted(kinds, key=lambda name: name == "spaced"):
        word = WORD.sub(lambda match, how=DISGUISES[chosen]: how(match[0], rng), word)  # type: ignore[misc]
    return word


def obfuscate(text: str, kind: str, rng: Random, rate: float = DEFAULT_RATE) -> str:
    """Disguise each word of three letters or more with the probability `rate`, and always at least one.

    The same text, kind, rate and state of `rng` give the same result. Raises KeyError for an unknown kind.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    words = list(WORD.finditer(text))
    if not words:
        return text
    chosen = [index for index, _ in enumerate(words) if rng.random() < rate]
    chosen = chosen or [rng.choices(range(len(words)), [len(match[0]) for match in words])[0]]
    parts: list[str] = []
    position = 0
    for index in chosen:
        start, stop = words[index].span()
        parts += [text[position:start], disguise(words[index][0], kind, rng)]
        position = stop
        if kind == "spaced" and text[stop : stop + 1] == " " and rng.random() < 0.4:
            parts.append(" ")  # many leave a wider gap after a spaced-out word
    return "".join([*parts, text[position:]])

"""Rules of the surface: accents, what cannot be seen, styled characters, addresses, case, ё."""

from __future__ import annotations

import re

from chisto.text.characters import COMBINING, DIGITS, INVISIBLE, RUSSIAN, STYLED, plain
from chisto.text.lexicon import russian
from chisto.text.rule import Rule, replacing
from chisto.text.tokenization import DASHES, PUNCTUATION

COMPOSED = {"и\u0306": "й", "И\u0306": "Й", "е\u0308": "ё", "Е\u0308": "Ё"}
ACCENT = re.compile(rf"[иИеЕ][\u0306\u0308]|[{COMBINING}\u00ad\ufe0e\ufe0f]+")
HIDDEN = re.compile(f"[{INVISIBLE}]+")


URL = r"(?:https?|ftp)://[^\s«»\"<>]+|www\.[^\s«»\"<>]+"
DOMAINS = "ru|su|com|org|net|info|biz|me|io|tv|cc|ua|by|kz|de|uk|eu|co|gl|ly|be|gg|xyz|online|site|club|pro|top|shop"
HOST = rf"(?<![\w.@-])(?:[a-z0-9](?:[a-z0-9-]{{0,62}})\.){{1,4}}(?:{DOMAINS})(?![\w-])(?::\d+)?(?:[/?#][^\s«»\"<>]*)?"
EMAIL = r"(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}"
MENTION = r"(?<![\w@*#$])@\w{2,64}(?![\w@*$])"
ADDRESS = re.compile(f"{URL}|{EMAIL}|{HOST}|(?P<mention>{MENTION})", re.IGNORECASE)
HAS_ADDRESS = re.compile(r"[@:.]")


def _remove_address(match: re.Match[str]) -> str | None:
    if match["mention"]:
        name = match["mention"][1:].lower()
        slots = ["ао", *(DIGITS.get(char, " ") if char.isdigit() else char for char in name)]
        if name[0] in RUSSIAN and russian().fit(slots) and name not in russian():
            return None  # a hidden first letter
    return " "


find_addresses = replacing(ADDRESS, _remove_address)

accents = Rule(
    "accents", replacing(ACCENT, lambda match: COMPOSED.get(match[0], "")), restores=False, by_chunk=False
)
# razdel glues emoji and hanging hyphens to words: «дурак😡», «дурак-» would be words of their own.
LETTER = r"[^\W_]"
SYMBOL = rf"[^\w\s{re.escape(PUNCTUATION)}]"
PLAIN = rf"[^\s{re.escape(PUNCTUATION)}]"
GLUED = re.compile(
    rf"(?<={LETTER})(?={SYMBOL})|(?<={SYMBOL})(?={LETTER})|(?<!\S)[_{DASHES}](?={PLAIN})|(?<={PLAIN})[_{DASHES}](?!\S)"
)


def _unglue(match: re.Match[str]) -> str:
    if not match[0]:
        return " "
    opens = match.start() == 0 or match.string[match.start() - 1].isspace()
    return match[0] + " " if opens else " " + match[0]


hidden = Rule("hidden", replacing(HIDDEN, lambda match: ""), restores=True, by_chunk=False)
styled = Rule(
    "styled",
    replacing(re.compile(f"[{STYLED}]"), lambda match: plain(match[0])),
    restores=True,
    by_chunk=False,
)
address = Rule(
    "address", lambda text: find_addresses(text) if HAS_ADDRESS.search(text) else [], restores=False
)
case = Rule(
    "case",
    replacing(re.compile(r"[^\W\d_]+"), lambda match: match[0].replace("İ", "i").lower()),
    restores=False,
)
yo = Rule("yo", replacing(re.compile("[ёЁ]"), lambda match: "е" if match[0] == "ё" else "Е"), restores=False)
apart = Rule("apart", replacing(GLUED, _unglue), restores=False)

"""Rules about alphabets: letters drawn with signs, look-alike letters, insults in Latin letters."""

from __future__ import annotations

import re

from chisto.text.aligned import Edit
from chisto.text.characters import DRAWN, FOREIGN, LOOK_ALIKES, RUSSIAN, TRANSLITERATIONS
from chisto.text.lexicon import insulting, insults_by_sound, ordinary, russian, squeeze
from chisto.text.rule import Rule, replacing

CYRILLIC = frozenset(RUSSIAN + RUSSIAN.upper() + "ёЁ")
LETTERS = re.compile(r"[^\W\d_]+")


# Letters that look the same in print, each with its counterpart.
TWINS = dict(zip("ABCEHKMOPTXYaceopxykmt", "ВВСЕНКМОРТХУасеорхукмт", strict=True)) | {"A": "А"}
LATIN_TWINS = {cyrillic.lower(): latin.lower() for latin, cyrillic in TWINS.items()}
NEIGHBOURS = frozenset("іїєґўІЇЄҐЎ")  # letters of Ukrainian and Belarusian words, which stay what they are

# English (and other Latin) words that would read as Russian ones, by their looks or by their sound.
ENGLISH = frozenset(
    ["ace", "ape", "apt", "at", "axe", "bake", "bat", "be", "beam", "beep", "boa", "boat", "book", "boom", "boot", "bop", "box", "bra", "by", "cab", "cake", "cam", "came", "camp", "cap", "cape", "car", "care", "cart", "case", "cat", "coat", "cob", "cock", "coke", "coma", "comb", "come", "compact", "cook", "cop", "cope", "copy", "core", "cot", "cox", "cream", "crop", "eat", "echo", "eta", "eye", "ham", "hat", "he", "heat", "heck", "her", "home", "hook", "hop", "hope", "hot", "hype", "kaka", "karate", "kate", "keep", "key", "koh", "kop", "kot", "map", "mark", "mask", "mat", "mate", "me", "meat", "meet", "memo", "met", "moan", "mob", "mom", "mop", "most", "moth", "my", "oak", "oat", "ok", "ox", "pace", "pact", "pap", "par", "park", "part", "pat", "path", "pay", "peak", "pep", "perk", "pet", "poem", "poet", "pop", "port", "post", "pot", "rap", "tape", "tax", "taxi", "tea", "team", "teem", "tek", "tex", "text", "the", "tke", "to", "tome", "tomato", "too", "took", "top", "topay", "tot", "toy", "yak", "yet", "yoke", "tom", "pete", "pike", "cote", "compo", "rock", "exam", "exact", "mac", "apex", "opex", "kept", "pep", "pct", "pax", "mpa", "hex", "haha", "cpu", "oscar", "her", "hers", "hui", "suk", "nah", "lox", "loh", "gad", "gads", "gas", "ham", "hams", "hide", "dura", "mud", "mudd", "bid", "blade", "blood", "bled", "hood", "mandate", "manda", "pad", "pads", "pain", "pass", "pig", "pigs", "debit", "idiom", "moron", "morons", "svelte", "skit", "shit", "cunt", "fuck", "idiot", "idiots", "cretin", "cretins", "imbecile", "degenerate", "pedo", "pedophile", "homo", "homosexual", "lesbian", "clown", "narcomania", "nazi", "fascist", "sadist", "puta", "put", "bitch", "gay", "hero", "herpes", "pizza", "pi", "pis", "poses", "pose", "mint", "mini", "minute", "sos", "sosa", "sosed", "soup", "sort", "tup", "tvs", "trach", "trash", "chat", "chmod", "shakal", "shaman", "sabre", "sad", "sat"]
)


def find_drawn(chunk: str) -> list[Edit]:
    """«}{уй», «/\\ох», «мbl»: a letter drawn with several signs, where that gives a Russian word."""
    if not DRAWN_SIGN.search(chunk) or not CYRILLIC.intersection(chunk):
        return []
    edits = [Edit(match.start(), match.end(), DRAWN[match[0]]) for match in DRAWN_SIGN.finditer(chunk)]
    drawn = DRAWN_SIGN.sub(lambda match: DRAWN[match[0]], chunk).lower().replace("ё", "е")
    before = set(LETTERS.findall(chunk.lower().replace("ё", "е")))
    changed = [word for word in LETTERS.findall(drawn) if word not in before]
    return edits if changed and all(word in russian() for word in changed) else []


DRAWN_SIGN = re.compile("|".join(re.escape(sign) for sign in sorted(DRAWN, key=len, reverse=True)))


def fold(word: str) -> str | None:
    """A word of look-alike letters in the alphabet that it is meant in; None where it is what it looks."""
    aliens = [char for char in word if char not in CYRILLIC]
    if not aliens or len(word) > 40 or any(char not in LOOK_ALIKES for char in aliens):
        return None
    slots = [char.lower().replace("ё", "е") if char in CYRILLIC else LOOK_ALIKES[char] for char in word]
    if len(aliens) == len(word):
        return _fold_foreign(word, slots)
    if NEIGHBOURS.issuperset(aliens):
        return insulting().fit(slots)
    return russian().fit(slots) or _fold_mixed(word, slots, aliens)


def _fold_foreign(word: str, slots: list[str]) -> str | None:
    lowered = word.lower()
    if len(word) < 3 or lowered in ENGLISH or lowered in ordinary():
        return None
    if all(char in TWINS for char in word) or all(char in FOREIGN for char in word):
        return russian().fit([letters[0] for letters in slots])
    return insulting().fit(slots) if len(word) > 3 else None


def _fold_mixed(word: str, slots: list[str], aliens: list[str]) -> str | None:
    switches = sum((left in CYRILLIC) != (right in CYRILLIC) for left, right in zip(word, word[1:], strict=False))
    native = len(word) - len(aliens)
    if len(aliens) > native:
        if switches == 1 and word[0] not in CYRILLIC:
            return None  # «iphoneов», «в windowsе»
        latin = "".join(LATIN_TWINS.get(char.lower(), char) if char in CYRILLIC else char for char in word)
        return latin if latin.isascii() else None
    if len(aliens) == 1 or switches > 1:
        return "".join(letters[0] for letters in slots)
    return None  # «ITшник»


def _fold_match(match: re.Match[str]) -> str | None:
    return fold(match[0])


find_look_alikes = replacing(LETTERS, _fold_match)

UNITS = re.compile("|".join(re.escape(unit) for unit, _ in TRANSLITERATIONS))
SOUNDS = dict(TRANSLITERATIONS)
LATIN = re.compile(r"(?<![\w@$*])[a-z@$*'`]*[a-z][\w@$!'`]*", re.ASCII)
LATIN_SIGNS = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "6": "b", "7": "t", "@": "a", "$": "s", "!": "i"})


def sounds(word: str) -> str:
    """The sounds of a Latin spelling of a Russian word, as `insults_by_sound` keys them."""
    return squeeze("".join(SOUNDS[unit] for unit in UNITS.findall(word)))


def spell(word: str) -> str | None:
    """The insulting Russian word that a Latin word spells; None for any other word."""
    plain = word.translate(LATIN_SIGNS).rstrip("'`")
    if not 3 <= len(plain) <= 40 or plain in ENGLISH or plain in ordinary() or not plain.isascii():
        return None
    heard = sounds(plain)
    by_sound = insults_by_sound()
    return by_sound.get(heard) or by_sound.get(heard.replace("T", "k")) or by_sound.get(heard.replace("T", "s"))


def find_latin(chunk: str) -> list[Edit]:
    """«suka», «pidor», «p1zdec»: insults in Latin letters."""
    return [
        Edit(match.start(), match.start() + len(word), found)
        for match in LATIN.finditer(chunk)
        if (word := match[0].rstrip("!'`")) and (found := spell(word)) is not None
    ]


drawn = Rule("drawn", find_drawn, restores=True)
look_alike = Rule("look_alike", find_look_alikes, restores=True)
latin = Rule("latin", find_latin, restores=True)


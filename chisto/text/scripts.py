"""Rules about alphabets: letters drawn with signs, look-alike letters, insults in Latin letters."""

from __future__ import annotations

import re

from chisto.text.aligned import Edit
from chisto.text.characters import (
    DIGITS,
    DRAWN,
    FOREIGN,
    GREEK,
    LOOK_ALIKES,
    RUSSIAN,
    SIGNS,
    TRANSLITERATIONS,
)
from chisto.text.lexicon import insulting, insults_by_sound, ordinary, russian, squeeze, unstretched
from chisto.text.rule import Rule, replacing

# Letters, and what stands for letters between them.
MIXED = re.compile(r"(?:(?<!\w)[\d@$]{1,3})?[^\W\d_](?:(?:[^\W_]|[@$*#%&!|€])*[^\W\d_])?(?:[\d@$*#]+(?!\w))?")
LONGEST = 40
CYRILLIC = frozenset(RUSSIAN + RUSSIAN.upper() + "ёЁ")
LETTERS = re.compile(r"[^\W\d_]+")


# Letters that look the same in print, each with its counterpart.
TWINS = dict(zip("ABCEHKMOPTXYaceopxykmt", "ВВСЕНКМОРТХУасеорхукмт", strict=True)) | {"A": "А"}
# Latin letters and digits of which whole Russian words are drawn.
DRAWN_ALIKE = frozenset("ABCEHKMOPTXYaceopxykmtbnurgHB36")
LATIN_LETTERS = frozenset(
    char for char in LOOK_ALIKES if "a" <= char.lower() <= "z" or "\u00c0" <= char < "\u0250"
)
LATIN_TWINS = {cyrillic.lower(): latin.lower() for latin, cyrillic in TWINS.items()}
NEIGHBOURS = frozenset("іїєґўІЇЄҐЎ")  # letters of Ukrainian and Belarusian words, which stay what they are

# English (and other Latin) words that would read as Russian ones, by their looks or by their sound.
FOREIGN_WORDS = """
ace ape apex apt at axe bake bat be beam beep bid bitch blade bled blood boa boat book boom boot bop box
bra by cab cake cam came camp cap cape car care cart case cat chat chmod clown coat cob cock coke coma
comb come compact compo cook cop cope copy core cot cote cox cpu cream cretin cretins crop cunt debit
degenerate dura eat echo eta exact exam eye fascist fuck gad gads gas gay haha ham hams hat he heat heck
her hero herpes hers hex hide home homo homosexual hood hook hop hope hot hui hype idiom idiot idiots
imbecile kaka karate kate keep kept key koh kop kot lesbian loh lox mac manda mandate map mark mask mat
mate me meat meet memo met mini mint minute moan mob mom mop moron morons most moth mpa mud mudd my nah
narcomania nazi oak oat ok opex oscar ox pace pact pad pads pain pap par park part pass pat path pax pay
pct peak pedo pedophile pep perk pet pete pi pig pigs pike pis pizza poem poet pop port pose poses post
pot put puta rap rock sabre sad sadist sat shakal shaman shit skit sort sos sosa sosed soup suk svelte
tape tax taxi tea team teem tek tex text the tke to tom tomato tome too took top topay tot toy trach
trash tup tvs yak yet yoke
"""
ENGLISH = frozenset(FOREIGN_WORDS.split())


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
    """A word of look-alike letters in the alphabet that it is meant in; None where it is what it looks.

    Digits and signs between the letters are read too where that gives a Russian word, and kept otherwise.
    """
    letters = [char for char in word if char.isalpha()]
    aliens = [char for char in letters if char not in CYRILLIC]
    if not aliens or len(word) > LONGEST or any(char not in LOOK_ALIKES for char in aliens):
        return None
    slots = [_slot(char) for char in word]
    if len(aliens) == len(letters):
        return _fold_foreign(word, slots)
    if NEIGHBOURS.issuperset(aliens):
        return insulting().fit(slots)
    first = [slot[:1] for slot in slots]
    return russian().guess((first, 1), (slots, 0.1), (unstretched(slots), 0.1)) or _fold_mixed(
        word, letters, aliens
    )


def _slot(char: str) -> str:
    if char in CYRILLIC:
        return char.lower().replace("ё", "е")
    return LOOK_ALIKES.get(char) or DIGITS.get(char) or SIGNS.get(char) or (" " if char.isalnum() else "")


def _fold_foreign(word: str, slots: list[str]) -> str | None:
    """A word with no Russian letter at all: read as Russian only where it is no plausible foreign word."""
    lowered = word.lower()
    if len(word) < 3 or lowered in ENGLISH or lowered in ordinary():
        return None
    first = [letters[:1] for letters in slots]
    if TWINS.keys() >= set(word) or all(char in FOREIGN for char in word):
        return russian().fit(first)
    if len(word) > 3 and not word.isascii() and any(char in FOREIGN or char in GREEK for char in word):
        return (
            russian().guess((first, 1), (slots, 0.1)) if any(char in LATIN_LETTERS for char in word) else None
        )
    if len(word) > 4 and DRAWN_ALIKE.issuperset(word) and (found := russian().fit(first)):
        return found
    return insulting().fit(slots) if len(word) > 3 and word.isalpha() else None


def _fold_mixed(word: str, letters: list[str], aliens: list[str]) -> str | None:
    """The alphabet of the majority, unless the word is put together of two: «ITшник», «в windowsе»."""
    native = [char.lower() for char in letters if char in CYRILLIC]
    switches = sum(
        (left in CYRILLIC) != (right in CYRILLIC) for left, right in zip(letters, letters[1:], strict=False)
    )
    if (
        TWINS.keys() >= set(aliens)
        and not LATIN_TWINS.keys() >= set(native)
        and (switches > 1 or len(aliens) == 1)
    ):
        return "".join(TWINS.get(char, char) for char in word)
    if len(aliens) > len(native):
        if switches == 1 and letters[0] not in CYRILLIC:
            return None
        latin = "".join(LATIN_TWINS.get(char.lower(), char) if char in CYRILLIC else char for char in word)
        return latin if latin.isascii() else None
    if len(aliens) == 1 or switches > 1:
        return "".join(LOOK_ALIKES[char][0] if char in aliens else char for char in word)
    return None


def _fold_match(match: re.Match[str]) -> str | None:
    return fold(match[0])


find_look_alikes = replacing(MIXED, _fold_match)

UNITS = re.compile("|".join(re.escape(unit) for unit, _ in TRANSLITERATIONS))
SOUNDS = dict(TRANSLITERATIONS)
LATIN = re.compile(r"(?<![\w@$*])[a-z@$*'`]*[a-z][\w@$!'`]*", re.ASCII)
LATIN_SIGNS = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "6": "b", "7": "t", "@": "a", "$": "s", "!": "i"}
)


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
    return (
        by_sound.get(heard) or by_sound.get(heard.replace("T", "k")) or by_sound.get(heard.replace("T", "s"))
    )


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

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
from chisto.text.lexicon import insulting, insults_by_sound, ordinary, russian, spelled, squeeze, unstretched
from chisto.text.rule import Rule, replacing

# Letters, and what stands for letters between them.
MIXED = re.compile(r"(?:(?<!\w)[\d@$]{1,3})?[^\W\d_](?:(?:[^\W_]|[@$*#%&!|€])*[^\W\d_])?(?:[\d@$*#]+(?!\w))?")
LONGEST = 40
# A three-letter word is read as Russian only if that is one of the most frequent words: «Bce», «Kak».
USUAL = 500.0
CYRILLIC = frozenset(RUSSIAN + RUSSIAN.upper() + "ёЁ")
LETTERS = re.compile(r"[^\W\d_]+")


# Letters that look the same in print, each with its counterpart.
TWINS = dict(zip("ABCEHKMOPTXYaceopxykmthb", "АВСЕНКМОРТХУасеорхукмтнв", strict=True))
# Latin letters and digits of which whole Russian words are drawn.
DRAWN_ALIKE = frozenset("ABCEHKMOPTXYaceopxykmthbnurg36")
LATIN_LETTERS = frozenset(
    char for char in LOOK_ALIKES if "a" <= char.lower() <= "z" or "\u00c0" <= char < "\u0250"
)
LATIN_TWINS = {cyrillic.lower(): latin.lower() for latin, cyrillic in TWINS.items()}
NEIGHBOURS = frozenset("іїєґўІЇЄҐЎ")  # letters of Ukrainian and Belarusian words, which stay what they are

# English (and other Latin) words that would read as Russian ones, by their looks or by their sound.
FOREIGN_WORDS = """
abba bam chery copt moby oprah maha typa ace ammo amok aorta apache ape apex apt arena armor at atom atoms auto automat axe bach bacon bake
banana bat bay bbb bbc be beam beep beta bid bird bitch blade bled blood boa boat bob bomb book boom boomer
boot bop bot bots box boxen boxer bra by cab cactus cake cam came camp cap capacity cape caper capo capone
car care cart case cat cba chat chmod clown cmc coat cob cobra cock coco coke coma comb combat come comet
comma compact compete compo cook cop cope copper copy core corpora cot cote cox cpu cpy cran cream cretin
cretins crop cunt curv curve debit degenerate dura eat echo eta exact exam eye fascist fuck gad gads gaga
gas gay guru haha ham hams hat hate hated he heat heck her hera hernia hero herpes hers het hex hide home
homo homosexual hood hook hop hope hot hui hulu hype idiom idiot idiots imbecile iowa kaka kappa karat
karate karma katana kate kayak kebab keep keeper kem kepler kept key koh koka kombat komet kop kopt kot
lesbian loh lowe lox mac mae mama manda mandate mandy map mark mask mat mate me meat meet mega mem memo met
meta mini mint minute moan mob mocha mocking moet mom monkey mop moron morons most moth moto mpa mraz mud
mudd mummy mutant my nah narcomania nazi niger nuke oak oat obama oct ok opex opt oscar otto ox pace pacer
pact pad pads pager pain panama pap papa paper pappa par park parka part pasha pass pat path pax pay pct
peak pedo pedophile pep perk pet pete pets pi pig pigs pike pis pizza poem poet poke pop port pose poses
post pot put puta rage ramen rap rapper rock sabre sad sadist sat scal scat shakal shaman shit skit sochi
soci sock socks sort sos sosa sosed soup suk svelte tak take taken tam tape tax taxi tea team teem tek tema
temp tempo tent test tex text the tke to tom toma tomato tomb tome too took top topay torero tot toto toy
trach trash tropa tuna tuner tup turbo tvs typ type typo tyrant vata wrap xmas yak yang yet yoke yoko
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
        found = russian().fit(first)
        return found if len(word) > 3 or russian().weight(found or "") > USUAL else None
    if len(word) > 3 and not word.isascii() and any(char in FOREIGN or char in GREEK for char in word):
        return (
            russian().guess((first, 1), (slots, 0.1)) if any(char in LATIN_LETTERS for char in word) else None
        )
    if len(word) > 4 and DRAWN_ALIKE.issuperset(word) and (found := russian().fit(first)):
        return found
    return insulting().fit(first) if len(word) > 3 and word.isalpha() else None


def _fold_mixed(word: str, letters: list[str], aliens: list[str]) -> str | None:
    """The alphabet of the majority, unless the word is put together of two: «ITшник», «в windowsе»."""
    native = [char.lower() for char in letters if char in CYRILLIC]
    switches = sum(
        (left in CYRILLIC) != (right in CYRILLIC) for left, right in zip(letters, letters[1:], strict=False)
    )
    if switches == 1 and (len(aliens) > 1 and letters[0] not in CYRILLIC):
        return None
    unlike_latin = not LATIN_TWINS.keys() >= set(native) or 3 * len(native) > len(letters)
    if (unlike_latin and DRAWN_ALIKE.issuperset(aliens)) or 2 * len(aliens) <= len(letters):
        if switches == 1 and len(aliens) > 1:
            return None
        return spelled([LOOK_ALIKES[char] if char in aliens else char.lower() for char in word])
    latin = "".join(LATIN_TWINS.get(char.lower(), char) if char in CYRILLIC else char for char in word)
    return latin if latin.isascii() else None


def _fold_match(match: re.Match[str]) -> str | None:
    return fold(match[0])


find_look_alikes = replacing(MIXED, _fold_match)

UNITS = re.compile("|".join(re.escape(unit) for unit, _ in TRANSLITERATIONS))
SOUNDS = dict(TRANSLITERATIONS)
LATIN = re.compile(r"(?<![\w@$*])[a-z@$*'`]*[a-z][\w@$!'`]*", re.ASCII)
SHORT_LATIN = frozenset({"huy", "xuy", "huj", "xuj", "xui", "hyi", "xyi", "xyj"})
LATIN_SIGNS = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "6": "b", "7": "t", "@": "a", "$": "s", "!": "i"}
)


def sounds(word: str) -> str:
    """The sounds of a Latin spelling of a Russian word, as `insults_by_sound` keys them."""
    return squeeze("".join(SOUNDS[unit] for unit in UNITS.findall(word)))


def spell(word: str) -> str | None:
    """The insulting Russian word that a Latin word spells; None for any other word."""
    plain = word.translate(LATIN_SIGNS).rstrip("'`")
    if len(plain) < 4 and plain not in SHORT_LATIN or len(plain) > LONGEST or not plain.isascii():
        return None
    if plain in ENGLISH or plain in ordinary():
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

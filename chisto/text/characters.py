"""What characters are used in place of which letters: tables of the project's own."""

from __future__ import annotations

import unicodedata
from functools import cache

RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюя"

# ── what cannot be seen ────────────────────────────────────────────────────────────────────────────────────────

# Combining marks of the general blocks only: those of Hindi, Hebrew or Thai are letters of ordinary text.
COMBINING = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
INVISIBLE = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are not white space
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)

# ── what is a letter or a digit in another dress ───────────────────────────────────────────────────────────────

# Full-width, mathematical, circled and squared forms: NFKC gives their plain letter. Not №, ™, ½, ² and the
# like, which are ordinary characters with a meaning of their own.
STYLED = (
    "\u2460-\u24ff\ufb00-\ufb06\uff01-\uff5e\U0001d400-\U0001d7ff\U0001f110-\U0001f149\U0001f150-\U0001f189"
)


@cache
def plain(char: str) -> str:
    """The plain letters of a styled character, the character itself where it has none."""
    code = ord(char)
    if 0x1F150 <= code <= 0x1F169:  # negative circled letters have no decomposition
        return chr(ord("A") + code - 0x1F150)
    if 0x1F170 <= code <= 0x1F189:  # negative squared letters neither
        return chr(ord("A") + code - 0x1F170)
    folded = unicodedata.normalize("NFKC", char)
    if 0x2474 <= code <= 0x24B5 or 0x1F110 <= code <= 0x1F129:  # (1), 1. and (a)
        return folded.strip("().")
    return folded


# ── look-alikes: each foreign letter with the Russian letters it stands for, the likeliest first ────────────────

LATIN_UPPER = {
    "A": "а",
    "B": "вб",
    "C": "сц",
    "D": "д",
    "E": "еэ",
    "F": "ф",
    "G": "гд",
    "H": "нх",
    "I": "ил",
    "J": "йж",
    "K": "к",
    "L": "л",
    "M": "м",
    "N": "нип",
    "O": "о",
    "P": "рп",
    "Q": "к",
    "R": "ря",
    "S": "сз",
    "T": "т",
    "U": "уиц",
    "V": "в",
    "W": "шщв",
    "X": "х",
    "Y": "уый",
    "Z": "з",
}
LATIN_LOWER = {
    "a": "а",
    "b": "вбь",
    "c": "сц",
    "d": "д",
    "e": "еэ",
    "f": "ф",
    "g": "дг",
    "h": "нх",
    "i": "ий",
    "j": "йж",
    "k": "к",
    "l": "л",
    "m": "мт",
    "n": "пн",
    "o": "о",
    "p": "рп",
    "q": "к",
    "r": "гр",
    "s": "сз",
    "t": "т",
    "u": "иуц",
    "v": "в",
    "w": "шщв",
    "x": "х",
    "y": "уый",
    "z": "з",
}
GREEK = {
    "Α": "а",
    "Β": "в",
    "Γ": "г",
    "Δ": "д",
    "Ε": "е",
    "Ζ": "з",
    "Η": "н",
    "Ι": "и",
    "Κ": "к",
    "Λ": "л",
    "Μ": "м",
    "Ν": "н",
    "Ο": "о",
    "Π": "п",
    "Ρ": "р",
    "Τ": "т",
    "Υ": "у",
    "Φ": "ф",
    "Χ": "х",
    "α": "а",
    "β": "вб",
    "γ": "уг",
    "δ": "бд",
    "ε": "еэ",
    "η": "пн",
    "ι": "и",
    "κ": "к",
    "λ": "л",
    "μ": "мц",
    "ν": "в",
    "ο": "о",
    "π": "п",
    "ρ": "р",
    "σ": "ос",
    "ς": "с",
    "τ": "т",
    "υ": "иу",
    "φ": "ф",
    "χ": "х",
    "ω": "шо",
    "ϲ": "с",
    "ϕ": "ф",
    "ϱ": "р",
}
# Letters of other alphabets and phonetic signs that look like Russian ones.
FOREIGN = {
    "ᴀ": "а",
    "ɑ": "а",
    "ɒ": "а",
    "ʙ": "в",
    "ƃ": "б",
    "ᴄ": "с",
    "ᴅ": "д",
    "ᴇ": "е",
    "ǝ": "еэ",
    "ə": "еэ",
    "ɛ": "еэ",
    "ʜ": "н",
    "ɪ": "и",
    "ı": "и",
    "ᴋ": "к",
    "ᴌ": "л",
    "ᴍ": "м",
    "ɴ": "н",
    "ᴎ": "и",
    "ᴏ": "о",
    "ᴘ": "р",
    "ʀ": "р",
    "ᴙ": "я",
    "ʁ": "я",
    "ᴛ": "т",
    "ᴜ": "у",
    "ᴠ": "в",
    "ᴡ": "ш",
    "ɯ": "ш",
    "ʏ": "у",
    "ᴢ": "з",
    "ʒ": "з",
    "ɜ": "з",
    "ɾ": "г",
    "ɼ": "гр",
    "ɽ": "гр",
    "ɿ": "г",
    "ɍ": "гр",
    "ᴳ": "г",
    "ʋ": "у",
    "ɐ": "а",
    "ɔ": "с",
    "ʍ": "м",
    "ɘ": "еэ",
    "ɵ": "о",
    "ʘ": "о",
    "ħ": "н",
    "ɦ": "н",
    "ŧ": "т",
    "ƫ": "т",
    "ʈ": "т",
    "ɲ": "п",
    "ŋ": "п",
    "ƞ": "п",
    "ɳ": "п",
    "ɱ": "м",
    "ʂ": "с",
    "ɕ": "с",
    "ƥ": "р",
    "ȼ": "с",
    "ҽ": "е",
    "ҿ": "е",
    "ҁ": "с",
    "ҭ": "т",
    "ꭓ": "х",
    "ⲟ": "о",
    "ⲣ": "р",
    "ⲥ": "с",
    "ⲁ": "а",
    "ⲕ": "к",
    "ɡ": "д",
    "ʟ": "л",
    "ꜱ": "с",
    "ƨ": "г",
    "ƽ": "б",
    "ҏ": "р",
    "ø": "о",
    "Ø": "о",
    "ł": "л",
    "đ": "д",
    "ƙ": "к",
    "ᴦ": "г",
    "ᴧ": "л",
    "ᴨ": "п",
    "ᴩ": "р",
    "օ": "о",
    "ո": "п",
    "ս": "и",
    "հ": "н",
    "Տ": "с",
    "ѕ": "с",
    "ј": "й",
    "ԁ": "д",
    "һ": "н",
    "ԛ": "к",
    "ԝ": "ш",
    "ү": "у",
    "ұ": "у",
    "қ": "к",
    "ҝ": "к",
    "ҡ": "к",
    "ң": "н",
    "ҥ": "н",
    "ҳ": "х",
    "ҫ": "с",
    "ҙ": "з",
    "ғ": "г",
    "ӿ": "х",
    "ө": "о",
    "ә": "еэ",
    "ӽ": "х",
    "ҩ": "о",
    "ӏ": "л",
    "ѡ": "ш",
    "ѵ": "в",
    "ѳ": "ф",
    "ѣ": "еь",
    "ѓ": "г",
    "ќ": "к",
    "ґ": "г",
    "є": "еэ",
    "і": "и",
    "ї": "ий",
    "ў": "у",
    "ђ": "н",
    "ћ": "н",
    "љ": "л",
    "њ": "н",
    "џ": "ц",
    "ӕ": "а",
    "ꙋ": "у",
    "ᲂ": "о",
    "ᲃ": "с",
}


def _diacritics() -> dict[str, str]:
    """Latin, Greek and Cyrillic letters with marks, by their bare letter: á as a, ϋ as υ, ӳ as у; й and ё are letters."""
    table: dict[str, str] = {}
    for code in (*range(0xC0, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x2000)):
        char = chr(code)
        base = unicodedata.normalize("NFD", char)[0]
        if base == char or char in "йёЙЁ" or char in FOREIGN:
            continue
        letters = LATIN_UPPER.get(base) or LATIN_LOWER.get(base) or GREEK.get(base)
        if letters is None and base.lower() in RUSSIAN:
            letters = base.lower()
        if letters is not None:
            table[char] = letters
    return table


def _both_cases(table: dict[str, str]) -> dict[str, str]:
    upper = {char.upper(): letters for char, letters in table.items() if len(char.upper()) == 1}
    return upper | table


LOOK_ALIKES: dict[str, str] = {
    **_diacritics(),
    **_both_cases(FOREIGN),
    **GREEK,
    **LATIN_UPPER,
    **LATIN_LOWER,
}

# Latin letters that a reader takes for Russian ones at once; all-Latin words are read through these alone.
TWINS = set("AaBCcEeHKkMOoPpTtXxYy") | set("bmnrugi3")

# Letters drawn with several signs.
DRAWN = {
    "}{": "х",
    ")(": "х",
    "><": "х",
    "}|{": "ж",
    ">|<": "ж",
    ")|(": "ж",
    "/\\": "л",
    "|\\|": "и",
    "|/|": "и",
    "|-|": "н",
    "bl": "ы",
    "bI": "ы",
    "b|": "ы",
    "ьl": "ы",
    "ьI": "ы",
    "ь|": "ы",
    "ЬI": "ы",
    "Ьl": "ы",
    "6l": "ы",
    "6I": "ы",
    "ьi": "ы",
    "bi": "ы",
    "IO": "ю",
    "|O": "ю",
    "lO": "ю",
    "l0": "ю",
    "|0": "ю",
    "I0": "ю",
    "|o": "ю",
    "9I": "я",
    "9l": "я",
}

# ── digits and signs in the place of letters, the likeliest letter first ───────────────────────────────────────

DIGITS = {
    "0": "о",
    "1": "ил",
    "3": "езэ",
    "4": "ча",
    "5": "сп",
    "6": "бь",
    "7": "тг",
    "8": "в",
    "9": "дяр",
}
SIGNS = {
    "@": "ао",
    "$": "сз",
    "€": "е",
    "£": "л",
    "!": "и",
    "|": "л",
    "¡": "и",
    "₽": "р",
    "¢": "с",
    "¥": "у",
}

# Signs that stand over a letter somebody did not want to write: they never stand inside an ordinary word.
STRONG_MASKS = "*#%&^•~+¤§×■█░▒▓●○◦☆★♥❤✱✳∗⁎"
# Signs that do the same now and then, though they mostly join words or end sentences.
JOINTS = ".-_?'`’‑–—"

# ── Russian in Latin letters ───────────────────────────────────────────────────────────────────────────────────

TRANSLITERATIONS = (
    ("shch", "S'"),
    ("sch", "S'"),
    ("zh", "Z"),
    ("kh", "h"),
    ("ts", "T"),
    ("tz", "T"),
    ("ch", "C"),
    ("sh", "S"),
    ("ya", "ia"),
    ("ja", "ia"),
    ("yu", "iu"),
    ("ju", "iu"),
    ("yo", "e"),
    ("jo", "e"),
    ("ye", "e"),
    ("je", "e"),
    ("io", "e"),
    ("a", "a"),
    ("b", "b"),
    ("c", "T"),
    ("d", "d"),
    ("e", "e"),
    ("f", "f"),
    ("g", "g"),
    ("h", "h"),
    ("i", "i"),
    ("j", "i"),
    ("k", "k"),
    ("l", "l"),
    ("m", "m"),
    ("n", "n"),
    ("o", "o"),
    ("p", "p"),
    ("q", "k"),
    ("r", "r"),
    ("s", "s"),
    ("t", "t"),
    ("u", "u"),
    ("v", "v"),
    ("w", "v"),
    ("x", "h"),
    ("y", "i"),
    ("z", "z"),
    ("'", ""),
    ("`", ""),
)
RUSSIAN_SOUNDS = {
    "а": "a",
    "б": "b",
    "в": "v",
    "г": "g",
    "д": "d",
    "е": "e",
    "ж": "Z",
    "з": "z",
    "и": "i",
    "й": "i",
    "к": "k",
    "л": "l",
    "м": "m",
    "н": "n",
    "о": "o",
    "п": "p",
    "р": "r",
    "с": "s",
    "т": "t",
    "у": "u",
    "ф": "f",
    "х": "h",
    "ц": "T",
    "ч": "C",
    "ш": "S",
    "щ": "S'",
    "ъ": "",
    "ы": "i",
    "ь": "",
    "э": "e",
    "ю": "iu",
    "я": "ia",
}

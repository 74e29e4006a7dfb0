"""The project's own demo data set: labelled comments made up from a grammar, the same for the same seed."""

import random
import re
from collections.abc import Callable, Sequence

from chisto.demo import neutral, toxic
from chisto.demo.nouns import NOUNS
from chisto.demo.phrase import Draft

TOXIC_SHARE = 0.35
#: Rows whose label is turned over, so that "likely label errors" has something to find.
MISLABELLED_SHARE = 0.02
#: Rows that say what another row says; every second one with the opposite label.
REPEATED_SHARE = 0.02
MAX_ROWS = 20_000

RULES = {**neutral.RULES, **toxic.RULES}
TOPICS = sorted(neutral.TOPICS)
GLAD = ("🙂", "👍", "❤️", "🔥", ")", "))", ":)")
ANGRY = ("🤡", "🤮", "😡", "🤦", "👎", ")))", "😂")
#: Topics on which nobody smiles.
GRAVE = {"health", "news"}
ENDS = (".", ".", "", "!", "...")
ANGRY_ENDS = ("!", "!!!", "", ".", "...")
LATIN_TWINS = str.maketrans("аеорсух", "aeopcyx")
INSULTS = frozenset(
    form for name in ("insult_m", "insult_f") for noun in NOUNS[name] for form in noun.forms.values()
)


def generate(rows: int = 1200, seed: int = 0) -> list[tuple[str, int]]:
    """Make `rows` pairs of a comment and its label (1: toxic), in random order.

    About 35 % are toxic, 2 % carry the wrong label, 2 % repeat another comment, every second one of them with the
    opposite label. ValueError if `rows` is not in 1 … `MAX_ROWS`.
    """
    if not 1 <= rows <= MAX_ROWS:
        raise ValueError(f"rows must be from 1 to {MAX_ROWS}")
    chance = random.Random(seed)
    repeated = int(rows * REPEATED_SHARE)
    made = _write_distinct(rows - repeated, chance)
    for index in chance.sample(range(len(made)), int(rows * MISLABELLED_SHARE)):
        text, label = made[index]
        made[index] = text, 1 - label
    originals = chance.sample(made, repeated)
    made += [(text, label if index % 2 else 1 - label) for index, (text, label) in enumerate(originals)]
    chance.shuffle(made)
    return made


def _write_distinct(count: int, chance: random.Random) -> list[tuple[str, int]]:
    made: dict[str, tuple[str, int]] = {}
    toxic_count = round(count * TOXIC_SHARE)
    while len(made) < count:
        label = int(len(made) < toxic_count)
        text = (_write_toxic if label else _write_neutral)(chance)
        made.setdefault(_fold(text), (text, label))
    return list(made.values())


def _fold(text: str) -> str:
    """What two comments have in common that differ in nothing but case, signs and ё."""
    return " ".join(re.findall(r"\w+", text.lower().replace("ё", "е")))


def _write_neutral(chance: random.Random) -> str:
    name = chance.choice(TOPICS)
    topic = neutral.TOPICS[name]
    shape = chance.random()
    if shape < 0.14:
        phrases = [chance.choice(neutral.LOOKALIKES)]
    elif shape < 0.26:
        phrases = [chance.choice(neutral.REPLIES)]
    elif shape < 0.58:
        phrases = [chance.choice(topic)]
    elif shape < 0.80:
        phrases = [chance.choice(neutral.REPLIES), chance.choice(topic)]
    else:
        phrases = chance.sample(topic, chance.choice((2, 2, 3, 4)))
    return _type(phrases, ENDS, () if name in GRAVE else GLAD, chance)


def _write_toxic(chance: random.Random) -> str:
    name = chance.choice(TOPICS)
    topic = toxic.TOPICS[name]
    shape = chance.random()
    if shape < 0.12:
        phrases = [chance.choice(toxic.COVERT)]
    elif shape < 0.32:
        phrases = [chance.choice(toxic.ATTACKS)]
    elif shape < 0.56:
        phrases = [chance.choice(topic)]
    elif shape < 0.80:
        phrases = [chance.choice(neutral.TOPICS[name]), chance.choice(toxic.ATTACKS + toxic.COVERT)]
    elif shape < 0.92:
        phrases = [chance.choice(topic), chance.choice(toxic.ATTACKS)]
    else:
        phrases = [
            *chance.sample(neutral.TOPICS[name], 2),
            chance.choice(topic),
            chance.choice(toxic.ATTACKS),
        ]
    return _type(phrases, ANGRY_ENDS, ANGRY, chance)


def _type(phrases: list[str], ends: Sequence[str], emoji: Sequence[str], chance: random.Random) -> str:
    """Put sentences together as people type them: with and without capitals, stops, emoji, ё and care."""
    draft = Draft(chance, RULES)
    sentences = [draft.expand(phrase) for phrase in phrases]
    if chance.random() < 0.2:
        sentences[0] = draft.expand("{lead} ") + sentences[0]
    careless = chance.random() < 0.4
    if not careless:
        sentences = [text[0].upper() + text[1:] for text in sentences]
    stops = ["," if careless else "."] * (len(sentences) - 1) + [chance.choice(ends)]
    finished = (
        text if text[-1] in "?!" else text + stop for text, stop in zip(sentences, stops, strict=True)
    )
    text = (" " if chance.random() < 0.92 else "\n").join(finished)
    if emoji and chance.random() < 0.15:
        text += " " + chance.choice(emoji)
    for share, habit in HABITS:
        if chance.random() < share:
            text = habit(text, chance)
    return text


def _spell_without_yo(text: str, chance: random.Random) -> str:
    return text.replace("ё", "е").replace("Ё", "Е")


def _shout(text: str, chance: random.Random) -> str:
    return text.upper()


def _mistype(text: str, chance: random.Random) -> str:
    """Swap two neighbouring letters of a word."""
    words = [match for match in re.finditer(r"[а-яё]{5,}", text) if match[0] not in INSULTS]
    if not words:
        return text
    place = chance.choice(words).start() + chance.randint(1, 3)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _disguise(text: str, chance: random.Random) -> str:
    """Hide an insult from a filter: a masked letter, look-alikes, spaces, a drawn-out vowel."""
    found = [match for match in re.finditer(r"[а-яё]{3,}", text) if match[0] in INSULTS]
    if not found:
        return text
    word = chance.choice(found)
    hidden = chance.choice(
        (
            word[0][0] + "*" + word[0][2:],
            word[0].translate(LATIN_TWINS),
            " ".join(word[0]),
            re.sub(r"([аоиуыяё])", r"\1\1\1", word[0], count=1),
            word[0].replace("о", "0").replace("и", "1"),
        )
    )
    return text[: word.start()] + hidden + text[word.end() :]


#: How often a writer does what to a comment.
HABITS: tuple[tuple[float, Callable[[str, random.Random], str]], ...] = (
    (0.12, _disguise),
    (0.05, _mistype),
    (0.5, _spell_without_yo),
    (0.04, _shout),
)

"""Phrases with agreement: the small grammar that the demo comments are written in.

    [a|b]              one of a, b
    {when}             a phrase of the rule `when`
    {film.acc}         a noun of the class `film` in the accusative; the same noun throughout a comment
    {film:рад|рада}    the form that agrees with that noun: masculine, feminine, neuter, plural
    {me:рад|рада}      the form for the one who writes, {you:…} for the one who is spoken to

`insult` is a noun for the one who is spoken to, `slur` for the `person` spoken of.
"""

import random
import re
from collections.abc import Mapping, Sequence

from chisto.demo.nouns import GENDERS, NOUNS, Noun

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)(?:\.(\w+)|:([^{}]*))?\}")
_SPEAKERS = ("me", "you")


def read_phrases(block: str) -> tuple[str, ...]:
    """One phrase a line."""
    return tuple(line.strip() for line in block.strip().splitlines())


class Draft:
    """One comment in the making: remembers who speaks to whom, of what."""

    def __init__(self, chance: random.Random, rules: Mapping[str, Sequence[str]]) -> None:
        self._chance = chance
        self._rules = rules
        self._genders = {speaker: chance.choice("mf") for speaker in _SPEAKERS}
        self._nouns: dict[str, Noun] = {}

    def expand(self, phrase: str) -> str:
        """Fill all slots of a phrase; KeyError where it names what does not exist."""
        while choice := _CHOICE.search(phrase):
            chosen = self._chance.choice(choice[1].split("|"))
            phrase = phrase[: choice.start()] + chosen + phrase[choice.end() :]
        return _SLOT.sub(self._fill, phrase)

    def _fill(self, slot: re.Match[str]) -> str:
        name, case, forms = slot.groups()
        if case:
            return self._noun(name).forms[case]
        if forms is not None:
            return forms.split("|")[GENDERS.index(self._gender(name))]
        return self.expand(self._chance.choice(self._rules[name]))

    def _gender(self, name: str) -> str:
        return self._genders[name] if name in _SPEAKERS else self._noun(name).gender

    def _noun(self, name: str) -> Noun:
        if name not in self._nouns:
            owner = {"insult": "you", "slur": "person"}.get(name)
            table = NOUNS[f"insult_{self._gender(owner)}" if owner else name]
            self._nouns[name] = self._chance.choice(table)
        return self._nouns[name]

"""What a Label Studio project asks about its texts: the part of its labelling configuration that toxicity fits."""

from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

from chisto.errors import BadRequest

MAX_CONFIG_CHARS = 200_000

#: How names of choices begin. Clean comes first: «не токсично» before «токсично».
_CLEAN = (
    *("non", "not", "no ", "neutral", "ok", "norm", "clean", "good", "safe", "polite"),
    *("не ", "нет", "нейтр", "ок", "норм", "чист", "хорош", "без ", "вежлив", "приличн"),
)
_TOXIC = (
    *("tox", "insult", "abus", "offens", "hate", "rude", "obscen", "bad", "unsafe"),
    *("токс", "оскорб", "хейт", "ненавист", "груб", "мат", "плох", "агресс"),
)
_WHOLE = {"0": False, "1": True, "no": False, "yes": True, "да": True, "false": False, "true": True}


class BadConfig(BadRequest):
    code = "bad_label_config"
    texts = {
        "en": (
            "This labelling configuration cannot be used: {reason}.",
            'It takes a <Text> and <Choices> over it with two choices such as "toxic" and "not toxic".',
        ),
        "ru": (
            "Такая настройка разметки не подходит: {reason}.",
            "Нужны <Text> и <Choices> к нему с двумя вариантами, например «токсично» и «не токсично».",
        ),
    }


@dataclass(frozen=True, slots=True)
class Labels:
    """A control that marks words, and the label to mark them with."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class LabelConfig:
    """``key`` names the text in a task's data; ``labels`` is there where words can be marked."""

    choices: str
    text: str
    key: str
    toxic: str
    clean: str
    labels: Labels | None

    def read(self, choice: str) -> bool | None:
        """Whether a choice says toxic; None for a choice that says neither."""
        return {self.toxic: True, self.clean: False}.get(choice)


@lru_cache(maxsize=64)
def parse_config(xml: str) -> LabelConfig:
    """The first <Choices> over a <Text> that tell toxic from not toxic. Raises BadConfig."""
    if len(xml) > MAX_CONFIG_CHARS or "<!DOCTYPE" in xml or "<!ENTITY" in xml:
        raise BadConfig(reason="DOCTYPE, ENTITY or length")
    try:
        root = ElementTree.fromstring(xml)  # noqa: S314 - expat without a DTD expands and loads nothing
    except (ElementTree.ParseError, ValueError):
        raise BadConfig(reason="XML") from None
    texts = {tag.get("name", ""): tag.get("value", "") for tag in root.iter("Text")}
    for tag in root.iter("Choices"):
        target = tag.get("toName", "").split(",")[0]
        value = texts.get(target, "")
        pair = _toxic_and_clean(_names(tag, "Choice"))
        if tag.get("name") and value.startswith("$") and pair is not None:
            return LabelConfig(tag.get("name", ""), target, value[1:], *pair, _labels(root, target))
    raise BadConfig(reason="<Choices>")


def _labels(root: ElementTree.Element, target: str) -> Labels | None:
    for tag in root.iter("Labels"):
        names = _names(tag, "Label")
        if tag.get("name") and tag.get("toName", "").split(",")[0] == target and names:
            return Labels(tag.get("name", ""), next((name for name in names if _means(name)), names[0]))
    return None


def _names(tag: ElementTree.Element, kind: str) -> list[str]:
    """What results call the choices: their alias, where they have one."""
    return [child.get("alias") or child.get("value") or "" for child in tag.iter(kind)]


def _toxic_and_clean(names: list[str]) -> tuple[str, str] | None:
    toxic = [name for name in names if _means(name) is True]
    clean = [name for name in names if _means(name) is False]
    if not toxic and len(clean) == 1 and len(names) == 2:
        toxic = [name for name in names if name not in clean]
    if not clean and len(toxic) == 1 and len(names) == 2:
        clean = [name for name in names if name not in toxic]
    return (toxic[0], clean[0]) if toxic and clean else None


def _means(name: str) -> bool | None:
    """Whether the name of a choice or label says toxic (True), clean (False), or neither."""
    folded = " ".join(name.casefold().replace("-", " ").replace("_", " ").split())
    if folded in _WHOLE:
        return _WHOLE[folded]
    if folded.startswith(_CLEAN):
        return False
    return True if folded.startswith(_TOXIC) else None

"""Each rule of normalization alone: what it changes, and what it leaves."""

import pytest

from chisto.text import RULES

BY_NAME = {rule.name: rule for rule in RULES}

CHANGES = [
    ("accents", "за\u0301мок, и\u0306од и е\u0308лка", "замок, йод и ёлка"),
    ("accents", "з\u0336л\u0336о\u0336", "зло"),
    ("accents", "пере\u00adнос ❤\ufe0f", "перенос ❤"),
    ("hidden", "су\u200bка и ду\u2060рак\ufeff", "сука и дурак"),
    ("hidden", "\u202eтекст\u202c", "текст"),
    ("styled", "ｄｕｒａ 𝓼𝓾𝓴𝓪 ⓐⓑ 🅰", "dura suka ab A"),
    ("spaced", "ну ты и д у р а к", "ну ты и дурак"),
    ("spaced", "т-у-п-о-й, с.у.к.а и к_о_з_ё_л", "тупой, сука и козёл"),
    ("spaced", "э т о  п р о с т о  т е к с т", "это  просто  текст"),
    ("spaced", "ты т у п о й и з л о й", "ты тупой и злой"),
    ("address", "см. https://example.ru/a?b=1, пишите me@example.com", "см.   пишите  "),
    ("address", "@someone, глянь www.example.org", " , глянь  "),
    ("drawn", "}{уй и /\\ох", "хуй и лох"),
    ("drawn", "мbl рbIбы", "мы рыбы"),
    ("look_alike", "cyкa и дeбил", "сука и дебил"),
    ("look_alike", "Bce xopoшo", "все хорошо"),
    ("look_alike", "blutoоth", "blutooth"),
    ("look_alike", "дураĸ дурαк", "дураĸ дурак"),
    ("case", "ДУРАК Ёж ПриВет", "дурак ёж привет"),
    ("yo", "ёлка, Ёж", "елка, Еж"),
    ("masked", "с*ка, бл@ть, х**, пид#р", "сука, блять, хуй, пидор"),
    ("masked", "п***ц какой-то", "пиздец какой-то"),
    ("masked", "п!дор и $ука", "пидор и сука"),
    ("masked", "пр*вет, как р@бота", "привет, как работа"),
    ("masked", "ду*рак", "дурак"),
    ("masked", "щ*гзы", "щгзы"),  # unknown, so no more than joined
    ("dotted", "пр-сто т-лько", "просто только"),
    ("digits", "п1дор, 4то, 6лядь", "пидор, что, блядь"),
    ("digits", "пр0ст0 х0р0ший", "просто хороший"),
    ("digits", "н3 п0шел, т0 ли н37", "не пошел, то ли нет"),
    ("masked", "н@ т@кой", "на такой"),
    ("latin", "suka, pidor, blyat", "сука, пидор, блять"),
    ("latin", "pizdec, mudak, huynya", "пиздец, мудак, хуйня"),
    ("stutter", "ну-у-у и б-б-было", "ну и было"),
    ("halt", "ка-ак же та-ак", "как же так"),
    ("stretch", "дуууурак, сукааааа, сукаа", "дурак, сука, сука"),
    ("stretch", "оооочень дооолго", "очень долго"),
    ("dotted", "х.й, пи-дор, др_нь, б.лядь", "хуй, пидор, дрянь, блядь"),
    ("row", "что!!!!!!! аааааааа", "что!!! ааа"),
    ("apart", "дурак😡 и дурак- молодец", "дурак 😡 и дурак - молодец"),
]

LEFT_ALONE = [
    ("accents", "йод, ёлка, Їжак, हिन्दी"),
    ("hidden", "обычный текст\nв две строки\tс табуляцией"),
    ("styled", "№ 5, 20 °C, м², ½ и ™"),
    ("spaced", "я и ты и он, и в а, а я и в шоке"),
    ("spaced", "варианты а б в г, 1 2 3 4 5"),
    ("spaced", "и т. д. и т. п., А. С. Пушкин, к.т.н."),
    ("address", "встретимся в 10:30, счёт 2:1. Конец.Начало"),
    ("address", "б@ть и с@ка"),
    ("drawn", "формула f(x)(y), путь a/b, скобки ()"),
    ("look_alike", "blutooth copy CPU Oscar Windows"),
    ("look_alike", "ITшник, iphoneов, тексты на українській мові"),
    ("masked", "*слово* и слово*, 2*2=4, 50% скидка, М&М, Q&A"),
    ("masked", "жизни!теперь, слово(пояснение)"),
    ("digits", "100 рублей, 4к, 5км, 90е, 2й, 3а класс, дом д4, с70, т34, ил2, 10лет, windows10"),
    ("latin", "copy, her, ham, hero, photo, idiom, super, pizza"),
    ("stutter", "кто-кто, ха-ха, по-особому, из-за"),
    ("halt", "по-особому, какой-никакой, буль-буль"),
    ("stretch", "длинный, класс, сообщение, вакуум, змееед, поддать, вводы"),
    ("dotted", "кто-то, из-за, конец.начало, т.е. и т.к., жопа-то, ну-ка"),
    ("row", "что!!! да... вот))"),
    ("apart", "кто-то и из-за, просто 😡 да"),
]


@pytest.mark.parametrize(("name", "before", "after"), CHANGES)
def test_rule_undoes_its_own_disguise(name: str, before: str, after: str) -> None:
    assert BY_NAME[name](before) == after


@pytest.mark.parametrize(("name", "text"), LEFT_ALONE)
def test_rule_leaves_ordinary_text(name: str, text: str) -> None:
    assert BY_NAME[name](text) == text


def test_every_rule_is_shown_in_isolation() -> None:
    assert {name for name, *_ in CHANGES} == set(BY_NAME) == {name for name, _ in LEFT_ALONE} | {"case", "yo"}
    assert len(BY_NAME) == len(RULES)

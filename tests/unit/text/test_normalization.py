"""Normalization as a whole: words restored, ordinary text left, offsets kept, time linear."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chisto.text import normalize, words

DISGUISED = [
    ("Ну ты и cyкa", ["сука"]),
    ("с*ка, бл@ть и п***ц", ["сука", "блять", "пиздец"]),
    ("ты с у к а тупая", ["сука"]),
    ("т-у-п-о-й д.у.р.а.к", ["тупой", "дурак"]),
    ("СУКАААА, дуууурак", ["сука", "дурак"]),
    ("xyй и дeбил", ["хуй", "дебил"]),
    ("suka blyat", ["сука", "блять"]),
    ("п1д0рас", ["пидорас"]),
    ("ид\u200bиот", ["идиот"]),
    ("𝓼𝓾𝓴𝓪", ["сука"]),
    ("c y k a", ["сука"]),
    ("п и д 0 р", ["пидор"]),
    ("с у к @", ["сука"]),
    ("M.y.д.a.к", ["мудак"]),
    ("х.у*й", ["хуй"]),
    ("п*д*ррр", ["пидор"]),
    ("6л9дь", ["блядь"]),
    ("мpa3ь", ["мразь"]),
    ("ебл@н", ["еблан"]),
    ("дол6оё6", ["долбоеб"]),
    ("д0лб03б", ["долбоеб"]),
    ("у**ок", ["уебок"]),
    ("г*вно", ["говно"]),
    ("ш.л.ю.х.а", ["шлюха"]),
    ("чm0", ["чмо"]),
    ("Пошёл на*уй", ["нахуй"]),
]

# Everyday writing with all that a rule might stumble over.
ORDINARY = """
Спасибо, очень интересная статья! Жду продолжения в 10:30 на https://example.org/news?id=5.
В 2019-м году цена была 100 рублей, теперь 4к, а за 1,5 кг — 350р.
Купил iPhone 13 Pro, мой старый Samsung S8 отдал брату; Windows 10 стоит на ноутбуке.
Я и ты, и он, и она — все мы тут; а я в шоке, и с ней тоже.
Т. е. и т. д., и т. п., и др., А. С. Пушкин, г. Москва, ул. Ленина, д. 5, корп. 2.
Кто-то из-за чего-то по-прежнему что-либо делает; ну-ка, давай-ка, всё-таки, диван-кровать.
Длинный класс, хорошая ванна, теннис, касса, суббота, программа, аккуратный, искусство.
Blutooth, copy, CPU, Oscar, PC, TV, Wi-Fi, USB 3.0, mp3-плеер, 3D-принтер, HR-отдел, IT.
He said that the book is on the table, and me too. Keep calm!
Встреча в ТЦ «Мега», кафе "Шоколадница", 2-й этаж (вход со двора).
x = 5 * y + 3; a*b = c; 2*2 = 4; 50% скидка; 5 + 5 = 10; C# и C++.
Жму F5, потом Ctrl+C и Ctrl+V; файл main.py лежит в /home/user/docs.
*Примечание: слово* значит сноску, а **жирный** текст — выделение.
Застрахуй машину, употребляй меньше соли, подстрахуй меня, команда мандарин, скипидар, колебать.
Хулиган, художник, хурма, жидкий, себе, небеса, хлебать, рубля, гребля, сабля, оскорблять.
Спидорак — это сорт рака? Психуй не психуй, а потребителя не обманешь.
Привіт, як справи? Я дуже люблю цю пісню, і він теж її співає.
Его зовут Исаак, её — Анна-Мария, а город — Нью-Йорк; вакуум и змееед.
Ха-ха-ха, хи-хи, ой-ой-ой, бла-бла-бла, тик-так, чих-пых.
Конец.Начало без пробела, и вот так:вот, а ещё так;вот.Всё!Точка?Да.
Рост 180см, вес 75кг, 90-е годы, 2-ой и 5го числа, в 3х местах, 20й дом, т34 и ил2.
Эл. почта me@example.com, ник @someone_else, хэштег #осень.
Задача №5: найти S = πr², если r = 3 см; ответ в м².
Он сказал: «Да!» — и ушёл... А ты? Ну, не знаю…
Мой брат — ужасный водитель, хотя человек хороший :) ;-) =)
""".strip().splitlines()


@pytest.mark.parametrize(("text", "restored"), DISGUISED)
def test_disguised_words_are_restored_and_shown(text: str, restored: list[str]) -> None:
    found = normalize(text).restored
    assert [item.restored for item in found] == restored
    assert all(text[item.start : item.stop] == item.original for item in found)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_not_restored(text: str) -> None:
    assert normalize(text).restored == []


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_keeps_its_letters(text: str) -> None:
    lowered = text.lower().replace("ё", "е")
    assert all(word.text in lowered for word in words(text))


@pytest.mark.parametrize("text", [*ORDINARY, *(text for text, _ in DISGUISED)])
def test_normalized_text_is_normal(text: str) -> None:
    once = normalize(text).text
    assert normalize(once).text == once


def test_spans_cover_the_disguise_and_nothing_else() -> None:
    text = "Ну и с у к а ты, Вася; сукааа! Cyкa."
    spans = [(text[item.start : item.stop], item.restored) for item in normalize(text).restored]
    assert spans == [("с у к а", "сука"), ("сукааа", "сука"), ("Cyкa", "сука")]


def test_a_change_of_case_or_an_accent_is_no_disguise() -> None:
    assert normalize("ПРИВЕТ, Ёлка, за\u0301мок, и\u0306од, сов\u00adсем").restored == []


def test_empty_and_blank_texts_have_no_words() -> None:
    assert normalize("").text == ""
    assert [words(text) for text in ("", " ", "\n\t", "\u200b", "https://example.org")] == [
        [],
        [],
        [],
        [],
        [],
    ]


SIGNS = st.sampled_from(
    [
        *"абвгдеёжзийкуслхпртыьАСЕЇіїabcekopxyuHMK019 \t\n.,!?-–_/\\:;)(*@#$%&|~`^=+\"'«»№",
        *"\u200b\u00ad\u0301\u0306\u0308\ufe0f\u202e😀❤İΣς²½ﬁ①𝓼ｓ\u00a0\u3000\U0001f170",
        *(
            "сука ",
            "хуй",
            "п*здец",
            "http://ya.ru/x ",
            "@vasya ",
            "a@b.ru ",
            "5. 5",
            " - ",
            "с у к а",
            "ну-ну-у",
            "suka ",
        ),
    ]
)
TEXTS = st.lists(SIGNS, max_size=20).map("".join) | st.text(max_size=40)


@given(TEXTS)
def test_every_normalized_character_maps_into_the_original_in_order(text: str) -> None:
    normalized = normalize(text)
    starts, stops = list(normalized.starts), list(normalized.stops)
    assert len(starts) == len(stops) == len(normalized.text) == len(normalized.marks)
    assert starts == sorted(starts)
    assert stops == sorted(stops)
    assert all(0 <= start <= stop <= len(text) for start, stop in zip(starts, stops, strict=True))


@given(TEXTS)
def test_what_was_restored_lies_where_it_is_said_to(text: str) -> None:
    items = normalize(text).restored
    assert all(0 <= item.start < item.stop <= len(text) for item in items)
    assert all(text[item.start : item.stop] == item.original for item in items)
    assert all(left.start <= right.start for left, right in zip(items, items[1:], strict=False))


HOSTILE = {
    "stars": "*" * 20_000,
    "one letter": "а" * 20_000,
    "one Latin letter": "a" * 20_000,
    "zero width": "\u200b" * 20_000,
    "zero width between letters": "а\u200b" * 10_000,
    "alternating scripts": "аa" * 10_000,
    "letters one by one": "а б в " * 3_333,
    "random letters one by one": " ".join(
        "абвгдежзиклмнопрстуя"[index * index % 19] for index in range(10_000)
    ),
    "masked words": "с*ка " * 4_000,
    "letters and stars": "а*" * 10_000,
    "letters and dots": "а." * 10_000,
    "letters and hyphens": "а-" * 10_000,
    "doubled letters": "аабб" * 5_000,
    "no repetition": "".join("абвгдежз"[index * index % 7] for index in range(20_000)),
    "addresses": "http://" * 2_857,
    "mentions": "@a" * 10_000,
    "domains": "a." * 10_000,
    "combining marks": "а\u0336" * 10_000,
    "drawn letters": "}{а" * 6_666,
    "digits and letters": "1а" * 10_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_no_faster_than_a_hostile_text(name: str) -> None:
    def seconds(text: str) -> float:
        runs = []
        for _ in range(3):
            started = time.process_time()
            words(text)
            normalize(text)
            runs.append(time.process_time() - started)
        return min(runs)

    text = HOSTILE[name]
    seconds(text[:500])  # the indexes are built when they are first needed
    whole = seconds(text)
    assert whole < 0.4
    assert whole < 30 * seconds(text[: len(text) // 10]) + 0.01

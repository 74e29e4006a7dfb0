"""Messages, state and its address, markup, exports."""

import re
from pathlib import Path
from string import Formatter

import pytest

import panel_app
from chisto.schemas import ContributionSpan, RestoredSpan
from panel_app import exports, markup, messages
from panel_app.state import PAGES, State

SOURCES = sorted(Path(panel_app.__file__).parent.rglob("*.py"))
EVIL = "<script>alert(1)</script>\"'&"


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_text_is_in_both_languages_with_the_same_places() -> None:
    for key, (russian, english) in messages.TEXTS.items():
        assert russian.strip() and english.strip(), key
        assert _places(russian) == _places(english), key


def test_every_key_that_the_code_names_has_a_text() -> None:
    named = set()
    for source in SOURCES:
        named |= set(
            re.findall(
                r"""(?:\bt|text|button|counted)\(\s*[^"'()]*"([a-z_]+\.[a-z_.0-9]+)\"""",
                source.read_text("utf-8"),
            )
        )
    assert len(named) > 150
    assert not [key for key in named if not messages.has(key)]


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 строка"), (2, "2 строки"), (5, "5 строк"), (11, "11 строк"), (21, "21 строка")],
)
def test_russian_nouns_follow_their_number(count: int, words: str) -> None:
    assert messages.counted("ru", count, "noun.rows") == words


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert messages.number("ru", 1234.5, 1) == "1\N{NARROW NO-BREAK SPACE}234,5"
    assert messages.number("en", 1234.5, 1) == "1,234.5"
    assert messages.size("en", 47_500) == "47.5 KB"
    assert messages.duration("ru", 3700) == "1\N{NARROW NO-BREAK SPACE}ч"


def test_an_address_brings_back_the_state_it_was_made_of() -> None:
    for page in PAGES:
        state = State(
            page=page, language="en", models=["cnn", "my-model"], dataset="ab-12", task="cd-34", model="cnn"
        )
        other = State()
        other.follow(state.search())
        assert other.search() == state.search()
        assert other.page == page and other.language == "en"


@pytest.mark.parametrize(
    "search",
    [
        "?page=<script>",
        "?page=explore&section=evil&dataset=../../etc",
        "?models=a b,<b>",
        "?" + "x=1&" * 30,
        "",
    ],
)
def test_an_address_that_makes_no_sense_is_passed_over(search: str) -> None:
    state = State()
    state.follow(search)
    assert state.page in PAGES
    assert "<" not in state.search() and ".." not in state.search()


def test_typed_text_never_enters_the_address() -> None:
    state = State(drafts={"check.text": "секрет"})
    assert "секрет" not in state.search() and "%D1" not in state.search()


def test_all_markup_escapes_what_it_is_given() -> None:
    span = ContributionSpan(begin=0, end=8, text="<script>", contribution=1.0)
    disguise = RestoredSpan(begin=0, end=3, original="<b>", restored=EVIL)
    made = [
        markup.heading(EVIL, EVIL), markup.section(EVIL, EVIL), markup.paragraph(EVIL), markup.note("error", EVIL, EVIL),
        markup.chip(EVIL), markup.empty(EVIL, EVIL), markup.tiles([(EVIL, EVIL)]), markup.table([EVIL], [[EVIL]]),
        markup.highlighted(EVIL, [span], "{value}"), markup.restored([disguise], EVIL), markup.cloud([(EVIL, 1.0)], "bad"),
        markup.facts({EVIL: [EVIL, {EVIL: EVIL}]}), markup.bar(0.5, "bad", EVIL), markup.swatch("red", EVIL),
    ]  # fmt: skip
    for html in made:
        assert "<script" not in html
        assert "&lt;script&gt;" in html or "&lt;" in html


def test_highlighting_leaves_the_comment_whole_whatever_the_spans() -> None:
    comment = "ты тупой 🙂 <b>"
    spans = [
        ContributionSpan(begin=3, end=8, text="тупой", contribution=2.0),
        ContributionSpan(begin=5, end=10, text="overlaps", contribution=-1.0),
        ContributionSpan(begin=11, end=99, text="beyond the end", contribution=1.0),
    ]
    shown = re.sub(r"<[^>]+>", "", markup.highlighted(comment, spans, "{value}"))
    assert shown == "ты тупой 🙂 &lt;b&gt;"


@pytest.mark.parametrize("cell", ["=1+1", "+7", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_no_cell_of_a_download_begins_a_formula(cell: str) -> None:
    written = exports.to_csv(["text", "score"], [[cell, 0.5]]).decode("utf-8-sig")
    assert written.splitlines()[1].lstrip('"').startswith("'") or "\"'" in written
    assert "0.5" in written


def test_downloads_open_in_excel_as_cyrillic() -> None:
    assert exports.to_csv(["текст"], []).startswith(b"\xef\xbb\xbf")

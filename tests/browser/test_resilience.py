"""Addresses, files, hostile text, an absent server."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from chisto.demo import generate
from panel_app.messages import text

from .conftest import Gate, Running, Visit, start_up

HOSTILE = "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'> **bold** [a](javascript:1)"


def t(key: str, **values: object) -> str:
    return text("ru", key, **values)


def test_addresses_survive_reload_and_the_back_button_and_can_be_shared(visit: Callable[..., Visit]) -> None:
    window = visit().go()
    page = window.page
    for name in ("models", "tasks", "compare"):
        window.open(t(f"nav.{name}"))
    page.go_back()
    page.go_back()
    page.locator("h1", has_text=t("nav.models")).wait_for()
    page.wait_for_timeout(1500)  # what was under way to the pages stepped over may not bring them back
    assert "page=models" in page.url
    assert page.locator("h1").first.inner_text() == t("nav.models")
    page.go_forward()
    page.locator("h1", has_text=t("nav.tasks")).wait_for()
    assert "page=tasks" in page.url
    page.reload()
    page.locator("h1", has_text=t("nav.tasks")).wait_for()
    other = visit().go(page.url.removeprefix(window.base).lstrip("/"))
    assert other.page.locator("h1").first.inner_text() == t("nav.tasks")


def test_hostile_comments_show_as_text(visit: Callable[..., Visit], running: Running, tmp_path: Path) -> None:
    window = visit().go()
    page = window.page
    page.get_by_label(t("check.text")).fill(HOSTILE + "\n=1+1")
    page.locator(".card").nth(1).wait_for()
    assert "**bold**" in page.locator(".card").first.inner_text()
    with page.expect_download() as download:
        page.get_by_text(t("check.download")).click()
    content = Path(download.value.path()).read_text("utf-8-sig")
    assert "\n'=1+1," in content
    table = tmp_path / "hostile.csv"
    rows = "".join(f'"{HOSTILE.replace(chr(34), chr(34) * 2)} {index}",{index % 2}\n' for index in range(6))
    table.write_text("comment_text,toxic\n" + rows + "=HYPERLINK(1),1\n", "utf-8")
    window.open(t("nav.data"))
    page.locator("input[type=file]").set_input_files(table)
    page.get_by_text("**bold**").first.wait_for()
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", r"Файл пуст"),
        ("program.csv", b"MZ\x90\x00" + bytes(range(256)) * 20, r"Это не таблица"),
        ("odd.csv", b"a;b\n1;2\n3;4\n", r"Непонятно|не осталось|столбц"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_sentence_and_a_next_step(
    name: str, content: bytes, said: str, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    window = visit().go("?page=data")
    window.page.locator("input[type=file]").set_input_files(path)
    note = window.page.locator(".note.error")
    note.wait_for()
    assert re.search(said, note.inner_text())
    assert note.locator("span").inner_text().strip()


def test_files_in_the_old_windows_encoding_are_read_right(
    visit: Callable[..., Visit], tmp_path: Path
) -> None:
    path = tmp_path / "старый.csv"
    path.write_bytes("comment_text;toxic\nсъешь ещё этих булок;0\nну ты и тупой;1\n".encode("cp1251"))
    window = visit().go("?page=data")
    window.page.locator("input[type=file]").set_input_files(path)
    window.page.get_by_text("съешь ещё этих булок").wait_for()


def test_a_file_of_comments_becomes_a_table_with_scores(visit: Callable[..., Visit], tmp_path: Path) -> None:
    path = tmp_path / "check.csv"
    path.write_text("id,comment_text\n1,=1+1 спасибо\n2,ты тупая тварь\n2,ты тупая тварь\n", "utf-8")
    window = visit().go()
    window.page.locator("input[type=file]").set_input_files(path)
    link = window.page.get_by_text(t("check.file_download"))
    link.wait_for()
    with window.page.expect_download() as download:
        link.click()
    lines = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert lines[0] == "id,comment_text,toxic_score,is_toxic" and len(lines) == 4
    assert lines[1].split(",")[1].startswith("'=") and lines[2].endswith(",1")


def test_an_absent_server_is_said_and_nothing_typed_is_lost(
    visit: Callable[..., Visit], gated: tuple[str, Gate]
) -> None:
    address, gate = gated
    window = visit(base=address).go()
    page = window.page
    field = page.get_by_label(t("check.text"))
    field.fill("первый")
    page.locator(".card").first.wait_for()
    gate.close()
    field.fill("первый\nвторой, пока сервера нет")
    page.get_by_text(t("shell.away")).first.wait_for()
    window.shoot("server-away")
    gate.open()
    page.locator(".card").nth(1).wait_for()
    page.get_by_text(t("shell.away")).wait_for(state="hidden")
    assert field.input_value() == "первый\nвторой, пока сервера нет"


def test_a_file_of_fifty_megabytes_leaves_the_page_responsive(
    visit: Callable[..., Visit], running: Running, tmp_path: Path
) -> None:
    path = tmp_path / "large.csv"
    made = generate(10_000)
    with path.open("w", encoding="utf-8") as file:
        file.write("comment_text,toxic\n")
        for index in range(300_000):
            (first, toxic), (second, _) = made[index % 10_000], made[index * 7 % 9_973]
            text = f"{index}: {first} {second}".replace('"', "'")
            file.write(f'"{text}",{toxic}\n')
    assert path.stat().st_size > 50_000_000
    window = visit().go("?page=data")
    page = window.page
    page.locator("input[type=file]").set_input_files(path)
    slowest = 0.0
    while not page.get_by_text(t("data.arrived_hint")).is_visible():
        started = time.monotonic()
        assert httpx.get(f"{running.dashboard}/liveness", timeout=30).status_code == 200
        assert page.evaluate("() => new Promise((done) => setTimeout(() => done(true), 0))")
        slowest = max(slowest, time.monotonic() - started)
        page.wait_for_timeout(200)
    assert slowest < 3
    dataset = re.search(r"dataset=([\w-]+)", page.url)
    assert dataset
    about = httpx.get(f"{running.api}/api/v1/datasets/{dataset[1]}", timeout=30).json()
    assert about["rows"] == 300_000
    page.get_by_role("button", name=t("data.explore"), exact=True).click()
    page.get_by_role("button", name=t("explore.start"), exact=True).click()
    page.get_by_text(t("explore.running")).wait_for()
    for name in ("check", "explore"):
        started = time.monotonic()
        window.open(t(f"nav.{name}"))
        assert time.monotonic() - started < 10
    page.get_by_role("button", name=t("explore.section.speech")).wait_for(timeout=240_000)
    started = time.monotonic()
    page.get_by_role("button", name=t("explore.section.ngrams")).click()
    page.get_by_role("button", name=t("explore.ngram.bigrams")).wait_for()
    assert time.monotonic() - started < 5


def test_both_end_with_the_command_that_started_them(tmp_path: Path) -> None:
    started = start_up(tmp_path / "home")
    started.wait_ready()
    assert started.stop() == 0
    for address in (f"{started.api}/livez", f"{started.dashboard}/liveness"):
        with pytest.raises(httpx.TransportError):
            httpx.get(address, timeout=2)
    said = started.output.read_text("utf-8")
    assert started.dashboard in said and started.api in said

"""Every page, light and dark, wide and narrow: pictures are kept, nothing is cut off, everything can be read."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from panel_app.messages import text
from panel_app.state import PAGES

from .conftest import SIZES, Running, Visit

LOOKS = (Path(__file__).parent / "looks.js").read_text("utf-8")
FAULTLESS: dict[str, list[str]] = {"overflow": [], "cut": [], "faint": []}
LABELLED = "comment_text,toxic\n" + "".join(
    f"{'ты тупой осёл' if index % 2 else 'спасибо за ответ'} номер {index},{index % 2}\n"
    for index in range(60)
)


@pytest.fixture(scope="module")
def content(running: Running) -> dict[str, str]:
    """A data set with a profile and a comparison, so that no page is empty: query of each page."""
    with httpx.Client(base_url=running.api, timeout=60) as client:
        dataset = client.post(
            "/api/v1/datasets", params={"filename": "looks.csv"}, content=LABELLED.encode(),
            headers={"Content-Type": "application/octet-stream"},
        ).json()["uuid"]  # fmt: skip
        tasks = [
            client.post(f"/api/v1/datasets/{dataset}/profile").json()["task"],
            client.post("/api/v1/evaluate", json={"models": ["cnn"], "dataset": dataset}).json()["task"],
        ]
        for task in tasks:
            while client.get(f"/api/v1/tasks/{task}").json()["status"] in ("queued", "running"):
                pass
    queries = {page: f"?page={page}" for page in PAGES}
    queries |= {page: f"?page={page}&dataset={dataset}" for page in ("data", "explore", "train")}
    queries["compare"] = f"?page=compare&dataset={dataset}&task={tasks[1]}"
    return queries


def _looks(window: Visit) -> dict[str, list[str]]:
    """What is wrong with the page once drawers and colours have stopped moving."""
    found: dict[str, list[str]] = {}
    for _ in range(12):
        window.page.wait_for_timeout(500)
        found = window.page.evaluate(LOOKS)
        if found == FAULTLESS:
            break
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_read_on_any_screen(
    page: str, visit: Callable[..., Visit], content: dict[str, str]
) -> None:
    window = visit()
    window.go(content[page])
    if page == "check":
        window.page.get_by_text(text("ru", "check.example.all"), exact=True).click()
        window.page.locator(".card").nth(4).wait_for()
    for theme in ("light", "dark"):
        if theme == "dark":
            window.page.get_by_role("button", name=text("ru", "shell.to_dark")).click()
            window.page.wait_for_function("() => document.documentElement.dataset.chTheme === 'dark'")
        for size, (width, height) in SIZES.items():
            window.page.set_viewport_size({"width": width, "height": height})
            window.page.wait_for_timeout(1200)  # a drawer slides away
            found = _looks(window)
            window.shoot(f"{page}-{theme}-{size}")
            assert found == FAULTLESS, f"{theme} {size}"
        window.page.set_viewport_size({"width": SIZES["wide"][0], "height": SIZES["wide"][1]})


REACH = (Path(__file__).parent / "reach.js").read_text("utf-8")
MOST_TABS = 300  # tables have a stop for each cell
MARK = """() => {
  let node = document.activeElement
  while (node && node.shadowRoot && node.shadowRoot.activeElement) { node = node.shadowRoot.activeElement }
  return node?.__mark ?? -1
}"""


@pytest.mark.parametrize("page", PAGES)
def test_everything_on_a_page_can_be_reached_by_keyboard(
    page: str, visit: Callable[..., Visit], content: dict[str, str]
) -> None:
    window = visit().go(content[page])
    window.page.wait_for_timeout(1500)  # what is filled late
    parts = window.page.evaluate(REACH)
    assert len(parts) > 10
    reached: set[int] = set()
    for _ in range(MOST_TABS):
        window.page.keyboard.press("Tab")
        mark = window.page.evaluate(MARK)
        if mark == 0 and len(reached) > 1:
            break  # once around
        reached.add(mark)
    groups = {part["group"] for mark, part in enumerate(parts) if mark in reached} | {
        mark for mark in reached if mark >= 0
    }
    missed = [
        part["name"]
        for mark, part in enumerate(parts)
        if mark not in reached and (part["group"] is None or part["group"] not in groups)
    ]
    assert not missed


def test_a_page_says_its_language(visit: Callable[..., Visit]) -> None:
    window = visit().go("?page=models")
    assert window.page.evaluate("document.documentElement.lang") == "ru"
    window.page.get_by_role("button", name="English").click()
    window.page.locator("h1", has_text="Models").wait_for()
    assert window.page.evaluate("document.documentElement.lang") == "en"
    assert "lang=en" in window.page.url and window.page.title().startswith("Models")

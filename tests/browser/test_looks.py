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


DEEPEST = """() => {
  let node = document.activeElement
  while (node && node.shadowRoot && node.shadowRoot.activeElement) { node = node.shadowRoot.activeElement }
  return node ? [node.tagName, node.getAttribute("aria-label") || node.textContent.trim().slice(0, 80), node.type || ""].join("|") : ""
}"""


def test_everything_on_the_landing_page_can_be_reached_by_keyboard(visit: Callable[..., Visit]) -> None:
    window = visit().go()
    reached = []
    for _ in range(45):
        window.page.keyboard.press("Tab")
        reached.append(window.page.evaluate(DEEPEST))
        if text("ru", "check.split.lines") in reached[-1]:
            for _ in range(2):  # within a group of buttons the arrows move
                window.page.keyboard.press("ArrowRight")
                reached.append(window.page.evaluate(DEEPEST))
    everything = "\n".join(reached)
    for key in (
        "nav.data",
        "nav.compare",
        "check.split.whole",
        "check.example.2",
        "check.clear",
        "shell.to_dark",
    ):
        assert text("ru", key) in everything, key
    assert (
        "TEXTAREA" in everything
        and "INPUT" in everything
        and "|range" in everything
        and "|file" in everything
    )


def test_a_page_says_its_language(visit: Callable[..., Visit]) -> None:
    window = visit().go("?page=models")
    assert window.page.evaluate("document.documentElement.lang") == "ru"
    window.page.get_by_role("button", name="English").click()
    window.page.locator("h1", has_text="Models").wait_for()
    assert window.page.evaluate("document.documentElement.lang") == "en"
    assert "lang=en" in window.page.url and window.page.title().startswith("Models")

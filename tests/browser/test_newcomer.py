"""From nothing to a trained, compared and promoted model and a checked comment, as a newcomer would."""

import re
import time
from collections.abc import Callable

import httpx
import pytest

from panel_app.messages import Language, text

from .conftest import Running, Visit


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_newcomer_gets_from_demo_data_to_a_promoted_model_within_five_minutes(
    language: Language, visit: Callable[..., Visit], running: Running
) -> None:
    def t(key: str) -> str:
        return text(language, key)

    def press(key: str) -> None:
        page.get_by_role("main").get_by_role("button", name=t(key), exact=True).first.click()

    started = time.monotonic()
    window = visit(language=language)
    page = window.page
    window.go()
    window.open(t("nav.data"))
    press("data.demo")
    page.get_by_text(t("data.arrived_hint")).wait_for()
    window.shoot(f"newcomer-{language}-1-data")

    press("data.explore")
    page.locator("h1", has_text=t("nav.explore")).wait_for()
    start = page.get_by_role("button", name=t("explore.start"), exact=True)
    sections = page.get_by_role("button", name=t("explore.section.speech"))
    start.or_(sections).first.wait_for()
    if start.is_visible():  # the same data need no second profile
        start.click()
    sections.wait_for(timeout=120_000)
    page.locator("canvas").first.wait_for(state="attached")
    window.shoot(f"newcomer-{language}-2-explore")

    window.open(t("nav.train"))
    press("train.start")
    page.locator("h1", has_text=t("nav.tasks")).wait_for()
    press("tasks.open_model")
    window.shoot(f"newcomer-{language}-3-model")
    page.wait_for_url(re.compile(r"[?&]model="))
    name = re.search(r"[?&]model=([\w-]+)", page.url)
    assert name, page.url

    press("models.compare")
    page.locator("h1", has_text=t("nav.compare")).wait_for()
    press("compare.start")
    page.get_by_text(t("compare.roc")).wait_for(timeout=120_000)
    page.get_by_text(t("compare.threshold_hint")).wait_for()
    window.shoot(f"newcomer-{language}-4-compare")

    window.open(t("nav.models"))
    press("models.promote")
    page.get_by_text(text(language, "models.promoted_now", name=name[1])).wait_for()
    health = httpx.get(f"{running.api}/api/v1/health").json()
    assert health["default_model"] == name[1]

    window.open(t("nav.check"))
    page.get_by_text(t("check.example.all"), exact=True).click()
    page.get_by_text(re.compile(rf"^5 {text(language, 'noun.comments').split('|')[-1]}")).wait_for()
    window.shoot(f"newcomer-{language}-5-check")
    assert time.monotonic() - started < 300

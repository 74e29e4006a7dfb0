"""Pages over a service of canned answers."""

import asyncio
import gc
import weakref
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from bokeh.document import Document

from chisto.client import AsyncClient, Client
from panel_app.api import Api
from panel_app.app import Shell
from panel_app.messages import LANGUAGES
from panel_app.state import PAGES, State
from panel_app.transfer import Arrived, Transfers, _sessions
from panel_app.views import VIEWS
from panel_app.views.check import CheckView, split_comments
from panel_app.views.data import DataView
from panel_app.views.models import ModelsView
from panel_app.views.tasks import TasksView
from panel_app.views.train import TrainView

from .conftest import HOSTILE, Service, dataset, model, refusal, task


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
async def test_each_page_can_be_made_and_sent(
    page: str, language: str, state: State, api: Api, transfers: Transfers
) -> None:
    state.language = language
    view = VIEWS[page](state, api, transfers)
    await view.refresh()
    assert view.layout.get_root() is not None
    assert not view.notice.visible, view.notice.object
    view.leave()


@pytest.mark.parametrize("page", PAGES)
async def test_each_page_stands_up_to_an_absent_service(
    page: str, service: Service, state: State, api: Api, transfers: Transfers
) -> None:
    service.is_away = True
    view = VIEWS[page](state, api, transfers)
    await view.refresh()
    await view.tick()
    assert state.away
    service.is_away = False
    await view.refresh()
    assert not state.away and not view.notice.visible


@pytest.mark.parametrize("page", PAGES)
async def test_each_page_shows_a_refusal_with_its_next_step(
    page: str, service: Service, state: State, api: Api, transfers: Transfers
) -> None:
    for path in ("/api/v1/models/", "/api/v1/datasets", "/api/v1/tasks/"):
        service.put("GET", path, refusal(403, "forbidden", "no", "no"))
    view = VIEWS[page](state, api, transfers)
    await view.refresh()
    assert view.notice.visible and "CHISTO_KEY" in view.notice.object
    view.leave()


@pytest.mark.parametrize(
    ("text", "how", "parts"),
    [
        ("a\nb\n\n c ", "lines", ["a", "b", " c "]),
        ("a\nb\n \nc", "paragraphs", ["a\nb", "c"]),
        ("a\n\nb", "whole", ["a\n\nb"]),
        ("  \n\n", "lines", []),
    ],
)
def test_a_pasted_text_is_split_as_asked(text: str, how: str, parts: list[str]) -> None:
    assert split_comments(text, how) == parts


async def _checked(state: State, api: Api, transfers: Transfers, text: str) -> CheckView:
    """A page on which a text was typed and scored."""
    view = CheckView(state, api, transfers)
    await view.refresh()
    view.text.value = text
    for _ in range(100):
        await asyncio.sleep(0.02)
        if view._comments:
            return view
    raise AssertionError("nothing was scored")


async def test_checking_shows_score_verdict_and_words(state: State, api: Api, transfers: Transfers) -> None:
    view = await _checked(state, api, transfers, "тупой ответ\nспасибо")
    assert view.cards.object.count('class="card"') == 2
    assert "0,90" in view.cards.object and "токсичный" in view.cards.object
    assert "2 комментария, из них 1 токсичный" in view.summary.object


async def test_comments_are_shown_as_text(state: State, api: Api, transfers: Transfers) -> None:
    view = await _checked(state, api, transfers, HOSTILE)
    assert "<script" not in view.cards.object and "*bold*" in view.cards.object


async def test_the_threshold_moves_verdicts_without_asking_again(
    service: Service, state: State, api: Api, transfers: Transfers
) -> None:
    view = await _checked(state, api, transfers, "тупой")
    asked = len(service.calls)
    view.threshold.value = 0.95
    assert "не токсичный" in view.cards.object
    view._reset(None)
    assert view.threshold.value == 0.4 and "не токсичный" not in view.cards.object
    assert len(service.calls) == asked


async def test_several_models_stand_side_by_side(state: State, api: Api, transfers: Transfers) -> None:
    state.models = ["cnn", "mine"]
    view = await _checked(state, api, transfers, "тупой")
    assert view.cards.object.count('class="score"') == 2


async def test_what_was_typed_outlives_an_absent_service_and_a_change_of_language(
    service: Service, state: State, api: Api, transfers: Transfers
) -> None:
    view = await _checked(state, api, transfers, "тупой ответ")
    service.is_away = True
    await view.score()
    assert state.away and view.text.value == "тупой ответ"
    service.is_away = False
    state.language = "en"
    again = CheckView(state, api, transfers)
    await again.refresh()
    assert again.text.value == "тупой ответ" and "toxic" in again.cards.object


async def test_a_download_of_scores_holds_no_formula(state: State, api: Api, transfers: Transfers) -> None:
    view = await _checked(state, api, transfers, "=1+1\nтупой")
    path = transfers.new_path()
    await view._write_scores(path)
    lines = path.read_text("utf-8-sig").splitlines()
    assert lines[0] == "comment_text,cnn_score,cnn_is_toxic"
    assert lines[1].startswith("'=1+1,") and lines[2] == "тупой,0.9,1"


async def test_an_unclear_file_asks_for_its_columns_and_is_not_sent_again_by_the_user(
    service: Service, state: State, api: Api, transfers: Transfers
) -> None:
    view = DataView(state, api, transfers)
    await view.refresh()
    path = transfers.new_path()
    path.write_bytes(b"a,b\nx,1\n")
    view._waiting = Arrived(path, "odd.csv")
    service.put("POST", "/api/v1/datasets", refusal(400, "text_column_unknown", "?", "!", columns=["a", "b"]))
    await view._upload()
    assert view.columns.visible and view.text_column.options == ["a", "b"] and path.exists()
    assert view.notice.visible
    service.put("POST", "/api/v1/datasets", dataset("odd").model_dump(mode="json"))
    service.datasets.append(dataset("odd"))
    view.text_column.value = "b"
    await view._on_columns(None)
    assert not view.columns.visible and state.dataset == "uuid-odd" and not path.exists()


async def test_data_sets_show_rows_as_text_and_what_was_dropped(
    state: State, api: Api, transfers: Transfers
) -> None:
    view = DataView(state, api, transfers)
    await view.refresh()
    assert "&lt;script&gt;" in view.rows.table.object and "<script" not in view.rows.table.object
    assert "повтор" in view.report.object and "36" in view.report.object


async def test_training_sends_what_the_form_shows_and_opens_the_task(
    service: Service, state: State, api: Api, transfers: Transfers
) -> None:
    state.page = "train"
    service.put("POST", "/api/v1/models/fit", {"message": "ok", "task": "task-1"})
    view = TrainView(state, api, transfers)
    await view.refresh()
    assert view.model_name.value == "logreg-tfidf"
    view.family.value = "linear_svc"
    assert view.model_name.value == "svc-tfidf"
    await view._start(None)
    body = service.calls[-1][2]
    assert body["ml_model_type"] == "linear_svc" and body["dataset"] == "uuid-demo"
    assert body["vectorizer_params"]["analyzer"] == "word"
    assert (state.page, state.task) == ("tasks", "task-1")


async def test_training_refuses_names_and_numbers_that_cannot_be(
    service: Service, state: State, api: Api, transfers: Transfers
) -> None:
    view = TrainView(state, api, transfers)
    await view.refresh()
    asked = len(service.calls)
    for name in ("Имя", "a b", "", "cnn", "mine"):
        view.model_name.value = name
        await view._start(None)
        assert view.model_name.error_state, name
    assert len(service.calls) == asked


async def test_a_search_covers_what_was_asked(
    service: Service, state: State, api: Api, transfers: Transfers
) -> None:
    service.put("POST", "/api/v1/models/fit", {"message": "ok", "task": "task-1"})
    view = TrainView(state, api, transfers)
    await view.refresh()
    view.search.switch.value = True
    view.search.fields.value = ["ml_model_params.C", "vectorizer_params.ngram_range"]
    await view._start(None)
    search = service.calls[-1][2]["search"]
    assert search["space"]["ml_model_params.C"] == {"low": 0.01, "high": 100, "log": True, "integer": False}
    assert [1, 2] in search["space"]["vectorizer_params.ngram_range"]


async def test_a_failed_task_says_why_and_what_to_do(
    service: Service, state: State, api: Api, transfers: Transfers
) -> None:
    error = {"code": "task_killed", "message": "Убита <b>", "hint": "Меньше данных"}
    service.tasks = [
        task(
            status="failure",
            error=error,
            can_cancel=False,
            can_retry=True,
            finished_at="2026-01-02T03:05:00Z",
        )
    ]
    view = TasksView(state, api, transfers)
    await view.refresh()
    assert "Убита &lt;b&gt;" in view.detail.object and "Меньше данных" in view.detail.object
    assert view.retry.visible and not view.cancel.visible


async def test_shipped_and_promoted_models_offer_no_removal(
    service: Service, state: State, api: Api, transfers: Transfers
) -> None:
    service.models.append(model("idle", is_loaded=False, state="unloaded"))
    view = ModelsView(state, api, transfers)
    await view.refresh()
    assert state.model == "cnn"
    assert not view.remove.visible and not view.unload.visible and not view.promote.visible
    await view._choose("idle")
    assert view.remove.visible and view.load.visible and not view.unload.visible
    assert "&lt;script&gt;" in view.card_pane.object and "<script" not in view.card_pane.object


async def test_tickets_and_files_end_with_their_session(state: State) -> None:
    made = Transfers()
    ticket, address = made.upload_address(10)
    folder = made._folder
    assert ticket in _sessions and ticket in address and folder.exists()
    made.close()
    assert ticket not in _sessions and not folder.exists()


async def test_ten_closed_sessions_leave_no_view_alive(service: Service) -> None:
    def transport() -> httpx.MockTransport:
        return httpx.MockTransport(service)

    async def visit(number: int) -> list[weakref.ref[Any]]:
        state = State()
        client = AsyncClient("http://service", transport=transport(), retries=0)
        api = Api(client, lambda: Client("http://service", transport=transport()), state, "http://service")
        shell = Shell(state, api)
        document = shell.page.server_doc(Document())
        shell.ready.set()
        for page in ("tasks", PAGES[number % len(PAGES)]):
            state.page = page
            await shell.enter()
            await shell.tick()
        references = [weakref.ref(shell), *(weakref.ref(view) for view in shell.views.values())]
        shell.close(None)
        await shell._closing
        for callback in document.session_destroyed_callbacks:
            callback(SimpleNamespace(_document=document, id="session"))
        document.clear()
        return references

    references = [reference for number in range(10) for reference in await visit(number)]
    for _ in range(5):
        await asyncio.sleep(0.05)
        gc.collect()
    alive = [type(reference()).__name__ for reference in references if reference() is not None]
    assert len(references) >= 20 and not alive, alive

"""A service of canned answers behind the real client."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from chisto import schemas as s
from chisto.client import AsyncClient, Client
from chisto.families import family_schemas
from panel_app.api import Api
from panel_app.state import State
from panel_app.transfer import Transfers

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> *bold* =1+1"


def model(name: str, **changes: Any) -> s.ModelInfo:
    given = {
        "uuid": f"uuid-{name}", "name": name, "type": "cnn", "family": "cnn", "is_trained": True, "is_loaded": True,
        "version": 1, "state": "loaded", "threshold": 0.4, "metrics": {"macro_f1": 0.9}, "size_bytes": 3_000_000,
        "created_at": NOW,
    }  # fmt: skip
    return s.ModelInfo(**{**given, **changes})


def dataset(name: str = "demo", **changes: Any) -> s.DatasetInfo:
    given = {
        "uuid": f"uuid-{name}", "name": name, "rows": 1164, "is_labelled": True, "toxic": 413, "non_toxic": 751,
        "size_bytes": 50_000, "sha256": "0" * 64, "created_at": NOW,
        "report": s.DropReport(rows_read=1200, rows_kept=1164, dropped={"duplicates": 36}),
    }  # fmt: skip
    return s.DatasetInfo(**{**given, **changes})


def task(uuid: str = "task-1", **changes: Any) -> s.TaskInfo:
    given = {
        "uuid": uuid, "name": "mine", "status": "running", "kind": "fit", "progress": 40, "stage": "fit",
        "updated_at": NOW, "created_at": NOW, "started_at": NOW, "can_cancel": True,
    }  # fmt: skip
    return s.TaskInfo(**{**given, **changes})


class Service:
    """Answers by method and path; ``is_away`` breaks every connection. ``calls`` keeps what was asked."""

    def __init__(self) -> None:
        self.is_away = False
        self.calls: list[tuple[str, str, Any]] = []
        self.answers: dict[tuple[str, str], Any] = {}
        self.models = [model("cnn", is_default=True, is_shipped=True), model("mine")]
        self.datasets = [dataset()]
        self.tasks = [task()]

    def put(self, method: str, path: str, answer: Any) -> None:
        self.answers[method, path] = answer

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.is_away:
            raise httpx.ConnectError("refused", request=request)
        content = request.content if request.headers.get("content-type") == "application/json" else b""
        body = json.loads(content) if content else None
        path = request.url.path
        self.calls.append((request.method, path, body))
        answer = self.answers.get((request.method, path))
        if answer is None:
            answer = self._usual(request.method, path, body)
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer, request=request)

    def _usual(self, method: str, path: str, body: Any) -> Any:
        known: dict[str, Callable[[], Any]] = {
            "/api/v1/models/": lambda: _dump(self.models),
            "/api/v1/datasets": lambda: _dump(self.datasets),
            "/api/v1/tasks/": lambda: _dump(self.tasks),
            "/api/v1/families": lambda: {"families": family_schemas("ru")},
            "/api/v1/health": lambda: _dump(_HEALTH),
            "/api/v1/settings": lambda: _dump(_SETTINGS),
            "/explain": lambda: self._explain(body),
        }
        if method == "GET" and path.startswith("/api/v1/tasks/") and path.endswith("/log"):
            return {"text": "read\n", "next_offset": 5, "is_complete": False}
        if method == "GET" and path.startswith("/api/v1/tasks/") and path not in known:
            return _dump(next(one for one in self.tasks if path.endswith(one.uuid)))
        if path.endswith("/preview"):
            return {"total": 1, "offset": 0, "rows": [{"row": 0, "text": HOSTILE, "label": 1}]}
        if path.endswith("/card"):
            return {"name": path.split("/")[-2], "version": 1, "card": {"data": HOSTILE}, "markdown": HOSTILE}
        if path.endswith("/profile"):
            return {"dataset": "uuid-demo", "task": None, "profile": None}
        if path in known:
            return known[path]()
        return refusal(404, "not_found", "Нет такого", "Поищите")

    def _explain(self, body: Any) -> Any:
        texts = body["texts"]
        return {
            "model": body.get("model") or "cnn",
            "threshold": 0.4,
            "explanations": [
                {
                    "is_toxic": "туп" in text,
                    "toxic_score": 0.9 if "туп" in text else 0.1,
                    "spans": [{"begin": 0, "end": min(4, len(text)), "text": text[:4], "contribution": 2.0}],
                    "restored": [],
                }
                for text in texts
            ],
        }


_HEALTH = s.Health(
    status="ok", version="1.0.0", generation=1, default_model="cnn", loaded_models=["cnn"], trainer="ok",
    tasks_queued=0, tasks_running=0,
)  # fmt: skip
_SETTINGS = s.PublicSettings(
    version="1.0.0", language="ru", keys_required=False, role="manage", max_upload_bytes=512_000_000,
    max_body_bytes=10_000_000, max_texts=10_000, max_text_chars=20_000, max_loaded_models=16, max_saved_tasks=100,
    max_queued_tasks=100, task_time_limit_s=1800,
)  # fmt: skip


def _dump(answer: Any) -> Any:
    if isinstance(answer, list):
        return [one.model_dump(mode="json") for one in answer]
    return answer.model_dump(mode="json")


def refusal(status: int, code: str, message: str, hint: str, **details: Any) -> httpx.Response:
    return httpx.Response(
        status, json={"error": {"code": code, "message": message, "hint": hint, "details": details}}
    )


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
async def api(service: Service, state: State) -> AsyncIterator[Api]:
    client = AsyncClient("http://service", transport=httpx.MockTransport(service), retries=0)
    made = Api(
        client,
        lambda: Client("http://service", transport=httpx.MockTransport(service)),
        state,
        "http://service",
    )
    yield made
    await made.close()


@pytest.fixture
async def transfers() -> AsyncIterator[Transfers]:
    made = Transfers()
    yield made
    made.close()

"""The BentoML services: who runs where, in how many processes, with which limits. No logic here."""

# ruff: noqa: E402 - most imports come after the wait for this process's turn
from typing import Any

import bentoml
from pydantic import ConfigDict

from chisto.lifeline import end_with_parent
from chisto.settings import get_settings
from models_store import turns

settings = get_settings()
if turns.own_service():
    end_with_parent()
turns.wait(settings.home_path)

from starlette.requests import Request
from starlette.responses import Response

from chisto.logs import configure_logs
from chisto.schemas import ExplainResponse, PredictResponse, ScoreRequest, ScoresResponse
from http_api.front import Front
from http_api.guard import Guard
from http_api.late import LateApp
from http_api.metrics import metrics
from models_store.catalog import RUNNERS, Catalog
from models_store.loaded import LoadedModels
from models_store.start import prepare

http_app = LateApp()

#: (tag of a model, text)
Item = tuple[str, str]

#: BentoML's tracing, access log and metrics cost several times the request (docs/architecture.md); http_api.front
#: does what is needed of them. Each request leaves a timer behind for `timeout` seconds, so it is kept short; Front
#: exempts uploads from it.
LEAN: dict[str, Any] = {
    "tracing": {"excluded_urls": [".*"]},
    "logging": {"access": {"enabled": False}},
    "metrics": {"enabled": False},
    "traffic": {"timeout": settings.scoring_timeout_s * 2},
    # Ready means that the default model answers (Gateway); BentoML's own probe would wait for every runner.
    "runner_probe": {"enabled": False},
}

#: The proxy between the services closes its session after so many calls or seconds, with the calls in flight.
FOREVER: dict[str, Any] = {"max_requests": 10**9, "max_age": 1e9}


@bentoml.service(name="cnn_runner", workers=settings.cnn_workers, runner_connection=FOREVER, **LEAN)
class CnnRunner:
    """Scores with the INT8 CNNs on ONNX Runtime."""

    def __init__(self) -> None:
        configure_logs(settings.home_path / "logs", "cnn_runner")
        self.models = LoadedModels("cnn_runner", settings)

    @bentoml.api(batchable=True, max_batch_size=256, max_latency_ms=10_000)
    def score(self, items: list[Item]) -> list[float | None]:
        metrics.batch_size.labels("cnn_runner").observe(len(items))
        return self.models.score(items)

    @bentoml.api
    def explain(self, items: list[Item]) -> list[dict[str, Any] | None]:
        return self.models.explain(items)

    def __is_ready__(self) -> bool:
        return self.models.is_ready


@bentoml.service(name="sklearn_runner", workers=settings.sklearn_workers, runner_connection=FOREVER, **LEAN)
class SklearnRunner:
    """Scores with the scikit-learn pipelines."""

    def __init__(self) -> None:
        configure_logs(settings.home_path / "logs", "sklearn_runner")
        self.models = LoadedModels("sklearn_runner", settings)

    @bentoml.api(batchable=True, max_batch_size=256, max_latency_ms=10_000)
    def score(self, items: list[Item]) -> list[float | None]:
        metrics.batch_size.labels("sklearn_runner").observe(len(items))
        return self.models.score(items)

    @bentoml.api
    def explain(self, items: list[Item]) -> list[dict[str, Any] | None]:
        return self.models.explain(items)

    def __is_ready__(self) -> bool:
        return self.models.is_ready


@bentoml.service(name="trainer", workers=1, **LEAN)
class Trainer:
    """Takes tasks from the queue and has them computed on Dask; one process, which computes nothing itself."""

    def __init__(self) -> None:
        from training.trainer import start  # heavy libraries stay out of it until the first task

        self._stop = start(settings)

    @bentoml.on_shutdown
    def stop(self) -> None:
        self._stop()


class ScoreInput(bentoml.IODescriptor, ScoreRequest):
    """The fields of a request as BentoML's clients see them.

    The request itself goes to Scoring unread, which checks it and answers errors in the project's own shape.
    """

    model_config = ConfigDict(json_schema_extra={})  # BentoML's own OpenAPI knows no examples

    @classmethod
    async def from_http_request(cls, request: Request, serde: Any) -> Any:
        return Received(request)


class Received:
    """A request handed through BentoML as it came."""

    model_fields = ("request",)

    def __init__(self, request: Request) -> None:
        self.request = request


@bentoml.service(name="chisto", workers=settings.gateway_workers, **LEAN)
@bentoml.asgi_app(http_app, path="/")
class Gateway:
    """Answers HTTP: the data plane here, control plane and protocols in the mounted application."""

    cnn = bentoml.depends(CnnRunner, url=settings.cnn_url)
    sklearn = bentoml.depends(SklearnRunner, url=settings.sklearn_url)
    if settings.run_tasks:
        trainer = bentoml.depends(Trainer)

    def __init__(self) -> None:
        from http_api.app import create_app
        from http_api.scoring import Scoring

        configure_logs(settings.home_path / "logs", "gateway")
        called = {"cnn_runner": self.cnn.to_async, "sklearn_runner": self.sklearn.to_async}
        runners = {family: called[service] for service, families in RUNNERS.items() for family in families}
        self.scoring = Scoring(Catalog(settings), runners, settings)
        http_app.build(lambda: create_app(self.scoring))
        turns.finish(settings.home_path)

    @bentoml.on_deployment
    @staticmethod
    def prepare() -> None:
        """Once, before any process of the server starts."""
        prepare(settings)

    async def __is_ready__(self) -> bool:
        return await self.scoring.is_ready()

    @bentoml.api(input_spec=ScoreInput, output_spec=PredictResponse)
    async def predict(self, request: Request) -> Response:
        """Score comments and decide."""
        return await self.scoring.answer_predict(request)

    @bentoml.api(input_spec=ScoreInput, output_spec=ScoresResponse)
    async def predict_scores(self, request: Request) -> Response:
        """Score comments."""
        return await self.scoring.answer_predict_scores(request)

    @bentoml.api(input_spec=ScoreInput, output_spec=ExplainResponse)
    async def explain(self, request: Request) -> Response:
        """Score comments and say which words decided."""
        return await self.scoring.answer_explain(request)


for middleware in (Front, Guard):
    Gateway.add_asgi_middleware(middleware)  # type: ignore[attr-defined]

"""The data plane: a request in, scores from the runners, an answer out. Shared by every API and protocol of the server."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import aiohttp
from starlette.requests import Request

from chisto.batching import Batcher, Overloaded
from chisto.errors import ChistoError, ModelNotLoaded, Unavailable
from chisto.schemas import (
    ExplainedText,
    ExplainResponse,
    Prediction,
    PredictResponse,
    ScoreRequest,
    ScoresResponse,
)
from chisto.settings import Settings
from chisto.validation import parse_score_request
from http_api.responses import JsonResponse, error_response, language_of
from models_store.catalog import ServedModel

logger = logging.getLogger("chisto")

#: How long the runner of the promoted model may take to say that it is ready.
READY_WITHIN_S = 5

#: How long a request waits for a model that is on its way into a runner, and how often it asks again.
LOADING_WAIT_S, LOADING_POLL_S = 10.0, 0.1

#: (tag of a model, text)
Item = tuple[str, str]


class Runner(Protocol):
    """What the gateway calls in a runner's process (see service.py)."""

    async def score(self, items: list[Item]) -> Sequence[float | None]: ...

    async def explain(self, items: list[Item]) -> Sequence[dict[str, Any] | None]: ...

    async def is_ready(self, timeout: int) -> bool: ...  # noqa: ASYNC109 - BentoML's


class Catalog(Protocol):
    def resolve(self, name: str | None) -> ServedModel:
        """The model of that name, or the promoted one; raises UnknownModel or ModelNotLoaded."""
        ...

    def renew(self, model: ServedModel) -> ServedModel:
        """The same model while it is served, else its successor; raises UnknownModel or ModelNotLoaded."""
        ...


async def _retried(
    call: Callable[[list[Item]], Awaitable[Sequence[Any]]], items: list[Item]
) -> Sequence[Any]:
    """Call a runner; once more if the connection broke (a runner's worker was replaced). Scoring has no side effects."""
    try:
        return await call(items)
    except (aiohttp.ClientConnectionError, ConnectionError, aiohttp.ClientPayloadError):
        await asyncio.sleep(0.05)
        return await call(items)


class Scoring:
    """Scores comments with any served model, on whichever runner holds it."""

    def __init__(self, catalog: Catalog, runners: Mapping[str, Runner], settings: Settings) -> None:
        """``runners`` maps a model family to its runner."""
        self._catalog = catalog
        self._runners = runners
        self._settings = settings
        self._score: dict[str, Batcher[Item, float | None]] = {}
        self._explain: dict[str, Callable[[list[Item]], Awaitable[Sequence[Any]]]] = {}
        batchers: dict[int, Batcher[Item, float | None]] = {}
        for family, runner in runners.items():
            if id(runner) not in batchers:
                batchers[id(runner)] = Batcher(lambda items, runner=runner: _retried(runner.score, items))  # type: ignore[misc]
            self._score[family] = batchers[id(runner)]
            self._explain[family] = lambda items, runner=runner: _retried(runner.explain, items)  # type: ignore[misc]

    def resolve(self, name: str | None = None) -> ServedModel:
        return self._catalog.resolve(name)

    async def is_ready(self) -> bool:
        """Whether the model that answers by default does; others may still be loading."""
        try:
            # BentoML's own limit does not hold while the runner has not begun to listen: a probe that hangs
            # would keep the gateway from ending.
            async with asyncio.timeout(READY_WITHIN_S):
                return await self._runners[self.resolve().family].is_ready(READY_WITHIN_S)
        except (ChistoError, TimeoutError):
            return False

    async def score(self, model: ServedModel, texts: Sequence[str]) -> list[float]:
        """Calibrated scores in [0, 1], one for each text. Raises Unavailable when the runners cannot keep up."""

        async def compute(model: ServedModel) -> list[float | None]:
            batcher = self._score[model.family]
            return await self._within_deadline(batcher.submit([(model.tag, text) for text in texts]))

        return await self._once_loaded(model, compute)

    async def explain(self, model: ServedModel, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Score, contributions and restored words for each text (chisto.schemas.ExplainedText less the verdict)."""

        async def compute(model: ServedModel) -> list[dict[str, Any] | None]:
            explained: list[dict[str, Any] | None] = []
            for start in range(
                0, len(texts), 16
            ):  # an explanation costs a batch of inferences: few at a time
                items = [(model.tag, text) for text in texts[start : start + 16]]
                explained.extend(await self._within_deadline(self._explain[model.family](items)))
            return explained

        return await self._once_loaded(model, compute)

    async def _once_loaded(
        self, model: ServedModel, compute: Callable[[ServedModel], Awaitable[Sequence[Any]]]
    ) -> list[Any]:
        """Compute with the model; wait a little where a runner does not hold it yet, or has just let it go."""
        deadline = time.monotonic() + LOADING_WAIT_S
        while None in (results := list(await compute(model))):
            if time.monotonic() > deadline:
                raise ModelNotLoaded(name=model.name)
            await asyncio.sleep(LOADING_POLL_S)
            model = self._catalog.renew(model)
        return results

    async def _within_deadline(self, answer: Awaitable[Any]) -> Any:
        try:
            async with asyncio.timeout(self._settings.scoring_timeout_s):
                return await answer
        except (TimeoutError, Overloaded, aiohttp.ClientError, OSError) as away:
            logger.warning("runner did not answer: %s", type(away).__name__)
            raise Unavailable from None

    # --- the three calls of the data plane ---------------------------------------------------------------------

    async def answer_predict(self, request: Request) -> JsonResponse:
        return await self._answer(request, self._predict)

    async def answer_predict_scores(self, request: Request) -> JsonResponse:
        return await self._answer(request, self._predict_scores)

    async def answer_explain(self, request: Request) -> JsonResponse:
        return await self._answer(request, self._explanations)

    async def _answer(
        self, request: Request, respond: Callable[[ServedModel, ScoreRequest, list[str]], Awaitable[Any]]
    ) -> JsonResponse:
        try:
            body = await request.body()
            wanted, texts = parse_score_request(body, self._settings, language_of(request.scope))
            return JsonResponse(await respond(self.resolve(wanted.model), wanted, texts))
        except ChistoError as error:
            return error_response(error, request.scope)

    async def _predict(self, model: ServedModel, wanted: ScoreRequest, texts: list[str]) -> PredictResponse:
        threshold = model.threshold if wanted.threshold is None else wanted.threshold
        scores = await self.score(model, texts)
        return PredictResponse(
            model=model.name,
            threshold=threshold,
            predictions=[Prediction(is_toxic=score >= threshold, toxic_score=score) for score in scores],
        )

    async def _predict_scores(
        self, model: ServedModel, wanted: ScoreRequest, texts: list[str]
    ) -> ScoresResponse:
        return ScoresResponse(model=model.name, scores=await self.score(model, texts))

    async def _explanations(
        self, model: ServedModel, wanted: ScoreRequest, texts: list[str]
    ) -> ExplainResponse:
        threshold = model.threshold if wanted.threshold is None else wanted.threshold
        explained = await self.explain(model, texts)
        return ExplainResponse(
            model=model.name,
            threshold=threshold,
            explanations=[
                ExplainedText(is_toxic=part["toxic_score"] >= threshold, **part) for part in explained
            ],
        )

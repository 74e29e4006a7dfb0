"""The FastAPI application that is mounted in the gateway: control plane, protocols, documentation."""

import importlib.util
import logging
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from chisto.errors import BadRequest, ChistoError, MethodNotAllowed, NotFound
from chisto.schemas import ExplainResponse, FitRequest, PredictResponse, ScoreRequest, ScoresResponse
from chisto.validation import refusal
from chisto.version import VERSION
from http_api import (
    datasets,
    evaluate,
    feedback,
    keys,
    label_studio,
    models,
    oip,
    openai,
    perspective,
    scores_file,
    system,
    tasks,
)
from http_api.metrics import exposition
from http_api.responses import error_response, language_of
from http_api.scoring import Scoring

logger = logging.getLogger("chisto")

#: The calls that BentoML serves beside this application (service.py), for the one OpenAPI document.
DATA_PLANE = (
    ("/predict", PredictResponse, "Score comments and decide"),
    ("/predict_scores", ScoresResponse, "Score comments"),
    ("/explain", ExplainResponse, "Score comments and say which words decided"),
)


def create_app(scoring: Scoring) -> FastAPI:
    """Build the application; its routes find ``scoring`` on its state."""
    app = FastAPI(
        title="Chisto",
        version=VERSION,
        description="Finds toxic comments, Russian first.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    app.add_exception_handler(ChistoError, _on_chisto_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_bug)
    for part in (
        perspective,
        openai,
        oip,
        label_studio,
        models,
        scores_file,
        datasets,
        tasks,
        evaluate,
        feedback,
        keys,
        system,
    ):
        app.include_router(part.router)
    app.state.scoring = scoring
    _add_documentation(app)
    return app


# --- errors --------------------------------------------------------------------------------------------------


async def _on_chisto_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ChistoError)
    return error_response(error, request.scope)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    path = first["loc"][1:] or first["loc"]
    return error_response(refusal(first, path, language_of(request.scope)), request.scope)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known: dict[int, ChistoError] = {404: NotFound(), 405: MethodNotAllowed()}
    return error_response(known.get(error.status_code, BadRequest(reason=str(error.detail))), request.scope)


async def _on_bug(request: Request, error: Exception) -> Response:
    logger.error("unexpected %s in %s %s", type(error).__name__, request.method, request.url.path)
    return error_response(ChistoError(), request.scope)


# --- documentation, with no other host asked -------------------------------------------------------------------


def _swagger_assets() -> Path:
    """BentoML carries Swagger UI; it is served from there, so that /docs works without a network."""
    spec = importlib.util.find_spec("bentoml")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "_internal" / "server" / "static_content"


def _add_documentation(app: FastAPI) -> None:
    app.mount("/docs/assets", StaticFiles(directory=_swagger_assets()), name="docs-assets")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Chisto API",
            swagger_js_url="/docs/assets/swagger-ui-bundle.js",
            swagger_css_url="/docs/assets/swagger-ui.css",
            swagger_favicon_url="/docs/assets/favicon-light-32x32.png",
        )

    @app.get("/", include_in_schema=False)
    async def index() -> RedirectResponse:
        return RedirectResponse("/docs")

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        content, media_type = exposition()
        return Response(content, media_type=media_type)


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        responses = [response for _, response, _ in DATA_PLANE]
        _, definitions = models_json_schema(
            [
                (ScoreRequest, "validation"),
                (FitRequest, "validation"),
                *((response, "serialization") for response in responses),
            ],
            ref_template="#/components/schemas/{model}",
        )
        components = document.setdefault("components", {})
        components.setdefault("schemas", {}).update(definitions["$defs"])
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"key": []}, {}]  # without keys, this machine alone is served
        for path, response, summary in DATA_PLANE:
            document["paths"][path] = {"post": _operation(path, response.__name__, summary)}
        app.openapi_schema = document
    return app.openapi_schema


def _operation(path: str, response: str, summary: str) -> dict[str, Any]:
    def content(schema: str) -> dict[str, Any]:
        return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}

    return {
        "tags": ["scoring"],
        "summary": summary,
        "operationId": path.strip("/"),
        "requestBody": {"required": True, "content": content("ScoreRequest")},
        "responses": {"200": {"description": "Scored", "content": content(response)}},
    }

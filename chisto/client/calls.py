"""Every call of the API as data, without input or output: what to send, and how to read the answer.

`Client` and `AsyncClient` run the same calls, so that neither can know a call that the other lacks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter

from chisto import schemas as s

T = TypeVar("T")
API = "/api/v1"
#: Scoring a long list, or loading a large model, takes its time.
SLOW_S = 600.0


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request and the reader of its answer."""

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    #: May be sent again after a broken connection: it changes nothing, or the same thing.
    idempotent: bool = False
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A page of tasks; `total` counts those on all pages."""

    total: int
    tasks: list[s.TaskInfo]


def _as(kind: Any) -> Callable[[httpx.Response], Any]:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    return lambda response: adapter.validate_json(response.content)


def _present(**params: Any) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _body(request: BaseModel) -> Any:
    return request.model_dump(mode="json", exclude_unset=True)


def _get(path: str, kind: Any, **params: Any) -> Call[Any]:
    return Call("GET", path, _as(kind), params=_present(**params), idempotent=True)


def _post(path: str, kind: Any, json: Any = None, **options: Any) -> Call[Any]:
    return Call("POST", path, _as(kind), json=json, **options)


def _segment(text: str) -> str:
    return quote(text, safe="")


# --- data plane ---------------------------------------------------------------------------------------------


def _score_body(texts: Sequence[str], threshold: float | None, model: str | None) -> dict[str, Any]:
    return _present(texts=list(texts), threshold=threshold, model=model)


def predict(texts: Sequence[str], threshold: float | None, model: str | None) -> Call[s.PredictResponse]:
    json = _score_body(texts, threshold, model)
    return _post("/predict", s.PredictResponse, json, idempotent=True)


def predict_scores(texts: Sequence[str], model: str | None) -> Call[s.ScoresResponse]:
    return _post("/predict_scores", s.ScoresResponse, _score_body(texts, None, model), idempotent=True)


def explain(texts: Sequence[str], threshold: float | None, model: str | None) -> Call[s.ExplainResponse]:
    json = _score_body(texts, threshold, model)
    return _post("/explain", s.ExplainResponse, json, idempotent=True)


# --- models -------------------------------------------------------------------------------------------------

MODELS = f"{API}/models"


def models() -> Call[list[s.ModelInfo]]:
    return _get(f"{MODELS}/", list[s.ModelInfo])


def model(name: str) -> Call[s.ModelInfo]:
    return _get(f"{MODELS}/{_segment(name)}", s.ModelInfo)


def card(name: str, version: int | None) -> Call[s.ModelCard]:
    return _get(f"{MODELS}/{_segment(name)}/card", s.ModelCard, version=version)


def families() -> Call[s.FamiliesResponse]:
    return _get(f"{API}/families", s.FamiliesResponse)


def fit(request: s.FitRequest) -> Call[s.TaskStarted]:
    return _post(f"{MODELS}/fit", s.TaskStarted, _body(request))


def load(name: str) -> Call[list[s.Message]]:
    return _post(f"{MODELS}/load", list[s.Message], {"name": name}, timeout=SLOW_S)


def unload(name: str) -> Call[list[s.Message]]:
    return _post(f"{MODELS}/unload", list[s.Message], {"name": name})


def predict_labels(name: str, texts: Sequence[str]) -> Call[s.XResponse]:
    json = {"X": list(texts)}
    return _post(f"{MODELS}/predict/{_segment(name)}", s.XResponse, json, idempotent=True, timeout=SLOW_S)


def remove_model(name: str, version: int | None) -> Call[list[s.Message]]:
    path = f"{MODELS}/remove/{_segment(name)}"
    return Call("DELETE", path, _as(list[s.Message]), params=_present(version=version))


def remove_all_models() -> Call[list[s.Message]]:
    return Call("DELETE", f"{MODELS}/remove_all", _as(list[s.Message]), timeout=SLOW_S)


def promote(name: str, version: int | None, alias: str) -> Call[s.AliasInfo]:
    json = _present(name=name, version=version, alias=alias)
    return Call("PUT", f"{MODELS}/alias", _as(s.AliasInfo), json=json, idempotent=True, timeout=SLOW_S)


def aliases() -> Call[list[s.AliasInfo]]:
    return _get(f"{API}/aliases", list[s.AliasInfo])


def save_decision(name: str, request: s.DecisionRequest) -> Call[s.ModelInfo]:
    path = f"{MODELS}/{_segment(name)}/decision"
    return Call("PUT", path, _as(s.ModelInfo), json=_body(request), idempotent=True)


IMPORT = f"{MODELS}/import"


def export_path(name: str) -> str:
    return f"{MODELS}/{_segment(name)}/export"


def upload(path: str, kind: Any, params: Mapping[str, Any]) -> Call[Any]:
    """A call whose body, a file, the client adds while it sends."""
    return Call("POST", path, _as(kind), params=params)


# --- data sets ----------------------------------------------------------------------------------------------

DATASETS = f"{API}/datasets"


def datasets() -> Call[list[s.DatasetInfo]]:
    return _get(DATASETS, list[s.DatasetInfo])


def dataset(dataset: str) -> Call[s.DatasetInfo]:
    return _get(f"{DATASETS}/{_segment(dataset)}", s.DatasetInfo)


def report(dataset: str) -> Call[s.DropReport]:
    return _get(f"{DATASETS}/{_segment(dataset)}/report", s.DropReport)


def preview(dataset: str, offset: int, limit: int, label: int | None, search: str | None) -> Call[s.RowPage]:
    path = f"{DATASETS}/{_segment(dataset)}/preview"
    return _get(path, s.RowPage, offset=offset, limit=limit, label=label, search=search)


def rows(dataset: str, numbers: Sequence[int]) -> Call[s.RowPage]:
    path = f"{DATASETS}/{_segment(dataset)}/rows"
    return _post(path, s.RowPage, {"numbers": list(numbers)}, idempotent=True)


def delete_dataset(dataset: str) -> Call[s.Message]:
    return Call("DELETE", f"{DATASETS}/{_segment(dataset)}", _as(s.Message))


def dataset_params(
    name: str | None,
    filename: str | None,
    text_column: str | None,
    label_column: str | None,
    labelled: bool | None,
) -> dict[str, Any]:
    return _present(
        name=name, filename=filename, text_column=text_column, label_column=label_column, labelled=labelled
    )


def download_path(dataset: str) -> str:
    return f"{DATASETS}/{_segment(dataset)}/download"


def start_profile(dataset: str) -> Call[s.TaskStarted]:
    return _post(f"{DATASETS}/{_segment(dataset)}/profile", s.TaskStarted)


def profile(dataset: str) -> Call[s.ProfileResponse]:
    return _get(f"{DATASETS}/{_segment(dataset)}/profile", s.ProfileResponse)


def score_dataset(dataset: str, request: s.ScoreFileRequest) -> Call[s.TaskStarted]:
    return _post(f"{DATASETS}/{_segment(dataset)}/score", s.TaskStarted, _body(request))


# --- tasks --------------------------------------------------------------------------------------------------

TASKS = f"{API}/tasks"
Order = Literal["newest", "oldest", "updated"]


def _read_page(response: httpx.Response) -> TaskPage:
    found: list[s.TaskInfo] = _as(list[s.TaskInfo])(response)
    return TaskPage(int(response.headers.get("x-total-count", len(found))), found)


def tasks(
    *,
    status: Sequence[s.TaskStatus] | None,
    kind: Sequence[s.TaskKind] | None,
    name: str | None,
    parent: str | None,
    dataset: str | None,
    order: Order,
    limit: int,
    offset: int,
) -> Call[TaskPage]:
    params = _present(
        status=list(status) if status else None,
        kind=list(kind) if kind else None,
        name=name,
        parent=parent,
        dataset=dataset,
        order=order,
        limit=limit,
        offset=offset,
    )
    return Call("GET", f"{TASKS}/", _read_page, params=params, idempotent=True)


def task(uuid: str) -> Call[s.TaskInfo]:
    return _get(f"{TASKS}/{_segment(uuid)}", s.TaskInfo)


def task_log(uuid: str, offset: int) -> Call[s.TaskLog]:
    return _get(f"{TASKS}/{_segment(uuid)}/log", s.TaskLog, offset=offset)


def task_result(uuid: str) -> Call[dict[str, Any]]:
    return _get(f"{TASKS}/{_segment(uuid)}/result", dict[str, Any])


def cancel(uuid: str) -> Call[s.TaskInfo]:
    return _post(f"{TASKS}/{_segment(uuid)}/cancel", s.TaskInfo, idempotent=True)


def retry(uuid: str) -> Call[s.TaskInfo]:
    return _post(f"{TASKS}/{_segment(uuid)}/retry", s.TaskInfo)


def delete_task(uuid: str) -> Call[s.Message]:
    return Call("DELETE", f"{TASKS}/{_segment(uuid)}", _as(s.Message))


def file_path(uuid: str) -> str:
    return f"{TASKS}/{_segment(uuid)}/file"


# --- evaluation, keys, health -------------------------------------------------------------------------------


def evaluate(request: s.EvaluateRequest) -> Call[s.TaskStarted]:
    return _post(f"{API}/evaluate", s.TaskStarted, _body(request))


def evaluation(task: str) -> Call[s.EvaluationResponse]:
    return _get(f"{API}/evaluate/{_segment(task)}", s.EvaluationResponse)


def keys() -> Call[list[s.KeyInfo]]:
    return _get(f"{API}/keys", list[s.KeyInfo])


def create_key(request: s.KeyRequest) -> Call[s.NewKey]:
    return _post(f"{API}/keys", s.NewKey, _body(request))


def revoke_key(uuid: str) -> Call[s.Message]:
    return Call("DELETE", f"{API}/keys/{_segment(uuid)}", _as(s.Message))


def health() -> Call[s.Health]:
    return _get(f"{API}/health", s.Health)


def settings() -> Call[s.PublicSettings]:
    return _get(f"{API}/settings", s.PublicSettings)

"""The client for scripts, notebooks and the command line."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import httpx

from chisto import schemas as s
from chisto.client import calls
from chisto.client.calls import Call, T, TaskPage
from chisto.client.errors import Unreachable, refusal
from chisto.client.transfer import (
    FIRST_PAUSE_S,
    UPLOAD_TIMEOUT_S,
    Progress,
    Source,
    may_repeat,
    opened,
    options,
    pieces,
    read,
    request_options,
    upload_headers,
)


class Client:
    """All of the API. Raises `chisto.client.ClientError`; thread-safe, and to be closed after use.

    ``retries`` broken connections are tried again, where the call cannot have changed anything twice.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:3000",
        *,
        key: str | None = None,
        language: str | None = None,
        timeout: float = 30.0,
        retries: int = 2,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(**options(base_url, key, language, timeout, transport))
        self._retries = retries

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def speak(self, language: str) -> None:
        """Ask for errors in this language, ru or en, from now on."""
        self._http.headers["Accept-Language"] = language

    def run(self, call: Call[T]) -> T:
        pause = FIRST_PAUSE_S
        for attempt in range(self._retries + 1):
            try:
                return read(call, self._http.request(call.method, call.path, **request_options(call)))
            except httpx.TransportError as broken:
                if attempt == self._retries or not may_repeat(call, broken):
                    raise Unreachable(
                        str(self._http.base_url), str(broken) or type(broken).__name__
                    ) from broken
            time.sleep(pause)
            pause *= 3
        raise AssertionError("unreachable")

    def _upload(
        self, path: str, kind: Any, source: Source, params: Mapping[str, Any], progress: Progress | None
    ) -> Any:
        file, size, filename = opened(source)
        call: Call[Any] = calls.upload(path, kind, {"filename": filename, **params})
        with closing(file) if isinstance(source, str | Path) else _kept_open():
            try:
                response = self._http.post(
                    call.path,
                    params=dict(call.params),
                    content=pieces(file, size, progress),
                    headers=upload_headers(size),
                    timeout=UPLOAD_TIMEOUT_S,
                )
            except httpx.TransportError as broken:
                raise Unreachable(str(self._http.base_url), str(broken) or type(broken).__name__) from broken
        return read(call, response)

    def _download(
        self, path: str, target: Path | str, params: Mapping[str, Any], progress: Progress | None
    ) -> Path:
        target = Path(target)
        with self._stream(path, params) as response:
            total, received = int(response.headers.get("content-length", 0)), 0
            with target.open("wb") as file:
                for piece in response.iter_bytes():
                    file.write(piece)
                    received += len(piece)
                    if progress:
                        progress(received, total)
        return target

    @contextmanager
    def _stream(self, path: str, params: Mapping[str, Any]) -> Iterator[httpx.Response]:
        try:
            with self._http.stream("GET", path, params=dict(params), timeout=UPLOAD_TIMEOUT_S) as response:
                if response.status_code >= 400:
                    response.read()
                    raise refusal(response)
                yield response
        except httpx.TransportError as broken:
            raise Unreachable(str(self._http.base_url), str(broken) or type(broken).__name__) from broken

    # --- scoring -----------------------------------------------------------------------------------

    def predict(
        self, texts: Sequence[str], *, threshold: float | None = None, model: str | None = None
    ) -> s.PredictResponse:
        """Verdict and calibrated score of each text."""
        return self.run(calls.predict(texts, threshold, model))

    def predict_scores(self, texts: Sequence[str], *, model: str | None = None) -> s.ScoresResponse:
        return self.run(calls.predict_scores(texts, model))

    def explain(
        self, texts: Sequence[str], *, threshold: float | None = None, model: str | None = None
    ) -> s.ExplainResponse:
        """Verdict, what each word did to the score, and what stood behind disguised words."""
        return self.run(calls.explain(texts, threshold, model))

    # --- models ------------------------------------------------------------------------------------

    def models(self) -> list[s.ModelInfo]:
        return self.run(calls.models())

    def model(self, name: str) -> s.ModelInfo:
        return self.run(calls.model(name))

    def card(self, name: str, *, version: int | None = None) -> s.ModelCard:
        return self.run(calls.card(name, version))

    def families(self) -> s.FamiliesResponse:
        """JSON schema of every family's parameters."""
        return self.run(calls.families())

    def fit(self, request: s.FitRequest) -> s.TaskStarted:
        return self.run(calls.fit(request))

    def load(self, name: str) -> list[s.Message]:
        """Returns when every worker answers with it."""
        return self.run(calls.load(name))

    def unload(self, name: str) -> list[s.Message]:
        return self.run(calls.unload(name))

    def predict_labels(self, name: str, texts: Sequence[str]) -> s.XResponse:
        """0 or 1 for each text, by one model."""
        return self.run(calls.predict_labels(name, texts))

    def remove_model(self, name: str, *, version: int | None = None) -> list[s.Message]:
        """Removes one version, or the model with all its versions."""
        return self.run(calls.remove_model(name, version))

    def remove_all_models(self) -> list[s.Message]:
        """Removes all but the models that came with Chisto."""
        return self.run(calls.remove_all_models())

    def promote(self, name: str, *, version: int | None = None, alias: str = "default") -> s.AliasInfo:
        """Makes a model the one that answers by default; loads it first if need be."""
        return self.run(calls.promote(name, version, alias))

    def aliases(self) -> list[s.AliasInfo]:
        return self.run(calls.aliases())

    def save_decision(self, name: str, request: s.DecisionRequest) -> s.ModelInfo:
        """Saves threshold and bands."""
        return self.run(calls.save_decision(name, request))

    def export_model(
        self, name: str, target: Path | str, *, version: int | None = None, progress: Progress | None = None
    ) -> Path:
        """Writes the model's archive to ``target``."""
        return self._download(
            calls.export_path(name), target, {"version": version} if version else {}, progress
        )

    def import_model(
        self, source: Source, *, name: str | None = None, progress: Progress | None = None
    ) -> s.ModelInfo:
        """Takes in an archive that ``export_model`` wrote."""
        return self._upload(calls.IMPORT, s.ModelInfo, source, {"name": name} if name else {}, progress)

    # --- data sets ---------------------------------------------------------------------------------

    def datasets(self) -> list[s.DatasetInfo]:
        return self.run(calls.datasets())

    def dataset(self, dataset: str) -> s.DatasetInfo:
        """By uuid or name."""
        return self.run(calls.dataset(dataset))

    def upload_dataset(
        self,
        source: Source,
        *,
        name: str | None = None,
        filename: str | None = None,
        text_column: str | None = None,
        label_column: str | None = None,
        labelled: bool | None = None,
        progress: Progress | None = None,
    ) -> s.DatasetInfo:
        """Sends a file; ``labelled`` None means: with labels if a column of labels is found."""
        params = calls.dataset_params(name, filename, text_column, label_column, labelled)
        return self._upload(calls.DATASETS, s.DatasetInfo, source, params, progress)

    def report(self, dataset: str) -> s.DropReport:
        return self.run(calls.report(dataset))

    def preview(
        self,
        dataset: str,
        *,
        offset: int = 0,
        limit: int = 50,
        label: int | None = None,
        search: str | None = None,
    ) -> s.RowPage:
        return self.run(calls.preview(dataset, offset, limit, label, search))

    def rows(self, dataset: str, numbers: Sequence[int]) -> s.RowPage:
        """Rows by their numbers, in the order asked for."""
        return self.run(calls.rows(dataset, numbers))

    def download_dataset(
        self,
        dataset: str,
        target: Path | str,
        *,
        format: Literal["csv", "jsonl", "parquet"] = "csv",
        progress: Progress | None = None,
    ) -> Path:
        """CSV is made safe for spreadsheets; JSONL and Parquet are exact."""
        return self._download(calls.download_path(dataset), target, {"format": format}, progress)

    def delete_dataset(self, dataset: str) -> s.Message:
        return self.run(calls.delete_dataset(dataset))

    def start_profile(self, dataset: str) -> s.TaskStarted:
        return self.run(calls.start_profile(dataset))

    def profile(self, dataset: str) -> s.ProfileResponse:
        return self.run(calls.profile(dataset))

    def score_dataset(self, dataset: str, request: s.ScoreFileRequest | None = None) -> s.TaskStarted:
        """Scores all rows as a task; its file comes from ``download_task_file``."""
        return self.run(calls.score_dataset(dataset, request or s.ScoreFileRequest()))

    # --- tasks -------------------------------------------------------------------------------------

    def tasks(
        self,
        *,
        status: Sequence[s.TaskStatus] | None = None,
        kind: Sequence[s.TaskKind] | None = None,
        name: str | None = None,
        parent: str | None = None,
        dataset: str | None = None,
        order: calls.Order = "newest",
        limit: int = 50,
        offset: int = 0,
    ) -> TaskPage:
        return self.run(
            calls.tasks(
                status=status,
                kind=kind,
                name=name,
                parent=parent,
                dataset=dataset,
                order=order,
                limit=limit,
                offset=offset,
            )
        )

    def task(self, uuid: str) -> s.TaskInfo:
        return self.run(calls.task(uuid))

    def task_log(self, uuid: str, *, offset: int = 0) -> s.TaskLog:
        return self.run(calls.task_log(uuid, offset))

    def task_result(self, uuid: str) -> dict[str, Any]:
        """Whatever the task produced, as JSON."""
        return self.run(calls.task_result(uuid))

    def download_task_file(self, uuid: str, target: Path | str, *, progress: Progress | None = None) -> Path:
        return self._download(calls.file_path(uuid), target, {}, progress)

    def cancel(self, uuid: str) -> s.TaskInfo:
        return self.run(calls.cancel(uuid))

    def retry(self, uuid: str) -> s.TaskInfo:
        return self.run(calls.retry(uuid))

    def delete_task(self, uuid: str) -> s.Message:
        return self.run(calls.delete_task(uuid))

    def evaluate(self, request: s.EvaluateRequest) -> s.TaskStarted:
        return self.run(calls.evaluate(request))

    def evaluation(self, task: str) -> s.EvaluationResponse:
        return self.run(calls.evaluation(task))

    # --- the service itself ------------------------------------------------------------------------

    def keys(self) -> list[s.KeyInfo]:
        return self.run(calls.keys())

    def create_key(self, request: s.KeyRequest) -> s.NewKey:
        return self.run(calls.create_key(request))

    def revoke_key(self, uuid: str) -> s.Message:
        return self.run(calls.revoke_key(uuid))

    def health(self) -> s.Health:
        return self.run(calls.health())

    def settings(self) -> s.PublicSettings:
        return self.run(calls.settings())

    def wait(
        self,
        task: str,
        *,
        timeout: float | None = None,
        poll: float = 0.5,
        watch: Callable[[s.TaskInfo], None] | None = None,
    ) -> s.TaskInfo:
        """The task once it has ended, well or not; ``watch`` sees each state. TimeoutError after ``timeout`` s."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            info = self.task(task)
            if watch:
                watch(info)
            if info.status not in ("queued", "running"):
                return info
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"the task {task} is still {info.status}")
            time.sleep(poll)


@contextmanager
def _kept_open() -> Iterator[None]:
    yield
